"""Published definitions. A version never changes, so one that was read is kept at hand for the life of the process."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import or_, tuple_
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select

from api.paging import Batch, Slice
from api.rows import Published, PublishedDefinition
from api.who import Who
from journeys.definitions import Definition
from journeys.personas import Persona
from orchestrator.store import audit, library, tables
from orchestrator.store.engine import transaction
from orchestrator.store.errors import VersionChangedError
from orchestrator.store.tables import DefinitionVersion


class StoredDefinitions:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._read: dict[tuple[str, int], Definition] = {}

    async def page(self, *, cut: Slice) -> Batch[PublishedDefinition]:
        journey, version = col(DefinitionVersion.journey), col(DefinitionVersion.version)
        wanted = select(DefinitionVersion).order_by(journey, version.desc()).limit(cut.limit + 1)
        if cut.after is not None:
            name, number = cut.after.text(0), cut.after.number(1)
            wanted = wanted.where(or_(journey > name, (journey == name) & (version < number)))
        async with transaction(self._engine) as session:
            rows = [self._published(row) for row in await session.exec(wanted)]
        return Batch.of(rows, cut, lambda row: (row.definition.journey, row.definition.version))

    async def find(self, journey: str, version: int | None) -> PublishedDefinition | None:
        wanted = select(DefinitionVersion).where(DefinitionVersion.journey == journey).order_by(col(DefinitionVersion.version).desc()).limit(1)
        if version is not None:
            wanted = wanted.where(DefinitionVersion.version == version)
        async with transaction(self._engine) as session:
            row = (await session.exec(wanted)).first()
        return self._published(row) if row is not None else None

    async def read(self, keys: Sequence[tuple[str, int]]) -> Mapping[tuple[str, int], Definition]:
        unread = [key for key in keys if key not in self._read]
        if unread:
            wanted = select(DefinitionVersion).where(tuple_(col(DefinitionVersion.journey), col(DefinitionVersion.version)).in_(unread))
            async with transaction(self._engine) as session:
                for row in await session.exec(wanted):
                    self._published(row)
        return {key: self._read[key] for key in keys if key in self._read}

    async def personas(self) -> Mapping[str, Persona]:
        async with transaction(self._engine) as session:
            rows = await session.exec(select(tables.Persona).order_by(tables.Persona.id))
            return {row.id: Persona.model_validate(row.body) for row in rows}

    async def publish(self, who: Who, definition: Definition, *, source: str, now: datetime) -> Published:
        try:
            result = await self._publish(who, definition, source=source, now=now)
        except VersionChangedError:
            result = "conflict"
        on_record = await self.find(definition.journey, definition.version)
        if on_record is None:
            raise LookupError(f"{definition.journey} version {definition.version} was published and is not there")
        return Published("published" if result == "published" else "conflict" if result == "conflict" else "unchanged", on_record)

    async def _publish(self, who: Who, definition: Definition, *, source: str, now: datetime) -> str:
        async with transaction(self._engine) as session:
            published = await library.publish_definition(session, definition, source=source, by=who.id, now=now)
            if published.result is library.Publishing.PUBLISHED:
                await audit.record(session, by=who.id, role=who.role, action="definition.published", subject=published.subject, now=now)
        return published.result

    def _published(self, row: DefinitionVersion) -> PublishedDefinition:
        key = (row.journey, row.version)
        if key not in self._read:
            self._read[key] = Definition.model_validate(row.body)
        return PublishedDefinition(self._read[key], row.digest, row.source, row.published_by, row.published_at)
