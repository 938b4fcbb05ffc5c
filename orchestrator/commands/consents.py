"""`dirigent consents`: brings in consents that were collected elsewhere."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from journeys.consents import HERE
from orchestrator import settings
from orchestrator.clock import JourneyClock
from orchestrator.consenting.files import ConsentFileError, Format, opened
from orchestrator.consenting.importing import Imported, import_consents
from orchestrator.store.engine import make_engine, reach
from orchestrator.store.errors import StoreError
from orchestrator.store.migrations import require_migrated

app = typer.Typer(no_args_is_help=True, help="Consents that were collected elsewhere.")

_SHOWN = 20
"""Refused rows that the summary lists; `--json` has them all."""


@app.callback()
def consents() -> None:
    """Consents that were collected elsewhere."""


@app.command(name="import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV with a header, or JSON lines.", show_default=False)],
    *,
    source: Annotated[str, typer.Option(help="The system that the file comes from: what it says is told apart from all others.")],
    format_: Annotated[Format | None, typer.Option("--format", help="By the file's name, where none is named.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would become of each row, and change nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole report as JSON.")] = False,
) -> None:
    """Import acts of consent, each once by its source's id. Rows that are not taken are listed with line, column and reason; docs/consents.md has the columns.

    Exits with 1 when the file as a whole cannot be used.
    """
    if source == HERE or not source.strip():
        raise typer.BadParameter(f"{HERE} is what is captured here: name the other system", param_hint="--source")
    kind = format_ or (Format.CSV if file.suffix.lower() == ".csv" else Format.JSON_LINES)
    try:
        report = asyncio.run(_import(settings.load(), file, kind, source=source, dry_run=dry_run))
    except (ConsentFileError, StoreError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    typer.echo(report.model_dump_json(indent=2) if as_json else _summary(report))


async def _import(given: settings.Settings, file: Path, kind: Format, *, source: str, dry_run: bool) -> Imported:
    engine = make_engine(given.database_url.get_secret_value())
    try:
        await reach(engine)
        await require_migrated(engine)
        with opened(file, kind) as rows:
            return await import_consents(engine, rows, source=source, now=JourneyClock.of(given).now(), dry_run=dry_run)
    finally:
        await engine.dispose()


def _summary(report: Imported) -> str:
    rest = len(report.problems) - _SHOWN
    return "\n".join(
        [
            f"{report.rows} rows read{', nothing changed: this was a dry run' if report.dry_run else ''}",
            f"{report.created} created, {report.unchanged} unchanged, {report.refused} refused",
            *(f"  {count} {why}" for why, count in sorted(report.why.items())),
            *map(str, report.problems[:_SHOWN]),
            *([f"… and {rest} more; --json lists all of them"] if rest > 0 else []),
        ]
    )
