"""`dirigent journeys draft`, `submit`, `sign`, `publish` and so on: the acts of a version's life, done as a user who is named."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from journeys.definitions import ContentRef
from journeys.lifecycle import Act, Running
from journeys.signatures import Meaning, Party
from orchestrator.commands.journeys.naming import Ref, from_house
from orchestrator.commands.journeys.reading import told
from orchestrator.typed_maps import Map, pairs
from orchestrator.typed_pins import pin_of
from orchestrator.typed_safety import Heard, Typed

app = typer.Typer()

As = Annotated[str, typer.Option("--as", metavar="USER", help="The id of the user who does it.", show_default=False)]


def _reason(written: str) -> str:
    if len(written.strip()) < 3:  # noqa: PLR2004 - as in the API
        raise typer.BadParameter("say why, in a word or more")
    return written.strip()


Why = Annotated[str, typer.Option(callback=_reason, help="Why; it is kept with the act.", show_default=False)]


@app.command()
def draft(
    file: Annotated[Path, typer.Argument(help="The strategy's file.", exists=True, dir_okay=False, show_default=False)],
    *,
    as_: As,
    reason: Why,
    safety: Heard,
    replace: Annotated[bool, typer.Option("--replace", help="Replace the text of the draft that is on record.")] = False,
) -> None:
    """Put a file on record as a draft of the version that it names, and say what the linter finds: errors must be mended before it is submitted."""
    text = file.read_text(encoding="utf-8")
    row, findings = from_house(lambda house: house.draft(as_, text, name=str(file), replace=replace, why=Typed.of(reason, safety)))
    for finding in findings:
        typer.echo(str(finding), err=True)
    typer.echo(told(row))


@app.command()
def submit(ref: Ref, *, as_: As, reason: Why, safety: Heard) -> None:
    """Lock a draft's text and put it before those who sign. It must lint clean."""
    _act(Act.SUBMIT, ref, as_, Typed.of(reason, safety))


@app.command()
def send_back(ref: Ref, *, as_: As, reason: Why, safety: Heard) -> None:
    """Send a version in review, or a signed one, back to draft. No signature counts any more."""
    _act(Act.SEND_BACK, ref, as_, Typed.of(reason, safety))


@app.command()
def withdraw(ref: Ref, *, as_: As, reason: Why, safety: Heard) -> None:
    """Give a draft up. It stays on record, and its number stays taken."""
    _act(Act.WITHDRAW, ref, as_, Typed.of(reason, safety))


@app.command()
def drain(ref: Ref, *, as_: As, reason: Why, safety: Heard) -> None:
    """Take nobody new from now on. Those who are in the version play on; with the last of them it retires."""
    _act(Act.DRAIN, ref, as_, Typed.of(reason, safety))


@app.command()
def retire(ref: Ref, *, as_: As, reason: Why, safety: Heard) -> None:
    """Lay down a version in which nobody is."""
    _act(Act.RETIRE, ref, as_, Typed.of(reason, safety))


@app.command()
def sign(
    ref: Ref,
    *,
    as_: As,
    party: Annotated[Party, typer.Option("--for", help="For whom.", show_default=False)],
    meaning: Annotated[Meaning | None, typer.Option(help="In which capacity; authorship for an author, else approval.", show_default=False)] = None,
    digest: Annotated[str | None, typer.Option(help="Of the text that was read; the one on record, where none is given.", show_default=False)] = None,
) -> None:
    """Sign a version with your PIN, which is asked for, or taken from the variable DIRIGENT_PIN."""
    row = from_house(lambda house: house.find(ref))
    typer.echo(f"{ref}: {row.definition.title}\ndigest {row.life.digest}", err=True)
    read, pin = digest or row.life.digest, pin_of(as_)
    typer.echo(told(from_house(lambda house: house.sign(as_, ref, party=party, meaning=meaning, digest=read, pin=pin))))


@app.command()
def publish(  # noqa: PLR0913 - each is an option of the command line
    ref: Ref,
    *,
    as_: As,
    reason: Why,
    safety: Heard,
    from_: Annotated[datetime | None, typer.Option("--from", help="From when HCPs may enter, in UTC; now, where none is given.", show_default=False)] = None,
    running: Annotated[Running | None, typer.Option(help="What becomes of those who are in earlier versions.", show_default=False)] = None,
    mapping: Map = None,
    plan: Annotated[
        list[str] | None,
        typer.Option(
            "--plan", metavar="CONTENT=SUCCESSOR", help="What comes after content whose approval ends soon, or CONTENT=acknowledged.", show_default=False
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Move people without asking once more.")] = False,
) -> None:
    """Put a signed version in force. Until its date the earlier one goes on. With `--running migrate` it is shown first who would move where."""
    from api.ports import AskedRelease  # noqa: PLC0415 - imported when the house is entered, as in naming.py

    where = pairs(mapping)
    asked = AskedRelease(since=from_.replace(tzinfo=UTC) if from_ is not None else None, running=running, mapping=where, plan=pairs(plan))
    if where and running is not Running.MIGRATE:
        raise typer.BadParameter("a map says where people go who are moved: it belongs to --running migrate")
    if running is Running.MIGRATE:
        _show_who_moves(ref, where)
        if not yes:
            typer.confirm("Publish it, and move them so?", abort=True)
    typer.echo(told(from_house(lambda house: house.publish(as_, ref, asked, why=Typed.of(reason, safety)))))


def _show_who_moves(ref: ContentRef, mapping: Mapping[str, str]) -> None:
    from orchestrator.commands.migrations import foreseen  # noqa: PLC0415 - likewise

    for source, seen in from_house(lambda house: house.foresee(ref, mapping)):
        typer.echo(f"from version {source}:", err=True)
        for line in foreseen(seen):
            typer.echo(line, err=True)


def _act(act: Act, ref: ContentRef, as_: str, why: Typed) -> None:
    typer.echo(told(from_house(lambda house: house.act(as_, ref, act, why=why))))
