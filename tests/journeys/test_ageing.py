"""What comes true by the passing of time alone acts on a run too: it asks again when it may have, and no more often."""

from datetime import timedelta
from typing import Any

import pytest

from journeys import events as on
from journeys.commands import AskFacts
from journeys.conditions import FactIs, Value
from journeys.conductor import alarm, take_up
from journeys.migration import Moved, Transfer, migrate
from tests.journeys.playing import MONDAY, Run, a_journey, a_wait, a_wait_with, effects, ways

DAY = timedelta(days=1)
DAYS, CONSENT = "days_since_prescription", "email_consent"
REST = {"rest": a_wait("bye", up_to="400 days")}


def asked(run: Run) -> list[tuple[str, ...]]:
    """The facts that were asked for, each time."""
    return [effect.names for effect in effects(run.commands) if isinstance(effect, AskFacts)]


def wake(run: Run, **facts: Value | None) -> None:
    """Let the alarm ring, and tell what the run then asks."""
    for effect in effects(run.wake()):
        assert isinstance(effect, AskFacts)
        run.take(on.FactsLoaded(key=effect.key, facts={name: facts[name] for name in effect.names}))


def waiting(when: dict[str, Any], **facts: Value | None) -> Run:
    """A run that waits for a condition, in which the facts stand like that."""
    run = Run(a_journey({"wait": a_wait_with({"met": "rest", "timeout": "bye"}, when=when, up_to="300 days"), **REST}))
    run.take(on.FactsLoaded(key=run.key, facts=facts))
    return run


def test_days_that_are_counted_bring_a_wait_to_its_end() -> None:
    """On the day on which it comes true, though nobody has told anything; it is asked once, and not every day."""
    run = waiting({"fact": DAYS, "at_least": 90}, **{DAYS: 80})
    assert alarm(run.state) == MONDAY + 10 * DAY
    wake(run, **{DAYS: 90})
    assert (ways(run.moments[-1].commands), run.step, len(asked(run))) == (["met > rest"], "rest", 2)
    assert run.state.look_again is None


def test_days_that_began_anew_meanwhile_are_counted_anew() -> None:
    """Another prescription came: the run asks again when that one is so long ago."""
    run = waiting({"fact": DAYS, "at_least": 90}, **{DAYS: 80})
    wake(run, **{DAYS: 3})
    assert (run.step, alarm(run.state)) == ("wait", MONDAY + 97 * DAY)


@pytest.mark.parametrize(("key", "end"), [("goal", "goal: goal_reached"), ("exit_when", "exit_condition: exit_condition")])
def test_days_that_are_counted_end_a_run(key: str, end: str) -> None:
    """Wherever it stands, in the middle of a wait for something else."""
    run = Run(a_journey(REST, **{key: {"fact": DAYS, "at_least": 100}}), facts={DAYS: 70})
    assert alarm(run.state) == MONDAY + 30 * DAY
    wake(run, **{DAYS: 100})
    assert run.end == end


def test_a_consent_that_lapses_ends_a_run_the_day_after_at_the_latest() -> None:
    """Nobody tells of a date that passes: a run that names a consent asks once a day while it stands."""
    run = Run(a_journey(REST, exit_when={"fact": CONSENT, "is": False}), facts={CONSENT: True})
    for day in range(1, 4):
        assert alarm(run.state) == MONDAY + day * DAY
        wake(run, **{CONSENT: True})
    wake(run, **{CONSENT: False})
    assert (run.end, asked(run)) == ("exit_condition: exit_condition", [(CONSENT,)] * 4)


@pytest.mark.parametrize(
    ("comparison", "value", "days"),
    [
        ({"at_least": 90}, 80, 10),
        ({"at_least": 90}, 90, None),
        ({"at_most": 30}, 20, 11),
        ({"at_most": 30}, 200, None),
        ({"is": 7}, 5, 2),
        ({"is": 7}, 7, 1),
        ({"in": [3, 9]}, 5, 4),
        ({"known": True}, 5, None),
        ({"at_least": 90}, None, None),
        ({"at_least": 2_000_000_000}, 0, 365),
    ],
)
def test_a_run_asks_when_the_comparison_may_come_out_otherwise(comparison: dict[str, Any], value: int | None, days: int | None) -> None:
    """And never, where time alone cannot change it; whoever tells something new wakes the run as ever."""
    when = FactIs.model_validate({"fact": DAYS, **comparison})
    run = Run(a_journey(REST, exit_when={"all": [when, {"fact": "tier", "is": "A"}]}), facts={DAYS: value})
    assert run.state.look_again == (None if days is None else MONDAY + days * DAY)


def test_what_a_run_no_longer_waits_for_is_not_asked_for() -> None:
    """And a journey that names no such fact, or only in a branch, never asks at all."""
    run = waiting({"any": [{"fact": DAYS, "at_least": 90}, {"fact": "tier", "is": "A"}]}, days_since_prescription=80, tier="C")
    run.change(tier="A")
    assert (run.step, run.state.look_again) == ("rest", None)
    assert Run(a_journey(REST, goal={"fact": "tier", "is": "A"})).state.look_again is None


def test_a_paused_run_asks_when_the_pause_is_lifted() -> None:
    """Nothing wakes it before."""
    run = waiting({"fact": DAYS, "at_least": 90}, **{DAYS: 80})
    run.take(on.Paused(id="halt", pause="halt"))
    assert alarm(run.state) is None
    run.take(on.Resumed(id="lifted", pause="halt", catch_up=on.CatchUp.SHIFT), later=30 * DAY)
    wake(run, **{DAYS: 110})
    assert run.step == "rest"


def test_a_run_that_moves_to_another_version_asks_for_what_that_one_names() -> None:
    """From then on, on the facts that were read for the move."""
    run = Run(a_journey(REST))
    new = a_journey(REST, version=2, goal={"fact": DAYS, "at_least": 90})
    order = Transfer(id="move", by="op", definition=new, source=run.definition.digest, facts={"persona": "pioneer", DAYS: 85}, began=MONDAY)
    moved = migrate(run.state, order, old=run.definition, now=run.now)
    assert isinstance(moved, Moved)
    assert alarm(moved.state) == MONDAY + 5 * DAY


def test_a_run_of_the_first_interpreter_asks_once_it_continues_as_new() -> None:
    """At once then, because nobody knows how old its knowledge is."""
    journey = a_journey(REST, goal={"fact": DAYS, "at_least": 90})
    run = Run(journey, facts={DAYS: 80})
    run.state = run.state.model_copy(update={"interpreter": 1, "look_again": None})
    assert run.change(tier="B") == ()
    assert alarm(run.state) == MONDAY + 400 * DAY
    run.state = take_up(journey, run.state, run.now)
    wake(run, **{DAYS: 95})
    assert run.end == "goal: goal_reached"
