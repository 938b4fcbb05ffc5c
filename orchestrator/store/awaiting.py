"""A step may wait for the end of the journey that it began: whichever way that one ends, with or without having had its turn, the step is told how."""

from typing import Literal

from sqlmodel.ext.asyncio.session import AsyncSession

from journeys.events import JourneyEnded
from journeys.state import EndKind
from orchestrator.store import outbox
from orchestrator.store.tables import Enrolment

_WAYS: dict[EndKind, Literal["finished", "goal"]] = {EndKind.FINISHED: "finished", EndKind.GOAL: "goal"}
"""How an ending is told to a run that awaits it; every other one is `ended`."""


async def tell_awaiting(session: AsyncSession, ended: Enrolment, kind: EndKind) -> None:
    """A passage of another run that waits for this one hears how it ended."""
    if not ended.awaited or ended.begun_by is None or ended.continued_from is None:
        return
    fact = JourneyEnded(id=f"ended.{ended.id}", key=ended.begun_by, way=_WAYS.get(kind, "ended"))
    await outbox.tell(session, ended.continued_from, fact)
