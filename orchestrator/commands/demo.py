"""`dirigent demo`: a month of field work on a system of its own, told and checked. It ends with 0 only if all that it claims holds."""

import asyncio
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from orchestrator import logging
from orchestrator.demo.caller import DemoError
from orchestrator.demo.claims import check
from orchestrator.demo.player import Kills, play
from orchestrator.demo.screen import show_claims, show_disturbances, show_stories
from orchestrator.demo.stage import DAY_SECONDS
from orchestrator.embedded.runtime import Embedded
from orchestrator.settings import LogFormat

SPEED = DAY_SECONDS / 2.5
_WIDE = 160
"""Columns where no screen says how many there are."""
CHILDREN = ("postgres", "temporal", "inbox", "worker", "api")

app = typer.Typer()


@app.command()
def demo(
    speed: Annotated[
        float, typer.Option(min=1, max=DAY_SECONDS, envvar="DIRIGENT_DEMO_SPEED", help="How many times faster journeys run: 34560 is a day in 2.5 s.")
    ] = SPEED,
    data_dir: Annotated[Path | None, typer.Option(help="A new folder to keep everything in; else a temporary one, kept only on failure.")] = None,
    kill: Annotated[str, typer.Option(help=f"Children to `kill -9` once each at a random moment, of {', '.join(CHILDREN)}; with commas between.")] = "",
    seed: Annotated[int, typer.Option(help="Chooses the moments.")] = 0,
) -> None:
    """Play a month with ten HCPs through the HTTP API, tell their stories, and check what is claimed of them."""
    logging.configure(LogFormat.CONSOLE)
    out = Console(highlight=False, width=None if sys.stdout.isatty() else _WIDE)
    kills = Kills(names=_children(kill), seed=seed)
    folder = _new_folder(data_dir)
    holds = asyncio.run(_demo(out, Embedded.on_free_ports(folder, clock_speed=speed), kills))
    if not holds:
        out.print(f"[red]Not everything holds.[/red] Data and logs are kept in {folder}.")
        raise typer.Exit(1)
    if data_dir is None:
        shutil.rmtree(folder, ignore_errors=True)


async def _demo(out: Console, embedded: Embedded, kills: Kills) -> bool:
    """Whether everything claimed holds."""
    out.print("Starting a Dirigent of the demo's own …")
    try:
        async with embedded:
            out.print(f"It is ready: {embedded.api_url}, its mails at {embedded.api_url}/inbox. The month begins.")
            evidence = await play(embedded, kills=kills, say=lambda text: out.print(text, markup=False))
    except DemoError as failed:
        out.print(f"The month could not be played on. {failed}", style="red", markup=False)
        return False
    show_stories(out, evidence)
    show_disturbances(out, evidence)
    claims = check(evidence)
    show_claims(out, claims)
    return all(claim.holds for claim in claims)


def _children(written: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in written.split(",") if name.strip())
    strange = [name for name in names if name not in CHILDREN]
    if strange:
        raise typer.BadParameter(f"there is no child {', '.join(strange)}; there are {', '.join(CHILDREN)}", param_hint="--kill")
    return names


def _new_folder(data_dir: Path | None) -> Path:
    """A folder in which nothing was played yet. PostgreSQL, which may run as another user, must be able to pass through."""
    if data_dir is None:
        data_dir = Path(tempfile.mkdtemp(prefix="dirigent-demo-"))
        data_dir.chmod(0o711)
    elif data_dir.exists() and any(data_dir.iterdir()):
        raise typer.BadParameter(f"{data_dir} is not empty: a month is played from its beginning, so choose a new folder", param_hint="--data-dir")
    return data_dir
