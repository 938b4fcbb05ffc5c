"""`dirigent halts`: pauses and stops everything in a scope, in one move, and lifts it again."""

from typing import Annotated

import typer
from pydantic import ValidationError

from api.ports import CountChanged
from api.schemas.operations import HaltDone, HaltLine, LiftHalt, NewHalt
from journeys.events import CatchUp
from journeys.halts import HaltKind, Scope
from orchestrator.operating import STEERING, Desk, NotDoneError, at_the_desk, every, once
from orchestrator.typed_safety import Heard, answer

app = typer.Typer(no_args_is_help=True, help="Pause and stop running journeys by scope.")

In = Annotated[Scope, typer.Argument(help="What the value names.", show_default=False)]
Value = Annotated[str, typer.Argument(help="Such as SE, cardiolex, hf-dialogue@2 or heart-failure-pioneer@3.", show_default=False)]
By = Annotated[str, typer.Option("--as", help="The user who acts.", show_default=False)]
Why = Annotated[str, typer.Option("--remark", help="Why, in a sentence.", show_default=False)]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask before acting.")]


@app.command(name="list")
def list_halts() -> None:
    """What is paused or stopped now."""
    for halt in at_the_desk(lambda desk: every(lambda cut: desk.halts.page(in_force=True, cut=cut))):
        typer.echo(_line(halt))


@app.command()
def count(scope: In, value: Value) -> None:
    """How many runs a pause or stop would concern. Nothing happens."""
    found = at_the_desk(lambda desk: desk.halts.count(scope, value))
    typer.echo(f"{found.runs} runs under way, {found.queued} waiting for their turn")


@app.command()
def pause(scope: In, value: Value, *, as_: By, remark: Why, safety: Heard, reason: str = "other", yes: Yes = False) -> None:
    """Freeze everything in the scope until it is lifted: nothing is sent and nobody enters from now on."""
    _impose(HaltKind.PAUSE, scope, value, as_=as_, remark=remark, safety=safety, reason=reason, yes=yes)


@app.command()
def stop(scope: In, value: Value, *, as_: By, remark: Why, safety: Heard, reason: str = "other", yes: Yes = False) -> None:
    """End every run in the scope; nothing is sent and nobody enters until it is lifted."""
    _impose(HaltKind.STOP, scope, value, as_=as_, remark=remark, safety=safety, reason=reason, yes=yes)


@app.command()
def lift(halt: str, *, as_: By, remark: Why, safety: Heard, catch_up: CatchUp = CatchUp.SHIFT, per_second: int = 5) -> None:
    """Open the gate again, and let the runs that were frozen catch up, as many a second as you say."""

    async def work(desk: Desk) -> HaltDone | None:
        who = await desk.somebody(as_, STEERING)
        if await desk.halts.find(halt) is None:
            raise NotDoneError(f"There is no halt {halt}. `dirigent halts list` shows those in force.")
        body = LiftHalt(catch_up=catch_up, remark=remark, per_second=per_second, safety=answer(safety, remark))
        return await desk.halts.lift(who, halt, body, remark=await desk.remark(who, remark, once(who), heard=answer(safety, remark)), now=desk.now)

    done = at_the_desk(work)
    typer.echo(f"{halt} was lifted before" if done is None else _told(done))


def _impose(kind: HaltKind, scope: Scope, value: str, *, as_: str, remark: str, safety: str, reason: str, yes: bool) -> None:
    found = at_the_desk(lambda desk: desk.halts.count(scope, value))
    if not yes:
        typer.confirm(f"{kind} {scope} {value}: {found.runs} runs under way. Go on?", abort=True)

    async def work(desk: Desk) -> HaltDone | CountChanged:
        who = await desk.somebody(as_, STEERING)
        asked = {
            "kind": kind,
            "scope": scope,
            "value": value,
            "reason": reason,
            "remark": remark,
            "safety": answer(safety, remark),
            "expected": None if yes else found.runs,
        }
        try:
            halt = NewHalt.model_validate(asked)
        except ValidationError as invalid:
            raise NotDoneError("; ".join(f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in invalid.errors())) from None
        request = once(who)
        return await desk.halts.impose(who, halt, remark=await desk.remark(who, remark, request, heard=answer(safety, remark)), once=request, now=desk.now)

    done = at_the_desk(work)
    if isinstance(done, CountChanged):
        typer.echo(f"By now {done.runs} runs are concerned: nothing was done.", err=True)
        raise typer.Exit(1)
    typer.echo(_told(done))


def _told(done: HaltDone) -> str:
    operation = done.operation
    return _line(done.halt) + (f"\n{operation.kind}: operation {operation.id}, {operation.counts.waiting} runs" if operation is not None else "")


def _line(halt: HaltLine) -> str:
    return f"{halt.id}  {halt.kind}  {halt.scope} {halt.value}  {halt.concerned} runs  {halt.at:%Y-%m-%d %H:%M}  {halt.reason}  {halt.by}"
