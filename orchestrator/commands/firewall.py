"""`dirigent firewall`: the firewall access report, as a table for whoever must prove who read what."""

import csv
import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from api.rows import CrossingRow
from api.who import Role
from orchestrator.operating import Desk, at_the_desk, every

app = typer.Typer(no_args_is_help=True, help="Who crossed the wall between commercial and medical.")

_DAY = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S%z"]
COLUMNS = ("at", "by", "role", "crossing", "subject", "person", "why")


@app.callback()
def _root() -> None:
    """Who crossed the wall between commercial and medical."""


@app.command()
def report(
    *,
    as_: Annotated[str, typer.Option("--as", help="The user of compliance for whom it is made.", show_default=False)],
    person: Annotated[str | None, typer.Option(help="About this person only.")] = None,
    user: Annotated[str | None, typer.Option(help="By this user only.")] = None,
    since: Annotated[datetime | None, typer.Option(formats=_DAY, help="From this day on, in UTC.")] = None,
    until: Annotated[datetime | None, typer.Option(formats=_DAY, help="Before this day, in UTC.")] = None,
) -> None:
    """Write every crossing as CSV to the standard output, latest first: ids and codes, and no word of what was read."""

    async def work(desk: Desk) -> list[CrossingRow]:
        await desk.somebody(as_, frozenset({Role.COMPLIANCE}))
        period = {"since": _utc(since), "until": _utc(until)}
        return await every(lambda cut: desk.firewall.crossings(person_id=person, by=user, cut=cut, **period))

    lines = csv.writer(sys.stdout, lineterminator="\n")
    lines.writerow(COLUMNS)
    for row in at_the_desk(work):
        lines.writerow((row.at.isoformat(), row.by, row.role, row.crossing, row.subject, row.person_id or "", row.why or ""))


def _utc(day: datetime | None) -> datetime | None:
    return day.replace(tzinfo=day.tzinfo or UTC) if day is not None else None
