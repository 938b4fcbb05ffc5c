"""A pause of thirty days over many runs, and how they catch up: who is written to, when, and how often, counted exactly."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from journeys import events as on
from journeys import state as at
from journeys.acceptance import Refusal, refusal
from journeys.commands import Deliver, What
from journeys.conductor import alarm
from journeys.events import CatchUp
from journeys.reasons import Reason
from tests.journeys.playing import MONDAY, Run, a_journey, a_rep_email, a_visit, a_wait, a_wait_with, an_email, notes, ways

DAY = timedelta(days=1)
RUNS, LENGTH = 40, 30
LATER = MONDAY + DAY / 2


def a_crowd() -> list[Run]:
    """Runs that would send one letter each, the first after a day, the last after forty."""
    return [Run(a_journey({"pause": a_wait("mail", up_to=f"{day} days"), "mail": an_email("bye")})) for day in range(1, RUNS + 1)]


def paused(run: Run, name: str = "recall", *, at_: Any = LATER) -> None:
    run.take(on.Paused(id=f"{name}.paused", pause=name), later=at_ - run.now)


def resumed(run: Run, catch_up: CatchUp, name: str = "recall", *, at_: Any = LATER + LENGTH * DAY) -> None:
    run.take(on.Resumed(id=f"{name}.resumed", pause=name, catch_up=catch_up), later=at_ - run.now)


def played_out(run: Run) -> list[Any]:
    """Let time pass to the end; returns when the run sent."""
    sent = []
    while run.state.ended is None:
        if isinstance(run.state.place, at.Sending):
            sent.append(run.now)
            run.settle("sent")
        else:
            run.wake()
    return sent


@pytest.mark.parametrize(("catch_up", "at_once", "in_all"), [(CatchUp.SHIFT, 0, 40), (CatchUp.SEND_LATEST, 30, 40), (CatchUp.DROP, 0, 10)])
def test_failure_4_thirty_days_of_pause_lose_nobody_and_flood_nobody(catch_up: CatchUp, at_once: int, in_all: int) -> None:
    """Of forty letters thirty fell due meanwhile. `shift` sends all of them thirty days later than said, `send_latest` those thirty at once,
    `drop` those thirty never; the ten others go out, and none goes out twice or while the pause holds."""
    sent: Counter[str] = Counter()
    over = LATER + LENGTH * DAY
    for day, run in enumerate(a_crowd(), start=1):
        paused(run)
        assert alarm(run.state) is None
        resumed(run, catch_up)
        times = played_out(run)
        assert len(times) <= 1
        assert all(time >= over for time in times)
        sent["at once"] += sum(time == over for time in times)
        sent["in all"] += len(times)
        due = MONDAY + day * DAY
        if times:
            assert times == [due + LENGTH * DAY if catch_up is CatchUp.SHIFT else max(due, over)]
    assert (sent["at once"], sent["in all"]) == (at_once, in_all)


@pytest.mark.parametrize("catch_up", CatchUp)
def test_a_pause_of_an_hour_changes_next_to_nothing(catch_up: CatchUp) -> None:
    """Nobody is lost: every letter goes out once."""
    for run in a_crowd():
        paused(run)
        resumed(run, catch_up, at_=LATER + DAY / 24)
        assert len(played_out(run)) == 1


@pytest.mark.parametrize("catch_up", CatchUp)
def test_of_several_pauses_the_last_lifts_the_run(catch_up: CatchUp) -> None:
    """In whichever order they come and go; the time since the first one counts."""
    run = Run(a_journey({"pause": a_wait("mail", up_to="10 days"), "mail": an_email("bye")}))
    paused(run, "first")
    paused(run, "second", at_=MONDAY + 5 * DAY)
    resumed(run, CatchUp.DROP, "first", at_=MONDAY + 8 * DAY)
    assert alarm(run.state) is None
    resumed(run, catch_up, "second", at_=MONDAY + 20 * DAY)
    expected = {CatchUp.SHIFT: [MONDAY + 29.5 * DAY], CatchUp.SEND_LATEST: [MONDAY + 20 * DAY], CatchUp.DROP: []}
    assert played_out(run) == expected[catch_up]


def test_what_is_told_twice_or_late_counts_once() -> None:
    """The same pause told by two ways is one; told again after it was lifted, it does not come back."""
    run = Run(a_journey({"pause": a_wait("bye", up_to="10 days")}))
    paused(run)
    paused(run)
    resumed(run, CatchUp.SEND_LATEST, at_=MONDAY + DAY)
    paused(run, at_=MONDAY + 2 * DAY)
    assert (run.state.pauses, alarm(run.state)) == ({}, MONDAY + 10 * DAY)


def test_a_touch_that_the_pause_held_goes_out_when_it_is_lifted() -> None:
    """The gate was shut before the run was told: held for the pause alone, it is tried again at once, and the pause was no holding."""
    for catch_up, tried in [(CatchUp.SHIFT, True), (CatchUp.SEND_LATEST, True), (CatchUp.DROP, False)]:
        run = Run(a_journey({"mail": an_email("bye", hold_up_to="14 days")}))
        run.settle("deferred", Reason.PAUSED, MONDAY + DAY)
        paused(run)
        resumed(run, catch_up)
        commands = run.wake()
        assert run.now == LATER + LENGTH * DAY
        assert bool([command for command in commands if isinstance(command, Deliver)]) is tried
        if not tried:
            assert [note.reason for note in notes(commands, What.BLOCKED)] == [Reason.DROPPED]


def test_a_touch_held_for_another_reason_is_not_given_up_for_the_pause() -> None:
    """Its time of being held goes on after the pause."""
    run = Run(a_journey({"mail": an_email("bye", hold_up_to="14 days")}))
    run.settle("refused", Reason.NO_CONSENT)
    paused(run)
    resumed(run, CatchUp.SEND_LATEST)
    assert [command for command in run.wake() if isinstance(command, Deliver)]


def test_the_conductor_may_go_on_reporting_but_not_sending() -> None:
    """A visit that took place is logged, and the run stands at the next door; a letter is not sent, and the answer says why."""
    run = Run(a_journey({"visit": a_visit("mail"), "mail": a_rep_email("bye")}))
    paused(run)
    assert ways(run.complete("interested")) == ["interested > mail"]
    assert run.standing == {"": "mail ready"}
    resumed(run, CatchUp.SHIFT)
    assert run.standing == {"": "mail task"}
    paused(run, "again", at_=run.now + DAY)
    said = refusal(run.definition, run.state, on.Complete(id="x", by="rep", task=run.key, outcome="sent"), run.now)
    assert said is not None
    assert said.code is Refusal.PAUSED


@pytest.mark.parametrize("catch_up", CatchUp)
def test_points_of_the_calendar_are_not_shifted(catch_up: CatchUp) -> None:
    """A congress does not wait for a pause: a wait for its date ends on that date, or at once where it has passed."""
    run = Run(a_journey({"until": a_wait_with("bye", until={"at": "2026-05-01T09:00:00Z"})}))
    paused(run)
    resumed(run, catch_up)
    assert alarm(run.state) == MONDAY.replace(month=5, day=1)


def test_withdrawals_objections_and_ends_act_in_the_middle_of_a_pause() -> None:
    """What protects the HCP waits for nothing."""
    run = Run(a_journey({"pause": a_wait("bye")}, exit_when={"fact": "tier", "is": "D"}))
    paused(run)
    run.change(tier="D")
    assert run.end == "exit_condition: exit_condition"
    objecting = Run(a_journey({"pause": a_wait("bye")}))
    paused(objecting)
    objecting.take(on.Objected(id="o"))
    assert objecting.end == "objected: objected"
