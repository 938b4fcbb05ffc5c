"""What an invitation invites to is moved, or called off, while the run waits for the answer or the attendance."""

from datetime import UTC, datetime, timedelta

import pytest

from journeys import events as on
from journeys.commands import What
from journeys.conductor import alarm
from tests.journeys.playing import MONDAY, Run, a_journey, an_invitation, notes, ways

KEY = "run.webinar.1"
STARTS = datetime(2026, 4, 1, 15, 0, tzinfo=UTC)
LATER = STARTS + timedelta(days=7)


def invited(to: object = "bye") -> Run:
    """A run whose invitation is out: it waits ten days for the answer."""
    run = Run(a_journey({"webinar": an_invitation(to)}))
    run.settle()
    return run


def change(run: Run, starts: datetime | None, number: int = 1) -> tuple[object, ...]:
    return run.take(on.InvitationChanged(id=f"change-{number}", touch=KEY, starts=starts))


def test_the_answer_is_awaited_anew() -> None:
    """At the longest until it begins now; the story says when that is."""
    run = invited()
    assert alarm(run.state) == MONDAY + timedelta(days=10)
    told = run.take(on.InvitationChanged(id="c", touch=KEY, starts=MONDAY + timedelta(days=3)))
    assert [(note.step, note.until) for note in notes(told, What.RESCHEDULED)] == [("webinar", MONDAY + timedelta(days=3))]
    assert alarm(run.state) == MONDAY + timedelta(days=3)


def test_the_attendance_is_awaited_after_the_new_time() -> None:
    """Whether the HCP accepted before it was moved or after."""
    before, after = invited(), invited()
    before.hear("accepted")
    change(before, LATER)
    change(after, LATER)
    after.hear("accepted")
    assert alarm(before.state) == alarm(after.state) == LATER + timedelta(hours=1) + timedelta(days=2)


@pytest.mark.parametrize(
    ("to", "way"),
    [({"called_off": "bye", "otherwise": "bye"}, "called_off"), ({"missing": "bye", "otherwise": "bye"}, "missing"), ("bye", "otherwise")],
    ids=["its own", "wider", "otherwise"],
)
def test_what_is_called_off_goes_on_by_a_way_of_its_own(to: object, way: str) -> None:
    """Where the step does not name it, as if the time were not known: nobody is said to have missed it."""
    run = invited(to)
    run.hear("accepted")
    told = run.take(on.InvitationChanged(id="c", touch=KEY))
    assert ways(told) == ["called_off > bye"]
    assert run.end == "finished: done"


def test_a_change_of_what_is_over_changes_nothing() -> None:
    """The run has gone on already; and a change that is told twice is taken once."""
    run = invited()
    run.hear("declined")
    assert run.take(on.InvitationChanged(id="c", touch=KEY, starts=LATER)) == ()
    twice = invited()
    change(twice, LATER)
    assert change(twice, LATER) == ()


def test_the_step_still_begins_when_it_did_for_everybody_else() -> None:
    """A change is of one HCP's invitation; a new passage reads the journey's own time again."""
    run = invited({"called_off": "webinar", "otherwise": "bye"})
    change(run, LATER)
    run.take(on.InvitationChanged(id="off", touch=KEY))
    run.settle()
    run.hear("accepted", touch="run.webinar.2")
    assert alarm(run.state) == STARTS + timedelta(hours=1) + timedelta(days=2)
