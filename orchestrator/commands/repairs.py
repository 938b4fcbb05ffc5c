"""`dirigent repairs`: lists runs in trouble by age and reason, and acts on them in bulk."""

from typing import Annotated, Any

import typer
from pydantic import ValidationError

from api.paging import Slice
from api.schemas.operations import OperationLine, RepairMany, TroubleLine
from orchestrator.operating import CHANGING, Desk, NotDoneError, at_the_desk, once

app = typer.Typer(no_args_is_help=True, help="Runs that are held, overdue or stuck.")

Of = Annotated[str | None, typer.Option("--journey", help="In this journey only.")]
Because = Annotated[str | None, typer.Option("--reason", help="Held for this reason only.")]


@app.command(name="list")
def list_troubles(*, kind: Annotated[str | None, typer.Option(help="held, overdue or stuck.")] = None, journey: Of = None, reason: Because = None) -> None:
    """Those that stand there longest, first."""
    for line in at_the_desk(lambda desk: _troubles(desk, kind, journey, reason)):
        typer.echo(f"{line.passage}  {line.doing}  {line.reason or '-'}  since {line.since:%Y-%m-%d %H:%M}  {line.journey}@{line.version}")


@app.command()
def repair(
    action: Annotated[str, typer.Argument(help="retry, go_on, move_to or leave.", show_default=False)],
    journey: Annotated[str, typer.Argument(help="The journey.", show_default=False)],
    *,
    as_: Annotated[str, typer.Option("--as", help="The user who acts.", show_default=False)],
    remark: Annotated[str, typer.Option("--remark", help="Why, in a sentence.", show_default=False)],
    reason: Because = None,
    at_step: Annotated[str | None, typer.Option(help="At this step only.")] = None,
    step: Annotated[str | None, typer.Option(help="For move_to: where they go.")] = None,
    per_second: int = 5,
) -> None:
    """The same act on everything in the journey that the list shows under these filters."""
    asked = {"action": action, "journey": journey, "held_because": reason, "at_step": at_step, "step": step}

    async def work(desk: Desk) -> OperationLine:
        who, body = await desk.somebody(as_, CHANGING), _read({**asked, "reason": "stuck", "remark": remark, "per_second": per_second})
        request = once(who)
        return await desk.repairs.begin(who, body, remark=await desk.remark(who, remark, request), once=request, now=desk.now)

    operation = at_the_desk(work)
    typer.echo(f"operation {operation.id}: {operation.counts.waiting} runs")


def _read(asked: dict[str, Any]) -> RepairMany:
    try:
        return RepairMany.model_validate(asked)
    except ValidationError as invalid:
        raise NotDoneError("; ".join(f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in invalid.errors())) from None


async def _troubles(desk: Desk, kind: str | None, journey: str | None, reason: str | None) -> tuple[TroubleLine, ...]:
    if kind not in (None, "held", "overdue", "stuck"):
        raise NotDoneError("The kinds are held, overdue and stuck.")
    page = await desk.repairs.page(kind=kind, journey=journey, reason=reason, since_before=None, now=desk.now, cut=Slice(100))
    return page.rows
