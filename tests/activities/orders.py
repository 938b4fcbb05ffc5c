"""Orders and messages as runs and the ledger make them."""

from typing import Any

from activities.orders import Entry, TouchOrder
from activities.ports import Message
from journeys.commands import Deliver
from journeys.definitions import ContentRef
from journeys.position import Position
from tests.builders import NOW

KEY = "enr1.follow-up.1"
MESSAGE_ID = "<abc@mail.example>"


def an_entry() -> Entry:
    place = Position(step="follow-up", doing="sending", since=NOW, until=None, reason=None, ended=None)
    return Entry(enrolment="enr1", move=1, at=NOW, notes=(), position=place)


def a_touch_order() -> TouchOrder:
    return TouchOrder(entry=an_entry(), touch=Deliver(key=KEY, step="follow-up", content=ContentRef("hf-dialogue", 2), to="hcp"))


def a_message(**changes: Any) -> Message:
    """An e-mail that is ready to be handed over."""
    told: dict[str, Any] = {"key": KEY, "message_id": MESSAGE_ID, "sender": "no-reply@dirigent.example", "to": "astrid@clinic.example"}
    told |= {"subject": "Our talk", "text": "Dear Dr Lindqvist", "html": "<p>Dear Dr Lindqvist</p>", "language": "en"}
    return Message(**{**told, **changes})
