"""`dirigent sweeps`: shows what enters many people, and pauses, resumes or stops it, also while the API is away."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Annotated, Any, TypeVar

import typer
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from orchestrator import settings
from orchestrator.clock import JourneyClock
from orchestrator.store import audit, sweeps
from orchestrator.store.engine import make_engine, reach, transaction
from orchestrator.store.errors import StoreError
from orchestrator.store.migrations import require_migrated
from orchestrator.store.tables import Sweep

app = typer.Typer(no_args_is_help=True, help="Entries of many people at once: by condition, by schedule, in bulk.")

T = TypeVar("T")

_SHOWN = 20

Id = Annotated[str, typer.Argument(help="The sweep's id, as `list` shows it.", show_default=False)]


@app.command(name="list")
def list_sweeps() -> None:
    """The latest sweeps: id, kind, journey, state, and what they came to so far."""
    for line in _done(_lines()):
        typer.echo(line)


@app.command()
def pause(sweep: Id) -> None:
    """Enter nobody more until it is resumed. Who has entered stays."""
    _act(sweep, "pause")


@app.command()
def resume(sweep: Id) -> None:
    """Go on after the last person, at the sweep's pace."""
    _act(sweep, "resume")


@app.command()
def stop(sweep: Id) -> None:
    """Enter nobody more, ever. Who has entered stays."""
    _act(sweep, "stop")


def _act(sweep_id: str, act: str) -> None:
    typer.echo(_done(_acted(sweep_id, act)))


async def _lines() -> list[str]:
    async with _store() as (session, _):
        latest = await session.exec(select(Sweep).order_by(col(Sweep.created_at).desc(), col(Sweep.id)).limit(_SHOWN))
        return [await _line(session, sweep) for sweep in latest.all()] or ["no sweeps"]


async def _line(session: AsyncSession, sweep: Sweep) -> str:
    progress = await sweeps.progress(session, sweep.id) or sweep.counted
    told = ", ".join(f"{count} {code}" for code, count in progress.items())
    return f"{sweep.id}  {sweep.kind}  {sweep.journey}  {sweep.state}  {told}".rstrip()


async def _acted(sweep_id: str, act: str) -> str:
    async with _store() as (session, clock):
        sweep = await session.get(Sweep, sweep_id, with_for_update=True)
        if sweep is None:
            raise StoreError(f"There is no sweep {sweep_id}. `dirigent sweeps list` shows those there are.")
        if not await sweeps.act(session, sweep, act, by=audit.HOUSE, role=audit.SYSTEM, now=clock.now()):
            raise StoreError(f"The sweep is {sweep.state}: there is nothing to {act}.")
        return f"{sweep_id} is {sweep.state}"


@asynccontextmanager
async def _store() -> AsyncIterator[tuple[AsyncSession, JourneyClock]]:
    given = settings.load()
    engine = make_engine(given.database_url.get_secret_value())
    try:
        await reach(engine)
        await require_migrated(engine)
        async with transaction(engine) as session:
            yield session, JourneyClock.of(given)
    finally:
        await engine.dispose()


def _done(work: Coroutine[Any, Any, T]) -> T:
    """Do it, and turn what was foreseen into a message and exit code 1."""
    try:
        return asyncio.run(work)
    except StoreError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
