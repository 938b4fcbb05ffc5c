"""`dirigent why`: why somebody did, or did not, get something, check by check, for the past and as if it were sent now."""

from collections.abc import Iterator
from typing import Annotated

import typer

from api.schemas.why import WhyLine
from api.who import Role, Who
from orchestrator import settings
from orchestrator.means import means_of
from orchestrator.operating import Desk, NotDoneError, at_the_desk

app = typer.Typer()

_EVERYTHING = Who("command line", Role.COMPLIANCE)
"""Whoever reads the database sees both sides and every territory."""

Person = Annotated[str, typer.Argument(help="The person's id.", show_default=False)]
Journey = Annotated[str | None, typer.Option("--journey", help="In this journey only.", show_default=False)]
Step = Annotated[str | None, typer.Option("--step", help="Of this step only.", show_default=False)]
Now = Annotated[bool, typer.Option("--now", help="Judge that step as if it were sent at this moment; nothing is written.")]
Most = Annotated[int, typer.Option("--last", min=1, max=1000, help="How many judgements at most, the latest first.")]


@app.command()
def why(person: Person, *, journey: Journey = None, step: Step = None, now: Now = False, last: Most = 5) -> None:
    """Tell each time that the gate was asked for a touch to this person: the ordered checks, what each saw, and where its rule comes from."""
    if now and (journey is None or step is None):
        raise typer.BadParameter("--now judges one step: name --journey and --step")
    channels = means_of(settings.load()).channels
    lines = at_the_desk(lambda desk: _asked(desk, person, journey, step, channels, now=now, last=last))
    for line in lines:
        for text in told(line):
            typer.echo(text)
    if not lines:
        typer.echo("The gate was never asked for such a touch.")


def told(line: WhyLine) -> Iterator[str]:
    """One judgement as text."""
    yield f"{line.at:%Y-%m-%d %H:%M} {line.journey} {line.step} ({line.touch}): {line.sentence}"
    yield f"  {line.purpose} {line.content} by {line.channel} in {line.market}; the ledger says {line.state or 'nothing'}"
    for check in line.checks:
        until = f" until {check.until:%Y-%m-%d %H:%M}" if check.until is not None else ""
        because = f" because {check.told}" if check.reason is not None else ""
        yield f"  {check.rule}: {check.saw or 'not kept'} -> {check.verdict}{until}{because}"
        if check.source:
            yield f"    {check.source}"


async def _asked(desk: Desk, person: str, journey: str | None, step: str | None, channels: tuple[str, ...], *, now: bool, last: int) -> list[WhyLine]:
    if await desk.people.find(_EVERYTHING, person) is None:
        raise NotDoneError(f"There is no person {person}.")
    judged = desk.judgements(channels)
    past = list(await judged.of_person(_EVERYTHING, person, journey=journey, step=step, limit=last))
    if not now or journey is None or step is None:
        return past
    row = await desk.definitions.find(journey, await judged.version_of(person, journey), now=desk.now)
    if row is None:
        raise NotDoneError(f"There is no journey {journey}.")
    said = await judged.if_sent_now(person, row.definition, step, now=desk.now)
    if said is None:
        raise NotDoneError(f"{journey} sends nothing at {step}.")
    return [said, *past]
