"""Reports of calls, as a CRM tells them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from api.paging import Batch, Slice
from api.rows import CallReportRow
from api.schemas.call_reports import NewCallReport
from api.who import Who


class CallReports(Protocol):
    async def take(self, who: Who, report: NewCallReport, *, now: datetime) -> tuple[CallReportRow, bool]:
        """Store the latest revision of a call and do what follows: it completes the visit that it was, once, or is recorded by itself. Also whether it
        changed nothing."""
        ...

    async def page(
        self, who: Who, *, standing: str | None, reason: str | None, person_id: str | None, late: bool | None, safety: bool | None, cut: Slice
    ) -> Batch[CallReportRow]:
        """What is on record, the latest first."""
        ...

    async def judge_again(self, who: Who, *, source: str | None, most: int, remark: str, now: datetime) -> Mapping[str, int]:
        """Look again at calls with people whom nobody knew; audited. Tells how many stand where now."""
        ...
