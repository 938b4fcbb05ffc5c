"""`dirigent crm`: how the exchange with the CRM stands, what is to be tried again, and who is who there."""

import csv
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from api.schemas.operations import Reason
from api.who import Role
from orchestrator import settings
from orchestrator.clock import wall_clock
from orchestrator.operating import Desk, at_the_desk
from orchestrator.store.crm.gathering import BEGUN
from orchestrator.store.looking_again import look_again, told

app = typer.Typer(no_args_is_help=True, help="The exchange with the CRM.")

KEEPERS = frozenset({Role.ADMIN})

By = Annotated[str, typer.Option("--as", help="The user who acts.", show_default=False)]


@app.command()
def status() -> None:
    """What waits, is written or was refused, by its trouble; what came in; and how far each list was read."""
    going, coming, places = at_the_desk(lambda desk: desk.crm.status())
    for row in going:
        typer.echo(f"{row.crm}  {row.kind} {row.state}  {row.records}  {row.trouble or '-'}  since {row.since:%Y-%m-%d %H:%M}")
    for row in coming:
        typer.echo(f"{row.crm}  {row.kind} came in, {row.state}  {row.records}  {row.trouble or '-'}  since {row.since:%Y-%m-%d %H:%M}")
    for place in places:
        if place.list == BEGUN:
            typer.echo(f"{place.crm}  told of what happens since {place.at:%Y-%m-%d %H:%M:%S}")
            continue
        typer.echo(f"{place.crm}  {place.list} read up to {place.at:%Y-%m-%d %H:%M:%S}, moved {place.moved_at:%Y-%m-%d %H:%M}")
    if not places:
        typer.echo("No worker has looked at a CRM yet.")


@app.command()
def retry(
    *,
    as_: By,
    reason: Annotated[Reason, typer.Option("--reason", help="Why, as a code: it stands in the audit.", show_default=False)],
    kind: Annotated[str | None, typer.Option(help="Of this kind only: call, sent_email or suggestion.")] = None,
    trouble: Annotated[str | None, typer.Option(help="With this trouble only, such as invalid_data.")] = None,
) -> None:
    """Have what was refused, or rests, tried now."""

    async def work(desk: Desk) -> int:
        return await desk.crm.retry(await desk.somebody(as_, KEEPERS), kind=kind, trouble=trouble, reason=reason, now=wall_clock())

    typer.echo(f"{at_the_desk(work)} records are tried again.")


@app.command()
def crosswalk(
    file: Annotated[Path, typer.Argument(help="CSV with the columns what, ours, theirs.", exists=True, dir_okay=False, show_default=False)], *, as_: By
) -> None:
    """Learn the CRM's ids, and judge the calls and events again that waited for them. `what` is account or user; `ours` is our id or, of a person, another's
    such as npi:1003000126."""
    given = settings.load()
    account = given.crm
    if account is None:
        typer.echo("DIRIGENT_CRM names no CRM.", err=True)
        raise typer.Exit(1)
    rows, name = _rows(file), account.name

    async def work(desk: Desk) -> tuple[int, tuple[int, ...], Counter[str]]:
        known = await desk.crm.learn(await desk.somebody(as_, KEEPERS), name, rows, now=wall_clock())
        return *known, await look_again(desk.engine, given.calls, now=desk.now)

    learnt, unknown, again = at_the_desk(work)
    typer.echo(f"{learnt} ids learnt; {told(again)}.")
    if unknown:
        typer.echo(f"Nobody of ours in these rows: {', '.join(map(str, unknown))}", err=True)
        raise typer.Exit(1)


def _rows(file: Path) -> tuple[tuple[str, str, str], ...]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = [tuple((row.get(name) or "").strip() for name in ("what", "ours", "theirs")) for row in csv.DictReader(lines)]
    wrong = [str(number) for number, row in enumerate(rows, start=1) if row[0] not in ("account", "user") or not all(row)]
    if wrong:
        typer.echo(f"Rows must say account or user, our id, theirs. Not so: {', '.join(wrong)}", err=True)
        raise typer.Exit(1)
    return tuple((what, ours, theirs) for what, ours, theirs in rows)
