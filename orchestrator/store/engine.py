"""The one way to the database: an asynchronous engine over psycopg, and one transaction for one request or activity. A function that is handed a
session never commits; whoever opened the transaction does, by leaving it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import event, text
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFreeError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from orchestrator import counts
from orchestrator.store.errors import DatabaseUnreachableError
from orchestrator.store.roles import COMMERCIAL, SAFETY

_TIMEOUT = 10
"""Seconds that a connection may take, and that a caller waits for a free one."""

UNREACHABLE = (OperationalError, InterfaceError, NoConnectionFreeError)
"""What is raised while the database is away or cannot take more: nothing is wrong with what was asked, and asking again helps."""

_AS = {role: text(f"SET LOCAL ROLE {role}") for role in (COMMERCIAL, SAFETY)}
"""For this transaction alone: a connection that goes back to the pool, or to another client of a pooler, has no role of ours."""


def make_engine(url: str, *, pool_size: int = 10) -> AsyncEngine:
    """An engine for a `postgresql+psycopg://` address. It connects at its first use; the process that made it disposes of it.
    Connections are tried before they are used, so that a restarted server costs nobody an error; instants come back in UTC."""
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=_TIMEOUT,
        pool_pre_ping=True,
        hide_parameters=True,  # an error's text must not carry anybody's name
        connect_args={"options": "-c timezone=UTC", "connect_timeout": _TIMEOUT},
    )
    event.listen(engine.sync_engine, "handle_error", _without_values)
    return engine


def _without_values(context: ExceptionContext) -> None:
    """PostgreSQL tells in the details of an error what the row holds, names and words too, and the text of an error goes into logs and Temporal's histories:
    which rule was broken is enough to find it."""
    for error in (context.original_exception, context.sqlalchemy_exception):
        if isinstance(error, Exception) and error.args and isinstance(error.args[0], str):
            error.args = (error.args[0].partition("\nDETAIL:")[0], *error.args[1:])


@asynccontextmanager
async def transaction(engine: AsyncEngine, *, role: str = COMMERCIAL) -> AsyncIterator[AsyncSession]:
    """A session in one transaction: committed when the block ends, rolled back when it raises. What was loaded stays readable afterwards.

    It runs as the role `dirigent_commercial`, whoever asks: only `orchestrator.store.wall.beyond` reaches the schema `medical`, and audits it; only drug
    safety's own modules name the role `dirigent_safety`, which reaches the schema `safety`.
    """
    async with AsyncSession(engine, expire_on_commit=False) as session:
        async with session.begin():
            await (await session.connection()).execute(_AS[role])
            yield session
        counts.settle(session.info)


async def reach(engine: AsyncEngine) -> None:
    """Ask the database for a sign of life. Raises DatabaseUnreachableError."""
    try:
        async with engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
    except OperationalError:
        raise DatabaseUnreachableError(f"{engine.url.host}:{engine.url.port or 5432}/{engine.url.database}") from None
