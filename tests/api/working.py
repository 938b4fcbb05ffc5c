"""Fakes of people, of their stories, and of what waits for a human."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Literal

from api.idempotency import Once
from api.paging import Batch, Slice
from api.ports import NotEnrolled
from api.ports.safety import SafetyNoticeRow
from api.rows import (
    EnrolmentRow,
    NotificationRow,
    PersonRow,
    ProposalRow,
    TaskRow,
    TimelineRow,
)
from api.schemas.people import CommercialProfile, MedicalProfile
from api.who import Who
from journeys.conditions import Value
from journeys.definitions import Definition
from tests.api.of_world import OfWorld
from tests.api.slicing import sliced


class FakePeople(OfWorld):
    async def page(self, who: Who, *, market: str | None, persona: str | None, name: str | None, cut: Slice) -> Batch[PersonRow]:
        rows = [person for person in self.world.people.values() if self.world.in_scope(who, person.id)]
        rows = [row for row in rows if market in {None, row.market} and (name or "").lower() in f"{row.given_name} {row.family_name}".lower()]
        return sliced([row for row in rows if persona in {None, self.world.commercial[row.id].persona}], cut)

    async def find(self, who: Who, person_id: str) -> PersonRow | None:
        return self.world.people[person_id] if self.world.in_scope(who, person_id) else None

    async def commercial(self, person_id: str) -> CommercialProfile:
        return self.world.commercial.get(person_id, CommercialProfile())

    async def medical(self, who: Who, person_id: str, *, now: datetime) -> MedicalProfile:
        self.world.audit.append((who.id, "medical_profile.read"))
        return self.world.medical.get(person_id, MedicalProfile())

    async def reopen(self, who: Who, person_id: str, channel: str, *, remark: str, now: datetime) -> bool:
        row = self.world.people[person_id]
        self.world.people[person_id] = replace(row, closed=tuple(name for name in row.closed if name != channel))
        return channel in row.closed

    async def set_mobile(self, who: Who, person_id: str, mobile: str | None, *, now: datetime) -> None:
        person = self.world.people[person_id]
        others = tuple(name for name in person.addresses if name != "mobile")
        self.world.people[person_id] = replace(person, addresses=(*others, "mobile") if mobile else others)


class FakeTimelines(OfWorld):
    async def of_person(self, who: Who, person_id: str, *, newest_first: bool, cut: Slice, now: datetime) -> Batch[TimelineRow]:
        return self._page(who, [line for line in self.world.lines if line.person_id == person_id], newest_first, cut)

    async def of_enrolment(self, who: Who, enrolment_id: str, *, newest_first: bool, cut: Slice, now: datetime) -> Batch[TimelineRow]:
        return self._page(who, [line for line in self.world.lines if line.enrolment_id == enrolment_id], newest_first, cut)

    def _page(self, who: Who, lines: list[TimelineRow], newest_first: bool, cut: Slice) -> Batch[TimelineRow]:
        seen = [line for line in sorted(lines, key=lambda line: line.at, reverse=newest_first) if who.sees(line.side)]
        readable = [
            line if line.remark is None or who.sees(self.world.remark_sides.get(line.remark, "commercial")) else replace(line, remark=None) for line in seen
        ]
        return sliced(readable, cut)


class FakeEnrolments(OfWorld):
    async def create(
        self, who: Who, person: PersonRow, definition: Definition, *, key: str | None = None, once: Once, now: datetime
    ) -> EnrolmentRow | NotEnrolled:
        if self.world.not_enrolled is not None:
            return self.world.not_enrolled
        row = EnrolmentRow(
            id=f"enr{once.id('enrolment')}",
            person_id=person.id,
            journey=definition.journey,
            version=definition.version,
            product=definition.product,
            purpose=definition.purpose,
            market=person.market,
            conductor=who.id,
            status="requested",
            step=None,
            doing=None,
            since=None,
            until=None,
            held_because=None,
            end_kind=None,
            end_reason=None,
            created_by=who.id,
            created_at=now,
            ended_at=None,
            entry_key=key,
        )
        self.world.enrolments[row.id] = row
        return row

    async def leave_queue(self, who: Who, enrolment_id: str, *, reason: str, now: datetime) -> bool:
        row = self.world.enrolments[enrolment_id]
        if row.status == "queued":
            self.world.enrolments[enrolment_id] = replace(row, status="ended", end_kind="left", end_reason=reason, ended_at=now)
        return row.status == "queued"

    async def page(
        self, who: Who, *, status: str | None, journey: str | None, person_id: str | None, cut: Slice, end_kind: str | None = None
    ) -> Batch[EnrolmentRow]:
        rows = [row for row in self.world.enrolments.values() if self.world.in_scope(who, row.person_id) and end_kind in {None, row.end_kind}]
        return sliced([row for row in rows if status in {None, row.status} and journey in {None, row.journey} and person_id in {None, row.person_id}], cut)

    async def find(self, who: Who, enrolment_id: str) -> EnrolmentRow | None:
        row = self.world.enrolments.get(enrolment_id)
        return row if row is not None and self.world.in_scope(who, row.person_id) else None


class FakeTasks(OfWorld):
    async def page(
        self,
        who: Who,
        *,
        status: str | None,
        due_before: datetime | None,
        assignee: Literal["me", "none", "all"],
        person_id: str | None,
        cut: Slice,
    ) -> Batch[TaskRow]:
        rows = [row for row in self._seen(who) if status in {None, row.status} and person_id in {None, row.person.id}]
        rows = [row for row in rows if due_before is None or row.due < due_before]
        if assignee != "all":
            rows = [row for row in rows if row.assignee == (who.id if assignee == "me" else None)]
        return sliced(sorted(rows, key=lambda row: (row.due, row.id)), cut)

    async def find(self, who: Who, task_id: str) -> TaskRow | None:
        return next((row for row in self._seen(who) if row.id == task_id), None)

    async def open_of(self, who: Who, enrolment_id: str) -> tuple[TaskRow, ...]:
        rows = [row for row in self._seen(who) if row.enrolment_id == enrolment_id and row.status == "open"]
        return tuple(sorted(rows, key=lambda row: (row.due, row.id)))

    def _seen(self, who: Who) -> list[TaskRow]:
        return [row for row in self.world.tasks.values() if who.sees(row.side) and self.world.in_scope(who, row.person.id)]


class FakeNotifications(OfWorld):
    async def page(self, who: Who, *, unread: bool | None, cut: Slice) -> Batch[NotificationRow | SafetyNoticeRow]:
        rows = [row for row in self._mine(who) if unread in {None, row.read_at is None}]
        return sliced(sorted(rows, key=lambda row: (row.read_at is None, row.at, row.id), reverse=True), cut)

    async def read(self, who: Who, notification_id: str, *, now: datetime) -> NotificationRow | SafetyNoticeRow | None:
        row = next((row for row in self._mine(who) if row.id == notification_id), None)
        if row is not None and row.read_at is None:
            row = self.world.notifications[notification_id] = replace(row, read_at=now)
        return row

    def _mine(self, who: Who) -> list[NotificationRow]:
        own = [row for row in self.world.notifications.values() if row.id.endswith(f".{who.id}") and who.sees(row.side)]
        return [row if row.person is not None and self.world.in_scope(who, row.person.id) else replace(row, person=None) for row in own]


class FakeKnowledge(OfWorld):
    async def tell(self, who: Who, person_id: str, facts: Mapping[str, Value | None], *, reason: str, side: str, once: Once, now: datetime) -> tuple[str, ...]:
        known = self.world.facts.setdefault(person_id, {})
        changed = tuple(name for name, value in facts.items() if known.get(name) != value)
        known.update(facts)
        self.world.remarks[once.id("remark")] = reason
        self.world.remark_sides[reason] = side
        return changed

    async def proposals(self, person_id: str, *, status: str | None, cut: Slice) -> Batch[ProposalRow]:
        return sliced([row for row in self.world.proposals.values() if row.person_id == person_id and status in {None, row.status}], cut)

    async def decide(
        self, who: Who, person_id: str, proposal_id: str, decision: Literal["accepted", "dismissed"], *, reason: str, once: Once, now: datetime
    ) -> tuple[ProposalRow, bool] | None:
        row = self.world.proposals.get(proposal_id)
        if row is None or row.person_id != person_id:
            return None
        if row.status != "open":
            return row, False
        self.world.remarks[once.id("remark")] = reason
        self.world.proposals[row.id] = replace(row, status=decision, decided_by=who.id, decided_at=now)
        return self.world.proposals[row.id], True


class FakeRemarks(OfWorld):
    async def keep(self, who: Who, words: str, *, side: str, once: Once, now: datetime) -> str:
        self.world.remarks[once.id("remark")] = words
        return once.id("remark")
