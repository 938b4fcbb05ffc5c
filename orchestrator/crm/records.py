"""What is told to a CRM and what comes from it, in no vendor's words: ids, codes and instants, and no word that a human typed. Pure.

It is the commercial side alone. There is no record here that could carry a medical response, an MSL's task or an inquiry.
"""

import hashlib
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict


class Kind(StrEnum):
    """What goes out."""

    CALL = "call"
    SENT_EMAIL = "sent_email"
    SUGGESTION = "suggestion"


class Arriving(StrEnum):
    """What comes in."""

    CALL = "call"
    FEEDBACK = "feedback"


OVERLAP = timedelta(minutes=2)

OURS = "dirigent-"


def external_id(kind: Kind, key: str) -> str:
    """By which both sides know the record: writing it twice makes one of it. A hash, so that the key's words stay here."""
    return OURS + hashlib.sha256(f"{kind}\n{key}".encode()).hexdigest()[:40]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True)

    external_id: str
    account: str
    """The CRM's id of the person."""
    user: str | None
    """The CRM's id of the user."""
    product: str
    """Our code."""

    @property
    def digest(self) -> str:
        """What tells whether the CRM has been told all of this."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:40]


class CallRecord(_Record):
    """A visit that took place, with its outcome as a code."""

    kind: Literal[Kind.CALL] = Kind.CALL
    channel: str
    outcome: str | None
    at: AwareDatetime


class SentEmailRecord(_Record):
    """An e-mail that was handed over, and what was heard of it since. Which content it was; never what it said, or to which address."""

    kind: Literal[Kind.SENT_EMAIL] = Kind.SENT_EMAIL
    content: str | None
    """`id@version`."""
    status: Literal["sent", "delivered", "bounced", "complained"]
    at: AwareDatetime


class SuggestionRecord(_Record):
    """A task of a rep's. Title and why stand in the journey's definition, which was signed; nobody typed them for this person."""

    kind: Literal[Kind.SUGGESTION] = Kind.SUGGESTION
    action: str
    """visit or email."""
    title: str
    why: str | None
    posted: AwareDatetime
    expires: AwareDatetime
    """When it is due or, of one that is closed, when it was."""
    open: bool
    done: bool


Record = CallRecord | SentEmailRecord | SuggestionRecord


class ArrivedCall(BaseModel):
    """A call as the CRM has it. What it calls otherwise than we do, and nobody told us of, stands as it came."""

    model_config = ConfigDict(frozen=True)

    id: str
    revised_at: AwareDatetime
    external_id: str | None
    account: str
    user: str
    product: str
    channel: str
    outcome: str | None
    status: Literal["submitted", "cancelled", "unfinished"]
    at: AwareDatetime


class ArrivedFeedback(BaseModel):
    """What a rep made of a suggestion. The reason is a code of the CRM's picklist."""

    model_config = ConfigDict(frozen=True)

    id: str
    revised_at: AwareDatetime
    suggestion: str
    """The CRM's id of it."""
    answer: Literal["accepted", "dismissed", "done"]
    reason: str | None


class Unreadable(BaseModel):
    """A row that lacks what it must have."""

    model_config = ConfigDict(frozen=True)

    id: str
    revised_at: AwareDatetime
    trouble: str


Arrived = ArrivedCall | ArrivedFeedback | Unreadable


class Cursor(BaseModel):
    """How far a list was read: up to this row, in order of change. `page` is where the CRM has the rest of an answer ready."""

    model_config = ConfigDict(frozen=True)

    at: AwareDatetime
    id: str = ""
    page: str | None = None

    def after(self, at: datetime, id: str, page: str | None) -> "Cursor":  # noqa: A002 - the CRM's
        """Where to go on behind a page that ended with that row. At the end of all one goes back a little: what is committed later may be stamped earlier,
        and a row that comes twice changes nothing."""
        return Cursor(at=at, id=id, page=page) if page is not None else Cursor(at=at - OVERLAP)
