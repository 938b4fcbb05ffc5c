"""Messages and invitations through the whole house: texts that go by consent of their own, answers by one click, attendance, and what the rep sends."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from icalendar import Calendar
from sqlmodel import select

from journeys.definitions import Definition
from orchestrator.embedded.inbox import Mail
from orchestrator.store import tables
from orchestrator.store.engine import transaction
from tests.builders import Authored, a_journey, an_email, an_exit
from tests.end_to_end.conftest import Opening
from tests.end_to_end.house import Desk, House, Json, text_of
from tests.end_to_end.waiting import eventually
from tests.orchestrator.store.desk.filling import a_version

ALVA, ALVAS_NUMBER = "alva.tallmark@norrviken.example", "46701740605@sms.dirigent.test"
MIRANDA, MIRANDAS_NUMBER = "miranda.solvik@klarstrand.example", "46701740622@sms.dirigent.test"
BY_REP = {"sent_by": "rep", "due": "2 business days"}


async def test_an_invitation_is_accepted_attended_and_followed_by_a_text(house: House) -> None:
    """One click, pressed twice, is one answer; the attendance leads on; the text arrives and is shown as an SMS; stopping texts leaves e-mail."""
    await _publish(house, _both())
    anna = house.desk("rep-anna")
    alva = await anna.person("Tallmark")
    run = await anna.enrol(alva, "reach")
    await anna.standing(run, "waiting", "webinar")
    (mail,) = await house.mails(ALVA)
    accept, _ = _answers(mail)
    assert (await house.public.get(accept)).status_code == 200
    assert await anna.lines(alva, "heard") == [], "reading the page must change nothing: scanners open every link"
    for _ in range(2):
        assert "Du har tackat ja" in (await house.public.post(accept)).text
    await _heard(anna, alva, ["accepted"])
    assert (await house.public.post(f"{accept[:-3]}xyz")).status_code == 404

    await _report(house, mail, "attended")
    standing = await anna.standing(run, "ended")
    assert standing["reason"] == "finished"
    ways = [(line["step"], line["way"], line["to"]) for line in await anna.story(run) if line["what"] == "moved"]
    assert ways == [("webinar", "attended", "text"), ("text", "sent", "done")]
    assert [(line["step"], line["channel"]) for line in await anna.lines(alva, "sent")] == [("webinar", "email"), ("text", "sms")]

    (text,) = await house.mails(ALVAS_NUMBER)
    assert (text.message["Subject"], text.message.get_content_type()) == (None, "text/plain")
    assert "<td>SMS<td>+46701740605<td>" in (await house.public.get("/inbox")).text
    follow, stop = (urlsplit(link).path for link in re.findall(r"https?://\S+", text_of(text)))
    assert (await house.public.get(follow)).headers["location"] == "https://www.cardiolex.example/webinar"
    assert (await house.public.post(stop)).status_code == 200
    record = await anna.get(f"/people/{alva}/consents")
    assert {(one["channel"], one["allowed"]) for one in record["standing"]} == {("email", True), ("sms", False)}


async def test_an_invitation_is_an_entry_for_the_calendar(house: House) -> None:
    """In the HCP's words in the letter, in UTC in the calendar part, under the id of its touch."""
    await _publish(house, _both())
    anna = house.desk("rep-anna")
    await anna.enrol(await anna.person("Tallmark"), "reach")
    (mail,) = await house.mails(ALVA)
    (part,) = (part for part in mail.message.walk() if part.get_content_type() == "text/calendar")
    calendar = Calendar.from_ical(part.get_content())
    (event,) = calendar.walk("VEVENT")
    async with transaction(house.engine) as session:
        (touch,) = await session.exec(select(tables.Touch))
    assert (calendar["method"], f"<{event['uid']}>") == ("REQUEST", touch.message_id)
    assert (event.decoded("dtstart"), event.decoded("dtend")) == (touch.starts, touch.ends)
    assert "(centraleuropeisk" in text_of(mail)


async def test_who_accepted_may_still_decline(house: House) -> None:
    """The change of mind is heard while the run waits for the attendance."""
    await _publish(house, _both())
    anna = house.desk("rep-anna")
    alva = await anna.person("Tallmark")
    run = await anna.enrol(alva, "reach")
    (mail,) = await house.mails(ALVA)
    accept, decline = _answers(mail)
    await house.public.post(accept)
    await _heard(anna, alva, ["accepted"])
    await house.public.post(decline)
    assert (await anna.standing(run, "ended"))["reason"] == "not_this_time"
    assert "Du har tackat nej" in (await house.public.post(accept)).text
    assert house.mails_to(ALVAS_NUMBER) == []


async def test_an_invitation_that_was_accepted_is_moved_and_called_off(house: House) -> None:
    """Each change reaches the calendar by a letter of its own, under the first one's id and the next number; the run goes on as called off."""
    await _publish(house, _both())
    anna = house.desk("rep-anna")
    alva = await anna.person("Tallmark")
    run = await anna.enrol(alva, "reach")
    (mail,) = await house.mails(ALVA)
    await house.public.post(_answers(mail)[0])
    await _heard(anna, alva, ["accepted"])
    async with transaction(house.engine) as session:
        (touch,) = await session.exec(select(tables.Touch))
    later = datetime.now(UTC).replace(microsecond=0) + timedelta(days=70)
    await anna.post(f"/invitations/{touch.key}/reschedule", {"starts": later.isoformat(), "reason": "speaker_away"})
    await house.mails(ALVA, 2)
    await anna.post(f"/invitations/{touch.key}/call-off", {"reason": "too_few"})
    assert (await anna.standing(run, "ended"))["reason"] == "unanswered"
    entries = [_entry(each) for each in await house.mails(ALVA, 3)]
    assert [(method, event["uid"], event["sequence"]) for method, event in entries] == [
        ("REQUEST", entries[0][1]["uid"], 0),
        ("REQUEST", entries[0][1]["uid"], 1),
        ("CANCEL", entries[0][1]["uid"], 2),
    ]
    assert entries[1][1].decoded("dtstart") == later
    assert [line["way"] for line in await anna.story(run) if line["what"] == "moved"] == ["called_off"]


async def test_no_answer_is_a_way_of_its_own(open_house: Opening) -> None:
    """At a week a second: nobody answers within two days, and the journey goes on without."""
    async with open_house(speed=600_000) as house:
        await _publish(house, _both())
        anna = house.desk("rep-anna")
        alva = await anna.person("Tallmark")
        run = await anna.enrol(alva, "reach")
        assert (await anna.standing(run, "ended"))["reason"] == "unanswered"


async def test_consent_to_email_sends_no_text(house: House) -> None:
    """Miranda agreed to e-mail alone: the text is refused for want of consent, and the letter that takes its place arrives."""
    text = {"message": {"channel": "sms", "content": "hf-webinar-text@1"}, "blocked": {"no_consent": "letter"}, "next": "done"}
    await _publish(house, a_journey(journey="reach", entry=_ANYBODY, steps={"text": text, "letter": an_email(), "done": an_exit()}))
    anna = house.desk("rep-anna")
    miranda = await anna.person("Solvik")
    run = await anna.enrol(miranda, "reach")
    await anna.standing(run, "ended")
    assert [(line["step"], line["reason"]) for line in await anna.lines(miranda, "blocked")] == [("text", "no_consent")]
    await house.mails(MIRANDA)
    assert house.mails_to(MIRANDAS_NUMBER) == []


async def test_a_text_taken_back_during_a_run_leaves_its_email(house: House) -> None:
    """The withdrawal reaches the run: the rep's text is taken back, and the letter after it goes out."""
    text = {"message": {"channel": "sms", "content": "hf-webinar-text@1", **BY_REP}, "blocked": {"no_consent": "letter"}, "next": "done"}
    await _publish(house, a_journey(journey="reach", entry=_ANYBODY, steps={"text": text, "letter": an_email(), "done": an_exit()}))
    anna = house.desk("rep-anna")
    alva = await anna.person("Tallmark")
    run = await anna.enrol(alva, "reach")
    task = await anna.task(run, "text")
    await anna.post(f"/people/{alva}/consents/withdraw", {"channel": "sms", "method": "phone"})
    await anna.standing(run, "ended")
    closed = await anna.get(f"/tasks/{task}")
    assert (closed["status"], closed["reason"]) == ("cancelled", "consent_withdrawn")
    await house.mails(ALVA)
    assert house.mails_to(ALVAS_NUMBER) == []


async def test_a_rep_sends_a_text_and_an_invitation(house: House) -> None:
    """Each is a task that shows what will go out and by which channel, and goes out when it is released."""
    invite = _invitation(BY_REP)
    text = {"message": {"channel": "sms", "content": "hf-webinar-text@1", **BY_REP}, "next": "webinar"}
    await _publish(house, a_journey(journey="reach", entry=_ANYBODY, steps={"text": text, "webinar": invite, **_ENDS}))
    anna = house.desk("rep-anna")
    alva = await anna.person("Tallmark")
    run = await anna.enrol(alva, "reach")
    task = await anna.task(run, "text")
    brief = await anna.get(f"/tasks/{task}")
    assert (brief["kind"], brief["sends_by"], brief["content"]["text"].startswith("Hej {{ hcp.given_name }}")) == ("message", "sms", True)
    done = await anna.complete(task, "sent")
    assert done["next"]["step"] == "webinar"
    await house.mails(ALVAS_NUMBER)
    brief = await anna.get(f"/tasks/{done['next']['task']['id']}")
    assert (brief["kind"], brief["sends_by"]) == ("invite", "email")
    done = await anna.complete(brief["id"], "sent")
    assert (done["next"]["doing"], done["next"]["step"]) == ("waiting", "webinar")
    await house.mails(ALVA)


async def test_a_channel_that_nobody_installed_is_told(house: House) -> None:
    """The run holds the touch with the reason, and nothing goes out by another way."""
    pager = {"message": {"channel": "pager", "content": "hf-webinar-text@1"}, "next": "done"}
    await _publish(house, a_journey(journey="reach", entry=_ANYBODY, steps={"page": pager, "done": an_exit()}))
    anna = house.desk("rep-anna")
    alva = await anna.person("Tallmark")
    run = await anna.enrol(alva, "reach")
    standing = await anna.standing(run, "held", "page")
    assert (standing["reason"], "this installation has no such channel" in standing["sentence"]) == ("channel_unknown", True)
    assert house.inbox.mails() == []


_ANYBODY: Json = {"when": {"fact": "profession", "is": "physician"}, "again": "180 days"}
_ENDS: Authored = {"done": an_exit(), "not-now": an_exit("not_this_time"), "silent": an_exit("unanswered")}


def _invitation(more: Json | None = None, **ways: str) -> Authored:
    """To a webinar in sixty days."""
    starts = {"at": (datetime.now(UTC) + timedelta(days=60)).replace(microsecond=0).isoformat()}
    told: dict[str, Any] = {"content": "hf-webinar@1", "occasion": "webinar", "starts": starts, "answer_by": "2 days", **(more or {})}
    return {"invite": told, "next": {"attended": "done", "declined": "not-now", "no_answer": "silent", "otherwise": "silent", **ways}}


def _both() -> Definition:
    """An invitation and, for those who came, a text."""
    text = {"message": {"channel": "sms", "content": "hf-webinar-text@1"}, "next": "done"}
    return a_journey(journey="reach", entry=_ANYBODY, steps={"webinar": _invitation(attended="text"), "text": text, **_ENDS})


def _answers(mail: Mail) -> tuple[str, str]:
    """The paths of the two answers of an inviting letter: yes and no."""
    accept, decline = (urlsplit(link).path for link in re.findall(r"https?://\S+/a/\S+", text_of(mail)))
    return accept, decline


def _entry(mail: Mail) -> tuple[str, Any]:
    """What a letter tells the calendar: the method and the event."""
    (part,) = (part for part in mail.message.walk() if part.get_content_type() == "text/calendar")
    calendar = Calendar.from_ical(part.get_content())
    (event,) = calendar.walk("VEVENT")
    return str(calendar["method"]), event


async def _report(house: House, mail: Mail, heard: str) -> None:
    """The webinar platform tells who came."""
    fact = {"source": "webinar", "source_id": heard, "message_id": str(mail.message["Message-ID"]), "heard": heard, "at": datetime.now(UTC).isoformat()}
    assert await house.desk("admin").post("/facts", fact) == {"repeated": False}


async def _heard(anna: Desk, person: str, ways: list[str]) -> None:
    """Wait until the run has heard these, and no more."""

    async def told() -> list[Json] | None:
        return await anna.lines(person, "heard") or None

    assert [line["way"] for line in await eventually(told, "an answer that the run has heard")] == ways


async def _publish(house: House, definition: Definition) -> None:
    async with transaction(house.engine) as session:
        session.add(a_version(definition, effective_from=datetime.now(UTC)))
