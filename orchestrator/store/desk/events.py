"""Events of the outside at the front desk: taken in one transaction with what follows from them, and read with what they led to."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import tuple_
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.cloudevents import LONGEST, CloudEvent
from api.paging import Batch, Slice
from api.rows import EffectRow, EventRow
from api.schemas.events import NewEvent
from api.who import Who
from journeys.conditions import Value
from journeys.happenings import picked
from orchestrator.store import audit
from orchestrator.store.desk.scope import visible
from orchestrator.store.engine import transaction
from orchestrator.store.events import Reported, judge_again, of_type, person_of, take
from orchestrator.store.tables import EventEffect, OutsideEvent
from orchestrator.webhooks.telling import clean

_COPIED = tuple(name for name in EventRow.__dataclass_fields__ if name != "effects")


class StoredEvents:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def take(self, event: NewEvent, *, now: datetime) -> tuple[EventRow, bool]:
        source, value = (event.external.source, event.external.value) if event.external is not None else (None, None)
        named = {"person": event.person} if event.person is not None else {"source": str(source), "value": str(value)}
        told = Reported(event.source, event.id, event.event, event.key, event.fields, event.at, named)
        async with transaction(self._engine) as session:
            person_id = await person_of(session, person=event.person, source=source, value=value)
            row, repeated = await take(session, told, person_id=person_id, now=now)
            return (await _rows(session, [row]))[0], repeated

    async def take_cloud(self, event: CloudEvent, *, now: datetime) -> tuple[EventRow, bool]:
        async with transaction(self._engine) as session:
            declared = await of_type(session, event.type)
            persons = declared.cloud.persons if declared is not None and declared.cloud is not None else None
            named = {"source": persons, "value": event.subject or ""} if persons is not None else {"person": event.subject or ""}
            # Of a kind that nobody declared nothing is kept but its name.
            fields = _values(picked(declared, event.data)) if declared is not None else {}
            told = Reported(event.source, event.id, declared.event if declared is not None else event.type, None, fields, event.time or now, named)
            person_id = await person_of(session, person=named.get("person"), source=named.get("source"), value=named.get("value"))
            row, repeated = await take(session, told, person_id=person_id, now=now)
            return (await _rows(session, [row]))[0], repeated

    async def page(self, who: Who, *, standing: str | None, event: str | None, person_id: str | None, late: bool | None, cut: Slice) -> Batch[EventRow]:
        order = (col(OutsideEvent.arrived_at), col(OutsideEvent.id))
        wanted = select(OutsideEvent).where(visible(OutsideEvent.side, who)).order_by(*(each.desc() for each in order)).limit(cut.limit + 1)
        asked = ((OutsideEvent.standing, standing), (OutsideEvent.event, event), (OutsideEvent.person_id, person_id), (OutsideEvent.late, late))
        for column, value in asked:
            if value is not None:
                wanted = wanted.where(col(column) == value)
        if cut.after is not None:
            wanted = wanted.where(tuple_(*order) < (cut.after.instant(0), cut.after.text(1)))
        async with transaction(self._engine) as session:
            rows = await _rows(session, (await session.exec(wanted)).all())
        return Batch.of(rows, cut, lambda row: (row.arrived_at, row.id))

    async def judge_again(self, who: Who, *, source: str | None, most: int, remark: str, now: datetime) -> Mapping[str, int]:
        async with transaction(self._engine) as session:
            standing = await judge_again(session, source=source, most=most, now=now)
            details = {"source": source, "remark": remark, "standing": dict(standing)}
            await audit.record(session, by=who.id, role=who.role, action="events.judged_again", subject="events", details=details, now=now)
        return standing

    async def find(self, who: Who, event_id: str) -> EventRow | None:
        wanted = select(OutsideEvent).where(OutsideEvent.id == event_id, visible(OutsideEvent.side, who))
        async with transaction(self._engine) as session:
            row = (await session.exec(wanted)).first()
            return (await _rows(session, [row]))[0] if row is not None else None


def _values(fields: Mapping[str, object]) -> dict[str, Value]:
    """Those of the found values that an event may hold; anything else is as if it were not there."""
    plain = {name: value for name, value in fields.items() if isinstance(value, (bool, int)) or (isinstance(value, str) and len(value) <= LONGEST)}
    return {name: clean(value) if isinstance(value, str) else value for name, value in plain.items()}


async def _rows(session: AsyncSession, events: Iterable[OutsideEvent]) -> list[EventRow]:
    """Each event with its effects, read for all of them at once."""
    found = list(events)
    wanted = select(EventEffect).where(col(EventEffect.event_id).in_([event.id for event in found])).order_by(EventEffect.journey, EventEffect.enrolment_id)
    effects: dict[str, list[EffectRow]] = {}
    for effect in await session.exec(wanted) if found else ():
        row = EffectRow(effect.journey, effect.effect, effect.reason, effect.enrolment_id or None)
        effects.setdefault(effect.event_id, []).append(row)
    return [EventRow(**{name: getattr(event, name) for name in _COPIED}, effects=tuple(effects.get(event.id, ()))) for event in found]
