"""What invitations invite to, as whoever invited may change it."""

from datetime import datetime
from typing import Protocol

from api.idempotency import Once
from api.rows import Rescheduled, Unchangeable
from api.who import Who


class Occasions(Protocol):
    async def change(self, who: Who, touch: str, *, starts: datetime | None, reason: str, once: Once, now: datetime) -> Rescheduled | Unchangeable:
        """Have it begin at another time, of the same length, or call it off (None): the run is told, and a notice goes to the HCP. A touch outside the
        user's territory, or on the other side of the firewall, is none."""
        ...
