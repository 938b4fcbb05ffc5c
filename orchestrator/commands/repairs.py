"""`dirigent repairs`: lists runs in trouble by age and reason, and acts on them in bulk."""

from datetime import datetime
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from api.schemas.operations import OperationLine, Reason, RepairMany, TroubleLine
from journeys.durations import parse
from orchestrator.operating import CHANGING, Desk, NotDoneError, at_the_desk, every, once
from orchestrator.typed_safety import Heard, answer

app = typer.Typer(no_args_is_help=True, help="Runs that are held, overdue or stuck.")

Of = Annotated[str | None, typer.Option("--journey", help="In this journey only.")]
Because = Annotated[str | None, typer.Option("--held-because", help="Held for this reason only, such as no_consent.")]
Age = Annotated[str | None, typer.Option("--older-than", help='Standing there for longer than this only, such as "2 days".')]


@app.command(name="list")
def list_troubles(
    *,
    kind: Annotated[str | None, typer.Option(help="held, overdue or stuck.")] = None,
    journey: Of = None,
    held_because: Because = None,
    older_than: Age = None,
) -> None:
    """Every one of them, those that stand there longest first."""
    for line in at_the_desk(lambda desk: _troubles(desk, kind, {"journey": journey, "reason": held_because}, older_than)):
        typer.echo(f"{line.passage}  {line.doing}  {line.reason or '-'}  since {line.since:%Y-%m-%d %H:%M}  {line.journey}@{line.version}")


@app.command()
def repair(  # noqa: PLR0913 - each is an option of the command line
    action: Annotated[str, typer.Argument(help="retry, go_on, move_to or leave.", show_default=False)],
    journey: Annotated[str, typer.Argument(help="The journey.", show_default=False)],
    *,
    as_: Annotated[str, typer.Option("--as", help="The user who acts.", show_default=False)],
    reason: Annotated[Reason, typer.Option("--reason", help="Why, as a code: it stands in the audit and in every run's story.", show_default=False)],
    remark: Annotated[str, typer.Option("--remark", help="Why, in a sentence.", show_default=False)],
    safety: Heard,
    held_because: Because = None,
    older_than: Age = None,
    at_step: Annotated[str | None, typer.Option(help="At this step only.")] = None,
    step: Annotated[str | None, typer.Option(help="For move_to: where they go.")] = None,
    per_second: int = 5,
) -> None:
    """The same act on everything in the journey that the list shows under these filters."""
    asked = {"action": action, "journey": journey, "held_because": held_because, "at_step": at_step, "step": step}

    async def work(desk: Desk) -> OperationLine:
        who, since_before = await desk.somebody(as_, CHANGING), _age(desk, older_than)
        body = _read({**asked, "since_before": since_before, "reason": reason, "remark": remark, "per_second": per_second, "safety": answer(safety, remark)})
        request = once(who)
        return await desk.repairs.begin(who, body, remark=await desk.remark(who, remark, request, heard=answer(safety, remark)), once=request, now=desk.now)

    operation = at_the_desk(work)
    typer.echo(f"operation {operation.id}: {operation.counts.waiting} runs")


def _read(asked: dict[str, Any]) -> RepairMany:
    try:
        return RepairMany.model_validate(asked)
    except ValidationError as invalid:
        raise NotDoneError("; ".join(f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in invalid.errors())) from None


def _age(desk: Desk, older_than: str | None) -> datetime | None:
    """The instant before which something that old began, in journey time."""
    try:
        return desk.now - parse(older_than).roughly if older_than is not None else None
    except ValueError as invalid:
        raise NotDoneError(f"--older-than: {invalid}") from None


async def _troubles(desk: Desk, kind: str | None, filters: dict[str, str | None], older_than: str | None) -> list[TroubleLine]:
    if kind not in (None, "held", "overdue", "stuck"):
        raise NotDoneError("The kinds are held, overdue and stuck.")
    before, now = _age(desk, older_than), desk.now
    return await every(lambda cut: desk.repairs.page(kind=kind, journey=filters["journey"], reason=filters["reason"], since_before=before, now=now, cut=cut))
