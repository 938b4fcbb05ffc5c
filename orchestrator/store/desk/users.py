"""Users as the front desk asks for them."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select

from api.rows import UserRow
from api.who import Who
from journeys.lifecycle import Refused
from orchestrator.clock import wall_clock
from orchestrator.store import pins
from orchestrator.store.engine import transaction
from orchestrator.store.tables import Alignment, User


class StoredUsers:
    """`real` is the wall clock, by which PINs are locked."""

    def __init__(self, engine: AsyncEngine, *, real: Callable[[], datetime] = wall_clock) -> None:
        self._engine = engine
        self._real = real

    async def find(self, user_id: str) -> UserRow | None:
        async with transaction(self._engine) as session:
            user = await session.get(User, user_id)
        return UserRow(user.id, user.name, user.role) if user is not None and user.active else None

    async def may_work(self, user_id: str, *, role: str, territory_id: str | None) -> bool:
        aligned = select(User.id).join(Alignment).where(User.id == user_id, User.role == role, User.active, Alignment.territory_id == territory_id)
        async with transaction(self._engine) as session:
            return (await session.exec(aligned)).first() is not None

    async def change_pin(self, who: Who, *, old: str, new: str, now: datetime) -> Refused | None:
        by = pins.By(who.id, who.role, now, self._real())
        async with transaction(self._engine) as session:
            refused = await pins.prove(session, who.id, old, by=by)
            if refused is None:
                await pins.set_pin(session, who.id, new, by=by)
            return refused
