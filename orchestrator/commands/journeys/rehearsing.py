"""`dirigent journeys simulate`: rehearse strategies over real or invented people before anyone runs them. Nothing is sent, and no server is needed."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from journeys.definitions import Definition
from journeys.library import Library, LibraryError, files_in, is_library, library_around, read_library
from journeys.linting import lint_file
from journeys.loading import Finding, Severity, read_definition
from journeys.rehearsal import (
    PACKAGED_BEHAVIOUR,
    Behaviour,
    Person,
    Stage,
    Territory,
    UnknownPersonError,
    check,
    packaged_behaviour,
    populate,
    read_behaviour,
    rehearse,
    territories,
    told,
    trace,
)
from orchestrator.seeing.traces import line_told, told_trace

app = typer.Typer()

_POPULATION = 1000
"""HCPs that are invented where nobody says how many."""

Cast = tuple[tuple[Person, ...], tuple[Territory, ...]]


@app.command()
def simulate(  # noqa: PLR0913 - the options of the command
    paths: Annotated[list[Path], typer.Argument(help="Strategies' files, folders of them, or whole libraries.", exists=True, show_default=False)],
    *,
    people: Annotated[Path | None, typer.Option(help="People: the sample's YAML format, or a register's CSV (NPPES).", exists=True, dir_okay=False)] = None,
    population: Annotated[int | None, typer.Option(help=f"Invent so many HCPs ({_POPULATION} where no people are given).", min=1, max=1_000_000)] = None,
    behaviour: Annotated[
        Path | None, typer.Option(help="How people behave; else the library's behaviour.yaml, else the packaged one.", exists=True, dir_okay=False)
    ] = None,
    weeks: Annotated[int, typer.Option(help="How long to play.", min=1, max=520)] = 26,
    seed: Annotated[int, typer.Option(help="Another seed is another play of the same kind.")] = 1,
    start: Annotated[datetime | None, typer.Option(help="The first day (UTC); else next Monday.", formats=["%Y-%m-%d"])] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    hcp: Annotated[str | None, typer.Option("--trace", metavar="HCP", help="Print one person's path, with every check of the gate.")] = None,
    folder: Annotated[Path | None, typer.Option("--library", help="The library that the files refer to.", exists=True, file_okay=False)] = None,
) -> None:
    """Rehearse strategies with the conductor and the gate that will play them, over weeks in virtual time. Nothing leaves the process.

    The same strategies, people, behaviour, weeks, start and seed give the same output, to the byte. Exits with 1 where a file cannot be used or the
    linter, asked as of the first day, finds an error in a strategy.
    """
    if people is not None and population is not None:
        raise typer.BadParameter("give --people or --population, not both")
    begins = _next_monday(datetime.now(UTC)) if start is None else start.replace(tzinfo=UTC)
    root = folder or library_around(paths[0])
    library = _library(root)
    definitions = _sound(dict(_definitions(paths)), library, begins)
    habits = _behaviour(behaviour or root / PACKAGED_BEHAVIOUR.name, given=behaviour is not None, library=library, definitions=definitions)
    everybody, places = _cast(people, population or _POPULATION, habits, library, seed, begins)
    stage = Stage(definitions, library.contents, library.markets, habits, begins, weeks, seed, places, _holidays(library, begins))
    typer.echo(_traced(stage, everybody, hcp, as_json=as_json) if hcp is not None else _reported(stage, everybody, as_json=as_json), nl=False)


def _reported(stage: Stage, people: Iterable[Person], *, as_json: bool) -> str:
    report = rehearse(stage, people)
    return report.model_dump_json(indent=2) + "\n" if as_json else told(report)


def _traced(stage: Stage, people: Iterable[Person], hcp: str, *, as_json: bool) -> str:
    try:
        lines = trace(stage, people, hcp)
    except UnknownPersonError as error:
        _fail(str(error))
    if as_json:
        told = [{**line.model_dump(mode="json", exclude_none=True), "told": line_told(line, stage.by_journey[line.journey].definition)} for line in lines]
        return json.dumps(told, indent=2, ensure_ascii=False) + "\n"
    return told_trace(stage, hcp, lines)


def _library(root: Path) -> Library:
    try:
        return read_library(root)
    except LibraryError as error:
        _fail(*error.findings)


def _definitions(paths: Iterable[Path]) -> Iterator[tuple[Path, Definition]]:
    """The strategies at the paths with their files, each journey once."""
    known: dict[str, Path] = {}
    for file in dict.fromkeys(file for path in paths for file in _files(path)):
        loaded = read_definition(file)
        if loaded.value is None:
            _fail(*loaded.findings)
        other = known.setdefault(loaded.value.journey, file)
        if other != file:
            _fail(f"{file}: the journey {loaded.value.journey} is in {other} already: rehearse one version of it at a time")
        yield file, loaded.value
    if not known:
        _fail("there is no strategy at these paths")


def _sound(strategies: dict[Path, Definition], library: Library, begins: datetime) -> tuple[Definition, ...]:
    """The strategies, if the linter finds no error in any: what it would not let anybody sign proves nothing when it is played. They may start
    each other, so each is judged with the others on the shelf."""
    together = replace(library, strategies={**library.strategies, **{each.journey: each for each in strategies.values()}})
    found = [finding for file in strategies for finding in lint_file(file, library=together, now=begins).findings]
    errors = [finding for finding in found if finding.severity is Severity.ERROR]
    if errors:
        _fail(*errors)
    return tuple(strategies.values())


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    return files_in(path / "strategies" if is_library(path) else path)


def _behaviour(path: Path, *, given: bool, library: Library, definitions: tuple[Definition, ...]) -> Behaviour:
    """What the file says; where nobody gave one and the library has none of its own, the packaged one. It may speak of the library's other strategies."""
    if not given and not path.is_file():
        return packaged_behaviour()
    loaded = read_behaviour(path)
    findings = check(loaded, library=library, definitions=(*library.strategies.values(), *definitions))
    if loaded.value is None or findings:
        _fail(*findings)
    return loaded.value


def _cast(path: Path | None, population: int, behaviour: Behaviour, library: Library, seed: int, start: datetime) -> Cast:
    if path is None:
        invented = populate(behaviour.population, count=population, seed=seed, start=start, markets=library.markets)
        return invented, territories(behaviour.population)
    from orchestrator.casting import cast  # noqa: PLC0415 - invented people wait for no database's libraries
    from orchestrator.registries.nppes import RegisterUnusableError  # noqa: PLC0415 - likewise

    try:
        return cast(path, behaviour=behaviour, library=library, seed=seed, start=start)
    except LibraryError as error:
        _fail(*error.findings)
    except RegisterUnusableError as error:
        _fail(str(error))


def _holidays(library: Library, start: datetime) -> dict[str, tuple[date, ...]]:
    from orchestrator.calendars import public_holidays  # noqa: PLC0415 - a linter waits for no holidays

    return {policy.country: public_holidays(policy.country, start.year) for policy in library.markets.values()}


def _next_monday(now: datetime) -> datetime:
    day = now.date() + timedelta(days=7 - now.weekday())
    return datetime.combine(day, time.min, UTC)


def _fail(*told: Finding | str) -> NoReturn:
    for each in told:
        typer.echo(str(each), err=True)
    raise typer.Exit(1)
