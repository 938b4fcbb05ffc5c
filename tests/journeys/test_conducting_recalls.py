"""A version of content is withdrawn while people are in flight: what is held is put before the gate again, what a rep has yet to send is taken back."""

from datetime import timedelta

import pytest

from journeys import events as on
from journeys import state as at
from journeys.commands import Command, Deliver, OpenTask, What
from journeys.conductor import alarm
from journeys.definitions import ContentRef
from journeys.reasons import Reason
from tests.journeys.playing import Run, a_journey, a_parallel, a_rep_email, a_visit, an_email, effects, notes, ways

RECALLED = ContentRef("hf-dialogue", 2)


def recall(run: Run, content: ContentRef = RECALLED) -> tuple[Command, ...]:
    return run.take(on.ContentRecalled(id=run.fresh, content=content))


def test_what_is_held_is_put_before_the_gate_again_at_once() -> None:
    """Whatever held it: the gate says what is true now."""
    run = Run(a_journey({"mail": an_email("bye", blocked={"content_not_approved": "call"}), "call": a_visit("bye")}))
    run.settle("deferred", Reason.WEEKLY_CAP, run.now + timedelta(days=3))
    assert [type(effect) for effect in effects(recall(run))] == [Deliver]
    assert ways(run.settle("refused", Reason.CONTENT_NOT_APPROVED)) == ["blocked > call"]


def test_a_letter_that_the_rep_has_yet_to_send_is_taken_back() -> None:
    """It leaves by its `blocked` path, with the reason told."""
    run = Run(a_journey({"mail": a_rep_email("bye", blocked={"content_not_approved": "call"}), "call": a_visit("bye")}))
    told = recall(run)
    assert [(note.to, note.reason) for note in notes(told, What.TASK_CLOSED)] == [("cancelled", Reason.CONTENT_NOT_APPROVED)]
    assert (ways(told), run.standing) == (["blocked > call"], {"": "call task"})


def test_where_the_step_says_wait_the_rep_is_not_offered_it_again() -> None:
    """It is held until its patience ends; before that only a colleague, or another version of the journey, can help."""
    run = Run(a_journey({"mail": a_rep_email("bye", hold_up_to="10 days")}))
    recall(run)
    place = run.state.place
    assert isinstance(place, at.Held)
    assert (place.reason, place.retry, alarm(run.state)) == (Reason.CONTENT_NOT_APPROVED, place.give_up, place.give_up)
    assert not [effect for effect in effects(run.wake()) if isinstance(effect, OpenTask)]
    assert run.end == "finished: done"


def test_a_held_letter_of_the_rep_is_not_offered_again() -> None:
    """One that waited for consent would have come back as the rep's task."""
    run = Run(a_journey({"mail": a_rep_email("bye")}), withdrawn=("email",))
    assert run.standing == {"": "mail held"}
    assert effects(recall(run)) == ()
    assert run.standing == {"": "mail held"}


def test_what_the_rep_released_is_asked_by_the_rep() -> None:
    """The gate is asked in the name of the one who sent it."""
    run = Run(a_journey({"mail": a_rep_email("bye")}))
    run.complete("sent", channel=None)
    run.settle("deferred", Reason.WEEKLY_CAP, run.now + timedelta(days=3))
    (asked,) = effects(recall(run))
    assert isinstance(asked, Deliver)
    assert asked.by == "rep"


def test_every_line_hears_of_it() -> None:
    """One effect after the other."""
    lines = {"both": a_parallel("bye", one="mail", two="other"), "mail": a_rep_email("join"), "other": an_email("join")}
    run = Run(a_journey(lines))
    run.settle("deferred", Reason.WEEKLY_CAP, run.now + timedelta(days=3), at_step="other")
    recall(run)
    assert run.standing == {"both.one": "mail held", "both.two": "other sending", "": "both joining"}


@pytest.mark.parametrize("content", [ContentRef("hf-dialogue", 3), ContentRef("hf-other", 2)])
def test_another_version_is_none_of_its_business(content: ContentRef) -> None:
    """Nothing moves, and nothing is told."""
    run = Run(a_journey({"mail": a_rep_email("bye")}))
    before = run.state
    assert recall(run, content) == ()
    assert run.state == before


def test_a_visit_goes_on() -> None:
    """Its material is not shown any more, which the brief tells; the meeting is not taken away."""
    meeting = {"due": "10 days", "face_to_face": {"materials": ["hf-dialogue@2"]}, "outcomes": ["met"]}
    run = Run(a_journey({"visit": {"visit": meeting, "next": "bye"}}))
    assert recall(run) == ()
    assert run.standing == {"": "visit task"}
