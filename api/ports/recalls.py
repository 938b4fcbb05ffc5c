"""Content that is in use, withdrawn."""

from datetime import datetime
from typing import Literal, Protocol

from api.idempotency import Once
from api.paging import Batch, Slice
from api.ports.operations import CountChanged
from api.schemas.recalls import ContentReach, ReceivedLine, WithdrawContent, Withdrawn
from api.who import Who
from journeys.definitions import ContentRef


class Recalls(Protocol):
    async def reach(self, ref: ContentRef) -> ContentReach | None:
        """Whom a version concerns now; None where there is no such version."""
        ...

    async def withdraw(
        self, who: Who, ref: ContentRef, asked: WithdrawContent, *, remark: str, once: Once, now: datetime
    ) -> Withdrawn | CountChanged | Literal["unknown", "withdrawn"]:
        """From the end of this transaction nothing goes out with it. The runs are told after."""
        ...

    async def latest(self, ref: ContentRef) -> Withdrawn | None:
        """The latest withdrawal of a version, and how things stand now."""
        ...

    async def received(self, ref: ContentRef, *, cut: Slice) -> Batch[ReceivedLine]:
        """Who has it already, the earliest first."""
        ...
