"""Lines of the timeline, of the sides that the asker sees, with the words that were given as reasons where they may be read."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, tuple_
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.paging import Batch, Slice
from api.rows import TimelineRow
from api.who import Who
from orchestrator.store.desk.scope import visible
from orchestrator.store.engine import transaction
from orchestrator.store.remarks import of_medical
from orchestrator.store.tables import Remark, TimelineEntry, User

_COPIED = tuple(name for name in TimelineRow.__dataclass_fields__ if name not in {"by_name", "remark"})


class StoredTimelines:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def of_person(self, who: Who, person_id: str, *, newest_first: bool, cut: Slice, now: datetime) -> Batch[TimelineRow]:
        return await self._lines(col(TimelineEntry.person_id) == person_id, who, newest_first=newest_first, cut=cut, now=now)

    async def of_enrolment(self, who: Who, enrolment_id: str, *, newest_first: bool, cut: Slice, now: datetime) -> Batch[TimelineRow]:
        return await self._lines(col(TimelineEntry.enrolment_id) == enrolment_id, who, newest_first=newest_first, cut=cut, now=now)

    async def _lines(self, which: ColumnElement[bool], who: Who, *, newest_first: bool, cut: Slice, now: datetime) -> Batch[TimelineRow]:
        at, number = col(TimelineEntry.at), col(TimelineEntry.id)
        wanted = (
            select(TimelineEntry, Remark.words, User.name)
            .join(Remark, and_(col(Remark.id) == col(TimelineEntry.remark_id), visible(Remark.side, who)), isouter=True)
            .join(User, col(User.id) == col(TimelineEntry.by), isouter=True)
            .where(which, visible(TimelineEntry.side, who))
        )
        if cut.after is not None:
            last: tuple[datetime, int] = cut.after.instant(0), cut.after.number(1)
            wanted = wanted.where(tuple_(at, number) < last if newest_first else tuple_(at, number) > last)
        ordered = wanted.order_by(at.desc(), number.desc()) if newest_first else wanted.order_by(at, number)
        async with transaction(self._engine) as session:
            found = (await session.exec(ordered.limit(cut.limit + 1))).all()
            medical = await _said_in_medical(session, who, [entry for entry, words, _ in found if not words], now)
        lines = [(entry.id, _row(entry, words or medical.get(entry.remark_id or ""), name)) for entry, words, name in found]
        batch = Batch.of(lines, cut, lambda line: (line[1].at, line[0]))
        return Batch(tuple(row for _, row in batch.rows), batch.next)


async def _said_in_medical(session: AsyncSession, who: Who, entries: Sequence[TimelineEntry], now: datetime) -> Mapping[str, str]:
    """The remarks of medical on these lines, which are of one person; asked for where the reader may have them, because each reading is audited."""
    ids = [entry.remark_id for entry in entries if entry.remark_id is not None]
    return await of_medical(session, who, ids, person=entries[0].person_id, now=now) if ids else {}


def _row(entry: TimelineEntry, words: Any, name: Any) -> TimelineRow:
    return TimelineRow(**{name: getattr(entry, name) for name in _COPIED}, remark=words, by_name=name)
