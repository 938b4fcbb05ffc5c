"""`dirigent journeys graph`, `explain` and `diff`: a strategy as a picture, as sentences, and against another version of itself."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from pydantic import BaseModel

from journeys.comparing import Comparison, compare
from journeys.definitions import Definition
from journeys.drawing import EdgeKind, mermaid, picture, svg
from journeys.explaining import explain as account
from journeys.explaining import markdown
from journeys.library import Library, LibraryError, library_around, read_library
from journeys.loading import Finding, read_definition
from orchestrator.seeing.places import arranged

Strategy = Annotated[Path, typer.Argument(help="A strategy's file.", exists=True, dir_okay=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


class Format(StrEnum):
    MERMAID = "mermaid"
    SVG = "svg"
    JSON = "json"


def graph(
    path: Strategy,
    *,
    form: Annotated[Format, typer.Option("--format", help="Mermaid text, an SVG file, or the places of every box and arrow as JSON.")] = Format.MERMAID,
    paths_only: Annotated[bool, typer.Option("--paths-only", help="Leave out offers and blocked paths.")] = False,
) -> None:
    """Print a strategy as a picture: offers dashed, blocked paths dotted."""
    definition = _read(path)
    kinds = frozenset({EdgeKind.PATH} if paths_only else EdgeKind)
    match form:
        case Format.MERMAID:
            typer.echo(mermaid(definition, kinds=kinds), nl=False)
        case Format.SVG:
            typer.echo(svg(arranged(picture(definition).of(*kinds))), nl=False)
        case Format.JSON:
            _print_json(arranged(picture(definition).of(*kinds)))


def explain(
    path: Strategy,
    *,
    as_json: AsJson = False,
    library: Annotated[
        Path | None, typer.Option("--library", help="The library that content and personas are named from.", exists=True, file_okay=False)
    ] = None,
) -> None:
    """Tell a whole strategy in sentences, as a Markdown page to lay beside a signature.

    Without --library, content and personas are named from the library that the file lies in, else from the packaged one.
    """
    told = account(_read(path), library=_library(library or library_around(path)))
    if as_json:
        _print_json(told)
    else:
        typer.echo(markdown(told), nl=False)


def diff(before: Strategy, after: Strategy, *, as_json: AsJson = False) -> None:
    """Say what a later version changes, by meaning, and what each change does to the people who are in the journey."""
    found = compare(_read(before), _read(after))
    if as_json:
        _print_json(found)
    else:
        typer.echo("\n".join(_lines(found)))


def _lines(found: Comparison) -> list[str]:
    count = len(found.changes)
    head = f"{found.journey}, version {found.before} to {found.after}: {count or 'no'} {'change' if count == 1 else 'changes'}"
    return [head, *(line for change in found.changes for line in (f"{change.kind}: {change.what}", f"    {change.people}"))]


def _read(path: Path) -> Definition:
    loaded = read_definition(path)
    if loaded.value is None:
        _refuse(loaded.findings)
    return loaded.value


def _library(root: Path) -> Library:
    try:
        return read_library(root)
    except LibraryError as broken:
        _refuse(broken.findings)


def _refuse(findings: tuple[Finding, ...]) -> NoReturn:
    for finding in findings:
        typer.echo(str(finding), err=True)
    raise typer.Exit(1)


def _print_json(told: BaseModel) -> None:
    typer.echo(told.model_dump_json(indent=2, by_alias=True))
