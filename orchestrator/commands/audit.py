"""`dirigent audit`: whether the audit still says what it said when it was written."""

from typing import Annotated

import typer

from api.who import Role
from orchestrator.operating import Desk, at_the_desk
from orchestrator.store import audit
from orchestrator.store.engine import transaction
from orchestrator.store.seals import AuditSeals, Verified

app = typer.Typer(no_args_is_help=True, help="The audit trail and its seals.")

SHOWN = 20


@app.callback()
def _root() -> None:
    """The audit trail and its seals."""


@app.command()
def verify(
    *,
    as_: Annotated[str, typer.Option("--as", help="The user of compliance or the administrator who asks.", show_default=False)],
    head: Annotated[str | None, typer.Option(help="A digest of the chain that was kept elsewhere, such as from a worker's log.", show_default=False)] = None,
) -> None:
    """Reckon the chain of digests again, line by line. Prints its head, to be kept elsewhere; exits with 1 where a line was changed or is gone, where a link
    of the chain does not fit, or where the given head is none of its links."""

    async def work(desk: Desk) -> Verified:
        who = await desk.somebody(as_, frozenset({Role.COMPLIANCE, Role.ADMIN}))
        found = await AuditSeals(desk.engine).verify(head=head)
        details = {"links": found.links, "lines": found.lines, "head": found.head, "broken": len(found.broken)}
        async with transaction(desk.engine) as session:
            await audit.record(session, by=who.id, role=who.role, action="audit.verified", subject="audit", details=details, now=desk.now)
        return found

    found = at_the_desk(work)
    for each in found.broken[:SHOWN]:
        typer.echo(f"{each.what}: {each.which}")
    typer.echo(f"{found.lines} lines in {found.links} links, {found.waiting} not sealed yet, {len(found.broken)} broken")
    typer.echo(f"head {found.head}")
    raise typer.Exit(1 if found.broken else 0)
