"""Every way in which the front desk says no to a human, each with its problem code, through the whole house; and that a refusal leaves no trace."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from api.security import Tokens
from api.who import Role
from tests.end_to_end.house import Desk, House, Json, No

COMPLETED: Json = {"outcome": "interested", "channel": "face_to_face"}
CONSENT: Json = {"channel": "email", "method": "signature", "text_version": "se-email-2025-1", "language": "sv", "proof": "form-1"}


def _said(no: No) -> tuple[int, str]:
    return no.status, no.code


async def _at_first_visit(anna: Desk) -> tuple[str, str, str]:
    """A pioneer, the run and its first task."""
    person = await anna.person("Tallmark")
    run = await anna.enrol(person, "pioneer")
    return person, run, await anna.task(run, "first-visit")


async def test_the_wrong_role(house: House) -> None:
    """An MSL enrols nobody, and a marketer does no visit; the answer names the roles that may."""
    anna = house.desk("rep-anna")
    person, _, task = await _at_first_visit(anna)
    enrolling = await house.desk("msl-karin").refused("/enrolments", {"person_id": person, "journey": "traditional"})
    assert _said(enrolling) == (403, "role_not_allowed")
    assert "rep" in enrolling.body["detail"]
    assert _said(await house.desk("mkt-lena").refused(f"/tasks/{task}/complete", COMPLETED)) == (403, "role_not_allowed")


async def test_the_wrong_territory(house: House) -> None:
    """What lies in a colleague's territory is answered as if it were not there: the person, the run, the task and every command on them."""
    person, run, task = await _at_first_visit(house.desk("rep-anna"))
    erik = house.desk("rep-erik")
    for path in (f"/people/{person}", f"/people/{person}/timeline", f"/enrolments/{run}", f"/tasks/{task}"):
        assert _said(await erik.refused(path)) == (404, "not_found"), path
    for path, body in (
        ("/enrolments", {"person_id": person, "journey": "pioneer"}),
        (f"/tasks/{task}/complete", COMPLETED),
        (f"/enrolments/{run}/exit", {"reason": "other", "remark": "Not mine.", "safety": {"answer": "none"}}),
        (f"/people/{person}/consents", CONSENT),
    ):
        assert _said(await erik.refused(path, body)) == (404, "not_found"), path
    assert (await erik.get("/tasks"))["items"] == []


async def test_the_wrong_state(house: House) -> None:
    """A task that is closed takes no second outcome, and the answer tells where the journey is now."""
    anna = house.desk("rep-anna")
    _, _, task = await _at_first_visit(anna)
    await anna.complete(task, "interested", "face_to_face")
    late = await anna.refused(f"/tasks/{task}/complete", {"outcome": "neutral", "channel": "remote"})
    assert _said(late) == (409, "task_not_open")
    assert "follow-up-mail" in late.body["detail"]
    snooze = {"until": (datetime.now(UTC) + timedelta(days=1)).isoformat()}
    assert _said(await anna.refused(f"/tasks/{task}/snooze", snooze)) == (409, "task_not_open")


async def test_an_unknown_field(house: House) -> None:
    """A misspelt field is pointed at, wherever it stands, and an unknown parameter is named; the key stays free for the mended request."""
    anna = house.desk("rep-anna")
    _, _, task = await _at_first_visit(anna)
    wrong = await anna.refused(f"/tasks/{task}/complete", {**COMPLETED, "remrak": "Kind."}, key="mended")
    assert _said(wrong) == (422, "invalid")
    assert wrong.body["errors"] == [{"detail": "unknown field", "pointer": "/remrak"}]
    nested = await anna.refused(f"/tasks/{task}/complete", {**COMPLETED, "persona": {"is": "pioneer", "reason": "Still so.", "sure": True}})
    assert [error["pointer"] for error in nested.body["errors"]] == ["/persona/sure"]
    misspelt = await anna.refused("/tasks?asignee=me")
    assert (*_said(misspelt), misspelt.body["errors"][0]["parameter"]) == (422, "invalid", "asignee")
    await anna.post(f"/tasks/{task}/complete", {**COMPLETED, "remark": "Kind.", "safety": {"answer": "none"}}, key="mended")


async def test_a_repeated_key(house: House) -> None:
    """The same key and body get the first answer again, marked so; another body or another address under it is refused."""
    anna = house.desk("rep-anna")
    _, run, task = await _at_first_visit(anna)
    first = await anna.ask("POST", f"/tasks/{task}/complete", body=COMPLETED, key="once")
    again = await anna.ask("POST", f"/tasks/{task}/complete", body=COMPLETED, key="once")
    assert (again.status_code, again.json(), again.headers["idempotency-replayed"]) == (200, first.json(), "true")
    other_body = await anna.refused(f"/tasks/{task}/complete", {**COMPLETED, "outcome": "neutral"}, key="once")
    assert _said(other_body) == (422, "idempotency_key_reused")
    other_address = await anna.refused(f"/enrolments/{run}/exit", {"reason": "other", "remark": "Oops.", "safety": {"answer": "none"}}, key="once")
    assert _said(other_address) == (422, "idempotency_key_reused")
    assert len([line for line in await anna.story(run) if line["what"] == "task_closed"]) == 1


async def test_the_same_request_at_the_same_time(house: House) -> None:
    """Five impatient taps under one key are one visit, with one answer."""
    anna = house.desk("rep-anna")
    person, _, task = await _at_first_visit(anna)
    taps = await asyncio.gather(*(anna.ask("POST", f"/tasks/{task}/complete", body=COMPLETED, key="tap") for _ in range(5)))
    assert [tap.status_code for tap in taps] == [200] * 5
    assert len({tap.text for tap in taps}) == 1
    assert len(await anna.lines(person, "task_closed")) == 1


async def test_entering_where_one_may_not(house: House) -> None:
    """One run at a time, only who meets the entry condition, only journeys that exist, and not again too early."""
    anna = house.desk("rep-anna")
    person, run, _ = await _at_first_visit(anna)
    assert _said(await anna.refused("/enrolments", {"person_id": person, "journey": "pioneer"})) == (409, "already_enrolled")
    assert _said(await anna.refused("/enrolments", {"person_id": person, "journey": "ordinary"})) == (409, "not_eligible")
    assert _said(await anna.refused("/enrolments", {"person_id": await anna.person("Almgrund"), "journey": "pioneer"})) == (409, "not_eligible")
    assert _said(await anna.refused("/enrolments", {"person_id": person, "journey": "unheard-of"})) == (404, "not_found")
    await anna.post(f"/enrolments/{run}/exit", {"reason": "hcp_asked", "remark": "No time this year.", "safety": {"answer": "none"}})
    assert _said(await anna.refused("/enrolments", {"person_id": person, "journey": "pioneer"})) == (409, "too_early_to_enter_again")


async def test_an_outcome_or_channel_that_the_step_does_not_have(house: House) -> None:
    """Both are pointed at, and the answer lists what would be taken."""
    anna = house.desk("rep-anna")
    _, _, task = await _at_first_visit(anna)
    outcome = await anna.refused(f"/tasks/{task}/complete", {**COMPLETED, "outcome": "intersted"})
    assert (*_said(outcome), outcome.body["errors"][0]["pointer"]) == (422, "unknown_outcome", "/outcome")
    assert outcome.body["allowed"] == ["interested", "neutral", "wants_data", "no_access"]
    channel = await anna.refused(f"/tasks/{task}/complete", {**COMPLETED, "channel": "phone"})
    assert (*_said(channel), channel.body["allowed"]) == (422, "unknown_channel", ["face_to_face", "remote"])


async def test_a_choice_that_is_not_offered(house: House) -> None:
    """The conductor chooses among the offers; handing over to another's strategy needs another persona."""
    anna = house.desk("rep-anna")
    _, _, task = await _at_first_visit(anna)
    choice = await anna.refused(f"/tasks/{task}/choose", {"offer": "peer-round", "remark": "Would suit her.", "safety": {"answer": "none"}})
    assert (*_said(choice), "switch-strategy" in choice.body["allowed"]) == (409, "not_offered", True)
    assert _said(await anna.refused(f"/tasks/{task}/choose", {"offer": "switch-strategy", "remark": "Another person.", "safety": {"answer": "none"}})) == (
        409,
        "same_persona",
    )
    confirmed = {**COMPLETED, "choose": "switch-strategy", "persona": {"is": "pioneer", "reason": "Just as described."}, "safety": {"answer": "none"}}
    assert _said(await anna.refused(f"/tasks/{task}/complete", confirmed)) == (409, "same_persona")
    stranger = {**COMPLETED, "persona": {"is": "prince", "reason": "Wears a crown."}, "safety": {"answer": "none"}}
    assert _said(await anna.refused(f"/tasks/{task}/complete", stranger)) == (422, "persona_unknown")


async def test_medical_without_the_hcps_own_question(house: House) -> None:
    """A path to medical needs a recorded question; a prompted one is not recorded, a made-up id is none; then the same key is good."""
    anna = house.desk("rep-anna")
    person, _, task = await _at_first_visit(anna)
    wants_data: Json = {"outcome": "wants_data", "channel": "remote"}
    assert _said(await anna.refused(f"/tasks/{task}/complete", wants_data, key="question")) == (409, "inquiry_required")
    assert _said(await anna.refused(f"/tasks/{task}/complete", {**wants_data, "inquiry_id": "none"})) == (422, "inquiry_unknown")
    asked: Json = {"person_id": person, "product": "cardiolex", "question": "And in dialysis?", "safety": {"answer": "none"}, "unsolicited": False}
    prompted = await anna.refused("/inquiries", asked)
    assert (*_said(prompted), prompted.body["errors"][0]["pointer"]) == (422, "solicited", "/unsolicited")
    inquiry = (await anna.post("/inquiries", {**asked, "unsolicited": True}))["id"]
    done = await anna.post(f"/tasks/{task}/complete", {**wants_data, "inquiry_id": inquiry}, key="question")
    assert done["next"]["step"] == "question-for-medical"


async def test_putting_off_without_end(house: House) -> None:
    """Not to a time that is past, and not a fourth time."""
    anna = house.desk("rep-anna")
    _, _, task = await _at_first_visit(anna)
    past = {"until": (datetime.now(UTC) - timedelta(minutes=1)).isoformat()}
    assert _said(await anna.refused(f"/tasks/{task}/snooze", past)) == (409, "snooze_in_the_past")
    for days in (1, 2, 3):
        await anna.post(f"/tasks/{task}/snooze", {"until": (datetime.now(UTC) + timedelta(days=days)).isoformat()})
    fourth = {"until": (datetime.now(UTC) + timedelta(days=4)).isoformat()}
    assert _said(await anna.refused(f"/tasks/{task}/snooze", fourth)) == (409, "snoozed_too_often")


async def test_the_firewall(house: House) -> None:
    """Medical learns no persona and searches by no journey's name; a rep's question about either side is answered for their side only."""
    karin = house.desk("msl-karin")
    person, run, task = await _at_first_visit(house.desk("rep-anna"))
    assert _said(await karin.refused("/people?persona=pioneer")) == (403, "firewall")
    assert _said(await karin.refused("/enrolments?journey=pioneer")) == (403, "firewall")
    assert _said(await karin.refused(f"/tasks/{task}")) == (404, "not_found")
    for path in (f"/people/{person}", f"/people/{person}/timeline", f"/enrolments/{run}"):
        assert "pioneer" not in (await karin.ask("GET", path)).text, path


@pytest.mark.parametrize(
    ("token", "code"),
    [
        (None, "not_signed_in"),
        ("not-a-token", "token_invalid"),
        (Tokens("a-key-of-another-installation-of-32").issue("rep-anna", Role.REP, lifetime=timedelta(hours=1)), "token_invalid"),
    ],
    ids=["none", "garbage", "forged"],
)
async def test_a_token_that_is_not_ours(house: House, token: str | None, code: str) -> None:
    """Without a token, with rubbish, or with one that another key signed, nobody comes in."""
    assert _said(await house.with_token(token).refused("/tasks")) == (401, code)


async def test_a_token_that_is_no_longer_good(house: House) -> None:
    """It expires in real time, and a role that the user does not have is not believed."""
    yesterday = datetime.now(UTC) - timedelta(days=1)
    expired = house.tokens.issue("rep-anna", Role.REP, lifetime=timedelta(hours=12), now=yesterday)
    assert _said(await house.with_token(expired).refused("/tasks")) == (401, "token_expired")
    promoted = house.tokens.issue("rep-anna", Role.ADMIN, lifetime=timedelta(hours=1))
    assert _said(await house.with_token(promoted).refused("/tasks")) == (401, "user_unknown")


async def test_a_link_that_was_made_up(house: House) -> None:
    """A forged or mangled link of an e-mail leads nowhere and withdraws nothing."""
    for path in ("/t/AAAA.BBBB", "/t/x", "/u/AAAA.BBBB"):
        assert (await house.public.get(path)).status_code == 404, path
    assert (await house.public.post("/u/AAAA.BBBB")).status_code == 404
