"""`dirigent library`: puts the library that authors keep in files into the database that runs read."""

import asyncio
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from journeys.library import PACKAGED, Library, LibraryError, read_library
from journeys.linting import lint_file
from journeys.loading import Finding, Severity
from orchestrator import settings
from orchestrator.clock import JourneyClock
from orchestrator.store import audit
from orchestrator.store.engine import make_engine, reach, transaction
from orchestrator.store.errors import StoreError
from orchestrator.store.library import Published, Publishing, publish, subject_of
from orchestrator.store.migrations import require_migrated

app = typer.Typer(no_args_is_help=True, help="The personas, content, markets and strategies that authors keep in files.")


@app.callback()
def _group() -> None:
    """Keeps `publish` a subcommand, although it is the only one."""


@app.command(name="publish")
def publish_library(path: Annotated[Path, typer.Option("--path", help="The library's folder.", exists=True, file_okay=False)] = PACKAGED) -> None:
    """Publish a whole library, or nothing of it. Publishing the same files again changes nothing; a published version never changes.

    A strategy is linted when it is new: one that is published already stays valid after its content has expired, because people are on it.
    """
    given = settings.load()
    try:
        library = _readable(path)
        results = asyncio.run(_publish(path, library, url=given.database_url.get_secret_value(), now=JourneyClock.of(given).now()))
    except LibraryError as error:
        for finding in error.findings:
            typer.echo(str(finding), err=True)
        raise typer.Exit(1) from None
    except StoreError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    for each in results:
        if each.result is not Publishing.UNCHANGED:
            typer.echo(f"{each.result} {each.subject}")
    counts = Counter(each.result for each in results)
    typer.echo(", ".join(f"{counts[result]} {result}" for result in Publishing))


def _readable(path: Path) -> Library:
    library = read_library(path)
    if library.findings:
        raise LibraryError(path, library.findings)
    return library


async def _publish(path: Path, library: Library, *, url: str, now: datetime) -> tuple[Published, ...]:
    engine = make_engine(url)
    try:
        await reach(engine)
        await require_migrated(engine)
        async with transaction(engine) as session:
            results = await publish(session, library, by=audit.HOUSE, role=audit.SYSTEM, now=now)
            errors = _errors(path, library, new={each.subject for each in results if each.result is Publishing.PUBLISHED}, now=now)
            if errors:
                raise LibraryError(path, errors)  # which takes the transaction back
            return results
    finally:
        await engine.dispose()


def _errors(path: Path, library: Library, *, new: set[str], now: datetime) -> tuple[Finding, ...]:
    strategies = [each for each in library.strategies.values() if subject_of(each) in new]
    found = (finding for each in strategies for finding in lint_file(path / "strategies" / f"{each.persona}.yaml", library=library, now=now).findings)
    return tuple(finding for finding in found if finding.severity is Severity.ERROR)
