"""What a run did, told in sentences."""

from typing import Any

import pytest

from api import telling
from journeys.commands import Note, What
from journeys.definitions import Definition
from tests.builders import a_journey, a_wait, an_exit


def _told(**note: Any) -> str:
    return telling.sentence(Note(step="follow-up-mail", **note), definition=None, by="you")


def test_an_email_that_a_rep_released_is_not_called_sent() -> None:
    """Whether it went out is the gate's word; the rep only let it go."""
    assert _told(what=What.TASK_CLOSED, to="done", way="sent") == "“Follow up mail” was released for sending by you."


def test_a_visit_is_told_with_its_outcome() -> None:
    """The outcome and the place of the meeting belong to the line."""
    assert _told(what=What.TASK_CLOSED, to="done", way="wants_data", channel="remote") == "“Follow up mail” was completed by you, remote: wants data."


def test_an_ending_tells_why_no_other_strategy_followed() -> None:
    """An HCP who could not be handed over is not lost in silence."""
    told = _told(what=What.ENDED, to="finished", reason="other_persona", way="not_continued_not_eligible")
    assert told.endswith("It reached its end: other persona. The strategy of the other persona was not begun: not eligible.")


def _journey() -> Definition:
    invite = {"invite": {"content": "hf-webinar@1", "occasion": "webinar", "starts": {"at": "2027-04-01T12:00:00Z"}, "answer_by": "5 days"}, "next": "text"}
    text = {"message": {"channel": "sms", "content": "hf-text@1"}, "next": "reading"}
    return a_journey(steps={"invitation": invite, "text": text, "reading": a_wait(wait={"of": "text"}), "any": a_wait(), "done": an_exit()})


@pytest.mark.parametrize(
    ("note", "told"),
    [
        ({"what": What.SENT, "step": "text"}, "The sms message of “Text” was handed over for delivery."),
        ({"what": What.SENT, "step": "text", "channel": "whatsapp"}, "The whatsapp message of “Text” was handed over for delivery."),
        ({"what": What.SENT, "step": "invitation"}, "The invitation of “Invitation” was handed over for delivery."),
        ({"what": What.HEARD, "step": "invitation", "way": "accepted"}, "The invitation of “Invitation” was accepted."),
        ({"what": What.MOVED, "step": "invitation", "way": "declined", "to": "done"}, "Went on from “Invitation” to “Done”: the invitation was declined."),
        ({"what": What.MOVED, "step": "invitation", "way": "no_answer", "to": "done"}, "Went on from “Invitation” to “Done”: no answer came in time."),
        ({"what": What.MOVED, "step": "text", "way": "sent", "to": "reading"}, "Went on from “Text” to “Reading”: the sms message is on its way."),
        ({"what": What.MOVED, "step": "reading", "way": "clicked", "to": "done"}, "Went on from “Reading” to “Done”: the sms message was clicked."),
        ({"what": What.MOVED, "step": "any", "way": "clicked", "to": "done"}, "Went on from “Any” to “Done”: the message was clicked."),
    ],
)
def test_what_was_sent_is_called_what_it_is(note: dict[str, Any], told: str) -> None:
    """An e-mail, a message on a channel by its name, or an invitation."""
    assert telling.sentence(Note(**note), definition=_journey()) == told


def test_everything_that_a_run_notes_has_its_sentence() -> None:
    """No line of a timeline is without words, and none shows a placeholder."""
    for what in What:
        told = _told(what=what, to="follow-up-mail", way="shift", reason="other")
        assert told.endswith(".")
        assert "{" not in told


def test_an_operators_acts_are_told() -> None:
    """What was done to the run, by whom, and why."""
    assert _told(what=What.MIGRATED, way="1", to="2") == "Moved by you from version 1 of the journey to version 2."
    assert _told(what=What.REPAIRED, way="retry", reason="stuck") == "“Follow up mail” was put before the gate again by you: stuck."
    assert _told(what=What.RESUMED, way="drop").startswith("The pause was lifted; what fell due meanwhile is not made up for")
