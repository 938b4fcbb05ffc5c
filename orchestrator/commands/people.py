"""`dirigent people`: brings people into the database, from an official register or from the library's invented sample."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from sqlalchemy.ext.asyncio import AsyncEngine

from api.who import Role
from journeys.content import EMAIL
from journeys.library import LibraryError
from orchestrator import settings
from orchestrator.clock import JourneyClock
from orchestrator.operating import Desk, NotDoneError, at_the_desk, once
from orchestrator.registries.importing import Report, Tally, import_nppes
from orchestrator.registries.nppes import RegisterUnusableError
from orchestrator.store.engine import make_engine, reach, transaction
from orchestrator.store.errors import StoreError
from orchestrator.store.looking_again import look_again
from orchestrator.store.migrations import require_migrated
from orchestrator.store.sample import load_sample, read_sample
from orchestrator.typed_safety import Heard, answer

app = typer.Typer(no_args_is_help=True, help="The HCPs, and the organisations they work at.")

KEEPERS = frozenset({Role.REP, Role.COMPLIANCE, Role.ADMIN})
_SHOWN = 20
"""Problems that the summary lists; `--json` has them all."""


R = TypeVar("R")


class Format(StrEnum):
    NPPES = "nppes"


@app.command(name="import")
def import_people(
    file: Annotated[Path, typer.Argument(help="The register's file, unpacked.", show_default=False)],
    *,
    format_: Annotated[Format, typer.Option("--format", help="Which register it comes from.")],
    territory: Annotated[str | None, typer.Option(help="Put new people, and those in no territory yet, into this one.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole report as JSON.")] = False,
) -> None:
    """Import people and organisations from an official register. Bad rows are skipped and reported; importing the same file again changes nothing. Calls and
    events that waited for one of them are judged again.

    Exits with 1 when the file as a whole cannot be used.
    """
    match format_:
        case Format.NPPES:
            report = _told(_import(file, territory))
    typer.echo(report.model_dump_json(indent=2) if as_json else _summary(report))


@app.command()
def reopen(
    person: Annotated[str, typer.Argument(help="The person's OneID.", show_default=False)],
    channel: Annotated[str, typer.Argument(help="Whose address: email, or one that goes to the mobile.", show_default=False)] = EMAIL,
    *,
    as_: Annotated[str, typer.Option("--as", help="The user who acts.", show_default=False)],
    remark: Annotated[str, typer.Option("--remark", help="How it is known that mail arrives there again.", show_default=False)],
    safety: Heard,
) -> None:
    """Open an address again from which mail came back for good. What goes out after this, and comes back, closes it anew."""

    async def work(desk: Desk) -> bool:
        who = await desk.somebody(as_, KEEPERS)
        if await desk.people.find(who, person) is None:
            raise NotDoneError(f"Nobody is known here as {person}.")
        kept = await desk.remark(who, remark, once(who), heard=answer(safety, remark))
        return await desk.people.reopen(who, person, channel, remark=kept, now=desk.now)

    typer.echo(f"The address of {channel} is {'open again' if at_the_desk(work) else 'not closed: nothing was done'}.")


@app.command()
def sample() -> None:
    """Load the library's invented people, with their territories, users and organisations. What is there already stays as it is."""
    typer.echo(f"{_told(_sample())} people added")


async def _import(file: Path, territory: str | None) -> Report:
    given = settings.load()
    async with _store(given) as engine:
        now = JourneyClock.of(given).now()
        report = await import_nppes(engine, file, territory=territory, now=now)
        await look_again(engine, given.calls, now=now)
        return report


async def _sample() -> int:
    given = settings.load()
    people = read_sample()
    async with _store(given) as engine, transaction(engine) as session:
        return await load_sample(session, people, now=JourneyClock.of(given).now())


@asynccontextmanager
async def _store(given: settings.Settings) -> AsyncIterator[AsyncEngine]:
    engine = make_engine(given.database_url.get_secret_value())
    try:
        await reach(engine)
        await require_migrated(engine)
        yield engine
    finally:
        await engine.dispose()


def _told(work: Coroutine[Any, Any, R]) -> R:
    """Do it, and turn what was foreseen into a message and exit code 1."""
    try:
        return asyncio.run(work)
    except (RegisterUnusableError, LibraryError, StoreError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None


def _summary(report: Report) -> str:
    shown = [f"  {problem}" for problem in report.problems[:_SHOWN]]
    rest = len(report.problems) - len(shown)
    return "\n".join(
        [
            f"{report.rows} rows read",
            f"people: {_counts(report.people)}",
            f"organisations: {_counts(report.organisations)}",
            f"skipped: {len(report.problems)}",
            *shown,
            *([f"  … and {rest} more; --json lists all of them"] if rest else []),
        ]
    )


def _counts(tally: Tally) -> str:
    return ", ".join(f"{count} {change}" for change, count in tally.model_dump().items())
