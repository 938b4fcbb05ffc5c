"""`dirigent evidence`: everything that shows what one HCP allowed, took back and got, as JSON or on paper."""

from pathlib import Path
from typing import Annotated

import typer

from api.schemas.evidence import EvidencePack
from api.who import Role
from orchestrator.evidence_pdf import printed
from orchestrator.operating import Desk, NotDoneError, at_the_desk

app = typer.Typer()

_READERS = frozenset({Role.COMPLIANCE, Role.ADMIN})


@app.command()
def evidence(
    person: Annotated[str, typer.Argument(help="The person's OneID.", show_default=False)],
    as_: Annotated[str, typer.Option("--as", metavar="USER", help="Who reads it, from compliance or administration; it is audited.")],
    pdf: Annotated[Path | None, typer.Option(help="Write a PDF to this file; else JSON is printed.")] = None,
) -> None:
    """Print the evidence pack of one HCP, with its digest."""
    pack = at_the_desk(lambda desk: _pack(desk, person, as_))
    if pdf is None:
        typer.echo(pack.model_dump_json(indent=2))
        return
    pdf.write_bytes(printed(pack))
    typer.echo(f"{pdf}  SHA-256 of the pack {pack.digest}")


async def _pack(desk: Desk, person_id: str, user: str) -> EvidencePack:
    who = await desk.somebody(user, _READERS)
    person = await desk.people.find(who, person_id)
    if person is None:
        raise NotDoneError(f"Nobody is known here as {person_id}.")
    return await desk.evidence.of_person(who, person, now=desk.now)
