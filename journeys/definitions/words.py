"""The words of the grammar that several kinds of step share: purposes, ways out, fates of a blocked touch, what can be heard, and content by version."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field, PlainSerializer, StringConstraints, WithJsonSchema

from journeys.shapes import MOST_VERSION, Slug, StepId

OTHERWISE: Final = "otherwise"
JOIN: Final = "join"
"""In the place of a step's id: this line of a `parallel` ends here."""

SENT, OVERDUE, SKIPPED, TIMEOUT = "sent", "overdue", "skipped", "timeout"
ANSWERED, WITHDRAWN, HANDLED = "answered", "withdrawn", "handled"
ATTENDED, MISSED, NOT_RECORDED, DECLINED, NO_ANSWER, TOO_LATE = "attended", "missed", "not_recorded", "declined", "no_answer", "too_late"
CALLED_OFF: Final = "called_off"
MET, HAPPENED, MISSING, PAST = "met", "happened", "missing", "past"
JOINED, DONE, FAILED = "joined", "done", "failed"
STARTED, NOT_STARTED, FINISHED, GOAL, ENDED = "started", "not_started", "finished", "goal", "ended"
EXHAUSTED: Final = "exhausted"
"""The way out of a step that was entered `at_most` times already."""

HOLD_OUT: Final = "hold_out"
"""The arm of a split in which nothing more is done, for comparison."""

FALLS_TO: dict[str, str] = {SKIPPED: OVERDUE, NOT_RECORDED: MISSED, GOAL: FINISHED, TOO_LATE: MISSING, CALLED_OFF: MISSING, PAST: MISSING}
"""A way that a step does not name goes where its wider one goes, and after that along `otherwise`."""


class Purpose(StrEnum):
    PROMOTIONAL = "promotional"
    MEDICAL_RESPONSE = "medical_response"
    TRANSACTIONAL = "transactional"
    SAFETY = "safety"


class Fate(StrEnum):
    """What a blocked touch may do instead of naming a step: hold and try again, try the other channels that its step names, go on as if sent, or leave
    the journey."""

    WAIT = "wait"
    FALL_BACK = "fall_back"
    SKIP = "skip"
    EXIT = "exit"


Fated = Annotated[str, StringConstraints(pattern=rf"^(?:{Fate.FALL_BACK.value}|[a-z][a-z0-9-]*)$", max_length=64)]
"""A step, or one of the fates."""


class Heard(StrEnum):
    """What can be heard of a touch that was sent; the last four of an invitation alone."""

    DELIVERED = "delivered"
    OPENED = "opened"
    CLICKED = "clicked"
    REPLIED = "replied"
    BOUNCED = "bounced"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    ATTENDED = "attended"
    MISSED = "missed"


INVITED = (Heard.ACCEPTED, Heard.DECLINED, Heard.ATTENDED, Heard.MISSED)
"""What is heard of an invitation: the answer, and whether the HCP came."""


_NAMED = re.compile(r"([a-z][a-z0-9-]{0,63})@([1-9][0-9]{0,9})")


@dataclass(frozen=True, order=True)
class ContentRef:
    """One version of one piece of approved content, written `hf-dialogue@2`."""

    id: str
    version: int

    def __str__(self) -> str:
        return f"{self.id}@{self.version}"

    @classmethod
    def parse(cls, written: Any) -> "ContentRef":
        if isinstance(written, ContentRef):
            return written
        found = _NAMED.fullmatch(written) if isinstance(written, str) else None
        if found is None or int(found[2]) > MOST_VERSION:
            raise ValueError('content is named with its version, such as "hf-dialogue@2"')
        return cls(found[1], int(found[2]))


Content = Annotated[
    ContentRef,
    BeforeValidator(ContentRef.parse),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^[a-z][a-z0-9-]*@[1-9][0-9]*$"}),
]


def _paths(written: Any) -> Any:
    return {OTHERWISE: written} if isinstance(written, str) else written


Paths = Annotated[dict[Slug, StepId], BeforeValidator(_paths, json_schema_input_type=StepId | dict[Slug, StepId])]
"""Where each way out of a step leads. A single step id means: every way out leads there."""


def _several(written: Any) -> Any:
    return {name: _listed(value) for name, value in written.items()} if isinstance(written, dict) else written


def _listed(value: Any) -> Any:
    """A tuple whatever was written: strict reading takes no list that has been in Python's hands."""
    return tuple(value) if isinstance(value, list | tuple) else (value,)


FieldValue = bool | int | str
"""A value of an event's field."""

FieldValues = Annotated[tuple[FieldValue, ...], Field(min_length=1)]

Fields = Annotated[dict[Slug, FieldValues], BeforeValidator(_several, json_schema_input_type=dict[Slug, FieldValue | FieldValues])]
"""Which values the fields of an event must have: one, or any of a list."""
