"""What a run did, told in sentences."""

from typing import Any

from api import telling
from journeys.commands import Note, What


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
