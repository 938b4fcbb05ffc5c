"""What an operator does to a run that is held, overdue or stuck: tries again, goes on without, or moves a line, and what each leaves in its story."""

from typing import Any

import pytest

from journeys import events as on
from journeys.acceptance import Refusal, Refused, refusal
from journeys.commands import Command, Deliver, StopJourney, What
from journeys.reasons import Reason
from journeys.state import EndKind
from tests.journeys.playing import Run, a_journey, a_medical, a_parallel, a_rep_email, a_sub_journey, a_visit, a_wait, an_email, an_invitation, notes, ways

WHY: dict[str, Any] = {"by": "operator", "reason": "stuck", "remark": "remark-1"}


def retry(run: Run, passage: str | None = None) -> tuple[Command, ...]:
    return run.take(on.Retry(id=run.fresh, passage=passage or run.key, **WHY))


def go_on(run: Run, passage: str | None = None) -> tuple[Command, ...]:
    return run.take(on.GoOn(id=run.fresh, passage=passage or run.key, **WHY))


def move_to(run: Run, step: str, passage: str | None = None) -> tuple[Command, ...]:
    return run.take(on.MoveTo(id=run.fresh, passage=passage or run.key, step=step, **WHY))


def code(run: Run, command: Any, **told: Any) -> Refusal | None:
    said = refused(run, command, **told)
    return said.code if said is not None else None


def refused(run: Run, command: Any, **told: Any) -> Refused | None:
    return refusal(run.definition, run.state, command(id="x", **WHY, **{"passage": run.key, **told}), run.now)


def a_held_letter(**changes: Any) -> Run:
    """A run whose letter the gate has refused, and that waits for a yes."""
    run = Run(a_journey({"mail": an_email("second", **changes), "second": a_visit("bye")}))
    run.settle("refused", Reason.NO_CONSENT)
    return run


def side_by_side() -> Run:
    """A visit and a wait beside each other, and a call after both."""
    return Run(a_journey({"both": a_parallel("call", rep="visit", mail="pause"), "visit": a_visit("join"), "pause": a_wait("join"), "call": a_visit("bye")}))


@pytest.mark.parametrize(("act", "way"), [(retry, "retry"), (go_on, "go_on"), (lambda run: move_to(run, "second"), "move_to")])
def test_every_repair_stands_in_the_story_with_who_and_why(act: Any, way: str) -> None:
    """The operator, the reason as a code, and the remark by its id, before anything that came of it."""
    first, *_ = notes(act(a_held_letter()))
    assert (first.what, first.way, first.reason, first.by, first.remark) == (What.REPAIRED, way, "stuck", "operator", "remark-1")
    assert (first.step, first.key) == ("mail", "run.mail.1")


def test_a_retry_puts_the_same_touch_before_the_gate_again() -> None:
    """Under its old key, so that it can never go out twice; what the gate says then counts."""
    run = a_held_letter()
    (delivery,) = [command for command in retry(run) if isinstance(command, Deliver)]
    assert delivery.key == "run.mail.1"
    run.settle("refused", Reason.NO_CONSENT)
    assert run.standing == {"": "mail held"}
    retry(run)
    assert ways(run.settle("sent")) == ["sent > second"]


def test_a_letter_that_no_rep_had_sent_becomes_the_reps_again() -> None:
    """An operator sends nothing in a rep's name: it is a task anew."""
    run = Run(a_journey({"mail": a_rep_email("bye")}))
    run.withdraw()
    assert run.standing == {"": "mail held"}
    run.state = run.state.model_copy(update={"withdrawn": ()})
    assert ways(retry(run)) == ["again > mail"]
    assert run.standing == {"": "mail task"}


def test_going_on_ends_a_wait_as_if_its_time_were_up() -> None:
    """By its time-out; what it waited for is not heard any more."""
    run = Run(a_journey({"mail": an_email("reading"), "reading": a_wait({"clicked": "second", "timeout": "bye"}, "clicked"), "second": a_visit("bye")}))
    run.settle("sent")
    assert ways(go_on(run)) == ["timeout > bye"]
    assert run.end == "finished: done"


def test_going_on_skips_a_task_and_closes_it_for_its_rep() -> None:
    """The task is closed once, by the operator and with the reason."""
    run = Run(a_journey({"visit": a_visit({"skipped": "call", "otherwise": "bye"}), "call": a_visit("bye")}))
    told = go_on(run)
    (closed,) = notes(told, What.TASK_CLOSED)
    assert (closed.to, closed.reason, closed.by, closed.key) == ("skipped", "stuck", "operator", "run.visit.1")
    assert ways(told) == ["skipped > call"]


def test_going_on_leaves_a_held_touch_out() -> None:
    """As if it had gone out and nothing had come of it: a later wait for its click waits for no touch that there never was."""
    run = a_held_letter()
    told = go_on(run)
    assert ways(told) == ["sent > second"]
    assert not [command for command in told if isinstance(command, Deliver)]
    assert run.state.latest == {}


def test_going_on_gives_up_an_answer_to_an_invitation() -> None:
    """The way is that of an invitation that nobody answered."""
    run = Run(a_journey({"webinar": an_invitation({"no_answer": "call", "otherwise": "bye"}), "call": a_visit("bye")}))
    run.settle("sent")
    assert ways(go_on(run)) == ["no_answer > call"]


def test_a_line_is_moved_as_a_new_passage_and_its_task_is_taken_back() -> None:
    """Nobody does afterwards what is no longer asked for."""
    run = Run(a_journey({"visit": a_visit("bye"), "second": a_visit("bye")}))
    told = move_to(run, "second")
    (closed,) = notes(told, What.TASK_CLOSED)
    assert (closed.to, closed.reason) == ("cancelled", "stuck")
    assert ways(told) == ["moved > second"]
    assert (run.key, run.standing) == ("run.second.1", {"": "second task"})


def test_a_move_back_is_a_second_passage() -> None:
    """Its task and its touch have names of their own."""
    run = Run(a_journey({"visit": a_visit("second"), "second": a_visit("bye")}))
    run.complete("interested")
    move_to(run, "visit")
    assert run.key == "run.visit.2"


def test_a_main_line_that_is_moved_cancels_the_lines_within_it() -> None:
    """Their tasks are closed too; nothing of them is left."""
    run = side_by_side()
    told = move_to(run, "call")
    assert [note.key for note in notes(told, What.TASK_CLOSED)] == ["run.visit.1"]
    assert len(notes(told, What.CANCELLED)) == 2
    assert run.standing == {"": "call task"}


def test_a_repair_of_one_line_leaves_the_other_alone() -> None:
    """It goes on where it stood; the parallel step is left when both are through."""
    run = side_by_side()
    go_on(run, run.key_at("pause"))
    assert run.standing == {"": "both joining", "both.rep": "visit task"}
    go_on(run, run.key_at("visit"))
    assert run.standing == {"": "call task"}


def test_a_line_that_awaits_another_journey_ends_it_when_it_is_moved() -> None:
    """What nobody waits for any more is not played on."""
    run = Run(a_journey({"nurse": a_sub_journey("bye"), "call": a_visit("bye")}))
    run.take(on.JourneyBegun(key=run.key))
    assert [command.key for command in move_to(run, "call") if isinstance(command, StopJourney)] == ["run.nurse.1"]


def test_an_exit_by_an_operator_ends_every_line() -> None:
    """With the reason that was stated, and every open task closed."""
    run = side_by_side()
    told = run.take(on.Leave(id="x", **WHY))
    assert [note.key for note in notes(told, What.TASK_CLOSED)] == ["run.visit.1"]
    assert (run.end, run.state.places) == (f"{EndKind.LEFT}: stuck", ())


def test_a_repair_that_is_told_twice_is_done_once() -> None:
    """The same id changes nothing more, even where the line stands again as it did."""
    run = a_held_letter()
    command = on.Retry(id="again", passage=run.key, **WHY)
    run.take(command)
    run.settle("refused", Reason.NO_CONSENT)
    assert run.take(command) == ()


def test_a_passage_that_is_over_is_left_alone() -> None:
    """A repair that comes late is refused, and would change nothing."""
    run = a_held_letter()
    old = run.key
    go_on(run)
    for command, told in ((on.Retry, {}), (on.GoOn, {}), (on.MoveTo, {"step": "mail"})):
        assert code(run, command, passage=old, **told) is Refusal.NOT_STANDING_THERE
        assert run.take(command.model_validate({"id": run.fresh, "passage": old, **WHY, **told})) == ()


def test_nothing_is_repaired_while_an_effect_is_under_way() -> None:
    """Its answer comes first: a letter may have gone out at this moment."""
    run = Run(a_journey({"mail": an_email("bye")}))
    for command, told in ((on.Retry, {}), (on.GoOn, {}), (on.MoveTo, {"step": "mail"})):
        assert code(run, command, **told) is Refusal.UNDER_WAY


def test_only_what_is_held_is_tried_again_and_not_during_a_pause() -> None:
    """A task or a wait has nothing that could be tried; a pause lets nothing out."""
    assert code(Run(a_journey({"visit": a_visit("bye")})), on.Retry) is Refusal.NOT_HELD
    run = a_held_letter()
    assert code(run, on.Retry) is None
    run.take(on.Paused(id="p", pause="halt-1"))
    assert code(run, on.Retry) is Refusal.PAUSED
    assert code(run, on.GoOn) is None


def test_lines_that_are_being_played_are_not_gone_on_without() -> None:
    """One acts on the lines themselves; a step that was not entered has nothing to go on from."""
    run = side_by_side()
    assert code(run, on.GoOn) is Refusal.UNDER_WAY
    run = Run(a_journey({"visit": a_visit("second"), "second": a_visit("bye")}))
    run.take(on.Paused(id="p", pause="halt-1"))
    run.complete("interested")
    assert run.standing == {"": "second ready"}
    assert code(run, on.GoOn) is Refusal.UNDER_WAY
    assert code(run, on.MoveTo, step="visit") is None


def test_a_line_is_moved_within_its_own_scope_only() -> None:
    """A refusal names the steps that it could be moved to; an unknown step is refused with those there are."""
    run = side_by_side()
    said = refused(run, on.MoveTo, passage=run.key_at("visit"), step="call")
    assert said is not None
    assert (said.code, said.allowed) == (Refusal.ANOTHER_LINE, ("visit",))
    said = refused(run, on.MoveTo, step="nowhere")
    assert said is not None
    assert (said.code, "call" in said.allowed) == (Refusal.UNKNOWN_STEP, True)


def test_no_operator_moves_a_run_to_medical_without_the_hcps_question() -> None:
    """What a rep may not do, an operator may not either."""
    run = Run(a_journey({"visit": a_visit({"neutral": "ask", "otherwise": "bye"}), "ask": a_medical("bye")}))
    assert code(run, on.MoveTo, step="ask") is Refusal.INQUIRY_REQUIRED
    run.state = run.state.model_copy(update={"inquiry": "question-1"})
    assert code(run, on.MoveTo, step="ask") is None
