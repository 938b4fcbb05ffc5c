"""Moving a run to another version: what stays, what is counted anew, what is refused, and the laws that hold for every journey and edit."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys import events as on
from journeys import state as at
from journeys.acceptance import Refusal, refusal
from journeys.commands import CallOut, Deliver, StopJourney, What
from journeys.conductor import advance, alarm, ready
from journeys.definitions import Definition, kind_of
from journeys.migration import Fate, Moved, Obstacle, Spot, Unmovable, migrate, plan
from journeys.reasons import Reason
from journeys.scopes import scopes
from journeys.state import EndKind, State
from tests.journeys.moving import PICKS, an_order, moved, played, refused, v2
from tests.journeys.playing import (
    MONDAY,
    Run,
    a_journey,
    a_medical,
    a_parallel,
    a_rep_email,
    a_request,
    a_sub_journey,
    a_visit,
    a_wait,
    a_wait_with,
    an_email,
    an_escalation,
    an_invitation,
    notes,
    ways,
)
from tests.journeys.wholes import play_out, waker, wholes

DAY = timedelta(days=1)


def test_a_step_that_is_still_there_keeps_its_passage() -> None:
    """The open task keeps its id, and the wait its end, though other steps came and went."""
    run = Run(a_journey({"visit": a_visit("pause"), "pause": a_wait("bye")}))
    before = run.state
    told = moved(run, v2({"mail": an_email("visit"), "visit": a_visit("pause"), "pause": a_wait("mail")}))
    assert run.state.places == before.places
    assert run.state.passages == before.passages
    assert [note.to for note in notes(told.commands)] == ["2"]
    assert ways(run.complete("interested")) == ["interested > pause"]


@pytest.mark.parametrize(("length", "left"), [("2 days", 2), ("9 days", 9), ("30 days", 30)])
def test_a_wait_of_another_length_ends_by_it(length: str, left: int) -> None:
    """Counted from where the wait began: what was shortened past its end is due at once, what was lengthened goes on."""
    run = Run(a_journey({"pause": a_wait("bye", up_to="10 days")}))
    run.now += 5 * DAY
    moved(run, v2({"pause": a_wait("bye", up_to=length)}))
    assert alarm(run.state) == MONDAY + left * DAY
    run.wake()
    assert run.now == max(MONDAY + left * DAY, MONDAY + 5 * DAY)
    assert run.end == "finished: done"


def test_what_a_pause_added_to_a_deadline_stays() -> None:
    """A wait that was shifted by a pause of 3 days and is then made 2 days longer ends 5 days later than first said."""
    run = Run(a_journey({"pause": a_wait("bye", up_to="10 days")}))
    run.take(on.Paused(id="p", pause="recall"))
    run.take(on.Resumed(id="r", pause="recall", catch_up=on.CatchUp.SHIFT), later=3 * DAY)
    moved(run, v2({"pause": a_wait("bye", up_to="12 days")}))
    assert alarm(run.state) == MONDAY + 15 * DAY


def test_a_due_of_another_length_is_counted_anew() -> None:
    """The task stays the same one; what the rep put off stays put off at least as long."""
    first, second = a_journey({"visit": a_visit("bye", due="5 days")}), v2({"visit": a_visit("bye", due="8 days")})
    run = Run(first)
    key = run.key
    moved(run, second)
    assert (run.key, alarm(run.state)) == (key, MONDAY + 8 * DAY)
    snoozed = Run(first)
    snoozed.snooze(MONDAY + 20 * DAY)
    moved(snoozed, second)
    assert alarm(snoozed.state) == MONDAY + 20 * DAY


def test_an_open_task_takes_the_outcomes_of_the_new_version() -> None:
    """An outcome that is new is taken, one that is gone is refused."""
    run = Run(a_journey({"visit": a_visit("bye", outcomes=("interested", "neutral"))}))
    moved(run, v2({"visit": a_visit("bye", outcomes=("interested", "wants_data"))}))
    gone = on.Complete(id="x", by="rep", task=run.key, outcome="neutral", channel="remote")
    said = refusal(run.definition, run.state, gone, run.now)
    assert said is not None
    assert (said.code, said.allowed) == (Refusal.UNKNOWN_OUTCOME, ("interested", "wants_data"))
    assert ways(run.complete("wants_data")) == ["wants_data > bye"]


def test_a_removed_step_goes_where_the_map_says_or_nowhere() -> None:
    """With a map, the task is taken back and the target entered as a new passage; without one the run stays on its version."""
    run = Run(a_journey({"visit": a_visit("bye")}))
    new = v2({"call": a_rep_email("bye")})
    assert refused(run, new).code is Obstacle.STEP_GONE
    told = moved(run, new, {"visit": "call"})
    assert [(note.what, note.to) for note in notes(told.commands)] == [(What.MIGRATED, "2"), (What.TASK_CLOSED, "cancelled"), (What.MOVED, "call")]
    assert (run.step, run.key) == ("call", "run.call.1")
    assert run.state.passages == {"visit": 1, "call": 1}


def test_a_map_to_a_step_that_is_passed_through_goes_on_from_there() -> None:
    """The target is entered like any step, and what it sends is sent under a key of its own."""
    run = Run(a_journey({"pause": a_wait("bye")}))
    moved(run, v2({"mail": an_email("bye")}), {"pause": "mail"})
    (command,) = [command for command in run.moments[-1].commands if isinstance(command, Deliver)]
    assert command.key == "run.mail.1"


def test_a_step_of_another_kind_needs_the_map() -> None:
    """The same name is not the same step: it is entered anew, or not at all."""
    run = Run(a_journey({"reach": a_visit("bye")}))
    new = v2({"reach": an_email("bye")})
    assert refused(run, new).code is Obstacle.KIND_CHANGED
    moved(run, new, {"reach": "reach"})
    assert run.key == "run.reach.2"


def test_the_map_must_lead_to_a_step_of_the_same_line() -> None:
    """A target that is not there, or is played on another line, is refused."""
    new = v2({"both": a_parallel("bye", left="one", right="two"), "one": a_wait("join"), "two": a_wait("join")})
    run = Run(a_journey({"visit": a_visit("bye")}))
    assert refused(run, new, {"visit": "nowhere"}).code is Obstacle.UNKNOWN_TARGET
    assert refused(run, new, {"visit": "one"}).code is Obstacle.ANOTHER_LINE
    moved(run, new, {"visit": "both"})
    assert run.standing == {"": "both joining", "both.left": "one waiting", "both.right": "two waiting"}


@pytest.mark.parametrize(
    ("step", "doing"),
    [(an_email("bye"), "sending"), (a_sub_journey("bye"), "passing"), (a_request("bye", "yes"), "passing")],
    ids=["sending", "starting", "calling"],
)
def test_an_effect_under_way_is_no_safe_point(step: dict[str, Any], doing: str) -> None:
    """The run is asked again when its answer has come."""
    run = Run(a_journey({"act": step}))
    assert run.standing == {"": f"act {doing}"}
    assert refused(run, v2({"act": step, "more": a_wait("bye")})).code is Obstacle.NOT_NOW


def test_a_held_touch_stays_held_and_sends_the_new_content() -> None:
    """Nothing went out under its key, so it may carry the content of the new version; how long it is held follows the author."""
    run = Run(a_journey({"mail": an_email("bye", hold_up_to="10 days")}))
    run.settle("refused", Reason.NO_CONSENT)
    moved(run, v2({"mail": an_email("bye", content="hf-dialogue@3", hold_up_to="20 days")}))
    held = run.state.place
    assert isinstance(held, at.Held)
    assert held.give_up == MONDAY + 20 * DAY
    (sending,) = [command for command in run.give() if isinstance(command, Deliver)]
    assert (sending.key, str(sending.content)) == ("run.mail.1", "hf-dialogue@3")


def test_lines_go_on_in_their_own_line() -> None:
    """A step that moved to another line, or a line that is gone, keeps the run on its version; a map out of the whole step ends its lines."""
    steps = {"both": a_parallel("bye", left="visit", right="pause"), "visit": a_visit("join"), "pause": a_wait("join")}
    run = Run(a_journey(steps))
    assert run.standing == {"": "both joining", "both.left": "visit task", "both.right": "pause waiting"}
    crossed = v2({**steps, "both": a_parallel("bye", left="pause", right="visit")})
    assert refused(run, crossed).code is Obstacle.LINE_GONE
    told = moved(run, v2({"rest": a_wait("bye")}), {"both": "rest"})
    assert [note.step for note in notes(told.commands, What.CANCELLED)] == ["visit", "pause"]
    assert [note.step for note in notes(told.commands, What.TASK_CLOSED)] == ["visit"]
    assert run.standing == {"": "rest waiting"}


def test_a_parallel_that_any_line_may_end_now_ends_if_one_has() -> None:
    """Joined as `all`, judged as `any`: the line that came to its join goes on."""
    steps = {"visit": a_visit("join"), "pause": a_wait("join")}
    run = Run(a_journey({"both": a_parallel("bye", left="visit", right="pause"), **steps}))
    run.take(on.Complete(id="x", by="rep", task=run.key_at("visit"), outcome="interested", channel="remote"))
    assert run.state.ended is None
    moved(run, v2({"both": a_parallel("bye", join="any", left="visit", right="pause"), **steps}))
    assert run.end == "finished: done"


def test_an_awaited_journey_is_stopped_with_the_step_that_awaited_it() -> None:
    """It was begun for that step; where the step stays, it is awaited on, for the new length."""
    run = Run(a_journey({"nurse": a_sub_journey("bye", up_to="10 days")}))
    run.take(on.JourneyBegun(key=run.key))
    moved(run, v2({"nurse": a_sub_journey("bye", up_to="20 days")}))
    assert alarm(run.state) == MONDAY + 20 * DAY
    told = moved(run, a_journey({"pause": a_wait("bye")}, version=3), {"nurse": "pause"})
    assert [command.key for command in told.commands if isinstance(command, StopJourney)] == ["run.nurse.1"]


def test_a_request_that_nobody_answers_is_asked_for_its_new_time() -> None:
    """Held until the next call, it may be moved; the next call says until when an answer counts now."""
    run = Run(a_journey({"ask": a_request("bye", "yes", up_to="2 days")}))
    run.take(on.Called(key=run.key, result="again", retry=MONDAY + timedelta(hours=1)))
    moved(run, v2({"ask": a_request("bye", "yes", up_to="4 days")}))
    (call,) = [command for command in run.wake() if isinstance(command, CallOut)]
    assert (call.key, call.until) == ("run.ask.1", MONDAY + 4 * DAY)


def test_a_request_and_an_invitation_wait_for_their_new_time() -> None:
    """Both wait on for the same answer, under the same key."""
    run = Run(a_journey({"ask": a_request("bye", "yes", up_to="2 days")}))
    run.take(on.Called(key=run.key, result="accepted"))
    moved(run, v2({"ask": a_request("bye", "yes", up_to="4 days")}))
    assert alarm(run.state) == MONDAY + 4 * DAY
    invited = Run(a_journey({"round": an_invitation("bye", answer_by="5 days")}))
    invited.settle("sent")
    moved(invited, v2({"round": an_invitation("bye", answer_by="9 days")}))
    assert alarm(invited.state) == MONDAY + 9 * DAY
    assert invited.hear("declined", touch="run.round.1")


def test_a_wait_of_another_form_waits_for_what_it_says_now() -> None:
    """From a length of time to something heard, which was heard before: it moves on at once."""
    run = Run(a_journey({"mail": an_email("pause"), "pause": a_wait("bye", up_to="10 days")}))
    run.settle("sent")
    run.hear("clicked", touch="run.mail.1")
    moved(run, v2({"mail": an_email("pause"), "pause": a_wait("bye", "clicked", up_to="10 days")}))
    assert run.end == "finished: done"


def test_a_wait_for_a_date_reads_the_new_one() -> None:
    """The mark moved by a day moves the wait; facts that the old version did not know come with the order."""
    run = Run(a_journey({"pause": a_wait("bye", up_to="10 days")}))
    moved(run, v2({"pause": a_wait_with("bye", until={"fact": "next_appointment_on"})}), facts={"persona": "pioneer", "next_appointment_on": "2026-03-20"})
    assert run.state.facts == {"persona": "pioneer", "next_appointment_on": "2026-03-20"}
    assert alarm(run.state) == MONDAY.replace(day=20, hour=0)


def test_the_goal_and_the_exit_condition_of_the_new_version_are_judged_at_once() -> None:
    """On the order's facts, before anything else of it."""
    run = Run(a_journey({"visit": a_visit("bye")}))
    new = v2({"visit": a_visit("bye")}, goal={"fact": "adoption_stage", "at_least": "advocate"})
    told = moved(run, new, facts={"persona": "pioneer", "adoption_stage": "advocate"})
    assert run.state.ended is not None
    assert run.state.ended.kind is EndKind.GOAL
    assert [note.to for note in notes(told.commands, What.TASK_CLOSED)] == ["cancelled"]


def test_the_horizon_is_that_of_the_new_version() -> None:
    """Counted from the enrolment where there was none, or by its new length; a run that is past it ends when it wakes."""
    run = Run(a_journey({"visit": a_visit("bye", due="300 days")}))
    moved(run, v2({"visit": a_visit("bye", due="300 days")}, horizon="60 days"))
    assert alarm(run.state) == MONDAY + 60 * DAY
    moved(run, a_journey({"visit": a_visit("bye", due="300 days")}, version=3, horizon="90 days"))
    assert alarm(run.state) == MONDAY + 90 * DAY
    moved(run, a_journey({"visit": a_visit("bye", due="300 days")}, version=4))
    assert run.state.ends_by is None


def test_an_order_for_another_version_or_journey_is_refused() -> None:
    """Each order names the version it moves from."""
    run = Run(a_journey({"visit": a_visit("bye")}))
    assert refused(run, v2({"visit": a_visit("bye")}), source="another").code is Obstacle.ANOTHER_VERSION
    assert refused(run, v2({"visit": a_visit("bye")}, journey="another-one")).code is Obstacle.ANOTHER_JOURNEY
    run.take(on.Leave(id="x", by="rep", reason="moved_away"))
    assert refused(run, v2({"visit": a_visit("bye")})).code is Obstacle.ENDED


@pytest.mark.parametrize("step", [a_medical("bye"), an_escalation("bye", "visit"), a_rep_email("bye")], ids=["medical", "escalate", "rep-email"])
def test_every_human_step_keeps_its_task(step: dict[str, Any]) -> None:
    """Whatever kind of task is open, it stays open under its id."""
    run = Run(a_journey({"visit": a_visit("act"), "act": step}))
    run.complete("interested", inquiry="question-1")
    key = run.key
    moved(run, v2({"act": step, "visit": a_visit("act"), "new": a_wait("act")}))
    assert run.key == key
    assert run.standing == {"": "act task"}


def test_a_plan_needs_no_more_than_where_the_lines_stand() -> None:
    """The preview of an operator asks the question of the move itself."""
    old, new = a_journey({"visit": a_visit("bye"), "pause": a_wait("bye")}), v2({"visit": a_visit("bye")})
    stays = plan(old, new, [Spot("", "visit", "task")], {})
    assert stays == (Fate(Spot("", "visit", "task"), to="visit", stays=True),)
    gone = plan(old, new, [Spot("", "pause", "waiting")], {})
    assert isinstance(gone, Unmovable)
    assert gone.code is Obstacle.STEP_GONE


def fits(definition: Definition, state: State) -> None:
    """Every line stands at a step that there is, on the line on which it is played, in a kind of place that such a step has."""
    lines = scopes(definition).line_of
    for place in state.places:
        assert lines[place.step] == place.line
    assert len({place.key for place in state.places}) == len(state.places)


@given(wholes(), PICKS)
def test_a_version_that_changes_nothing_changes_nothing(definition: Definition, picks: list[int]) -> None:
    """The state is the same but for the count of its moves."""
    run = played(definition, picks)
    again = definition.model_copy(update={"version": definition.version + 1})
    came_to = migrate(run.state, an_order(run, again), old=definition, now=run.now)
    if isinstance(came_to, Moved):
        assert came_to.state.model_copy(update={"moves": run.state.moves}) == run.state
    else:
        assert came_to.code in (Obstacle.NOT_NOW, Obstacle.ENDED)


@given(wholes(), PICKS, wholes(), st.data())
def test_a_moved_run_stands_where_it_may_and_comes_to_an_end(old: Definition, picks: list[int], other: Definition, data: st.DataObject) -> None:
    """To any other journey of the same name, by any map: the state fits it, has a waker, and is played out without a fault."""
    run = played(old, picks)
    new = other.model_copy(update={"version": 2})
    mapping = {step: data.draw(st.sampled_from(list(new.steps))) for step in {place.step for place in run.state.places}}
    came_to = migrate(run.state, an_order(run, new, mapping), old=old, now=run.now)
    if isinstance(came_to, Unmovable):
        return
    fits(new, came_to.state)
    used = set(run.state.heard)
    run.definition, run.state = new, came_to.state
    if ready(run.state):
        run.take(on.Proceed())
    began = len(run.moments)
    assert waker(run), run
    play_out(run, at_most=2000)
    assert run.state.ended is not None
    assert run.state.ended.kind is not EndKind.FAULT, run
    asked = [command.key for moment in run.moments[began:] for command in moment.commands if isinstance(command, Deliver)]
    held = {place.key for place in came_to.state.places if isinstance(place, at.Held | at.AtTask)}
    assert not (set(asked) & used) - held


@given(wholes(), PICKS, st.data())
def test_no_touch_is_asked_for_again_after_it_was_sent(definition: Definition, picks: list[int], data: st.DataObject) -> None:
    """Through an edit of every step's content and lengths in the middle of the run, each key is sent at most once."""
    run = played(definition, picks)
    new = _edited(definition, data.draw)
    came_to = migrate(run.state, an_order(run, new), old=definition, now=run.now)
    if isinstance(came_to, Moved):
        fits(new, came_to.state)
        run.definition, run.state = new, came_to.state
        if ready(run.state):
            run.take(on.Proceed())
    play_out(run, at_most=2000)
    sent = [moment.event.key for moment in run.moments if isinstance(moment.event, on.Settled) and moment.event.result in ("sent", "unknown")]
    assert len(sent) == len(set(sent))


def _edited(definition: Definition, draw: Any) -> Definition:
    """The same steps, worded otherwise: other content, other lengths, other ways to hear."""
    body = definition.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    for step in body["steps"].values():
        inside = step.get(kind_of(step) or "", {})
        if isinstance(inside, dict):
            for name in ("due", "up_to", "time", "hold_up_to", "answer_by"):
                if name in inside:
                    inside[name] = draw(st.sampled_from(["1 hour", "5 days", "3 business days"]))
            if "content" in inside:
                inside["content"] = "hf-dialogue@9"
    return Definition.model_validate({**body, "version": definition.version + 1})


def test_an_ended_run_takes_nothing() -> None:
    """Nothing that has ended is brought back by a move."""
    run = Run(a_journey({"visit": a_visit("bye")}))
    run.complete("interested")
    assert advance(run.definition, run.state, on.Proceed(), run.now) == (run.state, ())
    assert refused(run, v2({"visit": a_visit("bye")})).code is Obstacle.ENDED
