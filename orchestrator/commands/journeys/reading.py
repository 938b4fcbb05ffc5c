"""`dirigent journeys list` and `show`: which versions there are, where each stands, and who must still sign."""

from typing import TYPE_CHECKING, Annotated

import typer

from journeys.versions import VersionState, current, missing, unknown_markets
from orchestrator.commands.journeys.naming import Ref, from_house

if TYPE_CHECKING:
    from api.rows import VersionRow

app = typer.Typer()

_LIVING = frozenset(VersionState) - {VersionState.RETIRED, VersionState.WITHDRAWN}


@app.command(name="list")
def list_versions(
    state: Annotated[list[VersionState] | None, typer.Option(help="In this state only; may be given several times.")] = None,
    journey: Annotated[str | None, typer.Option(help="Of this journey only.")] = None,
) -> None:
    """List the versions of journeys; without --state all but the retired and withdrawn ones."""
    for row in from_house(lambda house: house.every(journey=journey, states=frozenset(state) if state else _LIVING)):
        typer.echo(told(row))


@app.command()
def show(ref: Ref) -> None:
    """Show where a version stands: its digest, its signatures, who must still sign, and everything that was done with it."""
    row = from_house(lambda house: house.find(ref))
    typer.echo(told(row))
    typer.echo(f"  {row.definition.title}; markets {', '.join(row.life.markets)}; by {', '.join(row.life.authors)}")
    typer.echo(f"  digest {row.life.digest}")
    for given in current(row.life):
        typer.echo(f"  signed for {given.party}: {given.name}, {given.at:%Y-%m-%d %H:%M} UTC, {given.meaning}")
    for act in from_house(lambda house: house.history(ref)):
        because = f": {act.reason}" if act.reason else ""
        typer.echo(f"  {act.at:%Y-%m-%d %H:%M} UTC {act.action.removeprefix('definition.')} by {act.name or act.by}{because}")


def told(row: "VersionRow") -> str:
    """One line on a version: where it stands and what is still to come."""
    life, lacking, unknown = row.life, missing(row.life, row.policies), unknown_markets(row.life, row.policies)
    if life.state is VersionState.PUBLISHED:
        said = [f"{word} {at:%Y-%m-%d %H:%M} UTC" for word, at in (("from", life.effective_from), ("until", life.drains_from)) if at is not None]
    elif life.state in {VersionState.IN_REVIEW, VersionState.SIGNED}:
        said = [f"no policy for {', '.join(unknown)}"] if unknown else []
        said += [f"{', '.join(lacking)} must sign"] if lacking else []
    else:
        said = []
    if row.open_runs:
        said.append(f"runs: {row.open_runs}")
    return f"{life.journey}@{life.version} {life.state}{'; '.join(['', *said])}"
