"""Who comes in and who does not, with the codes of the front desk; and whose turn it is when several journeys want the same HCP."""

from typing import Any

import pytest

from journeys.definitions import Definition
from journeys.rehearsal import Report
from tests.journeys.playing import a_journey, a_parallel, a_sub_journey, a_visit, a_wait
from tests.journeys.rehearsal.stages import a_behaviour, a_person, ends, played, ways

VISIT = a_journey({"visit": a_visit("bye")})
BOOKED = {"event": "appointment_booked", "per_week": 3, "key": "appointment_id"}


@pytest.mark.parametrize(
    ("person", "code"),
    [
        ({"objected": True}, "objected"),
        ({"suppressed": True}, "suppressed"),
        ({"market": "UK"}, "wrong_market"),
        ({"facts": {"persona": "ordinary"}}, "not_eligible"),
    ],
)
def test_who_may_not_enter_is_told_with_the_reason(person: dict[str, Any], code: str) -> None:
    """Each code is that of the front desk, and nothing is played."""
    report = played(VISIT, people=(a_person(**person),))
    assert (report.journeys[0].not_entered, report.journeys[0].entered) == ({code: 1}, 0)


def test_a_restricted_hcp_enters_a_journey_of_safety_information() -> None:
    """The stop list stops everything else, at this door as at the front desk's."""
    report = played(a_journey({"visit": a_visit("bye")}, purpose="safety"), people=(a_person(suppressed=True),))
    assert (report.journeys[0].not_entered, report.journeys[0].entered) == ({}, 1)


def test_a_market_without_a_policy_is_closed() -> None:
    """A journey may name a market whose rules nobody knows; its HCPs do not come in."""
    report = played(a_journey({"visit": a_visit("bye")}, markets=["SE", "UK"]), people=(a_person(market="UK"),))
    assert report.journeys[0].not_entered == {"no_market_policy": 1}


def test_those_held_out_are_kept_out_and_counted() -> None:
    """With a hold-out of 50 per cent some of a hundred end at the door, the same ones every time."""
    entry = {"when": {"fact": "persona", "is": "pioneer"}, "hold_out": 50}
    people = tuple(a_person(f"hcp-{number}") for number in range(100))
    report = played(a_journey({"visit": a_visit("bye")}, entry=entry), people=people)
    assert 25 < report.journeys[0].held_out < 75
    assert report.pressure.per_hcp[0] == report.journeys[0].held_out


def two(**lower: Any) -> tuple[Definition, Definition]:
    high = a_journey({"visit": a_visit("bye")}, journey="high", priority=90)
    return high, a_journey({"visit": a_visit("bye"), "rest": a_wait("bye")}, journey="low", priority=10, **lower)


def test_the_higher_priority_goes_first_and_the_other_waits() -> None:
    """The lower one begins when the higher one has ended."""
    report = played(*two())
    assert [each.journey for each in report.journeys] == ["high", "low"]
    assert [(each.entered, each.stood_back) for each in report.journeys] == [(1, 0), (1, 1)]
    assert ends(report, 1) == {"finished: done": 1}


def test_one_that_gives_way_does_not_come_in() -> None:
    """Where the journey says so, it gives up instead of waiting."""
    report = played(*two(when_busy="give_way"))
    assert report.journeys[1].not_entered == {"busy": 1}


@pytest.mark.parametrize(("when_busy", "ended"), [("wait", "finished: done"), ("give_way", "left: gave_way")])
def test_a_run_makes_room_for_a_higher_one_that_comes_later(when_busy: str, ended: str) -> None:
    """The run under way is paused and goes on afterwards, or leaves, as its journey says."""
    entry = {"when": {"fact": "persona", "is": "pioneer"}, "on": {"event": "appointment_booked"}}
    high = a_journey({"visit": a_visit("bye")}, journey="high", priority=90, entry=entry)
    low = a_journey({"rest": a_wait("bye", up_to="60 days")}, journey="low", priority=10, when_busy=when_busy)
    report = played(high, low, behaviour=a_behaviour(happenings=[BOOKED | {"per_week": 0.3}]))
    assert report.journeys[1].stood_back >= 1
    assert ends(report, 1) == {ended: 1}


def test_a_safety_letter_waits_for_nobody() -> None:
    """Turns are taken by promotion alone."""
    high, low = two()
    report = played(high, low.model_copy(update={"purpose": "safety"}))
    assert report.journeys[1].stood_back == 0


def test_what_a_step_began_inherits_the_turn_of_its_run() -> None:
    """The run ends and what it began goes on for sixty days: a journey that waits for the HCP begins after that, and not beside it."""
    outer = a_journey({"begin": a_sub_journey("bye", "inner", up_to=None)}, journey="outer")
    inner = a_journey({"rest": a_wait("bye", up_to="60 days")}, journey="inner")
    waiting = a_journey({"visit": a_visit("bye")}, journey="waiting", priority=10)
    report = played(outer, inner, waiting, weeks=7)
    assert _entered(report) == {"outer": 1, "inner": 1, "waiting": 0}
    assert _entered(played(outer, inner, waiting)) == {"outer": 1, "inner": 1, "waiting": 1}


def test_what_a_step_began_is_paused_and_goes_on_with_its_run() -> None:
    """A higher journey that comes later has the HCP for itself; afterwards both go on to their end."""
    outer = a_journey({"begin": a_sub_journey("bye", "inner", up_to="150 days")}, journey="outer")
    inner = a_journey({"rest": a_wait("bye", up_to="60 days")}, journey="inner", priority=1)
    entry = {"when": {"fact": "persona", "is": "pioneer"}, "on": {"event": "appointment_booked"}}
    high = a_journey({"rest": a_wait("bye", up_to="10 days")}, journey="high", priority=90, entry=entry)
    report = played(outer, inner, high, behaviour=a_behaviour(happenings=[BOOKED | {"per_week": 0.3}]))
    assert {each.journey: each.stood_back for each in report.journeys} == {"high": 0, "outer": 1, "inner": 1}
    assert ways(report, "begin", 1) == {"finished": 1}
    assert [ends(report, number) for number in range(3)] == [{"finished: done": 1}] * 3


@pytest.mark.parametrize(("when_busy", "way"), [("wait", "timeout"), ("give_way", "not_started")])
def test_what_an_answer_begins_asks_for_a_turn_like_any_newcomer(when_busy: str, way: str) -> None:
    """A run that takes no turns has none to speak in: what it begins waits for the promotional journey that has the HCP, or does not begin."""
    speaking = a_journey({"rest": a_wait("bye", up_to="300 days")}, journey="speaking")
    answer = a_journey(
        {"first": a_wait("begin", up_to="20 days"), "begin": a_sub_journey("bye", "inner", up_to="20 days")}, journey="answer", purpose="transactional"
    )
    inner = a_journey({"visit": a_visit("bye")}, journey="inner", when_busy=when_busy)
    report = played(speaking, answer, inner)
    assert ways(report, "begin") == {way: 1}
    assert _entered(report) == {"answer": 1, "inner": 0, "speaking": 1}


def test_what_waits_for_its_turn_never_begins_when_nobody_awaits_it_any_more() -> None:
    """The line that awaited it is cancelled by the one that joined first; when the HCP comes free, it is not there."""
    speaking = a_journey({"rest": a_wait("bye", up_to="60 days")}, journey="speaking")
    lines = {"either": a_parallel("bye", "any", one="begin", other="short"), "begin": a_sub_journey("join", "inner", up_to="100 days")}
    answer = a_journey({**lines, "short": a_wait("join", up_to="5 days")}, journey="answer", purpose="transactional")
    inner = a_journey({"visit": a_visit("bye")}, journey="inner")
    report = played(speaking, answer, inner)
    assert ends(report, 0) == ends(report, 2) == {"finished: done": 1}
    assert _entered(report) == {"answer": 1, "inner": 0, "speaking": 1}


def _entered(report: Report) -> dict[str, int]:
    return {each.journey: each.entered for each in report.journeys}


@pytest.mark.parametrize(("again", "least", "most"), [("never", 1, 1), ("30 days", 4, 6), ("after_exit", 15, 37), ("by_key", 40, 110)])
def test_entry_again_follows_the_rule(again: str, least: int, most: int) -> None:
    """An event comes about three times a week; how often it enters the HCP is the journey's to say."""
    entry = {"when": {"fact": "persona", "is": "pioneer"}, "on": {"event": "appointment_booked"}, "again": again}
    journey = a_journey({"rest": a_wait("bye", up_to="5 days")}, entry=entry)
    report = played(journey, behaviour=a_behaviour(happenings=[BOOKED]))
    assert least <= report.journeys[0].entered <= most


def test_a_journey_on_a_schedule_enters_at_its_times() -> None:
    """Whoever meets the condition enters at each opening, as the rule of re-entry allows."""
    entry = {"when": {"fact": "persona", "is": "pioneer"}, "schedule": {"at": "09:00", "on": ["mon"]}, "again": "after_exit"}
    report = played(a_journey({"rest": a_wait("bye", up_to="1 day")}, entry=entry), weeks=10)
    assert report.journeys[0].entered in {8, 9}


def test_whoever_comes_to_meet_the_condition_enters_by_themselves() -> None:
    """A fact that changes lets the HCP into a journey that is entered automatically."""
    entry = {"when": {"fact": "adoption_stage", "at_least": "trial"}, "automatic": True}
    later = a_journey({"visit": a_visit("bye")}, journey="later", priority=1, entry=entry)
    report = played(VISIT, later, behaviour=a_behaviour(outcomes={"interested": {"stage_up": 1}}))
    assert report.journeys[1].not_entered == {"not_eligible": 1}
    assert ends(report, 1) == {"finished: done": 1}


def test_another_persona_is_handed_over_to_its_strategy() -> None:
    """The rep meets another persona, leaves the strategy by its offer, and that persona's strategy begins."""
    steps = {"visit": {**a_visit("bye"), "offers": ["switch"]}, "switch": {"exit": {"reason": "other", "continue_with": "persona_strategy"}}}
    behaviour = a_behaviour(everyone={"visits": {"another_persona": 1}})
    personas = behaviour.population.personas
    two_personas = behaviour.population.model_copy(update={"personas": {"pioneer": personas["pioneer"], "ordinary": personas["ordinary"]}})
    behaviour = behaviour.model_copy(update={"population": two_personas})
    other = a_journey({"visit": a_visit("bye")}, journey="other", persona="ordinary", entry={"when": {"fact": "persona", "is": "ordinary"}})
    report = played(a_journey(steps), other, behaviour=behaviour)
    assert report.journeys[0].hand_overs == {"taken_over": 1}
    assert [each.entered for each in report.journeys] == [1, 1]
    assert played(a_journey(steps), behaviour=behaviour).journeys[0].hand_overs == {"no_strategy": 1}


def test_a_cancelled_appointment_is_heard_by_its_own_run_alone() -> None:
    """The sequel has the key of the event that entered the run, so a wait for the same key hears it."""
    entry = {"when": {"fact": "persona", "is": "pioneer"}, "on": {"event": "appointment_booked"}, "again": "by_key"}
    step = {"wait": {"event": "appointment_cancelled", "same_key": True, "up_to": "30 days"}, "next": {"happened": "bye", "timeout": "bye"}}
    then = {"event": "appointment_cancelled", "chance": 1, "after": ["2 hours"] * 3}
    report = played(a_journey({"cancelled": step}, entry=entry), behaviour=a_behaviour(happenings=[BOOKED | {"per_week": 0.5, "then": then}]))
    runs = report.journeys[0]
    assert ways(report, "cancelled") == {"happened": runs.entered - runs.going_on}
