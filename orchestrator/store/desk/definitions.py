"""Versions of journeys as they are read. One that is released never changes, so what was read of it is kept at hand for the life of the process."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, tuple_
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.paging import Batch, Slice
from api.rows import ActRow, VersionRow
from journeys.admission import in_effect
from journeys.definitions import Definition
from journeys.library import Library
from journeys.personas import Persona
from journeys.shapes import read_back
from journeys.versions import RELEASED, VersionState
from orchestrator.store import tables
from orchestrator.store.desk.versions import told
from orchestrator.store.engine import transaction
from orchestrator.store.shelf import library_in_force
from orchestrator.store.tables import AuditEntry, DefinitionVersion, Remark, User
from orchestrator.store.versions import as_version, settle, subject_of


class StoredDefinitions:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._read: dict[tuple[str, int], Definition] = {}

    async def page(
        self, *, journey: str | None, states: frozenset[VersionState], product: str | None, persona: str | None, now: datetime, cut: Slice
    ) -> Batch[VersionRow]:
        name, version = col(DefinitionVersion.journey), col(DefinitionVersion.version)
        wanted = select(DefinitionVersion).where(col(DefinitionVersion.state).in_(sorted(states))).order_by(name, version.desc()).limit(cut.limit + 1)
        for column, asked in ((name, journey), (col(DefinitionVersion.product), product), (col(DefinitionVersion.persona), persona)):
            if asked is not None:
                wanted = wanted.where(column == asked)
        if cut.after is not None:
            after, number = cut.after.text(0), cut.after.number(1)
            wanted = wanted.where(or_(name > after, (name == after) & (version < number)))
        async with transaction(self._engine) as session:
            await settle(session, now=now)
            rows = await told(session, (await session.exec(wanted)).all())
        return Batch.of(rows, cut, lambda row: (row.life.journey, row.life.version))

    async def find(self, journey: str, version: int | None, *, now: datetime) -> VersionRow | None:
        async with transaction(self._engine) as session:
            await settle(session, now=now, journey=journey)
            row = await session.get(DefinitionVersion, (journey, version)) if version is not None else await _latest(session, journey, now)
            return (await told(session, [row]))[0] if row is not None else None

    async def history(self, journey: str, version: int) -> tuple[ActRow, ...]:
        acts = (
            select(AuditEntry, User.name, Remark.words)
            .join(User, col(User.id) == col(AuditEntry.by), isouter=True)
            .join(Remark, and_(col(Remark.id) == col(AuditEntry.reason), col(Remark.side) == "open"), isouter=True)
            .where(AuditEntry.subject == subject_of(journey, version))
            .order_by(col(AuditEntry.id))
        )
        async with transaction(self._engine) as session:
            return tuple(ActRow(entry.action, entry.by, name, entry.role, words or _code(entry), entry.at) for entry, name, words in await session.exec(acts))

    async def read(self, keys: Sequence[tuple[str, int]]) -> Mapping[tuple[str, int], Definition]:
        unread = [key for key in keys if key not in self._read]
        found: dict[tuple[str, int], Definition] = {}
        if unread:
            wanted = select(DefinitionVersion).where(tuple_(col(DefinitionVersion.journey), col(DefinitionVersion.version)).in_(unread))
            async with transaction(self._engine) as session:
                for row in await session.exec(wanted):
                    key = (row.journey, row.version)
                    found[key] = read_back(Definition, row.body)
                    if row.state in RELEASED:
                        self._read[key] = found[key]
        known: dict[tuple[str, int], Any] = {**self._read, **found}
        return {key: known[key] for key in keys if key in known}

    async def personas(self) -> Mapping[str, Persona]:
        async with transaction(self._engine) as session:
            rows = await session.exec(select(tables.Persona).order_by(tables.Persona.id))
            return {row.id: read_back(Persona, row.body) for row in rows}

    async def library(self) -> Library:
        async with transaction(self._engine) as session:
            return await library_in_force(session)


async def _latest(session: AsyncSession, journey: str, now: datetime) -> DefinitionVersion | None:
    """What an HCP enters now, else the latest that was released."""
    released = select(DefinitionVersion).where(DefinitionVersion.journey == journey, col(DefinitionVersion.state).in_(sorted(RELEASED)))
    rows = {row.version: row for row in await session.exec(released)}
    entered = in_effect(map(as_version, rows.values()), now)
    return rows[entered.version if entered is not None else max(rows)] if rows else None


def _code(entry: AuditEntry) -> str | None:
    """The reason of an act that needs no words, such as the meaning of a signature; the id of words that were erased says nothing."""
    return entry.reason if "signature" in entry.details else None
