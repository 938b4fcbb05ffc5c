"""`dirigent journeys schema` and `reference`: the language told from its own models, for editors and for authors."""

import json
from pathlib import Path
from typing import Annotated

import typer

from journeys.library import PACKAGED, read_library
from journeys.reference import journey_schema, pages

app = typer.Typer()

Target = Annotated[Path, typer.Argument(help="The folder that the pages are written to.", file_okay=False, show_default=False)]


@app.command()
def schema() -> None:
    """Print the JSON Schema of a journey's file (draft 2020-12), for editors that complete and check."""
    typer.echo(json.dumps(journey_schema(), indent=2, ensure_ascii=False))


@app.command()
def reference(folder: Target) -> None:
    """Write the reference of the language, one page for each of its parts."""
    folder.mkdir(parents=True, exist_ok=True)
    written = pages(read_library(PACKAGED).events)
    for name, text in written.items():
        (folder / name).write_text(text, encoding="utf-8")
    typer.echo(f"{len(written)} pages written to {folder}")
