"""Requests to other systems, as those come back with answers."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from api.codes import Code
from api.paging import Batch, Slice
from api.rows import RequestRow
from api.who import Who


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """How another system says that a body is its own: the three headers of Standard Webhooks."""

    id: str
    timestamp: str
    signature: str = field(repr=False)


@dataclass(frozen=True)
class AnswerRefused:
    """Why the answer of another system is not taken."""

    code: Code
    detail: str
    allowed: tuple[str, ...] = ()


class Requests(Protocol):
    async def of_enrolment(self, who: Who, enrolment_id: str, *, cut: Slice) -> Batch[RequestRow]:
        """The requests of a run to other systems, the first one first; none for who does not see commercial things."""
        ...

    async def genuine(self, key: str, stamp: Stamp, body: bytes) -> bool | None:
        """Whether the system that was asked stamped this body for this request, just now; None where there is no such request."""
        ...

    async def answer(self, key: str, answer: str, *, now: datetime) -> RequestRow | AnswerRefused:
        """Take the answer once and tell the run; one that comes after the run has moved on is kept as late. The request is on record."""
        ...
