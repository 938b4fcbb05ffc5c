"""`dirigent facts`: has what came in and could not be placed looked at again, once more is known."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Protocol

import typer

from api.who import Role, Who
from orchestrator import settings
from orchestrator.operating import Desk, at_the_desk, once
from orchestrator.store.desk.calls import StoredCallReports
from orchestrator.store.desk.events import StoredEvents
from orchestrator.store.desk.facts_in import StoredFactsIn
from orchestrator.store.desk.replies import StoredReplies
from orchestrator.typed_safety import Heard, answer

app = typer.Typer(no_args_is_help=True, help="What other systems and people tell.")

KEEPERS = frozenset({Role.ADMIN})


class Came(StrEnum):
    """What came in."""

    FACTS = "facts"
    EVENTS = "events"
    CALLS = "calls"
    REPLIES = "replies"


class _Judge(Protocol):
    async def judge_again(self, who: Who, *, source: str | None, most: int, remark: str, now: datetime) -> Mapping[str, int]: ...


@app.callback()
def _group() -> None:
    """Keeps `judge-again` a subcommand, although it is the only one."""


@app.command()
def judge_again(
    what: Annotated[list[Came] | None, typer.Argument(help="Of these only; everything, where none is named.")] = None,
    *,
    as_: Annotated[str, typer.Option("--as", help="The administrator who acts.", show_default=False)],
    remark: Annotated[str, typer.Option("--remark", help="Why, in a sentence.", show_default=False)],
    safety: Heard,
    source: Annotated[str | None, typer.Option(help="Of this provider, or this system, only.")] = None,
    most: Annotated[int, typer.Option(min=1, max=1000, help="As many of each at once.")] = 200,
) -> None:
    """Look again at what could not be placed, those first that were looked at longest ago: a person was imported, an address corrected, an id learnt. Tells how
    many stand where now."""
    given = settings.load()

    async def work(desk: Desk) -> dict[Came, Mapping[str, int]]:
        who = await desk.somebody(as_, KEEPERS)
        kept = await desk.remark(who, remark, once(who), heard=answer(safety, remark))
        judges: dict[Came, _Judge] = {
            Came.FACTS: StoredFactsIn(desk.engine, {}, {}),
            Came.EVENTS: StoredEvents(desk.engine),
            Came.CALLS: StoredCallReports(desk.engine, given.calls),
            Came.REPLIES: StoredReplies(desk.engine, {}, {}, mail_domain=given.mail_domain),
        }
        return {each: await judges[each].judge_again(who, source=source, most=most, remark=kept, now=desk.now) for each in what or Came}

    for each, standing in at_the_desk(work).items():
        typer.echo(f"{each}: {', '.join(f'{times} {where}' for where, times in sorted(standing.items())) or 'none'}")
