"""`dirigent content`: approvals that end, versions that are withdrawn, and whom they concern."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from api.expiring import concerned
from api.ports import CountChanged
from api.schemas.recalls import ContentReach, WithdrawContent
from api.who import Role
from journeys.definitions import ContentRef
from journeys.expiring import WARNINGS
from journeys.loading import read_content
from orchestrator import settings
from orchestrator.content_systems.polling import ContentPoller
from orchestrator.operating import Desk, NotDoneError, at_the_desk, every, once
from orchestrator.requests.conversation import new_client
from orchestrator.store.syncing import Applied
from orchestrator.typed_safety import Heard, answer

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

_IMPORTERS = frozenset({Role.MARKETING, Role.ADMIN})
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
def withdraw(ref: Ref, *, as_: By, remark: Why, safety: Heard, reason: str = "other", per_second: int = 20, yes: Yes = False) -> None:
    """Withdraw a version: from now on nothing goes out with it, and every run that names it is told."""
    found = _reached(ref)
    typer.echo(_account(found))
    if not yes:
        typer.confirm(f"Withdraw {ref}?", abort=True)

    async def work(desk: Desk) -> str:
        who = await desk.somebody(as_, _RECALLERS)
        try:
            told = {"reason": reason, "remark": remark, "safety": answer(safety, remark), "per_second": per_second}
            asked = WithdrawContent.model_validate({**told, "expected": None if yes else found.runs})
        except ValidationError as invalid:
            raise NotDoneError("; ".join(f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in invalid.errors())) from None
        request = once(who)
        kept = await desk.remark(who, remark, request, heard=answer(safety, remark))
        done = await desk.recalls.withdraw(who, ref, asked, remark=kept, once=request, now=desk.now)
        match done:
            case "unknown" | "withdrawn":
                raise NotDoneError(f"{ref} was withdrawn before." if done == "withdrawn" else f"There is no content {ref}.")
            case CountChanged():
                raise NotDoneError(f"By now {done.runs} runs are concerned: nothing was done.")
            case _:
                return f"{ref} is withdrawn; operation {done.operation.id} tells its runs" if done.operation is not None else f"{ref} is withdrawn"

    typer.echo(at_the_desk(work))


@app.command(name="import")
def import_(
    files: Annotated[list[Path], typer.Argument(help="Versions of content, as a library holds them.", exists=True, dir_okay=False, show_default=False)],
    *,
    as_: Annotated[str | None, typer.Option("--as", metavar="USER", help="Who brings them in; else the house.")] = None,
) -> None:
    """Bring in versions of content from their files, all or none: checked as a library's are, against the markets on record.

    A version that is on record follows its file in state and approval; any other change is refused. One that was withdrawn stays so.
    """
    loaded = [read_content(file) for file in files]

    async def work(desk: Desk) -> list[str]:
        by = (await desk.somebody(as_, _IMPORTERS)) if as_ is not None else None
        return await desk.bring_in(loaded, by=by)

    for line in at_the_desk(work):
        typer.echo(line)


@app.command()
def sync(
    systems: Annotated[list[str] | None, typer.Argument(metavar="[SYSTEM]...", help="Of DIRIGENT_CONTENT_SYSTEMS; all of them, where none is named.")] = None,
) -> None:
    """Read the content systems on from where they were left. Exits with 1 where one could not be read."""
    given = settings.load()
    named = systems or [name for name, system in given.content_systems.items() if system.url is not None]
    strangers = [name for name in named if name not in given.content_systems or given.content_systems[name].url is None]
    if strangers or not named:
        typer.echo(f"DIRIGENT_CONTENT_SYSTEMS names no address for {', '.join(strangers) or 'any system'}.", err=True)
        raise typer.Exit(1)

    async def work(desk: Desk) -> list[tuple[str, Applied]]:
        async with new_client() as client:
            poller = ContentPoller(desk.engine, given.content_systems, client, desk.clock.now)
            return [(name, await poller.read(name)) for name in named]

    came = at_the_desk(work)
    for name, each in came:
        dropped = "".join(f", {times} {why}" for why, times in sorted(each.dropped.items()))
        typer.echo(f"{name}: {each.changed} changed, {each.unchanged} unchanged{dropped}{f'; not read: {each.trouble}' if each.trouble else ''}")
    raise typer.Exit(1 if any(each.trouble for _, each in came) else 0)


def _reached(ref: ContentRef) -> ContentReach:
    async def work(desk: Desk) -> ContentReach:
        found = await desk.recalls.reach(ref)
        if found is None:
            raise NotDoneError(f"There is no content {ref}.")
        return found

    return at_the_desk(work)


def _account(found: ContentReach) -> str:
    return f"{found.content}: {concerned(found)} {found.held} held, {found.tasks} tasks open, {found.received} have it already."
