"""A step that a map renames is the same step: the run stays in its passage, and what has happened there counts under the new name."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given

from journeys import events as on
from journeys.commands import Deliver, OpenTask, What
from journeys.conductor import alarm
from journeys.definitions import JOIN, Definition
from journeys.draws import arm_of
from journeys.migration import Fate, Obstacle, Spot, Unmovable, migrate, plan
from journeys.renaming import renamed, state_under
from journeys.state import State, passage_key
from tests.journeys.moving import PICKS, an_order, moved, played, refused, v2
from tests.journeys.playing import (
    MONDAY,
    Run,
    a_branch,
    a_journey,
    a_medical,
    a_parallel,
    a_request,
    a_split,
    a_sub_journey,
    a_visit,
    a_wait,
    an_email,
    an_invitation,
    notes,
    ways,
)
from tests.journeys.wholes import wholes

DAY = timedelta(days=1)


def waiting_question(run: Run) -> str | None:
    """The question that the run's next hand-off takes up."""
    return run.state.inquiry


def test_a_renamed_wait_ends_when_it_would_have() -> None:
    """Day 5 of 10 stays day 5; another length is counted from where it began, as for any step that stays."""
    run = Run(a_journey({"pause": a_wait("bye", up_to="10 days")}))
    run.now += 5 * DAY
    told = moved(run, v2({"rest": a_wait("bye", up_to="10 days")}), {"pause": "rest"})
    assert [note.what for note in notes(told.commands)] == [What.MIGRATED]
    assert (run.standing, run.key, alarm(run.state)) == ({"": "rest waiting"}, "run.pause.1", MONDAY + 10 * DAY)
    moved(run, a_journey({"stay": a_wait("bye", up_to="12 days")}, version=3), {"rest": "stay"})
    assert (run.standing, run.key, alarm(run.state)) == ({"": "stay waiting"}, "run.pause.1", MONDAY + 12 * DAY)
    run.wake()
    assert run.end == "finished: done"


def test_an_open_task_stays_open_under_the_new_name() -> None:
    """Its id and its due time stay, and what the rep reports is what the new name's paths and conditions know."""
    told = {"outcome": "meeting", "is": "interested"}
    run = Run(a_journey({"visit": a_visit("bye")}))
    key, due = run.key, alarm(run.state)
    moved(run, v2({"meeting": a_visit("ask"), "ask": a_branch("bye", (told, "more")), "more": a_wait("bye")}), {"visit": "meeting"})
    assert (run.standing, run.key, alarm(run.state)) == ({"": "meeting task"}, key, due)
    assert ways(run.complete("interested")) == ["interested > ask", "case_1 > more"]


def test_outcomes_and_passages_count_under_the_new_name() -> None:
    """A branch knows what was reported before the step was renamed, and `at_most` how often it was passed."""
    again: dict[str, Any] = {"at_most": 2}
    run = Run(a_journey({"visit": a_visit("pause", **again), "pause": a_wait("visit")}))
    run.complete("interested")
    met = {"outcome": "meeting", "is": "interested"}
    steps = {"meeting": a_visit({"interested": "pause", "otherwise": "ask", "exhausted": "ask"}, **again), "pause": a_wait("meeting")}
    new = v2({**steps, "ask": a_branch("bye", (met, "more")), "more": a_wait("bye")}, start="meeting")
    moved(run, new, {"visit": "meeting"})
    assert (run.state.outcomes, run.state.passages["meeting"]) == ({"meeting": "interested"}, 1)
    run.wake()
    assert (run.standing, run.key) == ({"": "meeting task"}, "run.meeting.2")
    run.complete("interested")
    assert ways(run.wake()) == ["timeout > meeting", "case_1 > more"]


def test_a_later_click_on_the_renamed_letter_leads_on() -> None:
    """A wait that stands goes on listening to the same touch, and so does one that is come to later."""
    old = a_journey({"mail": an_email("reading"), "reading": a_wait("bye", "clicked", up_to="20 days", of="mail")})
    new = v2({"letter": an_email("reading"), "reading": a_wait("bye", "clicked", up_to="20 days", of="letter")})
    run = Run(old)
    run.settle("sent")
    moved(run, new, {"mail": "letter"})
    (heard,) = notes(run.hear("clicked", touch="run.mail.1"), What.HEARD)
    assert (heard.step, heard.key, run.end) == ("letter", "run.mail.1", "finished: done")
    later = Run(a_journey({"mail": an_email("pause"), "pause": a_wait("reading"), "reading": a_wait("bye", "clicked", of="mail")}))
    later.settle("sent")
    moved(later, v2({"letter": an_email("pause"), "pause": a_wait("reading"), "reading": a_wait("bye", "clicked", of="letter")}), {"mail": "letter"})
    later.wake()
    assert later.standing == {"": "reading waiting"}
    later.hear("clicked", touch="run.mail.1")
    assert later.end == "finished: done"


def test_a_wait_whose_letter_is_gone_is_refused_without_the_map() -> None:
    """It would listen for a touch that the run never had, and would so forget the one that went out."""
    run = Run(a_journey({"mail": an_email("reading"), "reading": a_wait("bye", "clicked", of="mail")}))
    run.settle("sent")
    new = v2({"letter": an_email("reading"), "reading": a_wait("bye", "clicked", of="letter")})
    assert refused(run, new).code is Obstacle.TOUCH_GONE
    moved(run, new, {"mail": "letter"})


def test_an_invitation_is_not_sent_twice() -> None:
    """The answer to the one that went out is waited for under the new name."""
    run = Run(a_journey({"round": an_invitation("bye")}))
    run.settle("sent")
    before = alarm(run.state)
    told = moved(run, v2({"webinar": an_invitation("bye")}), {"round": "webinar"})
    assert [command for command in told.commands if isinstance(command, Deliver)] == []
    assert (run.standing, run.key, alarm(run.state)) == ({"": "webinar waiting"}, "run.round.1", before)
    run.hear("declined", touch="run.round.1")
    assert run.end == "finished: done"


@pytest.mark.parametrize(
    ("step", "answer"),
    [
        (a_sub_journey("bye"), on.JourneyEnded(id="e", key="run.old.1", way="finished")),
        (a_request("bye", "yes"), on.RequestAnswered(id="e", key="run.old.1", answer="yes")),
    ],
    ids=["journey", "request"],
)
def test_what_was_begun_with_others_is_awaited_on(step: dict[str, Any], answer: on.Event) -> None:
    """Neither asked again nor taken back; what comes of it comes under the key that it was given."""
    run = Run(a_journey({"old": step}))
    run.take(on.JourneyBegun(key=run.key) if "journey" in step else on.Called(key=run.key, result="accepted"))
    told = moved(run, v2({"new": step}), {"old": "new"})
    assert [type(command).__name__ for command in told.commands] == ["Note"]
    assert run.standing == {"": "new waiting"}
    run.take(answer)
    assert run.end == "finished: done"


def test_a_renamed_parallel_keeps_its_lines() -> None:
    """The lines are called after the step; each goes on where it stood, and they join."""
    inner = {"one": a_visit(JOIN), "two": a_wait(JOIN)}
    run = Run(a_journey({"both": a_parallel("bye", left="one", right="two"), **inner}))
    keys = {place.key for place in run.state.places}
    moved(run, v2({"pair": a_parallel("bye", left="one", right="two"), **inner}), {"both": "pair"})
    assert run.standing == {"": "pair joining", "pair.left": "one task", "pair.right": "two waiting"}
    assert {place.key for place in run.state.places} == keys
    run.take(on.Complete(id="x", by="rep", task=run.key_at("one"), outcome="interested", channel="remote"))
    run.wake()
    assert run.end == "finished: done"


@given(wholes(), PICKS)
def test_a_journey_whose_steps_are_all_renamed_goes_on_as_it_was(definition: Definition, picks: list[int]) -> None:
    """Every line stands in the passage in which it stood, wakes when it would have, and under its old names the run is the run that it was."""
    run = played(definition, picks)
    names = {step: f"new-{step}" for step in definition.steps}
    new = renamed(definition, names).model_copy(update={"version": 2})
    came_to = migrate(run.state, an_order(run, new, names), old=definition, now=run.now)
    if isinstance(came_to, Unmovable):
        assert came_to.code in (Obstacle.NOT_NOW, Obstacle.ENDED)
        return
    assert alarm(came_to.state) == alarm(run.state)
    back = state_under(came_to.state, {new: old for old, new in names.items()})
    apart = {"passages", "moves", "keys"}
    assert back.model_dump(exclude=apart) == run.state.model_dump(exclude=apart)
    assert {step: back.passages[step] for step in run.state.passages} == run.state.passages
    assert {run.state.step_of(key) for key in run.state.heard} == {back.step_of(key) for key in run.state.heard}


def test_names_that_come_back_take_no_key_that_was_taken() -> None:
    """Renamed there and back, and another step under the old name: every touch has a key of its own, and each wait hears its own letter."""
    loop = {"at_most": 9}

    def version(number: int, letter: str, **more: Any) -> Any:
        steps = {letter: an_email("reading", **more), "reading": {**a_wait({"clicked": letter, "timeout": "bye"}, "clicked", of=letter), **loop}}
        return a_journey(steps, version=number, start=letter)

    run = Run(version(1, "mail"))
    run.settle("sent")
    moved(run, version(2, "letter"), {"mail": "letter"})
    run.hear("clicked", touch="run.mail.1")
    assert run.key == "run.letter.2"
    run.settle("sent")
    moved(run, version(3, "mail"), {"letter": "mail"})
    run.hear("clicked", touch="run.letter.2")
    assert run.key == "run.mail.3"
    run.settle("sent")
    both = {"mail": an_email("reading"), "letter": an_email("reading"), "reading": a_wait({"clicked": "mail", "timeout": "bye"}, "clicked", of="letter")}
    moved(run, a_journey(both, version=4, start="letter"), {"mail": "letter"})
    assert run.state.step_of("run.mail.1") == "mail"
    assert run.state.passages == {"mail": 3, "letter": 2, "reading": 3}


def test_a_name_that_is_taken_again_begins_after_the_keys_that_were_used() -> None:
    """A new step under the old name of a renamed one sends under a key of its own."""
    run = Run(a_journey({"mail": an_email("pause"), "pause": a_wait("bye")}))
    run.settle("sent")
    moved(run, v2({"letter": an_email("pause"), "pause": a_wait("bye")}), {"mail": "letter"})
    moved(run, a_journey({"letter": an_email("pause"), "pause": a_wait("mail"), "mail": an_email("bye")}, version=3))
    (asked,) = [command for command in run.wake() if isinstance(command, Deliver)]
    assert asked.key == "run.mail.2"
    assert (run.state.key_of("letter", 1), run.state.key_of("mail", 2)) == ("run.mail.1", "run.mail.2")


def test_a_split_that_was_renamed_draws_the_same_arm_again() -> None:
    """The draw was made under the first name, and holds for the run."""
    arms = {"a": 1, "b": 1, "c": 1, "d": 1}
    old = a_journey({"draw": {**a_split("pause", **arms), "at_most": 9}, "pause": a_wait("draw")})
    run = Run(old)
    drawn = run.state.outcomes["draw"]
    name = next(name for name in ("lot", "dice", "coin", "fate") if arm_of("run", name, arms) != drawn)
    moved(run, v2({name: {**a_split("pause", **arms), "at_most": 9}, "pause": a_wait(name)}, start=name), {"draw": name})
    run.wake()
    assert (run.state.outcomes, run.state.passages[name]) == ({name: drawn}, 2)


def test_what_is_no_rename_is_entered_anew() -> None:
    """A step that is still there, one that was there before, another kind, or two steps made one."""
    old, spot = a_journey({"one": a_visit("two"), "two": a_visit("bye")}), Spot("", "one", "task")

    def fate(steps: dict[str, Any], mapping: dict[str, str]) -> Any:
        return plan(old, v2(steps), [spot], mapping)

    stays, anew = Fate(spot, to="first", stays=True), Fate(spot, to="first", stays=False)
    assert fate({"first": a_visit("two"), "two": a_visit("bye")}, {"one": "first"}) == (stays,)
    assert fate({"first": a_visit("one"), "one": a_visit("bye")}, {"one": "first"}) == (anew,)
    assert fate({"first": an_email("bye")}, {"one": "first"}) == (anew,)
    assert fate({"first": a_visit("bye")}, {"one": "first", "two": "first"}) == (anew,)
    assert fate({"two": a_visit("bye")}, {"one": "two"}) == (Fate(spot, to="two", stays=False),)


def test_a_run_that_was_stored_before_steps_could_be_renamed_is_read() -> None:
    """It has the keys that its steps' names say."""
    run = Run(a_journey({"mail": an_email("bye")}))
    stored = State.model_validate(run.state.model_dump(mode="json", exclude={"keys"}))
    assert stored.key_of("mail", 1) == passage_key("run", "mail", 1) == "run.mail.1"
    assert stored.step_of("run.mail.1") == "mail"


def test_a_hand_off_that_is_mapped_away_gives_its_question_back() -> None:
    """The task is taken back, and the run's next hand-off takes the question up; where the step is only renamed, the task stays."""
    old = a_journey({"visit": a_visit("ask"), "ask": a_medical("bye")})
    run = Run(old)
    run.complete("interested", inquiry="question-1")
    assert waiting_question(run) is None
    new = v2({"visit": a_visit("pause"), "pause": a_wait("msl"), "msl": a_medical("bye")})
    moved(run, new, {"ask": "pause"})
    assert waiting_question(run) == "question-1"
    (task,) = [command for command in run.wake() if isinstance(command, OpenTask)]
    assert (task.key, task.inquiry, waiting_question(run)) == ("run.msl.1", "question-1", None)
    moved(run, a_journey({"visit": a_visit("medical"), "medical": a_medical("bye")}, version=3), {"msl": "medical"})
    assert (run.standing, run.key, waiting_question(run)) == ({"": "medical task"}, "run.msl.1", None)


def test_a_hand_off_that_is_sent_to_another_takes_its_question_along() -> None:
    """Straight from one medical step to another that was there before."""
    both = {"visit": a_visit("ask"), "ask": a_medical("msl"), "msl": a_medical("bye")}
    run = Run(a_journey(both))
    run.complete("interested", inquiry="question-1")
    told = moved(run, v2({"visit": a_visit("msl"), "msl": a_medical("bye")}), {"ask": "msl"})
    assert [note.to for note in notes(told.commands, What.TASK_CLOSED)] == ["cancelled"]
    assert [command.inquiry for moment in run.moments for command in moment.commands if isinstance(command, OpenTask)] == ["question-1", "question-1"]
