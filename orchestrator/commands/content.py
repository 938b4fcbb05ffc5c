"""`dirigent content`: approvals that end, versions that are withdrawn, and whom they concern."""

from datetime import timedelta
from typing import Annotated

import typer
from pydantic import ValidationError

from api.expiring import concerned
from api.ports import CountChanged
from api.schemas.recalls import ContentReach, WithdrawContent
from api.who import Role
from journeys.definitions import ContentRef
from journeys.expiring import WARNINGS
from orchestrator.operating import Desk, NotDoneError, at_the_desk, every, once

app = typer.Typer(no_args_is_help=True, help="Content that is in use: what expires, what is withdrawn, and whom that concerns.")



def _parsed(written: str) -> ContentRef:
    try:
        return ContentRef.parse(written)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


Ref = Annotated[ContentRef, typer.Argument(metavar="CONTENT@VERSION", parser=_parsed, show_default=False)]
By = Annotated[str, typer.Option("--as", help="The user who acts.", show_default=False)]
Why = Annotated[str, typer.Option("--remark", help="Why, in a sentence.", show_default=False)]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask before acting.")]

_RECALLERS = frozenset({Role.MARKETING, Role.MEDICAL, Role.COMPLIANCE})


@app.command()
def expiring(*, days: Annotated[int, typer.Option(min=1, max=366, help="Whose approval ends within so many days.")] = WARNINGS[0]) -> None:
    """List approved content whose approval ends soon, with the journeys, steps and people that it concerns."""
    lines = at_the_desk(lambda desk: every(lambda cut: desk.contents.expiring(within=timedelta(days=days), now=desk.now, cut=cut)))
    for line in lines:
        typer.echo(f"{line.content}  {line.expires:%Y-%m-%d}  {line.days_left} days  {concerned(line.reach)}")
    typer.echo(f"{len(lines)} expire within {days} days")


@app.command()
def reach(ref: Ref) -> None:
    """Tell whom a version concerns now: journeys, steps and people. Nothing happens."""
    typer.echo(_account(_reached(ref)))


@app.command()
def withdraw(ref: Ref, *, as_: By, remark: Why, reason: str = "other", per_second: int = 20, yes: Yes = False) -> None:
    """Withdraw a version: from now on nothing goes out with it, and every run that names it is told."""
    found = _reached(ref)
    typer.echo(_account(found))
    if not yes:
        typer.confirm(f"Withdraw {ref}?", abort=True)

    async def work(desk: Desk) -> str:
        who = await desk.somebody(as_, _RECALLERS)
        try:
            asked = WithdrawContent.model_validate({"reason": reason, "remark": remark, "per_second": per_second, "expected": None if yes else found.runs})
        except ValidationError as invalid:
            raise NotDoneError("; ".join(f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in invalid.errors())) from None
        request = once(who)
        kept = await desk.remark(who, remark, request)
        done = await desk.recalls.withdraw(who, ref, asked, remark=kept, once=request, now=desk.now)
        match done:
            case "unknown" | "withdrawn":
                raise NotDoneError(f"{ref} was withdrawn before." if done == "withdrawn" else f"There is no content {ref}.")
            case CountChanged():
                raise NotDoneError(f"By now {done.runs} runs are concerned: nothing was done.")
        return f"{ref} is withdrawn; operation {done.operation.id} tells its runs" if done.operation is not None else f"{ref} is withdrawn"

    typer.echo(at_the_desk(work))


def _reached(ref: ContentRef) -> ContentReach:
    async def work(desk: Desk) -> ContentReach:
        found = await desk.recalls.reach(ref)
        if found is None:
            raise NotDoneError(f"There is no content {ref}.")
        return found

    return at_the_desk(work)


def _account(found: ContentReach) -> str:
    return f"{found.content}: {concerned(found)} {found.held} held, {found.tasks} tasks open, {found.received} have it already."
