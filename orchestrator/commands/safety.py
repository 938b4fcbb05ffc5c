"""`dirigent safety`: which safety cases wait for drug safety, and for how long still."""

from datetime import datetime
from typing import Annotated, cast

import typer

from api.ports.safety import SafetyCaseRow, Standing
from api.who import Role, Who
from orchestrator.operating import Desk, at_the_desk, every

app = typer.Typer(no_args_is_help=True, help="Safety cases.")

_READER = Who("command line", Role.SAFETY)
"""Who lists from the command line has the database: they see every case, as drug safety does, and no words."""


@app.callback()
def _safety() -> None:
    """Keeps `list` a command of its own while it is the only one."""


@app.command(name="list")
def list_cases(standing: Annotated[str | None, typer.Argument(help="open, overdue, unsent or acknowledged; every case where none is named.")] = None) -> None:
    """List cases, the first due first, each with the hours that are left. Exits with 1 when one is overdue."""
    if standing not in {None, "open", "overdue", "unsent", "acknowledged"}:
        raise typer.BadParameter("one of open, overdue, unsent, acknowledged")
    now, cases = at_the_desk(lambda desk: _found(desk, cast("Standing | None", standing)))
    for case in cases:
        left = (case.due_at - (case.acknowledged_at or now)).total_seconds() / 3600
        typer.echo(f"{case.id}  {case.kind}  {_stands(case, left)}  {left:+.1f} h  due {case.due_at:%Y-%m-%d %H:%M}  {_sent(case)}")
    typer.echo(f"{len(cases)} cases")
    raise typer.Exit(1 if any(case.acknowledged_at is None and case.due_at <= now for case in cases) else 0)


async def _found(desk: Desk, standing: Standing | None) -> tuple[datetime, list[SafetyCaseRow]]:
    now = desk.now
    return now, await every(lambda cut: desk.safety.page(_READER, standing=standing, now=now, cut=cut))


def _stands(case: SafetyCaseRow, left: float) -> str:
    return "acknowledged" if case.acknowledged_at is not None else "open" if left > 0 else "OVERDUE"


def _sent(case: SafetyCaseRow) -> str:
    if case.sent_at is None:
        return f"UNSENT after {case.failures} attempts"
    return f"sent {case.sent_at:%Y-%m-%d %H:%M}" + (f", {case.failures} attempts in vain since" if case.failures else "")
