"""Who signs in, and what was asked before under the same key."""

from datetime import datetime
from typing import Protocol

from api.idempotency import Claim, Once
from api.rows import UserRow
from api.who import Who
from journeys.lifecycle import Refused as ActRefused


class Users(Protocol):
    async def find(self, user_id: str) -> UserRow | None:
        """An active user."""
        ...

    async def may_work(self, user_id: str, *, role: str, territory_id: str | None) -> bool:
        """Whether the user is active, has the role and is aligned to the territory."""
        ...

    async def change_pin(self, who: Who, *, old: str, new: str, now: datetime) -> ActRefused | None:
        """Give the user another signing PIN, audited; refused where the old one is not theirs."""
        ...


class Idempotency(Protocol):
    async def claim(self, once: Once, *, now: datetime) -> Claim:
        """Note what is asked under a key, or say what became of it before."""
        ...

    async def settle(self, once: Once, *, status: int, response: dict[str, object]) -> None:
        """Keep the answer. The first one stands."""
        ...

    async def release(self, once: Once) -> None:
        """Forget a request that was refused, so that nothing happened; one that was answered stays."""
        ...
