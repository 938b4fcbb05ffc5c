"""`dirigent up`: the embedded runtime in the foreground, one table of where everything is, and Ctrl-C to stop it all."""

import asyncio
import signal
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml
from rich.console import Console
from rich.table import Table

import journeys
from orchestrator import logging
from orchestrator.embedded.runtime import Embedded
from orchestrator.settings import EmbeddedSettings, LogFormat, load_embedded

app = typer.Typer()


@app.command()
def up(
    data_dir: Annotated[Path | None, typer.Option(help="Where everything is kept; DIRIGENT_DATA_DIR, else .data.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print the table only once all is ready, and no progress.")] = False,
) -> None:
    """Start everything on this machine, and stop it with Ctrl-C. Data survives: the next start goes on where this one stopped."""
    logging.configure(LogFormat.CONSOLE)
    settings = load_embedded()
    if data_dir is not None:
        settings = settings.model_copy(update={"data_dir": data_dir})
    asyncio.run(_up(settings, quiet=quiet))


async def _up(settings: EmbeddedSettings, *, quiet: bool) -> None:
    out = Console()
    stopped = _stop_signals()
    embedded = Embedded(settings)
    if not quiet:
        out.print(f"Starting Dirigent on {embedded.data_dir} …")
    if not await _unless(stopped, embedded.start()):
        return
    try:
        out.print(_table(embedded))
        out.print("Sign in with a token, for example: dirigent token rep-anna\nCtrl-C stops everything; the data stays.")
        await _unless(stopped, embedded.watch())
    finally:
        if not quiet:
            out.print("Stopping …")
        await embedded.stop()


def _stop_signals() -> asyncio.Event:
    """An event that Ctrl-C and SIGTERM set, so that a stop is an orderly one; a closed terminal counts as well."""
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    return stopped


async def _unless(stopped: asyncio.Event, work: Coroutine[Any, Any, None]) -> bool:
    """Do the work, unless the stop comes first: then the work is cancelled. Whether it was done."""
    task, stop = asyncio.create_task(work), asyncio.create_task(stopped.wait())
    await asyncio.wait({task, stop}, return_when=asyncio.FIRST_COMPLETED)
    stop.cancel()
    if not task.done():
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return False
    task.result()
    return True


def _table(embedded: Embedded) -> Table:
    table = Table("what", "where", title="Dirigent is ready")
    table.add_row("API", f"{embedded.api_url}/api/v1")
    table.add_row("API documentation", f"{embedded.api_url}/docs")
    table.add_row("inbox of sent e-mails", f"{embedded.api_url}/inbox")
    table.add_row("Temporal's screen", embedded.ui_url)
    table.add_row("logs", str(embedded.data_dir / "logs"))
    for user, role in _sample_users():
        table.add_row(f"sample log-in, {role}", user)
    return table


def _sample_users() -> list[tuple[str, str]]:
    """The field users of the sample people, with their roles; none when the library has no sample."""
    file = Path(journeys.__file__).parent / "library" / "sample" / "people.yaml"
    if not file.is_file():
        return []
    return [(user["id"], user["role"]) for user in yaml.safe_load(file.read_text(encoding="utf-8")).get("users", [])]
