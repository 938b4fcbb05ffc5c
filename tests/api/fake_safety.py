"""Drug safety's shelf in the house of dictionaries."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from api.idempotency import Once
from api.paging import Batch, Slice
from api.ports import Stamp
from api.ports.safety import SafetyCaseRow, SafetyLineRow, Standing, Told
from api.schemas.safety import NewSafetyCase, SafetyFlagRead, SafetyReport
from api.who import SAFETY_READERS, Who
from journeys.safety import SafetyKind
from tests.api.slicing import sliced
from tests.builders import NOW

SIGNED = "signed"


@dataclass
class Shelf:
    """All that drug safety knows."""

    cases: dict[str, SafetyCaseRow] = field(default_factory=dict)
    lines: dict[str, list[SafetyLineRow]] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    asked_at: set[str] = field(default_factory=set)
    flags: dict[str, SafetyFlagRead] = field(default_factory=dict)


def a_case(**changes: Any) -> SafetyCaseRow:
    told: dict[str, Any] = dict.fromkeys(SafetyCaseRow.__dataclass_fields__)
    told |= {
        "id": "case-1",
        "kind": "adverse_event",
        "reporter": "user-rep",
        "aware_at": NOW,
        "received_at": NOW,
        "due_at": NOW + timedelta(days=1),
        "failures": 0,
    }
    return SafetyCaseRow(**{**told, **changes})


def a_flag(**changes: Any) -> SafetyFlagRead:
    told: dict[str, Any] = {"id": "flag-1", "report": "task:1", "hits": ("en:rash*",), "words": "A rash, she said.", "at": NOW}
    return SafetyFlagRead(**{**told, **changes})


class FakeSafety:
    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf

    async def told(self, who: Who, told: Told, *, once: Once, now: datetime) -> str | None:
        self.shelf.told.append(told)
        self.shelf.asked_at.add(told.report)
        if not isinstance(told.answer, SafetyReport):
            return None
        return self._open(who, once, told.answer.kind, told.answer.words, now, report=told.report, person_id=told.person_id).id

    async def asked_at(self, report: str) -> bool:
        return report in self.shelf.asked_at

    async def open(self, who: Who, case: NewSafetyCase, *, once: Once, now: datetime) -> SafetyCaseRow:
        return self._open(who, once, case.kind, case.words, now, person_id=case.person_id, product=case.product)

    async def page(self, who: Who, *, standing: Standing | None, now: datetime, cut: Slice) -> Batch[SafetyCaseRow]:
        return sliced([row for row in self.shelf.cases.values() if _sees(who, row)], cut)

    async def find(self, who: Who, case_id: str) -> SafetyCaseRow | None:
        row = self.shelf.cases.get(case_id)
        return row if row is not None and _sees(who, row) else None

    async def lines(self, who: Who, case_id: str, *, now: datetime) -> tuple[str | None, tuple[SafetyLineRow, ...]]:
        return None, tuple(self.shelf.lines.get(case_id, ()))

    async def add(self, who: Who, case_id: str, *, kind: str, words: str, once: Once, now: datetime) -> SafetyCaseRow:
        self.shelf.lines.setdefault(case_id, []).append(SafetyLineRow(kind, words, who.id, now))
        return self.shelf.cases[case_id]

    async def acknowledge(self, case_id: str, *, by: str, role: str, reference: str | None, now: datetime) -> SafetyCaseRow:
        row = self.shelf.cases[case_id]
        if row.acknowledged_at is None:
            row = self.shelf.cases[case_id] = replace(row, acknowledged_at=now, acknowledged_by=by, reference=reference)
        return row

    async def genuine(self, case_id: str, stamp: Stamp, body: bytes) -> bool | None:
        return stamp.signature == SIGNED if case_id in self.shelf.cases else None

    async def flags(self, *, reviewed: bool, cut: Slice) -> Batch[SafetyFlagRead]:
        return sliced([flag for flag in self.shelf.flags.values() if (flag.reviewed_at is not None) is reviewed], cut)

    async def review(self, who: Who, flag_id: str, kind: SafetyKind | None, *, now: datetime) -> tuple[SafetyFlagRead, bool] | None:
        flag = self.shelf.flags.get(flag_id)
        if flag is None:
            return None
        if flag.reviewed_at is None:
            flag = self.shelf.flags[flag_id] = flag.model_copy(update={"reviewed_at": now, "reviewed_by": who.id, "case_id": kind and f"case-of-{kind}"})
        return flag, flag.case_id == (kind and f"case-of-{kind}")

    def _open(self, who: Who, once: Once, kind: str, words: str, now: datetime, **known: Any) -> SafetyCaseRow:
        row = a_case(id=once.id("safety_case"), kind=kind, reporter=who.id, aware_at=now, received_at=now, due_at=now + timedelta(days=1), **known)
        self.shelf.lines[row.id] = [SafetyLineRow("report", words, who.id, now)]
        return self.shelf.cases.setdefault(row.id, row)


def _sees(who: Who, row: SafetyCaseRow) -> bool:
    return who.role in SAFETY_READERS or row.reporter == who.id
