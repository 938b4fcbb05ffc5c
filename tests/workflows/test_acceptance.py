"""The acceptance cases of the engines that came before, in our language and on a real server, each named by its number."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from temporalio.testing import WorkflowEnvironment

from journeys import events as on
from journeys.definitions import Definition, ExitEvent
from journeys.draws import arm_of
from journeys.durations import Calendar
from journeys.state import EndKind, Entered
from tests.builders import a_pause, an_email
from tests.replay.history import replay
from tests.workflows.scenarios import DAY, LATE, late_visit, steps
from tests.workflows.stages import Played, a_stage

BOOKED = "appointment_booked"
"""The event by which the HCP comes in: an appointment, keyed by its id."""

WAITING = "A question of an HCP is waiting for its answer."


def a_text(to: str) -> dict[str, Any]:
    return {"message": {"channel": "sms", "content": "reminder@1"}, "next": to}


def sends(run: Played) -> list[str]:
    """The steps whose touches of this run were sent."""
    return [message.key.split(".")[1] for message in run.stage.channel.sent if message.key.startswith(f"{run.enrolment}.")]


def an_appointment(key: str, at: datetime) -> Entered:
    return Entered(event=BOOKED, key=key, fields={"starts_at": at.isoformat()})


def cancellable() -> Definition:
    """Remind a day before the appointment; if it is cancelled within a day after that, send the note."""
    cancelled = {"event": "appointment_cancelled", "same_key": True, "up_to": "1 day"}
    return steps(
        before={"wait": {"until": {"field": "starts_at", "minus": "1 day"}}, "next": {"timeout": "remind", "otherwise": "done"}},
        remind=a_text("cancelled"),
        cancelled={"wait": cancelled, "next": {"happened": "note", "timeout": "done"}},
        note=a_text("done"),
    )


async def test_a2_only_the_cancelled_appointment_gets_the_note(time_skipping: WorkflowEnvironment) -> None:
    """Two runs of one person: no send after five seconds, two after a day, and the note for the first alone: three in all."""
    async with a_stage(time_skipping) as stage:
        at = await stage.now() + 2 * DAY
        first, second = [await stage.play(cancellable(), entered=an_appointment(key, at)) for key in ("apt-1", "apt-2")]
        for run in (first, second):
            await run.at("before", "waiting")
        await stage.pass_time(timedelta(seconds=5))
        assert (sends(first), sends(second)) == ([], [])
        await stage.pass_time(DAY)
        for run in (first, second):
            await run.at("cancelled", "waiting")
        assert (sends(first), sends(second)) == (["remind"], ["remind"])
        for run in (first, second):  # the person's runs are both told; the key says which one is meant
            await run.happen("appointment_cancelled", "apt-1")
        await first.end()
        await second.end()
        assert (sends(first), sends(second)) == (["remind", "note"], ["remind"])


async def test_a4_who_meets_the_condition_already_and_who_meets_it_later(time_skipping: WorkflowEnvironment) -> None:
    """Both get the message, and the first does not wait for it."""
    wait = {"wait": {"when": {"fact": "adoption_stage", "at_least": "trial"}, "up_to": "30 days"}, "next": {"met": "text", "timeout": "done"}}
    async with a_stage(time_skipping) as stage:
        early = await stage.play(steps(trying=wait, text=a_text("done")), facts={"adoption_stage": "user"})
        await early.ended_at_once()
        late = await stage.play(steps(trying=wait, text=a_text("done")), facts={"adoption_stage": "aware"})
        await late.at("trying", "waiting")
        assert (sends(early), sends(late)) == (["text"], [])
        await late.tell(on.FactsChanged(id=late.fresh, facts={"adoption_stage": "trial"}))
        await late.ended_at_once()
        assert sends(late) == ["text"]


@pytest.mark.parametrize("arm", ["one", "two", "three"])
async def test_a7_each_arm_of_a_three_way_split_sends_its_own_message(temporal_dev: WorkflowEnvironment, arm: str) -> None:
    """With the draw fixed to each arm in turn, by an enrolment that falls into it; its history replays to the same arm."""
    arms = {"one": 1, "two": 1, "three": 1}
    journey = steps(draw={"split": {"arms": arms}, "next": {name: f"text-{name}" for name in arms}}, **{f"text_{name}": a_text("done") for name in arms})
    name = next(name for number in range(100) if arm_of(name := f"a7{arm}{number}", "draw", arms) == arm)
    async with a_stage(temporal_dev, name=name) as stage:
        run = await stage.play(journey)
        await run.end()
        assert sends(run) == [f"text-{arm}"]
        await replay(await run.history())


@pytest.mark.parametrize(
    ("zone", "local", "hour", "weekday"),
    [("America/New_York", {"at": "09:00"}, 9, None), ("Asia/Tokyo", {"on": ["thu"], "at": "05:00"}, 5, 3)],
)
async def test_a8_the_hour_and_the_weekday_are_those_of_the_hcp(
    time_skipping: WorkflowEnvironment, zone: str, local: dict[str, Any], hour: int, weekday: int | None
) -> None:
    """09:00 in New York; a Thursday at 05:00 in Tokyo, which is still Wednesday for the house."""
    async with a_stage(time_skipping) as stage:
        run = await stage.play(steps(hour={"wait": {"local": local}, "next": "text"}, text=a_text("done")), calendar=Calendar(zone=zone))
        await run.end()
        woke = run.entries[-1].at.astimezone(ZoneInfo(zone))
        assert (woke.hour, woke.minute) == (hour, 0)
        assert weekday is None or woke.weekday() == weekday
        assert sends(run) == ["text"]


async def test_a11_a_jump_back_runs_as_often_as_it_may(time_skipping: WorkflowEnvironment) -> None:
    """Two steps that point at each other: three rounds, and the run goes on."""
    journey = steps(text={**a_text("rest"), "at_most": 3, "next": {"sent": "rest", "exhausted": "done"}}, rest=a_pause("7 days", next="text"))
    async with a_stage(time_skipping) as stage:
        run = await stage.play(journey)
        await run.end()
        assert sends(run) == ["text", "text", "text"]


async def test_a12_an_event_that_means_leave_stops_all_that_is_later(time_skipping: WorkflowEnvironment) -> None:
    """In the middle of a delay of one day the HCP leaves, and nothing after it runs."""
    journey = steps(rest=a_pause("1 day", next="text"), text=a_text("done")).model_copy(update={"exit_on": (ExitEvent(event="study_left"),)})
    async with a_stage(time_skipping) as stage:
        run = await stage.play(journey)
        await run.at("rest", "waiting")
        await run.happen("study_left")
        assert (await run.ended_at_once()).kind is EndKind.EXIT_EVENT
        await stage.pass_time(2 * DAY)
        assert sends(run) == []


def reminded() -> Definition:
    """A hand-off to an MSL with a reminder every day until it is done; on the third day the lead is called in, once."""
    return steps(
        visit=late_visit(next="both"),
        both={"parallel": {"branches": {"answer": "question", "remind": "day", "call_in": "patience"}, "join": "any"}, "next": "done"},
        question={"medical": {"needs": "inquiry", **LATE}, "next": "join"},
        day={"wait": {"time": "1 day"}, "at_most": 365, "next": {"timeout": "reminder", "exhausted": "join"}},
        reminder={"notify": {"whom": "medical", "message": WAITING}, "next": "day"},
        patience=a_pause("60 hours", next="lead"),
        lead={"escalate": {"about": "question", **LATE}, "next": "rest"},
        rest=a_pause("365 days", next="join"),
    )


@pytest.mark.parametrize(("days", "reminders", "escalations"), [(0.5, 0, 0), (1.5, 1, 0), (3.5, 3, 1), (9.5, 9, 1)])
async def test_a13_reminders_stop_when_it_is_done(time_skipping: WorkflowEnvironment, days: float, reminders: int, escalations: int) -> None:
    """A reminder for each day, one escalation on the third; when the MSL has answered, nothing more."""
    async with a_stage(time_skipping) as stage:
        run = await stage.play(reminded())
        await run.complete("visit", "interested", inquiry="question-1")
        await run.at("day", "waiting")
        await stage.pass_time(days * DAY)
        await run.complete("question", "answered", channel=None)
        await run.end()
        await stage.pass_time(20 * DAY)
        assert sum(len(entry.acts) for entry in run.entries) == reminders
        assert sum(key.endswith(".lead.1") for key in stage.runs.tasks) == escalations


async def test_a16_what_is_cancelled_while_it_is_delayed_is_not_sent(time_skipping: WorkflowEnvironment) -> None:
    """The run is left in the middle of the delay: no message, then or later."""
    async with a_stage(time_skipping) as stage:
        run = await stage.play(steps(rest=a_pause("5 days", next="mail"), mail=an_email()))
        await run.at("rest", "waiting")
        await run.command(on.Leave(id=run.fresh, by="rep", reason="asked_to"))
        await stage.pass_time(6 * DAY)
        assert sends(run) == []


@pytest.mark.parametrize("date", [None, "soon", "2027-02-30"])
async def test_a16_a_date_that_is_missing_or_invalid_sends_nothing(time_skipping: WorkflowEnvironment, date: str | None) -> None:
    """At run time the way is `missing`; that an author must say where it leads is the linter's business."""
    journey = steps(meeting={"wait": {"until": {"fact": "next_appointment_on"}}, "next": {"timeout": "text", "missing": "done"}}, text=a_text("done"))
    async with a_stage(time_skipping) as stage:
        run = await stage.play(journey, facts={"next_appointment_on": date})
        await run.end()
        assert (run.ways, sends(run)) == (["missing > done"], [])
