"""The HCP's question goes with the line that brought it, to the hand-off that the report leads to, and to no other."""

from typing import Any

from journeys import events as on
from journeys.acceptance import Refusal, refusal
from journeys.commands import Command, OpenTask
from journeys.conductor import take_up
from journeys.migration import Moved, Transfer, migrate
from journeys.state import State
from tests.journeys.playing import MONDAY, Run, a_journey, a_medical, a_parallel, a_visit, a_wait, effects

ASKS = {"interested": "ask", "otherwise": "rest"}


def handed(commands: tuple[Command, ...]) -> list[tuple[str, str | None]]:
    """The hand-offs among the commands: which step, on which question."""
    return [(task.step, task.inquiry) for task in effects(commands) if isinstance(task, OpenTask) and task.kind == "medical"]


def two_lines() -> Run:
    """Two visits side by side, each of which may lead to a hand-off of its own."""
    lines = {"both": a_parallel("bye", left="one", right="two"), "one": a_visit({"interested": "ask-one", "otherwise": "join"})}
    lines |= {"two": a_visit({"interested": "ask-two", "otherwise": "join"}), "ask-one": a_medical("join"), "ask-two": a_medical("join")}
    return Run(a_journey(lines))


def report(run: Run, step: str, inquiry: str) -> tuple[Command, ...]:
    task = run.key_at(step)
    return run.take(on.Complete(id=f"{step}.done", by="rep", task=task, outcome="interested", channel="remote", inquiry=inquiry))


def test_two_lines_hand_over_two_questions() -> None:
    """Also when both were reported while the run was paused, and come to medical one after the other."""
    run = two_lines()
    run.take(on.Paused(id="halt", pause="halt"))
    assert handed(report(run, "one", "question-1") + report(run, "two", "question-2")) == []
    told = run.take(on.Resumed(id="lifted", pause="halt", catch_up=on.CatchUp.SHIFT))
    assert handed(told) == [("ask-one", "question-1"), ("ask-two", "question-2")]


def test_a_question_that_leads_to_no_hand_off_is_used_by_none() -> None:
    """It lies with medical as it was recorded; a later hand-off names its own."""
    run = Run(a_journey({"first": a_visit("second"), "second": a_visit(ASKS), "ask": a_medical("bye"), "rest": a_wait("bye")}))
    run.complete("neutral", inquiry="question-1")
    again = on.Complete(id="again", by="rep", task=run.key, outcome="interested", channel="remote")
    refused = refusal(run.definition, run.state, again, run.now)
    assert refused is not None
    assert refused.code is Refusal.INQUIRY_REQUIRED
    assert handed(run.complete("interested", inquiry="question-2")) == [("ask", "question-2")]


def test_a_question_stays_with_its_hand_off_when_an_operator_moves_it() -> None:
    """From one medical step to another, without being asked for again."""
    run = Run(a_journey({"call": a_visit({"interested": "ask", "otherwise": "other"}), "ask": a_medical("bye"), "other": a_medical("bye")}))
    run.complete("interested", inquiry="question-1")
    move = on.MoveTo(id="op", by="op", passage=run.key, step="other", reason="wrong_queue")
    assert refusal(run.definition, run.state, move, run.now) is None
    assert handed(run.take(move)) == [("other", "question-1")]


def test_a_question_on_its_way_stays_with_the_run_that_moves_to_another_version() -> None:
    """Where the map leads from the one medical step, not yet entered, to another."""
    call = a_visit({"interested": "ask", "otherwise": "other"})
    run = Run(a_journey({"call": call, "ask": a_medical("bye"), "other": a_medical("bye")}))
    run.take(on.Paused(id="halt", pause="halt"))
    run.complete("interested", inquiry="question-1")
    new = a_journey({"call": a_visit("other"), "other": a_medical("bye")}, version=2)
    order = Transfer(id="move", by="op", definition=new, source=run.definition.digest, mapping={"ask": "other"}, facts=run.state.facts, began=MONDAY)
    moved = migrate(run.state, order, old=run.definition, now=run.now)
    assert isinstance(moved, Moved)
    run.definition, run.state = new, moved.state
    assert handed(run.take(on.Resumed(id="lifted", pause="halt", catch_up=on.CatchUp.SHIFT))) == [("other", "question-1")]


class TestTheFirstInterpreter:
    """Its states held one question for the whole run; they are read, and played as they were until they continue as new."""

    def stored(self, run: Run, **changes: Any) -> State:
        return State.model_validate_json(run.state.model_copy(update={"interpreter": 1, **changes}).model_dump_json())

    def test_the_latest_question_is_that_of_the_next_hand_off(self) -> None:
        """Wherever it was brought from."""
        run = two_lines()
        run.state = self.stored(run, inquiry="question-0")
        told = run.take(on.Complete(id="x", by="rep", task=run.key_at("one"), outcome="interested", channel="remote"))
        assert handed(told) == [("ask-one", "question-0")]
        assert run.state.inquiry is None

    def test_a_question_on_its_way_is_not_lost_when_the_run_continues_as_new(self) -> None:
        """The next hand-off that comes without one of its own takes it up, once."""
        run = Run(a_journey({"call": a_visit(ASKS), "ask": a_medical("bye"), "rest": a_visit("bye")}))
        run.state = self.stored(run)
        run.take(on.Paused(id="halt", pause="halt"))
        run.complete("interested", inquiry="question-1")
        assert run.state.inquiry == "question-1"
        run.state = take_up(run.definition, run.state, run.now)
        told = run.take(on.Resumed(id="lifted", pause="halt", catch_up=on.CatchUp.SHIFT))
        assert (handed(told), run.state.inquiry) == ([("ask", "question-1")], None)


def asked_beside_a_reminder() -> Run:
    """A visit after which the hand-off has lines beside it."""
    lines = {"call": a_visit({"interested": "both", "otherwise": "bye"}), "both": a_parallel("bye", remind="rest", answer="ask")}
    return Run(a_journey(lines | {"ask": a_medical("join"), "rest": a_wait("join")}))


def test_a_question_goes_to_the_line_that_begins_with_the_hand_off() -> None:
    """Whatever stands beside it: a reminder, or a clock that calls the lead."""
    run = asked_beside_a_reminder()
    assert handed(run.complete("interested", inquiry="question-1")) == [("ask", "question-1")]


def test_lines_of_which_one_begins_with_a_hand_off_ask_for_a_question() -> None:
    """As the hand-off itself would."""
    run = asked_beside_a_reminder()
    empty = on.Complete(id="empty", by="rep", task=run.key, outcome="interested", channel="remote")
    refused = refusal(run.definition, run.state, empty, run.now)
    assert refused is not None
    assert refused.code is Refusal.INQUIRY_REQUIRED
