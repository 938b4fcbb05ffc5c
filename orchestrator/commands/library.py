"""`dirigent library`: brings the library that authors keep in files into the database that runs read."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel.ext.asyncio.session import AsyncSession

from api.rows import UserRow
from api.who import DOERS, Role
from journeys.library import PACKAGED, Library, LibraryError, read_library
from journeys.lifecycle import Act
from orchestrator import settings
from orchestrator.clock import JourneyClock, wall_clock
from orchestrator.means import means_of
from orchestrator.store import audit
from orchestrator.store.desk.users import StoredUsers
from orchestrator.store.engine import make_engine, reach, transaction
from orchestrator.store.errors import StoreError, UserUnsuitableError
from orchestrator.store.launching import launch
from orchestrator.store.library import Published, Publishing, import_library
from orchestrator.store.migrations import require_migrated
from orchestrator.store.sample import read_sample

app = typer.Typer(no_args_is_help=True, help="The personas, content, markets and strategies that authors keep in files.")

Folder = Annotated[Path, typer.Option("--path", help="The library's folder.", exists=True, file_okay=False)]
Work = Callable[[AsyncSession, UserRow | None], Awaitable[tuple[Published, ...]]]


@app.command(name="import")
def import_(
    path: Folder = PACKAGED,
    as_: Annotated[str | None, typer.Option("--as", metavar="USER", help="Whose drafts the strategies are; else nobody's.")] = None,
) -> None:
    """Bring in a whole library, or nothing of it: personas, markets and content take effect, strategies become drafts.

    A draft is submitted, signed and published with `dirigent journeys` or in the API. Importing the same files again changes nothing.
    """
    given, library = settings.load(), _readable(path)
    now = JourneyClock.of(given).now()

    async def work(session: AsyncSession, author: UserRow | None) -> tuple[Published, ...]:
        by, role = (author.id, author.role) if author is not None else (audit.HOUSE, audit.SYSTEM)
        return await import_library(session, library, by=by, role=role, now=now)

    _show(_done(given, work, as_=as_))


@app.command()
def sample(path: Folder = PACKAGED) -> None:
    """Bring in a library, and let the sample's users draft, sign and publish its strategies. Only in the embedded runtime: their PINs are known to all."""
    given, library = settings.load(), _readable(path)
    if not given.embedded:
        typer.echo(
            "The sample signs only in the embedded runtime (`dirigent up`). Here people sign: `dirigent library import`, then `dirigent journeys`.", err=True
        )
        raise typer.Exit(1)
    now = JourneyClock.of(given).now()

    async def work(session: AsyncSession, _: UserRow | None) -> tuple[Published, ...]:
        return await launch(session, library, read_sample(), means=means_of(given), now=now, real=wall_clock())

    _show(_done(given, work, as_=None))


def _readable(path: Path) -> Library:
    """The library, whole. Ends the command where it has errors."""
    try:
        library = read_library(path)
        findings = library.findings
    except LibraryError as error:
        findings = error.findings
    for finding in findings:
        typer.echo(str(finding), err=True)
    if findings:
        raise typer.Exit(1)
    return library


def _done(given: settings.Settings, work: Work, *, as_: str | None) -> tuple[Published, ...]:
    try:
        return asyncio.run(_in_one_transaction(given, work, as_))
    except StoreError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None


async def _in_one_transaction(given: settings.Settings, work: Work, as_: str | None) -> tuple[Published, ...]:
    engine = make_engine(given.database_url.get_secret_value())
    try:
        await reach(engine)
        await require_migrated(engine)
        author = await StoredUsers(engine).find(as_) if as_ is not None else None
        if as_ is not None and (author is None or Role(author.role) not in DOERS[Act.DRAFT]):
            raise UserUnsuitableError(as_, wanted=f"an active user who drafts: {' or '.join(sorted(DOERS[Act.DRAFT]))}")
        async with transaction(engine) as session:
            return await work(session, author)
    finally:
        await engine.dispose()


def _show(results: tuple[Published, ...]) -> None:
    for each in results:
        if each.result is not Publishing.UNCHANGED:
            typer.echo(f"{each.result} {each.subject}")
    counts = Counter(each.result for each in results)
    typer.echo(", ".join(f"{counts[result]} {result}" for result in Publishing))
