"""Fakes of what other systems report and answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from api.cloudevents import CloudEvent
from api.codes import Code
from api.paging import Batch, Slice
from api.ports import AnswerRefused, Brought, NotLetIn, Stamp
from api.rows import (
    CallReportRow,
    EventRow,
    FactInRow,
    ReplyRow,
    RequestRow,
)
from api.schemas.call_reports import NewCallReport
from api.schemas.crm import CrmRecordLine
from api.schemas.events import NewEvent
from api.who import Who
from journeys.facts import Wall
from tests.api.of_world import OfWorld
from tests.api.slicing import sliced


class FakeFactsIn(OfWorld):
    """A provider's body is its own proof: `genuine` or not."""

    async def bring(self, provider: str, brought: Brought, *, now: datetime) -> Mapping[str, int] | NotLetIn:
        self.world.brought.append((provider, brought))
        if provider != "sendgrid":
            return NotLetIn(Code.NOT_FOUND, "No such provider is set up here.")
        return {"heard": 1} if brought.body == b"genuine" else NotLetIn(Code.SIGNATURE_INVALID, "Not signed.")

    async def page(
        self, who: Who, *, standing: str | None, source: str | None, kind: str | None, person_id: str | None, late: bool | None, cut: Slice
    ) -> Batch[FactInRow]:
        asked = {"standing": standing, "source": source, "kind": kind, "person_id": person_id, "late": late}
        return sliced([row for row in self.world.facts_in if all(getattr(row, name) == value for name, value in asked.items() if value is not None)], cut)

    async def judge_again(self, who: Who, *, source: str | None, most: int, remark: str, now: datetime) -> Mapping[str, int]:
        return {"unknown_touch": len(self.world.facts_in)}


class FakeCallReports(OfWorld):
    async def take(self, who: Who, report: NewCallReport, *, now: datetime) -> tuple[CallReportRow, bool]:
        told = report.model_dump(include={"source", "revised_at", "status", "rep", "product", "channel", "outcome", "at"})
        row = CallReportRow(
            id=f"call-{report.id}",
            source_id=report.id,
            standing="recorded",
            reason="no_task",
            person_id=report.person,
            task_id=None,
            late=False,
            arrived_at=now,
            **told,
        )
        known = row.source_id in self.world.calls
        return self.world.calls.setdefault(row.source_id, row), known

    async def page(
        self, who: Who, *, standing: str | None, reason: str | None, person_id: str | None, late: bool | None, safety: bool | None, cut: Slice
    ) -> Batch[CallReportRow]:
        return sliced([row for row in self.world.calls.values() if standing in {None, row.standing} and reason in {None, row.reason}], cut)

    async def judge_again(self, who: Who, *, source: str | None, most: int, remark: str, now: datetime) -> Mapping[str, int]:
        return {"recorded": len(self.world.calls)}


class FakeCrmRecords(OfWorld):
    async def page(self, who: Who, *, kind: str | None, state: str | None, trouble: str | None, person_id: str | None, cut: Slice) -> Batch[CrmRecordLine]:
        return sliced([], cut)


class FakeReplies(OfWorld):
    async def bring(self, provider: str, brought: Brought, *, now: datetime) -> str | NotLetIn:
        return "replied" if brought.body == b"genuine" else NotLetIn(Code.SIGNATURE_INVALID, "Not signed.")

    async def page(self, who: Who, *, standing: str | None, unread: bool | None, safety: bool | None, cut: Slice) -> Batch[ReplyRow]:
        return sliced([row for row in self.world.replies.values() if who.sees(row.side) and standing in {None, row.standing}], cut)

    async def judge_again(self, who: Who, *, source: str | None, most: int, remark: str, now: datetime) -> Mapping[str, int]:
        return {"replied": len(self.world.replies)}

    async def read(self, who: Who, reply_id: str, *, now: datetime) -> tuple[ReplyRow, str] | None:
        row = self.world.replies.get(reply_id)
        return (row, "Thank you.") if row is not None and who.sees(row.side) else None


class FakeEvents(OfWorld):
    async def take(self, event: NewEvent, *, now: datetime) -> tuple[EventRow, bool]:
        key = (event.source, event.id)
        repeated = key in self.world.events
        person = event.person if event.person in self.world.people else None
        standing = "taken" if person is not None else "unknown_person"
        row = EventRow(f"event-{event.id}", event.source, event.id, event.event, event.key, person, standing, late=False, at=event.at, arrived_at=now)
        return self.world.events.setdefault(key, row), repeated

    async def page(self, who: Who, *, standing: str | None, event: str | None, person_id: str | None, late: bool | None, cut: Slice) -> Batch[EventRow]:
        rows = [row for row in self.world.events.values() if standing in {None, row.standing} and event in {None, row.event}]
        return sliced([row for row in rows if person_id in {None, row.person_id} and late in {None, row.late}], cut)

    async def take_cloud(self, event: CloudEvent, *, now: datetime) -> tuple[EventRow, bool]:
        told = {"source": event.source, "id": event.id, "event": event.type, "person": event.subject or "nobody", "at": event.time or now}
        return await self.take(NewEvent.model_validate(told), now=now)

    async def judge_again(self, who: Who, *, source: str | None, most: int, remark: str, now: datetime) -> Mapping[str, int]:
        return {"taken": 1}

    async def find(self, who: Who, event_id: str) -> EventRow | None:
        return next((row for row in self.world.events.values() if row.id == event_id), None)


class FakeRequests(OfWorld):
    """A stamp is genuine whose signature is the body itself."""

    async def of_enrolment(self, who: Who, enrolment_id: str, *, cut: Slice) -> Batch[RequestRow]:
        rows = [row for row in self.world.requests.values() if row.enrolment_id == enrolment_id and who.sees(Wall.COMMERCIAL)]
        return sliced(rows, cut)

    async def genuine(self, key: str, stamp: Stamp, body: bytes) -> bool | None:
        return stamp.id == key and stamp.signature == body.decode() if key in self.world.requests else None

    async def answer(self, key: str, answer: str, *, now: datetime) -> RequestRow | AnswerRefused:
        row = self.world.requests[key]
        if answer not in ("in_stock", "short"):
            return AnswerRefused(Code.UNKNOWN_ANSWER, "No.", ("in_stock", "short"))
        if row.answer not in {None, answer}:
            return AnswerRefused(Code.ALREADY_ANSWERED, "No.")
        self.world.requests[key] = replace(row, status="answered", answer=answer, answered_at=now)
        return self.world.requests[key]
