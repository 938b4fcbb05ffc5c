"""Puts journeys in force and declares events for a test: what publication and an import of the library leave behind, without the signatures."""

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from journeys.definitions import Definition
from journeys.happenings import OutsideEvent
from orchestrator.store import library, stimuli, sweeps
from orchestrator.store.engine import transaction
from tests.builders import NOW
from tests.orchestrator.store.desk.filling import a_version


async def put_in_force(engine: AsyncEngine, definition: Definition, *, since: datetime | None = None, now: datetime = NOW) -> None:
    """The version is published, and takes effect now or then."""
    async with transaction(engine) as session:
        session.add(a_version(definition, published_at=now, effective_from=since or now))
        await session.flush()
        await stimuli.keep(session, definition)
        await sweeps.look_again(session, definition, since=since or now, now=now)


async def declare(engine: AsyncEngine, *events: OutsideEvent) -> None:
    """The events are in the catalogue."""
    async with transaction(engine) as session:
        for event in events:
            await library.declare_event(session, event, now=NOW)


def an_event(name: str, *, key: str | None = None, wall: str = "open", cloud: dict[str, Any] | None = None, **types: str) -> OutsideEvent:
    """A kind of event with fields of these types; the key is one of them."""
    fields: dict[str, Any] = {field: {"type": kind, "told": "…"} for field, kind in {**({key: "code"} if key else {}), **types}.items()}
    return OutsideEvent.model_validate({"event": name, "title": name, "source": "…", "key": key, "wall": wall, "fields": fields, "cloud": cloud})
