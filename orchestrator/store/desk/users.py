"""Users as the front desk asks for them."""

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select

from api.rows import UserRow
from orchestrator.store.engine import transaction
from orchestrator.store.tables import Alignment, User


class StoredUsers:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def find(self, user_id: str) -> UserRow | None:
        async with transaction(self._engine) as session:
            user = await session.get(User, user_id)
        return UserRow(user.id, user.name, user.role) if user is not None and user.active else None

    async def may_work(self, user_id: str, *, role: str, territory_id: str | None) -> bool:
        aligned = select(User.id).join(Alignment).where(User.id == user_id, User.role == role, User.active, Alignment.territory_id == territory_id)
        async with transaction(self._engine) as session:
            return (await session.exec(aligned)).first() is not None
