"""Records of ours at a CRM, as compliance and administrators read them."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import tuple_
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select

from api.paging import Batch, Slice
from api.schemas.crm import CrmRecordLine
from api.who import Who
from orchestrator.clock import wall_clock
from orchestrator.crm.records import Kind, external_id
from orchestrator.store.crm.standing import WAITING
from orchestrator.store.engine import transaction
from orchestrator.store.tables import CrmRecord


class StoredCrmRecords:
    """`real` is the clock on the wall, by which its age is told."""

    def __init__(self, engine: AsyncEngine, *, real: Callable[[], datetime] = wall_clock) -> None:
        self._engine, self._real = engine, real

    async def page(self, _: Who, *, kind: str | None, state: str | None, trouble: str | None, person_id: str | None, cut: Slice) -> Batch[CrmRecordLine]:
        order = (col(CrmRecord.since), col(CrmRecord.crm), col(CrmRecord.kind), col(CrmRecord.key))
        asked = ((CrmRecord.kind, kind), (CrmRecord.state, state), (CrmRecord.trouble, trouble), (CrmRecord.person_id, person_id))
        wanted = select(CrmRecord).where(*(col(column) == value for column, value in asked if value is not None))
        if cut.after is not None:
            wanted = wanted.where(tuple_(*order) > (cut.after.instant(0), cut.after.text(1), cut.after.text(2), cut.after.text(3)))
        async with transaction(self._engine) as session:
            rows = [self._told(row) for row in await session.exec(wanted.order_by(*order).limit(cut.limit + 1))]
        return Batch.of(rows, cut, lambda row: (row.since, row.crm, row.kind, row.key))

    def _told(self, row: CrmRecord) -> CrmRecordLine:
        same = row.model_dump(include=set(CrmRecordLine.model_fields) - {"try_after"})
        return CrmRecordLine(
            **same,
            external_id=external_id(Kind(row.kind), row.key),
            age_seconds=max(0, int((self._real() - row.since).total_seconds())),
            try_after=row.try_after if row.state == WAITING else None,
            alarm=row.alarmed_at is not None,
        )
