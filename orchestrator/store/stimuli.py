"""What moves journeys from outside, drawn from each version when it is published: whom an event concerns is then a question of an index, not of reading
every definition."""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, func
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from journeys.definitions import Definition
from journeys.shapes import read_back
from journeys.versions import VersionState
from orchestrator.store.tables import DefinitionVersion, Stimulus


class Kind(StrEnum):
    ENTERS = "enters"
    TELLS = "tells"
    AUTOMATIC = "automatic"
    SCHEDULE = "schedule"


def stimuli(definition: Definition) -> Iterator[tuple[Kind, str]]:
    """Each kind with the event's name, where it is one."""
    entry = definition.entry
    if entry.on is not None:
        yield Kind.ENTERS, entry.on.event
    yield from ((Kind.TELLS, event) for event in definition.listens)
    if entry.automatic:
        yield Kind.AUTOMATIC, ""
    if entry.schedule is not None:
        yield Kind.SCHEDULE, ""


async def keep(session: AsyncSession, definition: Definition) -> None:
    """Write down what moves a version, in the transaction that publishes it; again changes nothing, because a published version never changes."""
    for kind, event in stimuli(definition):
        await session.merge(Stimulus(journey=definition.journey, version=definition.version, kind=kind, event=event))
    await session.flush()


async def moved_by(session: AsyncSession, kind: Kind, event: str = "", *, now: datetime) -> list[Definition]:
    """The journeys that HCPs enter now and that this moves, those of the highest priority first, so that they ask for the HCP first."""
    named = (col(Stimulus.journey) == col(DefinitionVersion.journey)) & (col(Stimulus.version) == col(DefinitionVersion.version))
    wanted = select(DefinitionVersion).join(Stimulus, named).where(Stimulus.kind == kind, Stimulus.event == event, entered_at(now))
    found = [read_back(Definition, row.body) for row in await session.exec(wanted.order_by(DefinitionVersion.journey))]
    return sorted(found, key=lambda definition: -definition.priority)


async def entered(session: AsyncSession, journey: str, *, now: datetime) -> Definition | None:
    """The journey in the version that HCPs enter now; None where it takes nobody."""
    row = (await session.exec(select(DefinitionVersion).where(DefinitionVersion.journey == journey, entered_at(now)))).first()
    return read_back(Definition, row.body) if row is not None else None


async def upcoming(session: AsyncSession, journey: str, *, now: datetime) -> tuple[datetime, Definition] | None:
    """The version of the journey that takes effect next, and when."""
    later = col(DefinitionVersion.effective_from) > now
    wanted = select(DefinitionVersion).where(DefinitionVersion.journey == journey, DefinitionVersion.state == VersionState.PUBLISHED, later)
    row = (await session.exec(wanted.order_by(col(DefinitionVersion.effective_from)))).first()
    return (row.effective_from, read_back(Definition, row.body)) if row is not None and row.effective_from is not None else None


def entered_at(now: datetime) -> ColumnElement[bool]:
    """A condition on `definition_version`: the version of its journey that HCPs enter at this instant (`journeys.admission`, said to the database)."""
    other = aliased(DefinitionVersion)
    latest = select(func.max(other.version)).where(other.journey == DefinitionVersion.journey, _admits(other, now)).scalar_subquery()
    return _admits(DefinitionVersion, now) & (col(DefinitionVersion.version) == latest)


def _admits(version: type[DefinitionVersion], now: datetime) -> ColumnElement[bool]:
    in_effect = (col(version.state) == VersionState.PUBLISHED) & (col(version.effective_from) <= now)
    return in_effect & (col(version.drains_from).is_(None) | (col(version.drains_from) > now))
