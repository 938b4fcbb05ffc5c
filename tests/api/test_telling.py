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


@pytest.mark.parametrize("what", What)
def test_everything_that_can_happen_is_told(what: What) -> None:
    """In a sentence with a full stop and nothing left to fill in."""
    told = _told(what=what, step="both", to="follow-up", way="joined", reason="no_longer_awaited", until=None)
    assert told.endswith(".")
    assert not {"{", "}"} & set(told)
