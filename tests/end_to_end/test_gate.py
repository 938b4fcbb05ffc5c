"""The gate before every e-mail, through the whole house: nothing goes out that may not, and the answer, the standing, the task and the timeline say why."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import select

from journeys.definitions import Definition
from orchestrator.store import tables
from orchestrator.store.engine import transaction
from tests.builders import a_journey, an_email, an_exit
from tests.end_to_end.conftest import Opening
from tests.end_to_end.house import House, Json, link, unsubscribe
from tests.orchestrator.store.desk.filling import a_version

ALVA = "alva.tallmark@norrviken.example"
MIRANDA = "miranda.solvik@klarstrand.example"
BIRGER = "birger.stenlid@klarstrand.example"
CONSENT: Json = {"channel": "email", "method": "signature", "text_version": "se-email-2025-1", "language": "sv", "proof": "form-1"}


async def _expire(house: House, content: str, version: int) -> None:
    """Let the approval of a version of content end, as review would."""
    async with transaction(house.engine) as session:
        row = await session.get_one(tables.ContentVersion, (content, version))
        row.expires = datetime.now(UTC) - timedelta(minutes=1)
        session.add(row)


async def _verdicts(house: House, enrolment: str) -> list[tuple[str, str | None]]:
    async with transaction(house.engine) as session:
        asked = select(tables.Judgement.verdict, tables.Judgement.reason).where(tables.Judgement.enrolment_id == enrolment)
        return [(verdict, reason) for verdict, reason in await session.exec(asked)]


async def test_content_that_expired_after_the_enrolment_is_not_sent(house: House) -> None:
    """An automatic e-mail is held with the reason, in the answer to the visit, in the run's standing and in the timeline; nothing arrives."""
    anna = house.desk("rep-anna")
    alva = await anna.person("Tallmark")
    run = await anna.enrol(alva, "pioneer")
    task = await anna.task(run, "first-visit")
    await _expire(house, "hf-outlook", 1)
    assert (await anna.get("/content/hf-outlook@1"))["state"] == "expired"
    done = await anna.complete(task, "neutral", "face_to_face")
    assert (done["next"]["doing"], done["next"]["reason"]) == ("held", "content_expired")
    assert "the approval of the content has expired" in done["next"]["sentence"]
    standing = (await anna.get(f"/enrolments/{run}"))["standing"]
    assert (standing["doing"], standing["step"], standing["reason"]) == ("held", "outlook-mail", "content_expired")
    (held,) = await anna.lines(alva, "held")
    assert (held["step"], held["reason"]) == ("outlook-mail", "content_expired")
    assert await _verdicts(house, run) == [("refused", "content_expired")]
    assert house.mails_to(ALVA) == []


async def test_a_reps_email_with_expired_content_is_not_sent(house: House) -> None:
    """The rep who releases it is told at once why it does not go out, the task keeps the reason, and nothing arrives."""
    anna = house.desk("rep-anna")
    alva = await anna.person("Tallmark")
    run = await anna.enrol(alva, "pioneer")
    done = await anna.complete(await anna.task(run, "first-visit"), "interested", "face_to_face")
    await _expire(house, "hf-dialogue", 2)
    task = done["next"]["task"]["id"]
    done = await anna.complete(task, "sent")
    assert (done["next"]["doing"], done["next"]["step"], done["next"]["reason"]) == ("held", "follow-up-mail", "content_expired")
    assert (await anna.get(f"/tasks/{task}"))["reason"] == "content_expired"
    assert [line["reason"] for line in await anna.lines(alva, "held")] == ["content_expired"]
    assert await anna.lines(alva, "sent") == []
    assert house.mails_to(ALVA) == []


async def test_a_missing_consent_leads_to_asking_for_it(house: House) -> None:
    """The release is answered with the reason and the task to ask; once consent is recorded, the same letter goes out."""
    anna = house.desk("rep-anna")
    birger = await anna.person("Stenlid")
    run = await anna.enrol(birger, "pioneer")
    done = await anna.complete(await anna.task(run, "first-visit"), "interested", "face_to_face")
    done = await anna.complete(done["next"]["task"]["id"], "sent")
    assert [(one["what"], one["reason"]) for one in done["happened"] if one["reason"]] == [("blocked", "no_consent"), ("moved", "no_consent")]
    assert done["next"]["step"] == "ask-consent"
    assert house.mails_to(BIRGER) == []

    await anna.post(f"/people/{birger}/consents", CONSENT)
    done = await anna.complete(done["next"]["task"]["id"], "consent_given", "face_to_face")
    done = await anna.complete(done["next"]["task"]["id"], "sent")
    assert done["next"]["step"] == "reading"
    await house.mails(BIRGER)
    assert await _verdicts(house, run) == [("refused", "no_consent"), ("allowed", None)]


async def test_a_consent_withdrawn_during_a_wait_stops_the_next_email(house: House) -> None:
    """One click on the link in the mail's header, without signing in, is on record with its evidence, and no later step of the run writes again."""
    anna = house.desk("rep-anna")
    miranda = await anna.person("Solvik")
    run = await anna.enrol(miranda, "rising-star")
    await anna.standing(run, "waiting", "welcome-reading")
    (mail,) = await house.mails(MIRANDA)
    assert (await house.public.get(unsubscribe(mail))).status_code == 200
    (standing,) = (await anna.get(f"/people/{miranda}/consents"))["standing"]
    assert standing["allowed"], "reading the page must change nothing: scanners open every link"
    for _ in range(2):
        assert (await house.public.post(unsubscribe(mail), data={"List-Unsubscribe": "One-Click"})).status_code == 200
    record = await anna.get(f"/people/{miranda}/consents")
    assert [(one["allowed"], one["reason"]) for one in record["standing"]] == [(False, "consent_withdrawn")]
    assert [act["method"] for act in record["acts"]] == ["double_opt_in", "one_click"]

    assert (await house.public.get(link(mail))).status_code == 302
    done = await anna.complete(await anna.task(run, "case-meeting"), "interested", "remote")
    assert [(one["what"], one["reason"]) for one in done["happened"] if one["reason"]] == [("blocked", "consent_withdrawn"), ("moved", "consent_withdrawn")]
    assert done["next"]["step"] == "decision-meeting"
    assert [(line["step"], line["reason"]) for line in await anna.lines(miranda, "blocked")] == [("case-mail", "consent_withdrawn")]
    assert len(house.mails_to(MIRANDA)) == 1


async def test_an_objection_ends_every_promotional_run_at_once(house: House) -> None:
    """Whoever hears it may record it; the run ends in the middle of its wait, its task-to-be never comes, and nobody enrols the HCP again."""
    anna, karin = house.desk("rep-anna"), house.desk("msl-karin")
    miranda = await anna.person("Solvik")
    run = await anna.enrol(miranda, "rising-star")
    await anna.standing(run, "waiting", "welcome-reading")
    await karin.post(f"/people/{miranda}/objection", {"method": "phone"})
    standing = await anna.standing(run, "ended")
    assert standing["reason"] == "objected"
    (end,) = await anna.lines(miranda, "ended")
    assert (end["to"], end["reason"]) == ("objected", "objected")
    no = await anna.refused("/enrolments", {"person_id": miranda, "journey": "rising-star"})
    assert (no.status, no.code) == (409, "objected")
    assert len(await house.mails(MIRANDA)) == 1


async def test_an_objection_takes_an_open_visit_back(house: House) -> None:
    """An objection to direct marketing stops visits too: the open task is cancelled, and a late outcome is refused."""
    anna = house.desk("rep-anna")
    alva = await anna.person("Tallmark")
    run = await anna.enrol(alva, "pioneer")
    task = await anna.task(run, "first-visit")
    await anna.post(f"/people/{alva}/objection", {"method": "in_person"})
    await anna.standing(run, "ended")
    closed = await anna.get(f"/tasks/{task}")
    assert (closed["status"], closed["reason"], closed["allowed"]) == ("cancelled", "objected", [])
    late = await anna.refused(f"/tasks/{task}/complete", {"outcome": "interested", "channel": "remote"})
    assert (late.status, late.code) == (409, "ended")


async def test_the_weekly_cap_defers_until_the_oldest_touch_is_a_week_old(house: House) -> None:
    """Two mails and a visit are the three of the week; the fourth contact, a mail, waits, and everybody is told until when."""
    anna = house.desk("rep-anna")
    miranda = await anna.person("Solvik")
    run = await anna.enrol(miranda, "rising-star")
    await anna.standing(run, "waiting", "welcome-reading")
    (welcome,) = await house.mails(MIRANDA)
    await house.public.get(link(welcome))
    done = await anna.complete(await anna.task(run, "case-meeting"), "interested", "remote")
    done = await anna.complete(done["next"]["task"]["id"], "sent")
    assert (done["next"]["doing"], done["next"]["step"]) == ("waiting", "case-reading")
    (_, case) = await house.mails(MIRANDA, 2)
    await house.public.get(link(case))
    done = await anna.complete(await anna.task(run, "decision-meeting"), "will_try", "face_to_face")

    async with transaction(house.engine) as session:
        touches = sorted(await session.exec(select(tables.Touch.at).where(tables.Touch.enrolment_id == run)))
    until = touches[-3] + timedelta(days=7)
    assert (done["next"]["doing"], done["next"]["reason"], _instant(done["next"]["until"])) == ("held", "weekly_cap", until)
    standing = (await anna.get(f"/enrolments/{run}"))["standing"]
    assert (standing["step"], standing["reason"], _instant(standing["until"])) == ("checklist-mail", "weekly_cap", until)
    (held,) = await anna.lines(miranda, "held")
    assert (held["reason"], _instant(held["until"])) == ("weekly_cap", until)
    assert len(house.mails_to(MIRANDA)) == 2


async def test_what_was_deferred_goes_out_when_its_time_has_come(open_house: Opening) -> None:
    """At a week a second: four letters in a row are three and, seven days after the first, the fourth; no hand is needed."""
    letters = ("hf-outlook@1", "hf-dialogue@2", "hf-invitation@1", "hf-peer-meeting@1")
    async with open_house(speed=600_000) as house:
        await _publish(house, _in_a_row(letters))
        anna = house.desk("rep-anna")
        alva = await anna.person("Tallmark")
        run = await anna.enrol(alva, "four-letters")
        await anna.standing(run, "ended")
        await house.mails(ALVA, 4)
        (held,) = await anna.lines(alva, "held")
        sent = [_instant(line["at"]) for line in await anna.lines(alva, "sent")]
        assert (held["reason"], len(sent)) == ("weekly_cap", 4)
        assert sent[3] >= _instant(held["until"])
        assert sent[3] - sent[0] >= timedelta(days=7) - (sent[1] - sent[0])


async def test_what_nobody_does_goes_on_by_itself(open_house: Opening) -> None:
    """At a week a second: a visit that is never made and a call that is never made are overdue, and the journey ends along those paths."""
    async with open_house(speed=600_000) as house:
        anna = house.desk("rep-anna")
        birger = await anna.person("Stenlid")
        run = await anna.enrol(birger, "pioneer")
        standing = await anna.standing(run, "ended")
        assert standing["reason"] == "no_interest_now"
        assert [(line["step"], line["to"]) for line in await anna.lines(birger, "task_closed")] == [("first-visit", "overdue"), ("phone-call", "overdue")]
        assert [task["status"] for task in await anna.all("/tasks", person=birger, status="all")] == ["overdue", "overdue"]


async def test_a_letter_that_nobody_reads_gives_way_to_a_call(open_house: Opening) -> None:
    """At a week a second: the wait times out, and its time-out is the reason in the story."""
    async with open_house(speed=600_000) as house:
        anna = house.desk("rep-anna")
        tage = await anna.person("Björnfors")
        run = await anna.enrol(tage, "ordinary")
        await anna.standing(run, "ended")
        moved = [(line["step"], line["way"], line["to"]) for line in await anna.story(run) if line["what"] == "moved"]
        assert moved == [
            ("may-we-write", "case_1", "basics-mail"),
            ("basics-mail", "sent", "basics-reading"),
            ("basics-reading", "timeout", "short-call"),
            ("short-call", "overdue", "not-now"),
        ]
        await house.mails("tage.bjornfors@lindhamra.example")


def _in_a_row(letters: tuple[str, ...]) -> Definition:
    """A journey that sends one letter after another."""
    names = [f"letter-{number}" for number, _ in enumerate(letters, 1)]
    after = [*names[1:], "done"]
    steps: dict[str, Any] = {name: an_email(email={"content": ref}, next=then) for name, ref, then in zip(names, letters, after, strict=True)}
    return a_journey(journey="four-letters", start="letter-1", steps={**steps, "done": an_exit()})


async def _publish(house: House, definition: Definition) -> None:
    async with transaction(house.engine) as session:
        session.add(a_version(definition, effective_from=datetime.now(UTC)))


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
