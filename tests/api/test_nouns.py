"""The other nouns: people, definitions, enrolments, inquiries, consents, content, facts and health."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from api.codes import TABLE, Code
from api.ports import NotEnrolled
from api.who import Role
from journeys import events
from tests.api.conftest import As
from tests.api.fakes import World
from tests.api.worlds import ASTRID, BO, ENROLMENT, INQUIRY, JOURNEY, TOUCH
from tests.builders import a_consent_text, a_definition, written

CONSENT = {"channel": "email", "method": "signature", "text_version": "v1", "language": "sv", "proof": "form-1"}


async def test_the_field_sees_its_own_territory(as_: As) -> None:
    """A rep's list ends at the territory's border; marketing's does not."""
    assert [row["id"] for row in (await as_(Role.REP).get("/api/v1/people")).json()["items"]] == [ASTRID]
    assert [row["id"] for row in (await as_(Role.MARKETING).get("/api/v1/people")).json()["items"]] == [ASTRID, BO]
    assert [row["id"] for row in (await as_(Role.MARKETING).get("/api/v1/people", q="holm")).json()["items"]] == [BO]


async def test_the_story_is_told_in_sentences(as_: As) -> None:
    """Each line says what happened and why, with its codes beside it."""
    lines = (await as_(Role.REP).get(f"/api/v1/enrolments/{ENROLMENT}/story")).json()["items"]
    assert [line["sentence"] for line in lines] == [
        "Enrolled in “Heart failure, the pioneer”; it begins with “First meeting”.",
        "The persona was corrected to pioneer by A rep.",
        "“Question for medical” was completed by A msl: answered.",
    ]
    assert (lines[0]["what"], lines[0]["version"], lines[2].get("remark")) == ("began", 1, None)


async def test_a_definition_is_read_with_its_picture(as_: As) -> None:
    """The latest version, or one that is named."""
    for path in (f"/api/v1/definitions/{JOURNEY}", f"/api/v1/definitions/{JOURNEY}/1"):
        read = (await as_(Role.REP).get(path)).json()
        assert read["mermaid"].startswith("flowchart TD")
        assert read["body"]["steps"]["first-visit"]["title"] == "First meeting"
    assert (await as_(Role.REP).get(f"/api/v1/definitions/{JOURNEY}/2")).status_code == 404


async def test_linting_tells_the_place(as_: As) -> None:
    """Line and column, a code and a suggestion; a clean text is drawn."""
    text = written(a_definition()).replace("follow-up\n", "folow-up\n", 1)
    report = (await as_(Role.MARKETING).post("/api/v1/definitions/lint", {"text": text})).json()
    assert not report["ok"]
    finding = report["findings"][0]
    assert finding["line"] > 1
    assert "follow-up" in finding["fix"]
    assert (await as_(Role.MARKETING).post("/api/v1/definitions/lint", {"text": written(a_definition())})).json()["ok"]


async def test_enrolling_answers_with_the_enrolment(world: World, as_: As) -> None:
    """It is requested; the run starts from the outbox, which is nudged at once."""
    answer = await as_(Role.REP).post("/api/v1/enrolments", {"person_id": ASTRID, "journey": JOURNEY})
    assert (answer.status_code, answer.json()["status"], answer.json()["version"]) == (201, "requested", 1)
    assert answer.json()["standing"]["sentence"] == "About to start."
    assert world.nudges == 1


@pytest.mark.parametrize(
    "code", ["not_in_effect", "admits_nobody", "not_eligible", "objected", "already_enrolled", "too_early_to_enter_again", "never_again", "wrong_market"]
)
async def test_who_may_not_enter_is_told_why(code: str, world: World, as_: As) -> None:
    """A conflict with the reason's own code."""
    world.not_enrolled = NotEnrolled(code, "Because.")
    answer = await as_(Role.REP).post("/api/v1/enrolments", {"person_id": ASTRID, "journey": JOURNEY})
    assert (answer.status_code, answer.json()["code"]) == (TABLE[Code(code)][0], code) == (409, code)


async def test_an_unpublished_journey_cannot_be_entered(as_: As) -> None:
    """Neither a name nor a version that nobody published."""
    for body in ({"journey": "unheard-of"}, {"journey": JOURNEY, "version": 7}):
        assert (await as_(Role.REP).post("/api/v1/enrolments", {"person_id": ASTRID, **body})).status_code == 404


async def test_ending_by_hand_needs_a_reason(world: World, as_: As) -> None:
    """The run is told to leave, with the code; the words are kept beside it."""
    answer = await as_(Role.REP).post(f"/api/v1/enrolments/{ENROLMENT}/exit", {"reason": "moved_away", "remark": "New clinic.", "safety": {"answer": "none"}})
    assert answer.status_code == 200, answer.text
    (command,) = world.commands
    assert isinstance(command, events.Leave)
    assert (command.reason, world.remarks[command.remark or ""]) == ("moved_away", "New clinic.")


async def test_a_solicited_question_is_not_passed_on(world: World, as_: As) -> None:
    """Prompting a question is promotion by the back door."""
    body = {"person_id": ASTRID, "product": "cardiolex", "question": "Is it safe?", "safety": {"answer": "none"}, "unsolicited": False}
    answer = await as_(Role.REP).post("/api/v1/inquiries", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "solicited")
    assert answer.json()["errors"][0]["pointer"] == "/unsolicited"
    assert list(world.inquiries) == [INQUIRY]


async def test_the_rep_learns_status_and_dates(as_: As) -> None:
    """Not even the rep who wrote the words down reads them back."""
    recorded = await as_(Role.REP).post(
        "/api/v1/inquiries", {"person_id": ASTRID, "product": "cardiolex", "question": "Is it safe?", "safety": {"answer": "none"}, "unsolicited": True}
    )
    told_by_the_rep = {"product", "therapeutic_area", "language", "urgency", "attestation", "attested_by", "signature_digest", "corrects"}
    dates = {"recorded_at", "attested_at", "signed_at", "submitted_at", "due", "taken_at", "responded_at", "closed_at"}
    assert recorded.json().keys() == {"id", "person_id", "status", "recorded_by", "clarifications", "seen_by"} | told_by_the_rep | dates


async def test_medical_takes_and_answers_once(world: World, as_: As) -> None:
    """Taking twice is harmless, another answer is refused, and a closed inquiry stays closed."""
    world.words[INQUIRY] = replace(world.words[INQUIRY], answer=None, answered_by=None)
    for _ in range(2):
        assert (await as_(Role.MSL).post(f"/api/v1/inquiries/{INQUIRY}/take")).json()["status"] == "in_progress"
    answer = f"/api/v1/inquiries/{INQUIRY}/answer"
    assert (await as_(Role.MSL).post(answer, {"answer": "See the cohort.", "safety": {"answer": "none"}})).json()["answered_by"] == "user-msl"
    assert (await as_(Role.MSL).post(answer, {"answer": "See the cohort.", "safety": {"answer": "none"}})).status_code == 200
    assert (await as_(Role.MSL).post(answer, {"answer": "Another one.", "safety": {"answer": "none"}})).json()["code"] == "already_answered"
    world.inquiries[INQUIRY] = replace(world.inquiries[INQUIRY], status="answered")
    assert (await as_(Role.MSL).post(f"/api/v1/inquiries/{INQUIRY}/take")).json()["code"] == "inquiry_closed"


async def test_consent_stands_until_it_is_withdrawn(world: World, as_: As) -> None:
    """Both acts stay on record; the latest decides; the journeys are told each time."""
    given = await as_(Role.REP).post(f"/api/v1/people/{ASTRID}/consents", CONSENT)
    assert (given.status_code, given.json()["market"], given.json()["captured_by"]) == (201, "SE", "user-rep")
    record = (await as_(Role.REP).get(f"/api/v1/people/{ASTRID}/consents")).json()
    assert record["standing"] == [{"channel": "email", "purpose": "promotional", "product": None, "allowed": True, "reason": None}]
    world.now += timedelta(days=1)
    await as_(Role.MSL).post(f"/api/v1/people/{ASTRID}/consents/withdraw", {"channel": "email", "method": "phone"})
    record = (await as_(Role.REP).get(f"/api/v1/people/{ASTRID}/consents")).json()
    assert (record["standing"][0]["reason"], len(record["acts"]), world.nudges) == ("consent_withdrawn", 2, 2)


@pytest.mark.parametrize("missing", ["text_version", "language", "proof", "method"])
async def test_a_consent_without_evidence_is_none(missing: str, as_: As) -> None:
    """What cannot be demonstrated is not recorded."""
    body = {name: value for name, value in CONSENT.items() if name != missing}
    answer = await as_(Role.REP).post(f"/api/v1/people/{ASTRID}/consents", body)
    assert answer.json()["errors"] == [{"detail": "required", "pointer": f"/{missing}"}]


@pytest.mark.parametrize(
    ("changes", "code", "pointer", "allowed"),
    [
        ({"text_version": "v9"}, "text_unknown", "/text_version", None),
        ({"channel": "phone"}, "text_differs", "/channel", ["email"]),
        ({"purpose": "transactional"}, "text_differs", "/purpose", ["promotional"]),
        ({"market": "UK"}, "text_differs", "/market", ["SE"]),
        ({"language": "de"}, "text_differs", "/language", ["sv", "en"]),
        ({"text_version": "only-cardiolex"}, "text_differs", "/product", ["cardiolex"]),
    ],
)
async def test_nobody_agreed_to_what_the_text_does_not_ask(
    changes: dict[str, str], code: str, pointer: str, allowed: list[str] | None, world: World, as_: As
) -> None:
    """The text must be known and must ask for that channel, purpose, market, product and in that language; narrower than the text is no matter."""
    world.texts["only-cardiolex"] = a_consent_text("only-cardiolex", product="cardiolex")
    no = await as_(Role.REP).post(f"/api/v1/people/{ASTRID}/consents", CONSENT | changes)
    assert (no.status_code, no.json()["code"], no.json()["errors"][0]["pointer"], no.json().get("allowed")) == (422, code, pointer, allowed)
    given = await as_(Role.REP).post(f"/api/v1/people/{ASTRID}/consents", {**CONSENT, "product": "cardiolex"})
    assert (given.status_code, given.json()["product"]) == (201, "cardiolex")


async def test_a_consent_lasts_as_long_as_its_text_says(world: World, as_: As) -> None:
    """Or for a shorter time that was agreed on."""
    world.texts["v1"] = a_consent_text("v1", lasts="10 days")
    for expires, end in ((None, 10), (5, 5), (20, 10)):
        asked = {"expires": (world.now + timedelta(days=expires)).isoformat()} if expires is not None else {}
        given = (await as_(Role.REP).post(f"/api/v1/people/{ASTRID}/consents", {**CONSENT, **asked})).json()
        assert datetime.fromisoformat(given["expires"]) == world.now + timedelta(days=end)


async def test_the_words_of_a_consent_can_be_read(as_: As) -> None:
    """By market and channel, or one by its name; one that is not there is not found."""
    texts = (await as_(Role.MSL).get("/api/v1/consent-texts", market="SE", channel="email")).json()["items"]
    assert [text["text"] for text in texts] == ["v1"]
    one = await as_(Role.REP).get("/api/v1/consent-texts/v1")
    assert one.json() == texts[0]
    assert "promotional" in one.json()["words"]["sv"]
    assert (await as_(Role.REP).get("/api/v1/consent-texts/v9")).status_code == 404


async def test_a_consent_of_tomorrow_is_none(as_: As) -> None:
    """It is recorded after it was given."""
    answer = await as_(Role.REP).post(f"/api/v1/people/{ASTRID}/consents", {**CONSENT, "at": "2099-01-01T00:00:00Z"})
    assert (answer.status_code, answer.json()["code"]) == (422, "in_the_future")


async def test_consent_is_for_a_channel_that_there_is(as_: As, world: World) -> None:
    """A misspelt one is refused with those that there are; what was given for a channel that is gone can still be taken back."""
    sms = {"channel": "sms", "method": "signature", "text_version": "v3", "language": "sv", "proof": "form-1"}
    assert (await as_(Role.REP).post(f"/api/v1/people/{ASTRID}/consents", sms)).status_code == 201
    assert (await as_(Role.MSL).post(f"/api/v1/people/{ASTRID}/consents/withdraw", {"channel": "sms", "method": "phone"})).status_code == 201
    for path, body in (("consents", {**sms, "channel": "smss"}), ("consents/withdraw", {"channel": "smss", "method": "phone"})):
        no = (await as_(Role.REP).post(f"/api/v1/people/{ASTRID}/{path}", body)).json()
        assert (no["code"], "sms" in no["allowed"], no["errors"][0]["pointer"]) == ("unknown_channel", True, "/channel")
    world.acts.append(world.acts[0].model_copy(update={"channel": "fax"}))
    assert (await as_(Role.REP).post(f"/api/v1/people/{ASTRID}/consents/withdraw", {"channel": "fax", "method": "phone"})).status_code == 201


async def test_a_mobile_number_is_recorded_and_not_told(as_: As) -> None:
    """The answer says that there is one; null takes it off; only E.164 is a number."""
    rep = as_(Role.REP)
    told = await rep.post(f"/api/v1/people/{ASTRID}/mobile", {"mobile": "+46701740605"})
    assert (told.json()["addresses"], "0174" in told.text) == (["email", "mobile"], False)
    assert (await rep.post(f"/api/v1/people/{ASTRID}/mobile", {"mobile": None})).json()["addresses"] == ["email"]
    for wrong in ("0701740605", "+46 70 174 06 05", "+0701740605", "+46", "+4670174060512345", "+46701740605\n"):
        assert (await rep.post(f"/api/v1/people/{ASTRID}/mobile", {"mobile": wrong})).status_code == 422
    assert (await rep.post(f"/api/v1/people/{BO}/mobile", {"mobile": "+46701740605"})).status_code == 404


async def test_an_objection_is_made_once(world: World, as_: As) -> None:
    """The second time tells when the first was."""
    first = await as_(Role.MSL).post(f"/api/v1/people/{ASTRID}/objection", {"method": "letter"})
    world.now += timedelta(days=1)
    again = await as_(Role.REP).post(f"/api/v1/people/{ASTRID}/objection", {"method": "phone"})
    assert first.json() == again.json()


async def test_content_is_listed_in_its_state_now(as_: As) -> None:
    """Approval that has run out is expired, whatever was stored."""
    expired = (await as_(Role.REP).get("/api/v1/content", state="expired")).json()["items"]
    assert [line["content"] for line in expired] == ["hf-lapsed"]
    assert (await as_(Role.REP).get("/api/v1/content/hf-dialogue@2")).json()["state"] == "approved"
    assert (await as_(Role.REP).get("/api/v1/content/hf-dialogue@9")).status_code == 404


async def test_a_fact_is_taken_once(world: World, as_: As) -> None:
    """A provider that repeats itself is answered kindly; a touch that we never made is refused."""
    fact = {"source": "mail", "source_id": "1", "touch": TOUCH, "heard": "opened", "at": "2027-03-01T09:00:00Z"}
    answers = [await as_(Role.ADMIN).post("/api/v1/facts", fact) for _ in range(2)]
    assert [(answer.status_code, answer.json()) for answer in answers] == [(202, {"repeated": False}), (202, {"repeated": True})]
    assert (await as_(Role.ADMIN).post("/api/v1/facts", {**fact, "touch": "unheard-of"})).status_code == 404
    assert (await as_(Role.ADMIN).post("/api/v1/facts", {**fact, "message_id": "<x@y>"})).status_code == 422


async def test_health_names_the_part_that_is_away(world: World, as_: As) -> None:
    """Alive is not ready."""
    assert (await as_(None).get("/health/ready")).json() == {"status": "ready", "troubles": {}}
    world.troubles = {"temporal": "Temporal does not answer."}
    away = await as_(None).get("/health/ready")
    assert (away.status_code, away.json()["troubles"].keys()) == (503, {"temporal"})
    assert (await as_(None).get("/health/live")).status_code == 200


async def test_the_evidence_of_an_hcp_is_a_document_or_paper(as_: As, world: World) -> None:
    """By what is accepted or by its name; each reading is noted; a rep reads none."""
    path = f"/api/v1/people/{ASTRID}/evidence"
    pack = (await as_(Role.COMPLIANCE).get(path)).json()
    paper = await as_(Role.ADMIN).get(f"{path}.pdf")
    assert (len(pack["digest"]), paper.headers["content-type"], paper.content[:4]) == (64, "application/pdf", b"%PDF")
    assert world.audit.count(("user-compliance", "evidence.read")) == 1
    assert (await as_(Role.REP).get(path)).status_code == 403
