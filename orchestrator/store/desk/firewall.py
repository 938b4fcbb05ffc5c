"""The firewall's book: every crossing of the wall, as the audit has it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, tuple_
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select

from api.paging import Batch, Slice
from api.rows import CrossingRow
from orchestrator.store.engine import transaction
from orchestrator.store.tables import AuditEntry
from orchestrator.store.wall import Crossing


class StoredFirewall:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def crossings(self, *, person_id: str | None, by: str | None, since: datetime | None, until: datetime | None, cut: Slice) -> Batch[CrossingRow]:
        order = (col(AuditEntry.at), col(AuditEntry.id))
        wanted = select(AuditEntry).where(*_which(person_id, by, since, until)).order_by(*(each.desc() for each in order)).limit(cut.limit + 1)
        if cut.after is not None:
            wanted = wanted.where(tuple_(*order) < (cut.after.instant(0), cut.after.number(1)))
        async with transaction(self._engine) as session:
            rows = [_row(entry) for entry in await session.exec(wanted)]
        return Batch.of(rows, cut, lambda row: (row.at, row.id))


def _which(person_id: str | None, by: str | None, since: datetime | None, until: datetime | None) -> Sequence[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = [col(AuditEntry.action).in_(sorted(Crossing))]
    if person_id is not None:
        asked.append(col(AuditEntry.details)["person"].as_string() == person_id)
    if by is not None:
        asked.append(col(AuditEntry.by) == by)
    if since is not None:
        asked.append(col(AuditEntry.at) >= since)
    if until is not None:
        asked.append(col(AuditEntry.at) < until)
    return asked


def _row(entry: AuditEntry) -> CrossingRow:
    return CrossingRow(entry.id or 0, entry.by, entry.role, entry.action, entry.subject, entry.details.get("person"), entry.reason, entry.at)
