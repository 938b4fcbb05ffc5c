"""Reports of calls at the front desk: taken one revision after the other, and read with what became of each."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, tuple_
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.paging import Batch, Slice
from api.rows import CallReportRow
from api.schemas.call_reports import NewCallReport
from api.who import Who
from journeys.calls import CallWords
from orchestrator.store import audit, calls
from orchestrator.store.engine import transaction
from orchestrator.store.tables import CallReport, Repeat

_COPIED = tuple(name for name in CallReportRow.__dataclass_fields__ if name not in {"repeats", "safety"})


class StoredCallReports:
    """`words` is how each source speaks."""

    def __init__(self, engine: AsyncEngine, words: Mapping[str, CallWords]) -> None:
        self._engine, self._words = engine, dict(words)

    async def take(self, who: Who, report: NewCallReport, *, now: datetime) -> tuple[CallReportRow, bool]:
        named = {"person": report.person} if report.person is not None else {}
        if report.external is not None:
            named = {"source": report.external.source, "value": report.external.value}
        told = calls.ToldCall(
            report.source,
            report.id,
            report.revised_at,
            report.status,
            named,
            report.rep,
            report.product,
            report.channel,
            report.outcome,
            report.at,
            report.notes,
        )
        async with transaction(self._engine) as session:
            row, repeated = await calls.take(session, told, self._words.get(report.source, CallWords()), by=who.id, now=now)
            return _told(row, await _repeats(session, row)), repeated

    async def page(
        self, _: Who, *, standing: str | None, reason: str | None, person_id: str | None, late: bool | None, safety: bool | None, cut: Slice
    ) -> Batch[CallReportRow]:
        order = (col(CallReport.arrived_at), col(CallReport.id))
        again = (col(Repeat.source) == col(CallReport.source)) & (col(Repeat.source_id) == col(CallReport.source_id)) & (col(Repeat.what) == "call")
        wanted = select(CallReport, func.coalesce(Repeat.times, 0)).outerjoin(Repeat, again).order_by(*(each.desc() for each in order)).limit(cut.limit + 1)
        asked = ((CallReport.standing, standing), (CallReport.reason, reason), (CallReport.person_id, person_id), (CallReport.late, late))
        for column, value in asked:
            if value is not None:
                wanted = wanted.where(col(column) == value)
        if safety is not None:
            wanted = wanted.where((func.json_array_length(CallReport.hints) > 0) == safety)
        if cut.after is not None:
            wanted = wanted.where(tuple_(*order) < (cut.after.instant(0), cut.after.text(1)))
        async with transaction(self._engine) as session:
            rows = [_told(report, times) for report, times in await session.exec(wanted)]
        return Batch.of(rows, cut, lambda row: (row.arrived_at, row.id))

    async def judge_again(self, who: Who, *, source: str | None, most: int, remark: str, now: datetime) -> Mapping[str, int]:
        async with transaction(self._engine) as session:
            standing = await calls.judge_again(session, self._words, source=source, most=most, now=now)
            details = {"source": source, "remark": remark, "standing": dict(standing)}
            await audit.record(session, by=who.id, role=who.role, action="call_reports.judged_again", subject="call_reports", details=details, now=now)
        return standing


def _told(row: CallReport, repeats: int) -> CallReportRow:
    return CallReportRow(**{name: getattr(row, name) for name in _COPIED}, repeats=repeats, safety=bool(row.hints))


async def _repeats(session: AsyncSession, row: CallReport) -> int:
    found = await session.get(Repeat, (row.source, row.source_id, "call"), populate_existing=True)
    return found.times if found is not None else 0
