"""The ledger of touches as people read it, and what they do about it."""

from datetime import datetime
from typing import Literal, Protocol

from api.paging import Batch, Slice
from api.schemas.touches import CopyRead, HoldCopies, SettleTouch, TouchLine, TouchRead
from api.who import Who

NotSettled = Literal["firewall", "touch_known", "not_repeatable"]
"""Why a touch cannot be settled by hand: it is of the other side, its result is known, or it belongs to a run, which is sent on by a repair."""


class CopySealedError(Exception):
    """The copy cannot be opened: its key is not here."""


class TouchBook(Protocol):
    async def page(self, who: Who, *, state: str | None, channel: str | None, person: str | None, alarm: bool, cut: Slice) -> Batch[TouchLine]:
        """The touches that the asker may see, the latest first."""
        ...

    async def find(self, who: Who, key: str) -> TouchRead | None: ...

    async def settle(self, who: Who, key: str, order: SettleTouch, *, remark: str, now: datetime) -> TouchRead | NotSettled | None:
        """Write down what an operator found out of a touch whose result nobody knew, audited; None where there is no such touch."""
        ...

    async def copies(self, who: Who, key: str, *, now: datetime) -> tuple[CopyRead, ...] | None:
        """The copies of what was sent, audited; None where there is no such touch, or it is of a side that the asker may not read. Raises CopySealedError."""
        ...

    async def hold(self, who: Who, key: str, order: HoldCopies, *, remark: str, now: datetime) -> int | None:
        """Hold the copies of a touch back from removal, or let them go, audited. Returns how many there are; None as for `copies`."""
        ...
