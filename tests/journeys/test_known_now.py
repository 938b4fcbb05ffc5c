"""What is known now acts now: an outcome, an arm, an answer, a tag or a persona ends a run whose end it is, and wakes the lines that wait for it."""

from typing import Any

import pytest

from journeys import events as on
from journeys.conductor import alarm
from tests.journeys.playing import (
    Run,
    a_journey,
    a_parallel,
    a_rep_email,
    a_request,
    a_split,
    a_visit,
    a_wait,
    a_wait_with,
    an_email,
    an_update,
    effects,
    ways,
)

REST = {"rest": a_wait("bye", up_to="90 days")}


def report(run: Run, step: str, outcome: str = "interested", **told: Any) -> None:
    """A rep completes the task of a step, on whatever line it is."""
    told = {"channel": "remote", **told}
    run.take(on.Complete(id=run.fresh, by="rep", task=run.key_at(step), outcome=outcome, **told))


@pytest.mark.parametrize(("key", "end"), [("goal", "goal: goal_reached"), ("exit_when", "exit_condition: exit_condition")])
def test_an_outcome_ends_the_run_whose_end_it_is(key: str, end: str) -> None:
    """At once, and not when some fact changes afterwards; another outcome does not."""
    steps = {"call": a_visit("rest"), **REST}
    run = Run(a_journey(steps, **{key: {"outcome": "call", "is": "interested"}}))
    run.complete("interested")
    assert run.end == end
    other = Run(a_journey(steps, **{key: {"outcome": "call", "is": "interested"}}))
    other.complete("neutral")
    assert other.step == "rest"


def test_the_arm_of_a_split_and_the_answer_to_a_request_are_outcomes() -> None:
    """Both end a run whose goal they are, before the next step begins."""
    drawn = Run(
        a_journey({"which": a_split({"one": "call", "two": "call"}, one=1, two=1), "call": a_visit("bye")}, goal={"outcome": "which", "in": ["one", "two"]})
    )
    assert (drawn.end, effects(drawn.opening)) == ("goal: goal_reached", ())
    asked = Run(a_journey({"stock": a_request("call"), "call": a_visit("bye")}, exit_when={"outcome": "stock", "is": "no"}))
    asked.take(on.Called(key=asked.key, result="answered", answer="no"))
    assert asked.end == "exit_condition: exit_condition"


def test_a_letter_that_the_rep_released_is_sent_when_the_gate_let_it_out() -> None:
    """A goal on its being sent does not keep it from being sent."""
    run = Run(a_journey({"mail": a_rep_email("rest"), **REST}, goal={"outcome": "mail", "is": "sent"}))
    run.complete("sent", channel=None)
    assert (run.end, run.standing) == (None, {"": "mail sending"})
    run.settle("sent")
    assert run.end == "goal: goal_reached"


def beside(first: dict[str, Any], when: dict[str, Any], **more: Any) -> Run:
    """Two lines: one begins with the step given, the other waits for a condition."""
    lines = {"both": a_parallel("bye", left="first", right="wait"), "first": first, "after": a_wait("join", up_to="80 days")}
    waits = {"wait": a_wait_with({"met": "met", "timeout": "join"}, when=when, up_to="60 days"), "met": a_wait("join", up_to="1 day")}
    return Run(a_journey({**lines, **waits, **more}), facts={"tags": ()})


def test_a_line_that_waits_for_an_outcome_goes_on_with_it() -> None:
    """In the very advance in which another line reports; the line that reports goes its own way first."""
    run = beside(a_visit("after"), {"outcome": "first", "is": "interested"})
    report(run, "first")
    assert run.standing == {"": "both joining", "both.left": "after waiting", "both.right": "met waiting"}
    assert ways(run.moments[-1].commands) == ["interested > after", "met > met"]


def test_a_line_that_waits_for_what_another_learns_goes_on_with_it() -> None:
    """A tag that an update step gives, a persona that the conductor corrects."""
    run = beside(a_visit("learn"), {"fact": "tags", "has": "nurse"}, learn=an_update("after", add_tags=["nurse"]))
    run.load(at_step="wait", tags=())
    report(run, "first")
    assert run.standing["both.right"] == "met waiting"
    met = beside(a_visit("after"), {"fact": "persona", "is": "ordinary"})
    met.load(at_step="wait", persona="pioneer")
    report(met, "first", persona="ordinary")
    assert met.standing["both.right"] == "met waiting"


def test_of_facts_and_outcomes_together_the_last_to_come_true_counts() -> None:
    """A condition that asks for both is met as soon as both are so."""
    run = beside(a_visit("after"), {"all": [{"outcome": "first", "is": "interested"}, {"fact": "tags", "has": "nurse"}]})
    run.load(at_step="wait", tags=("nurse",))
    report(run, "first")
    assert run.standing["both.right"] == "met waiting"


def test_what_is_known_while_the_run_is_paused_counts_afterwards() -> None:
    """The line comes to the next door, and goes in when the pause is lifted."""
    run = beside(a_visit("after"), {"outcome": "first", "is": "interested"})
    run.take(on.Paused(id="halt", pause="halt"))
    report(run, "first")
    assert run.standing["both.right"] == "met ready"
    run.take(on.Resumed(id="lifted", pause="halt", catch_up=on.CatchUp.SHIFT))
    assert run.standing["both.right"] == "met waiting"


def test_whoever_joins_first_by_its_own_report_is_not_overtaken_by_who_waits_for_it() -> None:
    """The line that reports moves on first: where any line will do, it is the one that goes on."""
    lines = {"both": a_parallel("rest", "any", left="call", right="wait"), "call": a_visit("join"), **REST}
    run = Run(
        a_journey(
            {
                **lines,
                "wait": a_wait_with({"met": "mail", "timeout": "join"}, when={"outcome": "call", "is": "interested"}, up_to="9 days"),
                "mail": an_email("join"),
            }
        )
    )
    report(run, "call")
    assert (run.standing, effects(run.moments[-1].commands)) == ({"": "rest waiting"}, ())


def test_an_end_that_the_conductor_chose_is_the_end() -> None:
    """Whoever hands over to another persona's strategy corrects the persona: that does not end the run by its exit condition instead. Any other
    offer leaves the ends as they are."""
    steps = {
        "call": a_visit("rest", offers=("hand-over", "rest")),
        "hand-over": {"exit": {"reason": "other_persona", "continue_with": "persona_strategy"}},
        **REST,
    }
    journey = a_journey(steps, exit_when={"fact": "persona", "is": "ordinary"})
    run = Run(journey)
    run.complete("interested", persona="ordinary", chosen="hand-over")
    assert run.end == "finished: other_persona"
    stays = Run(journey)
    stays.complete("interested", persona="ordinary", chosen="rest")
    assert stays.end == "exit_condition: exit_condition"


def test_a_run_of_the_first_interpreter_is_played_as_it_was() -> None:
    """An outcome alone was no news to it; when it continues as new, what it waits for is seen at the latest when the time is up."""
    when = {"outcome": "first", "is": "interested"}
    run = beside(a_visit("after"), when)
    run.state = run.state.model_copy(update={"interpreter": 1})
    report(run, "first")
    assert run.standing["both.right"] == "wait waiting"
    run.state = run.state.model_copy(update={"interpreter": 2})
    assert alarm(run.state) is not None
    assert ways(run.wake()) == ["met > met"]
