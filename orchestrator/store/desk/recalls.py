"""Recalls as the front desk writes and reads them."""

from datetime import datetime
from typing import Literal

from sqlalchemy import tuple_
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.idempotency import Once
from api.paging import Batch, Slice
from api.ports import CountChanged
from api.schemas.recalls import ContentReach, RecallLine, ReceivedLine, WithdrawContent, Withdrawn
from api.who import Who
from journeys.definitions import ContentRef
from orchestrator.store.desk.operations import line_of
from orchestrator.store.engine import transaction
from orchestrator.store.reach import reach, went_with
from orchestrator.store.recalling import Withdrawing, operation_of, withdraw
from orchestrator.store.tables import ContentVersion, Operation, Person, Recall, Touch


class StoredRecalls:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def reach(self, ref: ContentRef) -> ContentReach | None:
        async with transaction(self._engine) as session:
            return await reach(session, ref) if await _known(session, ref) else None

    async def withdraw(
        self, who: Who, ref: ContentRef, asked: WithdrawContent, *, remark: str, once: Once, now: datetime
    ) -> Withdrawn | CountChanged | Literal["unknown", "withdrawn"]:
        told = asked.model_dump(include={"reason", "per_second", "expected"})
        act = Withdrawing(id=once.id("recall"), ref=ref, by=who.id, role=who.role, remark=remark, now=now, **told)
        async with transaction(self._engine) as session:
            if not await _known(session, ref):
                return "unknown"
            came = await withdraw(session, act)
            if isinstance(came, CountChanged):
                return came
            return await _told(session, came) if came is not None else "withdrawn"

    async def latest(self, ref: ContentRef) -> Withdrawn | None:
        wanted = select(Recall).where(Recall.content_id == ref.id, Recall.version == ref.version).order_by(col(Recall.at).desc(), col(Recall.id).desc())
        async with transaction(self._engine) as session:
            row = (await session.exec(wanted.limit(1))).first()
            return await _told(session, row) if row is not None else None

    async def received(self, ref: ContentRef, *, cut: Slice) -> Batch[ReceivedLine]:
        order = (col(Touch.at), col(Touch.message_id))
        wanted = select(Touch, Person.market).join(Person, col(Person.id) == col(Touch.person_id)).where(went_with(ref)).order_by(*order).limit(cut.limit + 1)
        if cut.after is not None:
            wanted = wanted.where(tuple_(*order) > (cut.after.instant(0), cut.after.text(1)))
        async with transaction(self._engine) as session:
            found = list(await session.exec(wanted))
        batch: Batch[tuple[Touch, str]] = Batch.of(found, cut, lambda row: (row[0].at, row[0].message_id))
        return Batch(
            tuple(ReceivedLine(market=market, **each.model_dump(include={"person_id", "channel", "state", "at"})) for each, market in batch.rows), batch.next
        )


async def _known(session: AsyncSession, ref: ContentRef) -> bool:
    return await session.get(ContentVersion, (ref.id, ref.version)) is not None


async def _told(session: AsyncSession, row: Recall) -> Withdrawn:
    ref = ContentRef(row.content_id, row.version)
    line = RecallLine(content=str(ref), **row.model_dump(include={"id", "reason", "by", "role", "source", "reach", "at"}))
    operation = await session.get(Operation, operation_of(row.id))
    return Withdrawn(recall=line, now=await reach(session, ref), operation=await line_of(session, operation) if operation is not None else None)
