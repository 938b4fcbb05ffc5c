"""`dirigent operations`: how far acts on many runs have come, what became of each run, and holding, going on with and stopping them."""

from collections.abc import Sequence
from typing import Annotated, Literal

import typer

from api.paging import Slice
from api.schemas.operations import ItemLine, OperationLine
from orchestrator.operating import STEERING, Desk, NotDoneError, at_the_desk, every, once
from orchestrator.typed_safety import Heard, answer

app = typer.Typer(no_args_is_help=True, help="Acts on many runs, one after the other.")

LATEST = 20

Id = Annotated[str, typer.Argument(help="The operation's id, as `list` shows it.", show_default=False)]
By = Annotated[str, typer.Option("--as", help="The user who acts.", show_default=False)]
Why = Annotated[str, typer.Option("--remark", help="Why, in a sentence.", show_default=False)]


@app.command(name="list")
def list_operations(*, all_: Annotated[bool, typer.Option("--all", help="Every one there ever was.")] = False) -> None:
    """The latest operations, each with its counts."""
    rows, earlier = at_the_desk(lambda desk: _operations(desk, all_=all_))
    for operation in rows:
        typer.echo(_line(operation))
    if earlier:
        typer.echo(f"These are the latest {LATEST}. Add --all for every one.", err=True)


@app.command()
def report(operation: Id) -> None:
    """What became of each run."""
    for item in at_the_desk(lambda desk: _items(desk, operation)):
        typer.echo("  ".join(part for part in (item.enrolment_id, item.passage, item.result, item.code, item.detail) if part))


@app.command()
def hold(operation: Id, *, as_: By, remark: Why, safety: Heard) -> None:
    """Let it rest."""
    _steer(operation, "hold", as_=as_, remark=remark, safety=safety)


@app.command()
def go_on(operation: Id, *, as_: By, remark: Why, safety: Heard) -> None:
    """Let it go on where it stopped."""
    _steer(operation, "go_on", as_=as_, remark=remark, safety=safety)


@app.command()
def stop(operation: Id, *, as_: By, remark: Why, safety: Heard) -> None:
    """End it for good: what was done stays done, the rest is left out."""
    _steer(operation, "stop", as_=as_, remark=remark, safety=safety)


def _steer(operation: str, how: Literal["hold", "go_on", "stop"], *, as_: str, remark: str, safety: str) -> None:
    async def work(desk: Desk) -> OperationLine | None:
        who = await desk.somebody(as_, STEERING)
        await _found(desk, operation)
        return await desk.operations.steer(who, operation, how, remark=await desk.remark(who, remark, once(who), heard=answer(safety, remark)), now=desk.now)

    line = at_the_desk(work)
    if line is None:
        typer.echo(f"{operation} is over.", err=True)
        raise typer.Exit(1)
    typer.echo(_line(line))


async def _operations(desk: Desk, *, all_: bool) -> tuple[Sequence[OperationLine], bool]:
    """The operations to show, and whether there are earlier ones."""
    if all_:
        return await every(lambda cut: desk.operations.page(cut=cut)), False
    batch = await desk.operations.page(cut=Slice(LATEST))
    return batch.rows, batch.next is not None


async def _items(desk: Desk, operation: str) -> list[ItemLine]:
    await _found(desk, operation)
    return await every(lambda cut: desk.operations.items(operation, result=None, cut=cut))


async def _found(desk: Desk, operation: str) -> OperationLine:
    line = await desk.operations.find(operation)
    if line is None:
        raise NotDoneError(f"There is no operation {operation}. `dirigent operations list` shows the latest.")
    return line


def _line(operation: OperationLine) -> str:
    counts = ", ".join(f"{count} {result}" for result, count in operation.counts if count) or "no runs"
    return f"{operation.id}  {operation.kind}  {operation.subject}  {operation.status}  {counts}"
