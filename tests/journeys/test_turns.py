"""Whose turn it is: never more than the market allows, the highest priority first, and nobody who has the HCP steps aside for an equal."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.turns import Turn, changes, in_turn, takes_turns, voice
from tests.builders import NOW


def a_turn(journey: str, **changes: Any) -> Turn:
    told = {"enrolment": f"enr-{journey}", "voice": journey, "priority": 50, "when_busy": "wait", "active": False, "since": NOW}
    return Turn.model_validate({**told, **changes})


def test_the_highest_priority_has_the_hcp() -> None:
    """A newcomer of a higher priority displaces the one that has the HCP."""
    known = [a_turn("low", priority=10, active=True), a_turn("high", priority=90, since=NOW + timedelta(days=1))]
    assert in_turn(known, at_once=1) == ("high",)
    assert changes(known, at_once=1) == {"enr-low": False, "enr-high": True}


def test_an_equal_waits_for_who_has_the_hcp() -> None:
    """At the same priority nobody is displaced, also by one that asked earlier and has waited."""
    known = [a_turn("waiting"), a_turn("speaking", active=True, since=NOW + timedelta(days=1))]
    assert changes(known, at_once=1) == {}


def test_of_those_who_wait_the_highest_goes_first_and_then_the_oldest() -> None:
    """When the HCP comes free."""
    known = [a_turn("young", since=NOW + timedelta(days=2)), a_turn("old", since=NOW), a_turn("high", priority=60, since=NOW + timedelta(days=3))]
    assert in_turn(known, at_once=1) == ("high",)
    assert in_turn(known, at_once=2) == ("high", "old")


def test_runs_of_one_journey_share_its_turn() -> None:
    """Side by side by key: three appointments of one journey are one voice."""
    known = [a_turn("reminder", enrolment=f"enr{number}", active=number == 0) for number in range(3)]
    assert changes(known, at_once=1) == {"enr1": True, "enr2": True}


def test_who_takes_turns() -> None:
    """Promotional runs, whoever began them; a safety letter waits for nobody, and neither does a person who is kept out."""
    assert takes_turns("promotional", held_out=False)
    assert not takes_turns("safety", held_out=False)
    assert not takes_turns("transactional", held_out=False)
    assert not takes_turns("promotional", held_out=True)


@pytest.mark.parametrize(
    ("claiming", "speaks_as"),
    [
        ({"outer", "middle", "inner"}, "outer"),
        ({"outer", "inner"}, "outer"),
        ({"middle", "inner"}, "middle"),
        ({"inner"}, "inner"),
    ],
)
def test_what_a_step_began_speaks_in_the_turn_of_the_run_that_led_to_it(claiming: set[str], speaks_as: str) -> None:
    """The topmost that still has the HCP, also through one that has ended or takes no turns; when none is left, in its own."""
    journeys = {run: f"journey-{run}" for run in claiming}
    assert voice("inner", journeys=journeys, begun_by={"inner": "middle", "middle": "outer"}) == f"journey-{speaks_as}"


def test_all_that_speaks_in_one_turn_is_paused_and_goes_on_together() -> None:
    """A higher journey pauses the run and what its step began, and both go on when it has ended."""
    outer, inner = a_turn("outer", active=True), a_turn("inner", voice="outer", active=True, priority=10)
    higher = a_turn("higher", priority=90)
    assert changes([outer, inner, higher], at_once=1) == {"enr-outer": False, "enr-inner": False, "enr-higher": True}
    waiting = [turn.model_copy(update={"active": False}) for turn in (outer, inner)]
    assert changes(waiting, at_once=1) == {"enr-outer": True, "enr-inner": True}


def test_a_turn_is_as_high_as_the_highest_that_speaks_in_it() -> None:
    """What a step began has a priority of its own: with 90 the turn does not go to a newcomer with 70, and once it has ended it does."""
    outer, inner = a_turn("outer", active=True), a_turn("inner", voice="outer", active=True, priority=90)
    newcomer = a_turn("newcomer", priority=70)
    assert in_turn([outer, inner, newcomer], at_once=1) == ("outer",)
    assert in_turn([outer, newcomer], at_once=1) == ("newcomer",)


_TURNS = st.lists(
    st.builds(
        a_turn,
        st.sampled_from("abcde"),
        enrolment=st.uuids().map(str),
        priority=st.integers(0, 3),
        active=st.booleans(),
        since=st.integers(0, 5).map(lambda days: NOW + timedelta(days=days)),
    ),
    max_size=8,
)


@given(_TURNS, st.integers(1, 4))
def test_never_more_than_the_market_allows_and_nobody_better_waits(known: list[Turn], at_once: int) -> None:
    """After the changes as many journeys speak as may and want to; none that waits has a higher priority than one that speaks."""
    changed = changes(known, at_once=at_once)
    after = [turn.model_copy(update={"active": changed.get(turn.enrolment, turn.active)}) for turn in known]
    speaking = {turn.voice for turn in after if turn.active}
    assert len(speaking) == min(at_once, len({turn.voice for turn in known}))
    waiting = {turn.voice for turn in after if not turn.active}
    assert not speaking & waiting
    priority = {turn.voice: max(each.priority for each in known if each.voice == turn.voice) for turn in known}
    assert all(priority[one] <= priority[other] for one in waiting for other in speaking)
    assert changes(after, at_once=at_once) == {}
