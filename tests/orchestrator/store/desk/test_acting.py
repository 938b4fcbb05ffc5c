"""What the front desk writes, on a real PostgreSQL: once under its request, in one transaction with what runs are told and the audit notes."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from api.ports import NotEnrolled
from api.rows import EnrolmentRow
from api.schemas.consents import NewConsent, NewObjection, NewWithdrawal
from journeys.definitions import Definition, Heard
from orchestrator.store import tables
from orchestrator.store.desk.consents import StoredConsents
from orchestrator.store.desk.enrolments import StoredEnrolments
from orchestrator.store.desk.idempotency import StoredIdempotency
from orchestrator.store.desk.people import StoredPeople
from orchestrator.store.desk.remarks import StoredRemarks
from orchestrator.store.desk.touches import StoredTouches
from tests.builders import NOW, a_journey
from tests.orchestrator.store.desk.filling import (
    ASTRID,
    ENROLMENT,
    MARKETING,
    MESSAGE_ID,
    MSL,
    REP,
    TOUCH,
    a_run,
    a_touch,
    a_version,
    add,
    an_enrolment,
    astrid,
    every,
    once,
    the_world,
)

CONSENT = NewConsent(channel="email", method="signature", text_version="v3", language="sv", proof="form-1")
INVITING = f"{ENROLMENT}.invitation.1"
WITHDRAWAL = NewWithdrawal(channel="email", method="phone")


@pytest.fixture(autouse=True)
async def world(engine: AsyncEngine) -> None:
    await the_world(engine)


async def _told(engine: AsyncEngine) -> list[tuple[str, str]]:
    """What the outbox holds: which run, and what it is told."""
    return [(row.enrolment_id, row.payload.get("is_", row.kind)) for row in await every(engine, tables.Outbox)]


async def _audited(engine: AsyncEngine) -> list[tuple[str, str]]:
    return [(row.by, row.action) for row in await every(engine, tables.AuditEntry)]


async def _in_force(engine: AsyncEngine, **changes: Any) -> Definition:
    """A second version of the journey, published."""
    definition = a_journey(version=2, **changes)
    await add(engine, a_version(definition))
    return definition


async def test_enrolling_writes_the_start_and_the_audit_with_it(engine: AsyncEngine) -> None:
    """The rep who enrols is the conductor; the digest is the published one."""
    row = await StoredEnrolments(engine).create(REP, await astrid(engine), a_journey(), once=once(), now=NOW)
    assert isinstance(row, EnrolmentRow)
    (stored,) = await every(engine, tables.Enrolment)
    assert (stored.id, stored.status, stored.conductor, stored.digest) == (row.id, "requested", "user-rep", a_journey().digest)
    assert await _told(engine) == [(row.id, "start")]
    assert await _audited(engine) == [("user-rep", "enrolment.created")]


async def test_enrolling_again_under_the_same_key_is_the_same_enrolment(engine: AsyncEngine) -> None:
    """Also when both requests come at once."""
    enrolments, person = StoredEnrolments(engine), await astrid(engine)
    rows = await asyncio.gather(*(enrolments.create(REP, person, a_journey(), once=once(), now=NOW) for _ in range(5)))
    assert len({row.id for row in rows if isinstance(row, EnrolmentRow)}) == 1
    assert all(isinstance(row, EnrolmentRow) for row in rows)
    assert len(await _told(engine)) == 1


async def test_two_enrolments_at_once_are_one(engine: AsyncEngine) -> None:
    """Under different keys one wins, and the others are told that the HCP is in the journey."""
    enrolments, person = StoredEnrolments(engine), await astrid(engine)
    rows = await asyncio.gather(*(enrolments.create(REP, person, a_journey(), once=once(f"key-{number}"), now=NOW) for number in range(5)))
    assert sorted(row.code for row in rows if isinstance(row, NotEnrolled)) == ["already_enrolled"] * 4
    assert len(await every(engine, tables.Enrolment)) == 1


async def test_marketing_enrols_for_the_rep_of_the_territory(engine: AsyncEngine) -> None:
    """Somebody must conduct."""
    row = await StoredEnrolments(engine).create(MARKETING, await astrid(engine), a_journey(), once=once(), now=NOW)
    assert isinstance(row, EnrolmentRow)
    assert row.conductor == "user-rep"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"entry": {"when": {"fact": "persona", "is": "ordinary"}}}, "not_eligible"),
        ({"markets": ["UK"]}, "wrong_market"),
        ({"entry": {"when": {"fact": "kol_tier", "known": True}}}, "not_eligible"),
    ],
)
async def test_the_definition_decides_who_enters(changes: dict[str, Any], code: str, engine: AsyncEngine) -> None:
    """By its entry condition and its markets; a medical fact counts for nothing here."""
    definition = await _in_force(engine, **changes)
    refused = await StoredEnrolments(engine).create(REP, await astrid(engine), definition, once=once(), now=NOW)
    assert isinstance(refused, NotEnrolled)
    assert refused.code == code
    assert (await every(engine, tables.Enrolment), await _told(engine)) == ([], [])


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"state": "draft"}, "not_published"),
        ({"state": "in_review"}, "not_published"),
        ({"state": "signed"}, "not_published"),
        ({"state": "withdrawn"}, "not_published"),
        ({"effective_from": NOW + timedelta(seconds=1)}, "not_in_effect"),
        ({"drains_from": NOW}, "admits_nobody"),
        ({"state": "draining"}, "admits_nobody"),
        ({"state": "retired"}, "admits_nobody"),
        ({"digest": "another"}, "not_published"),
    ],
)
async def test_a_version_that_is_not_in_effect_takes_nobody(changes: dict[str, Any], code: str, engine: AsyncEngine) -> None:
    """Not even by its number; and a definition that is not the one on record is none."""
    definition = a_journey(version=2)
    await add(engine, a_version(definition, **changes))
    refused = await StoredEnrolments(engine).create(REP, await astrid(engine), definition, once=once(), now=NOW)
    assert isinstance(refused, NotEnrolled)
    assert refused.code == code
    assert await every(engine, tables.Enrolment) == []


async def test_an_objection_keeps_promotion_out(engine: AsyncEngine) -> None:
    """A transactional journey may still begin."""
    person, enrolments = await astrid(engine), StoredEnrolments(engine)
    await StoredConsents(engine).object(REP, person, NewObjection(method="letter"), once=once(), now=NOW)
    refused = await enrolments.create(REP, person, a_journey(), once=once("k1"), now=NOW)
    assert isinstance(refused, NotEnrolled)
    assert refused.code == "objected"
    assert isinstance(await enrolments.create(REP, person, await _in_force(engine, purpose="transactional"), once=once("k2"), now=NOW), EnrolmentRow)


@pytest.mark.parametrize(("again", "days", "code"), [("never", 999, "never_again"), ("180 days", 179, "too_early_to_enter_again"), ("180 days", 181, None)])
async def test_entering_again(again: str, days: int, code: str | None, engine: AsyncEngine) -> None:
    """Counted from the end of the last run, in the HCP's calendar."""
    await a_run(engine, status="ended", ended_at=NOW)
    definition = await _in_force(engine, entry={"when": {"fact": "persona", "is": "pioneer"}, "again": again})
    answer = await StoredEnrolments(engine).create(REP, await astrid(engine), definition, once=once(), now=NOW + timedelta(days=days))
    assert (answer.code if isinstance(answer, NotEnrolled) else None) == code


async def test_suppressed_and_unknown_markets_stay_out(engine: AsyncEngine) -> None:
    """Fail closed: who is on the stop list, and where the rules are not known."""
    person, enrolments = await astrid(engine), StoredEnrolments(engine)
    (stored,) = [row for row in await every(engine, tables.Person) if row.id == ASTRID]
    stored.market = "UK"
    await add(engine, stored)
    definition = await _in_force(engine, markets=["UK"])
    refused = await enrolments.create(REP, person, definition, once=once(), now=NOW)
    assert isinstance(refused, NotEnrolled)
    assert refused.code == "no_market_policy"
    stored.status = "retired"
    await add(engine, stored)
    refused = await enrolments.create(REP, person, definition, once=once(), now=NOW)
    assert isinstance(refused, NotEnrolled)
    assert refused.code == "suppressed"


@pytest.mark.parametrize(("status", "code"), [("restricted", None), ("deceased", "suppressed"), ("retired", "suppressed"), ("deactivated", "suppressed")])
async def test_who_is_restricted_enters_a_journey_of_safety_information(engine: AsyncEngine, status: str, code: str | None) -> None:
    """As the gate would let its letters through; who is gone enters nothing."""
    person, enrolments = await astrid(engine), StoredEnrolments(engine)
    (stored,) = [row for row in await every(engine, tables.Person) if row.id == ASTRID]
    stored.status = status
    await add(engine, stored)
    letter = await _in_force(engine, purpose="safety")
    answer = await enrolments.create(REP, person, letter, once=once(), now=NOW)
    assert (answer.code if isinstance(answer, NotEnrolled) else None) == code


async def test_consent_and_withdrawal_are_told_to_the_running_journeys(engine: AsyncEngine) -> None:
    """Each act once, with its evidence, to the runs that have not ended; nothing is changed afterwards."""
    await a_run(engine)
    await add(engine, an_enrolment(id="over", status="ended"))
    consents, person = StoredConsents(engine), await astrid(engine)
    for _ in range(2):
        given = await consents.record(REP, person, CONSENT, once=once("given"), now=NOW)
        taken = await consents.withdraw(MSL, person, WITHDRAWAL, once=once("taken"), now=NOW + timedelta(days=1))
    assert [(act.act, act.market, act.captured_by) for act in await consents.of_person(ASTRID)] == [
        ("given", "SE", "user-rep"),
        ("withdrawn", "SE", "user-msl"),
    ]
    assert await _told(engine) == [(ENROLMENT, "consent_given"), (ENROLMENT, "consent_withdrawn")]
    assert [row.payload["id"] for row in await every(engine, tables.Outbox)] == [given.id, taken.id]
    assert await _audited(engine) == [("user-rep", "consent.given"), ("user-msl", "consent.withdrawn")]


async def test_an_objection_is_recorded_and_told_once(engine: AsyncEngine) -> None:
    """The first instant stands."""
    await a_run(engine)
    consents, person = StoredConsents(engine), await astrid(engine)
    first = await consents.object(REP, person, NewObjection(method="letter"), once=once("k1"), now=NOW)
    again = await consents.object(MSL, person, NewObjection(method="phone"), once=once("k2"), now=NOW + timedelta(days=3))
    assert first == again == await consents.objected_at(ASTRID) == NOW
    assert await _told(engine) == [(ENROLMENT, "objected")]


async def test_the_words_of_a_reason_are_kept_once(engine: AsyncEngine) -> None:
    """Under an id that follows from the request."""
    remarks = StoredRemarks(engine)
    kept = {await remarks.keep(REP, "On leave.", side="commercial", once=once(), now=NOW) for _ in range(2)}
    assert kept == {row.id for row in await every(engine, tables.Remark)}
    assert await remarks.keep(REP, "On leave.", side="commercial", once=once("another"), now=NOW) not in kept


async def test_a_fact_is_stored_and_told_once(engine: AsyncEngine) -> None:
    """By its source's id, and as the same thing of the same touch; found by the touch's key or the e-mail's Message-ID."""
    await a_run(engine)
    touches = StoredTouches(engine)
    base: dict[str, Any] = {"source": "mail", "source_id": "1", "touch": TOUCH, "message_id": None, "heard": Heard.OPENED, "at": NOW, "now": NOW}
    assert await touches.heard(**base) == "stored"
    assert await touches.heard(**base) == "repeated"
    assert await touches.heard(**{**base, "source_id": "2"}) == "repeated"
    assert await touches.heard(**{**base, "source_id": "3", "touch": None, "message_id": MESSAGE_ID, "heard": Heard.CLICKED}) == "stored"
    assert await touches.heard(**{**base, "touch": "unheard-of"}) == "unknown"
    assert await _told(engine) == [(ENROLMENT, "touch_heard")] * 2


async def test_a_click_leads_to_the_contents_own_address(engine: AsyncEngine) -> None:
    """Noted once; a link that the content does not have leads nowhere and is not noted."""
    await a_run(engine)
    touches = StoredTouches(engine)
    for _ in range(2):
        target = await touches.click(TOUCH, "study", now=NOW)
        assert target is not None
        assert target.address == "https://dirigent.example/study"
    assert await touches.click(TOUCH, "elsewhere", now=NOW) is None
    assert await touches.click("unheard-of", "study", now=NOW) is None
    assert [(row.source, row.heard) for row in await every(engine, tables.HeardFact)] == [("link", "clicked")]


async def test_one_click_withdraws_once_and_again_after_a_new_consent(engine: AsyncEngine) -> None:
    """Pressing twice is one act; a consent given later is taken back by the same old link."""
    await a_run(engine)
    touches, consents = StoredTouches(engine), StoredConsents(engine)
    results = await asyncio.gather(*(touches.unsubscribe(TOUCH, now=NOW) for _ in range(4)))
    assert results == [True] * 4
    assert [act.method for act in await consents.of_person(ASTRID)] == ["one_click"]
    await consents.record(REP, await astrid(engine), CONSENT, once=once(), now=NOW + timedelta(days=1))
    assert await touches.unsubscribe(TOUCH, now=NOW + timedelta(days=2))
    assert [act.act for act in await consents.of_person(ASTRID)] == ["withdrawn", "given", "withdrawn"]
    assert not await touches.unsubscribe("unheard-of", now=NOW)
    assert await touches.channel_of(TOUCH) == "email"


async def test_a_text_is_found_by_its_short_code_and_stopped_by_itself(engine: AsyncEngine) -> None:
    """Withdrawing text messages leaves e-mail as it was."""
    await a_run(engine)
    await add(engine, a_touch(key="enr1.text.1", channel="sms", message_id="<text@mail.example>", code="abcdefghijklm"))
    touches, consents = StoredTouches(engine), StoredConsents(engine)
    assert (await touches.named("abcdefghijklm"), await touches.named("bbcdefghijklm")) == ("enr1.text.1", None)
    assert await touches.channel_of("enr1.text.1") == "sms"
    assert await touches.unsubscribe("enr1.text.1", now=NOW)
    assert [(act.channel, act.act) for act in await consents.of_person(ASTRID)] == [("sms", "withdrawn")]


async def test_an_answer_is_kept_once_and_may_become_a_no(engine: AsyncEngine) -> None:
    """Accepting twice is one answer; declining afterwards is heard too; who declined has declined, whatever link is pressed then."""
    await a_run(engine)
    await add(engine, a_touch(key=INVITING, message_id="<invitation@mail.example>", starts=NOW + timedelta(days=3), ends=NOW + timedelta(days=4)))
    touches = StoredTouches(engine)
    pressed = (Heard.ACCEPTED, Heard.ACCEPTED, Heard.DECLINED, Heard.ACCEPTED)
    assert [await touches.answer(INVITING, answer, now=NOW) for answer in pressed] == [Heard.ACCEPTED, Heard.ACCEPTED, Heard.DECLINED, Heard.DECLINED]
    assert sorted(row.heard for row in await every(engine, tables.HeardFact)) == ["accepted", "declined"]
    assert await _told(engine) == [(ENROLMENT, "touch_heard")] * 2


async def test_only_an_invitation_is_answered_and_attended(engine: AsyncEngine) -> None:
    """Of any other touch there is nothing to accept and nowhere to come to."""
    await a_run(engine)
    await add(engine, a_touch(key=INVITING, message_id="<invitation@mail.example>", starts=NOW + timedelta(days=3), ends=NOW + timedelta(days=4)))
    touches = StoredTouches(engine)
    base: dict[str, Any] = {"source": "webinar", "source_id": "1", "touch": INVITING, "message_id": None, "heard": Heard.ATTENDED, "at": NOW, "now": NOW}
    assert await touches.heard(**{**base, "touch": TOUCH}) == "unknown"
    assert [await touches.heard(**base), await touches.heard(**base)] == ["stored", "repeated"]
    assert await touches.invitation(TOUCH, now=NOW) is None
    invitation = await touches.invitation(INVITING, now=NOW)
    assert invitation is not None
    assert (invitation.when, invitation.language) == ("torsdag 4 mars 2027, 10:00 (centraleuropeisk normaltid)", "sv")


async def test_a_mobile_number_is_put_on_record_without_being_told(engine: AsyncEngine) -> None:
    """It can be told that there is one, and the audit says who recorded it and not what it is; the same number again changes nothing."""
    people = StoredPeople(engine)
    for number in ("+46701740605", "+46701740605", None):
        await people.set_mobile(REP, ASTRID, number, now=NOW)
        found = await people.find(REP, ASTRID)
        assert found is not None
        assert found.addresses == (("email", "mobile") if number else ("email",))
    assert [action for _, action in await _audited(engine)][-2:] == ["mobile.recorded", "mobile.removed"]
    assert "0174" not in str([row.model_dump() for row in await every(engine, tables.AuditEntry)])


async def test_a_key_is_claimed_answered_and_refused(engine: AsyncEngine) -> None:
    """New, new again when cut short, answered for the same request, reused for another; another user's key is another key."""
    keys = StoredIdempotency(engine)
    assert (await keys.claim(once(), now=NOW)).state == "new"
    assert (await keys.claim(once(), now=NOW)).state == "new"
    await keys.settle(once(), status=200, response={"said": "first"})
    await keys.settle(once(), status=200, response={"said": "second"})
    claim = await keys.claim(once(), now=NOW)
    assert (claim.state, claim.response) == ("answered", {"said": "first"})
    assert (await keys.claim(once(digest="another"), now=NOW)).state == "reused"
    assert (await keys.claim(replace(once(digest="another"), user_id="user-msl"), now=NOW)).state == "new"


async def test_only_an_unanswered_key_is_released(engine: AsyncEngine) -> None:
    """A refusal frees it; an answer stays."""
    keys = StoredIdempotency(engine)
    await keys.claim(once(), now=NOW)
    await keys.release(once())
    assert (await keys.claim(once(digest="mended"), now=NOW)).state == "new"
    await keys.settle(once(digest="mended"), status=200, response={})
    await keys.release(once(digest="mended"))
    assert (await keys.claim(once(digest="mended"), now=NOW)).state == "answered"
