"""`dirigent journeys lint` and `graph`: judge strategies and their library before anyone runs them, and draw them."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from journeys.consent_texts import ConsentText
from journeys.content import ContentVersion
from journeys.library import (
    Library,
    LibraryError,
    files_in,
    is_library,
    library_around,
    misplaced,
    read_consent_text,
    read_events,
    read_library,
    read_markets,
    read_persona,
    unapproved,
)
from journeys.linting import lint_file
from journeys.loading import Finding, Loaded, Severity, read_content, read_definition
from journeys.personas import Persona
from journeys.rehearsal import check, read_behaviour
from orchestrator.seeing.commands import diff, explain, graph

app = typer.Typer()

Paths = Annotated[list[Path], typer.Argument(help="Files, or folders of YAML files, or whole libraries.", exists=True, show_default=False)]
Folder = Annotated[Path | None, typer.Option("--library", help="The library that the files refer to.", exists=True, file_okay=False)]


@app.command()
def lint(paths: Paths, *, as_json: Annotated[bool, typer.Option("--json", help="Print a JSON array.")] = False, library: Folder = None) -> None:
    """Say what is wrong, with line, column and the way to put it right. Exits with 1 when there are errors.

    Without --library, a file is judged against the library it lies in, else against the packaged one.
    """
    shelves = _Shelves(library, datetime.now(UTC))
    files = list(dict.fromkeys(file for path in paths for file in _files(path)))
    judged = [finding for file in files for finding in shelves.lint(file)]
    found = list(dict.fromkeys([*(_empty(path) for path in paths if not _files(path)), *judged]))
    errors = sum(finding.severity is Severity.ERROR for finding in found)
    if as_json:
        typer.echo(json.dumps([finding.model_dump(mode="json") for finding in found], indent=2, ensure_ascii=False))
    else:
        for finding in found:
            typer.echo(str(finding))
        typer.echo(_summary(len(files), errors=errors, warnings=len(found) - errors))
    raise typer.Exit(1 if errors else 0)


for _command in (graph, explain, diff):
    app.command()(_command)


class _Shelves:
    """The libraries that the files refer to, each read once."""

    def __init__(self, chosen: Path | None, now: datetime) -> None:
        self._chosen = chosen
        self._now = now
        self._read: dict[Path, Library | LibraryError] = {}

    def lint(self, file: Path) -> Iterator[Finding]:
        """What is wrong with one file, of whichever kind its folder says it is."""
        match file.parent.name, file.name:
            case "personas", _:
                yield from _part(read_persona(file))
            case "content", _:
                yield from self._content(file)
            case "consents", _:
                yield from _part(read_consent_text(file))
            case _, "markets.yaml":
                yield from read_markets(file).findings
            case _, "events.yaml":
                yield from read_events(file).findings
            case _, "behaviour.yaml":
                yield from self._behaviour(file)
            case _:
                yield from self._strategy(file)

    def _content(self, file: Path) -> Iterator[Finding]:
        """What approval must say of it, the market's rules decide: they are those of its library, where there is one that can be read."""
        loaded, library = read_content(file), self._library(self._chosen or library_around(file))
        yield from _part(loaded)
        if loaded.value is not None and not isinstance(library, LibraryError):
            yield from unapproved(loaded.document, loaded.value, library.markets)

    def _strategy(self, file: Path) -> Iterator[Finding]:
        library = self._library(self._chosen or library_around(file))
        if isinstance(library, LibraryError):
            # Judged against half a library, everything would seem to be missing.
            yield from (*library.findings, *read_definition(file).findings)
        else:
            yield from lint_file(file, library=library, now=self._now).findings

    def _behaviour(self, file: Path) -> Iterator[Finding]:
        """How people behave in a rehearsal; what it names must be in the library."""
        loaded, library = read_behaviour(file), self._library(self._chosen or library_around(file))
        if isinstance(library, LibraryError):
            yield from (*library.findings, *loaded.findings)
        else:
            yield from check(loaded, library=library, definitions=library.strategies.values())

    def _library(self, root: Path) -> Library | LibraryError:
        if root not in self._read:
            try:
                self._read[root] = read_library(root)
            except LibraryError as error:
                self._read[root] = error
        return self._read[root]


def _part(loaded: Loaded[Persona] | Loaded[ContentVersion] | Loaded[ConsentText]) -> Iterator[Finding]:
    yield from loaded.findings
    if loaded.value is not None:
        yield from misplaced(loaded.document, loaded.value)


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    folders = [path / part for part in ("personas", "content", "consents", "strategies")] if is_library(path) else []
    return [*files_in(path), *(file for folder in folders for file in files_in(folder))]


def _empty(folder: Path) -> Finding:
    """A folder in which nothing is judged is most often another than was meant: it must not pass for one without faults."""
    return Finding(
        code="J001", path=str(folder), line=1, column=1, message="no YAML file lies in this folder", fix="name a file, a folder of them, or a library"
    )


def _summary(files: int, *, errors: int, warnings: int) -> str:
    checked = f"{files} {_counted('file', files)} checked"
    if not errors and not warnings:
        return f"{checked}: nothing found"
    return f"{checked}: {errors} {_counted('error', errors)}, {warnings} {_counted('warning', warnings)}"


def _counted(word: str, count: int) -> str:
    return word if count == 1 else f"{word}s"
