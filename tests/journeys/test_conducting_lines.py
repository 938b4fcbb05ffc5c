"""Lines side by side: how they part, take turns, join, lose, and what ends them all."""

from typing import Any, Literal

from journeys.commands import Deliver, OpenTask, StopJourney, What
from journeys.conductor import ready
from journeys.definitions import Heard
from journeys.events import Alarm, ConsentGiven, JourneyBegun, JourneyEnded, TouchHeard
from journeys.reasons import Reason
from tests.journeys.playing import (
    Run,
    a_journey,
    a_parallel,
    a_sub_journey,
    a_visit,
    a_wait,
    a_wait_with,
    an_email,
    an_update,
    effects,
    notes,
    ways,
)


def side_by_side(join: str = "all", **more: Any) -> Run:
    """A visit beside a letter that is given time to be read, then a last visit."""
    steps = {
        "both": a_parallel("after", join=join, rep="visit", post="letter"),
        "visit": a_visit("join"),
        "letter": an_email("reading"),
        "reading": a_wait("join", "clicked", of="letter"),
        "after": a_visit("bye"),
    }
    return Run(a_journey(steps, **more))


def test_lines_begin_in_their_order_one_effect_at_a_time() -> None:
    """The task is opened first; the letter waits at its door until that is written down."""
    run = side_by_side()
    assert [type(effect) for batch in run.batches for effect in effects(batch)] == [OpenTask, Deliver]
    assert all(len(effects(batch)) <= 1 for batch in run.batches)
    assert run.standing == {"": "both joining", "both.rep": "visit task", "both.post": "letter sending"}


def test_all_lines_must_join() -> None:
    """The first to come waits for the other."""
    run = side_by_side()
    run.settle(at_step="letter")
    run.complete("interested", task=run.key_at("visit"))
    assert run.standing == {"": "both joining", "both.post": "reading waiting"}
    assert ways(run.take(Alarm(), later=run_until(run))) == ["timeout > join", "joined > after"]
    assert run.standing == {"": "after task"}


def test_any_line_that_joins_goes_on_and_the_losers_are_cancelled() -> None:
    """The open task of the other line is taken back, and the story tells it."""
    run = side_by_side("any")
    run.settle(at_step="letter")
    commands = run.take(TouchHeard(id="click", touch="run.letter.1", heard=Heard.CLICKED))
    assert [(note.step, note.to) for note in notes(commands, What.TASK_CLOSED)] == [("visit", "cancelled")]
    assert [note.step for note in notes(commands, What.CANCELLED)] == ["visit"]
    assert run.standing == {"": "after task"}


def test_what_was_sent_by_a_cancelled_line_is_settled_without_harm() -> None:
    """The answer of a touch whose line is gone changes nothing."""
    run = side_by_side("any")
    run.complete("interested", task=run.key_at("visit"))
    before = run.state
    run.settle(at_step="letter")
    assert run.state == before


def test_an_exit_in_one_line_ends_the_whole_run() -> None:
    """An exit is an exit; what the other lines have open is closed."""
    steps = {"both": a_parallel("bye", rep="visit", other="pause"), "visit": a_visit("join"), "pause": a_wait("bye", up_to="1 day")}
    run = Run(a_journey(steps))
    commands = run.wake()
    assert run.end == "finished: done"
    assert [note.step for note in notes(commands, What.TASK_CLOSED)] == ["visit"]
    assert run.state.places == ()


def test_lines_within_lines() -> None:
    """A parallel inside a line joins its own lines first."""
    steps = {
        "outer": a_parallel("after", rep="visit", care="inner"),
        "visit": a_visit("join"),
        "inner": a_parallel("join", join="any", one="short", two="long"),
        "short": a_wait("join", up_to="1 day"),
        "long": a_wait("join", up_to="9 days"),
        "after": a_visit("bye"),
    }
    run = Run(a_journey(steps))
    assert set(run.standing) == {"", "outer.rep", "outer.care", "outer.care/inner.one", "outer.care/inner.two"}
    run.wake()
    assert run.standing == {"": "outer joining", "outer.rep": "visit task"}
    run.complete("interested", task=run.key_at("visit"))
    assert run.standing == {"": "after task"}


def test_each_line_hears_of_its_own_letter() -> None:
    """A wait without `of` means the latest letter of its line, or of the line it parted from."""
    steps = {
        "first": an_email("both"),
        "both": a_parallel("bye", one="again", two="reading"),
        "again": an_email("reading-again"),
        "reading-again": a_wait("join", "clicked"),
        "reading": a_wait("join", "clicked"),
    }
    run = Run(a_journey(steps))
    run.settle()
    run.settle(at_step="again")
    touches = {place.line: place.touch for place in run.state.places if place.is_ == "waiting"}
    assert touches == {"both.one": "run.again.1", "both.two": "run.first.1"}


def test_a_join_outside_a_parallel_is_a_fault() -> None:
    """The linter refuses it; should it happen all the same, the run ends rather than hang."""
    assert Run(a_journey({"learn": an_update("join")})).end == "fault: join_outside_parallel"


def test_two_held_letters_take_turns_when_consent_comes() -> None:
    """One effect per advance: the second is tried as soon as the first has been answered."""
    steps = {"both": a_parallel("bye", one="first", two="second"), "first": an_email("join"), "second": an_email("join")}
    run = Run(a_journey(steps))
    for step in ("first", "second"):
        run.settle("refused", Reason.NO_CONSENT, at_step=step)
    assert run.standing == {"": "both joining", "both.one": "first held", "both.two": "second held"}
    assert len(effects(run.take(ConsentGiven(id="yes", channel="email")))) == 1
    run.settle(at_step="first")
    assert len(effects(run.wake())) == 1
    run.settle(at_step="second")
    assert run.end == "finished: done"


def test_a_line_that_is_ready_has_its_turn_when_nothing_is_under_way() -> None:
    """While the letter is on its way no other line begins anything."""
    steps = {"both": a_parallel("bye", one="first", two="second"), "first": an_email("join"), "second": an_email("join")}
    run = Run(a_journey(steps))
    assert run.standing == {"": "both joining", "both.one": "first sending", "both.two": "second ready"}
    assert not ready(run.state)
    run.settle(at_step="first")
    assert run.standing == {"": "both joining", "both.two": "second sending"}


def test_five_hundred_lines_begin_and_join() -> None:
    """As many hops as the definition has steps are no loop."""
    lines = {f"line_{number}": f"wait-{number}" for number in range(500)}
    run = Run(a_journey({"all": a_parallel("bye", **lines), **{step: a_wait("join", up_to="1 day") for step in lines.values()}}))
    assert len(run.state.places) == 501
    while run.state.ended is None:
        run.wake()
    assert run.end == "finished: done"


class TestAnotherJourney:
    """A step that starts another journey for the same HCP."""

    def begun(self, **more: Any) -> Run:
        leads = {"finished": "good", "ended": "bad", "not_started": "none", "timeout": "late", "started": "good"}
        run = Run(a_journey({"nurse": a_sub_journey(leads, **more), **{to: {"exit": {"reason": to}} for to in set(leads.values())}}))
        assert [effect.is_ for effect in effects(run.opening)] == ["start_journey"]
        return run

    def test_it_is_awaited(self) -> None:
        """Its end is one of the ways; a goal counts as finished where it is not named."""
        ends: dict[Literal["finished", "goal", "ended"], str] = {"finished": "good", "goal": "good", "ended": "bad"}
        for way, end in ends.items():
            run = self.begun()
            run.take(JourneyBegun(key="run.nurse.1"))
            assert run.standing == {"": "nurse waiting"}
            run.take(JourneyEnded(id="end", key="run.nurse.1", way=way))
            assert run.end == f"finished: {end}"

    def test_it_is_not_awaited_for_ever(self) -> None:
        """Sixty days, as the step says."""
        run = self.begun()
        run.take(JourneyBegun(key="run.nurse.1"))
        run.wake()
        assert run.end == "finished: late"

    def test_it_may_not_begin(self) -> None:
        """By its own rules of entry; the reason is told."""
        run = self.begun()
        commands = run.take(JourneyBegun(key="run.nurse.1", refused="not_eligible"))
        assert run.end == "finished: none"
        assert notes(commands, What.MOVED)[0].reason == "not_eligible"

    def test_it_may_go_its_own_way(self) -> None:
        """Not awaited, it is only started."""
        run = self.begun(up_to=None)
        run.take(JourneyBegun(key="run.nurse.1"))
        assert run.end == "finished: good"

    def test_an_awaited_journey_ends_with_the_line_that_awaits_it(self) -> None:
        """Losing the race, or the end of the whole run, stops it."""
        steps = {"both": a_parallel("bye", join="any", one="nurse", two="pause"), "nurse": a_sub_journey("join"), "pause": a_wait_with("join", time="1 day")}
        run = Run(a_journey(steps))
        run.take(JourneyBegun(key="run.nurse.1"))
        assert StopJourney(key="run.nurse.1") in run.wake()


def run_until(run: Run) -> Any:
    """How long until the run's alarm rings."""
    due = min(place.until for place in run.state.places if place.is_ == "waiting")
    return due - run.now
