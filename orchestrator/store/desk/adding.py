"""Adds a row unless it is there: how a request that is made again, or twice at once, has its effect once."""

from sqlalchemy import literal
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession


async def added(session: AsyncSession, row: SQLModel) -> bool:
    """Insert the row, or leave the one that stands in its way: by its id or by any unique rule. Waits for a twin that is being inserted."""
    result = await session.exec(insert(type(row)).values(row.model_dump()).on_conflict_do_nothing().returning(literal(1)))
    return result.first() is not None
