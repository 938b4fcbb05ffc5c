"""Safety cases at the front desk: answers to the adverse-event question, cases by their readers, what is added and acknowledged, and the review of flags."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, true, tuple_
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.idempotency import Once
from api.paging import Batch, Slice
from api.ports import Stamp
from api.ports.safety import SafetyCaseRow, SafetyLineRow, Standing, Told
from api.schemas.safety import NewSafetyCase, SafetyFlagRead, SafetyReport
from api.who import SAFETY_READERS, Who
from journeys.safety import SafetyKind
from orchestrator.clock import wall_clock
from orchestrator.counts import SafetyCount, count_safety
from orchestrator.requests import signing
from orchestrator.requests.endpoints import Endpoint
from orchestrator.store import audit, outbox, tables
from orchestrator.store.desk.adding import added
from orchestrator.store.desk.scope import in_scope
from orchestrator.store.engine import transaction
from orchestrator.store.roles import SAFETY
from orchestrator.store.safety import About, NewCase, about, flag, open_case
from orchestrator.store.tables import Person, SafetyAnswerRow, SafetyFlag, SafetyLine

_COPIED = tuple(SafetyCaseRow.__dataclass_fields__)
_FLAGGED = tuple(SafetyFlagRead.model_fields)


class StoredSafety:
    """`endpoint` is that of the safety system, if there is one; `real` the wall clock, by which it stamps its answers."""

    def __init__(self, engine: AsyncEngine, endpoint: Endpoint | None = None, *, real: Callable[[], datetime] = wall_clock) -> None:
        self._engine = engine
        self._endpoint, self._real = endpoint, real

    async def told(self, who: Who, told: Told, *, once: Once, now: datetime) -> str | None:
        if told.answer is None:
            return None
        async with transaction(self._engine, role=SAFETY) as session:
            whom = await _about(session, who, told)
            case = await self._opened(session, who, told.answer, told.report, whom, once, now) if isinstance(told.answer, SafetyReport) else None
            await added(session, SafetyAnswerRow(id=once.id("safety_answer"), report=told.report, by=who.id, answer=told.answer.answer, case_id=case, at=now))
            if case is None and told.words:
                await flag(session, id=once.id("safety_flag"), report=told.report, words="\n\n".join(told.words), about=whom, by=who.id, now=now)
        return case

    async def _opened(self, session: AsyncSession, who: Who, told: SafetyReport, report: str, whom: About, once: Once, now: datetime) -> str:
        """The id of the case. It follows from the user, the key and the answer alone: a report that was refused for something else, mended, and made again
        under its key opens no second case."""
        same = Once(once.user_id, once.key, hashlib.sha256(told.model_dump_json().encode()).hexdigest())
        case = NewCase(
            id=same.id("safety_case"),
            kind=told.kind,
            words=told.words,
            reporter=who.id,
            role=who.role,
            aware_at=told.aware_at,
            person_id=whom.person_id,
            product=told.product or whom.product,
            report=report,
        )
        return (await open_case(session, case, now=now)).id

    async def asked_at(self, report: str) -> bool:
        async with transaction(self._engine, role=SAFETY) as session:
            return (await session.exec(select(SafetyAnswerRow.id).where(SafetyAnswerRow.report == report).limit(1))).first() is not None

    async def open(self, who: Who, case: NewSafetyCase, *, once: Once, now: datetime) -> SafetyCaseRow:
        told = case.model_dump(include={"words", "person_id", "product", "aware_at"})
        async with transaction(self._engine, role=SAFETY) as session:
            row = await open_case(session, NewCase(id=once.id("safety_case"), kind=case.kind, reporter=who.id, role=who.role, **told), now=now)
        return _row(row)

    async def page(self, who: Who, *, standing: Standing | None, now: datetime, cut: Slice) -> Batch[SafetyCaseRow]:
        order = (col(tables.SafetyCaseRow.due_at), col(tables.SafetyCaseRow.id))
        wanted = select(tables.SafetyCaseRow).where(_seen_by(who), _standing(standing, now)).order_by(*order).limit(cut.limit + 1)
        if cut.after is not None:
            wanted = wanted.where(tuple_(*order) > (cut.after.instant(0), cut.after.text(1)))
        async with transaction(self._engine, role=SAFETY) as session:
            rows = [_row(row) for row in await session.exec(wanted)]
        return Batch.of(rows, cut, lambda row: (row.due_at, row.id))

    async def find(self, who: Who, case_id: str) -> SafetyCaseRow | None:
        async with transaction(self._engine, role=SAFETY) as session:
            row = (await session.exec(select(tables.SafetyCaseRow).where(tables.SafetyCaseRow.id == case_id, _seen_by(who)))).first()
        return _row(row) if row is not None else None

    async def lines(self, who: Who, case_id: str, *, now: datetime) -> tuple[str | None, tuple[SafetyLineRow, ...]]:
        async with transaction(self._engine, role=SAFETY) as session:
            case = await session.get_one(tables.SafetyCaseRow, case_id)
            person = await session.get(Person, case.person_id) if case.person_id is not None else None
            lines = await session.exec(
                select(SafetyLine).where(SafetyLine.case_id == case_id).order_by(col(SafetyLine.id) != case_id, col(SafetyLine.at), col(SafetyLine.id))
            )
            await _note(session, who, "safety.read", case_id, now)
            told = tuple(SafetyLineRow(line.kind, line.words, line.by, line.at) for line in lines)
        return (f"{person.given_name} {person.family_name}" if person is not None else None), told

    async def add(self, who: Who, case_id: str, *, kind: str, words: str, once: Once, now: datetime) -> SafetyCaseRow:
        async with transaction(self._engine, role=SAFETY) as session:
            case = await session.get_one(tables.SafetyCaseRow, case_id, with_for_update=True)
            if case.acknowledged_at is not None and who.role not in SAFETY_READERS:
                news = NewCase(
                    id=once.id("safety_case"),
                    kind=case.kind,
                    words=words,
                    reporter=who.id,
                    role=who.role,
                    person_id=case.person_id,
                    product=case.product,
                    report=f"safety_case:{case_id}",
                )
                return _row(await open_case(session, news, now=now))
            if await added(session, SafetyLine(id=once.id("safety_line"), case_id=case_id, kind=kind, words=words, by=who.id, at=now)):
                await _note(session, who, f"safety.{kind}", case_id, now)
        return _row(case)

    async def acknowledge(self, case_id: str, *, by: str, role: str, reference: str | None, now: datetime) -> SafetyCaseRow:
        async with transaction(self._engine, role=SAFETY) as session:
            return _row(await acknowledged(session, case_id, by=by, role=role, reference=reference, now=now))

    async def genuine(self, case_id: str, stamp: Stamp, body: bytes) -> bool | None:
        async with transaction(self._engine, role=SAFETY) as session:
            if await session.get(tables.SafetyCaseRow, case_id) is None:
                return None
        if self._endpoint is None:
            return False
        given = signing.Stamp(stamp.id, stamp.timestamp, stamp.signature)
        return signing.genuine(self._endpoint.secret.get_secret_value(), given, case_id, body, now=self._real())

    async def flags(self, *, reviewed: bool, cut: Slice) -> Batch[SafetyFlagRead]:
        order = (col(SafetyFlag.at), col(SafetyFlag.id))
        looked_at = col(SafetyFlag.reviewed_at).is_not(None) if reviewed else col(SafetyFlag.reviewed_at).is_(None)
        wanted = select(SafetyFlag).where(looked_at).order_by(*order).limit(cut.limit + 1)
        if cut.after is not None:
            wanted = wanted.where(tuple_(*order) > (cut.after.instant(0), cut.after.text(1)))
        async with transaction(self._engine, role=SAFETY) as session:
            rows = [_flag(row) for row in await session.exec(wanted)]
        return Batch.of(rows, cut, lambda row: (row.at, row.id))

    async def review(self, who: Who, flag_id: str, kind: SafetyKind | None, *, now: datetime) -> tuple[SafetyFlagRead, bool] | None:
        async with transaction(self._engine, role=SAFETY) as session:
            row = await session.get(SafetyFlag, flag_id, with_for_update=True)
            if row is None:
                return None
            if row.reviewed_at is None:
                row.case_id = await self._reviewed(session, who, row, kind, now) if kind is not None else None
                row.reviewed_at, row.reviewed_by = now, who.id
                session.add(row)
                await _note(session, who, "safety.reviewed", flag_id, now, noun="safety_flag")
            case = await session.get(tables.SafetyCaseRow, row.case_id) if row.case_id is not None else None
        return _flag(row), (case.kind if case is not None else None) == kind

    async def _reviewed(self, session: AsyncSession, who: Who, row: SafetyFlag, kind: SafetyKind, now: datetime) -> str:
        case = NewCase(
            id=row.id,
            kind=kind,
            words=row.words,
            reporter=row.by or who.id,
            role=who.role,
            opened_by=who.id,
            aware_at=row.at,
            person_id=row.person_id,
            product=row.product,
            report=row.report,
        )
        return (await open_case(session, case, now=now)).id


async def acknowledged(session: AsyncSession, case_id: str, *, by: str, role: str, reference: str | None, now: datetime) -> tables.SafetyCaseRow:
    """Note that drug safety has the case, once, and have its workflow end."""
    row = await session.get_one(tables.SafetyCaseRow, case_id, with_for_update=True)
    if row.acknowledged_at is None:
        row.acknowledged_at, row.acknowledged_by, row.reference = now, by, reference
        session.add(row)
        await outbox.wake(session, outbox.Kind.SAFETY, case_id)
        count_safety(session, SafetyCount.ACKNOWLEDGED)
        await audit.record(session, by=by, role=role, action="safety.acknowledged", subject=f"safety_case:{case_id}", now=now)
    return row


async def _about(session: AsyncSession, who: Who, told: Told) -> About:
    """The person of the report where the asker may see them: a report on somebody else's HCP is kept, and tells nothing of them."""
    named = await about(session, told.report)
    person_id = told.person_id or named.person_id
    if person_id is not None and (await session.exec(select(Person.id).where(Person.id == person_id, in_scope(who)))).first() is None:
        return About(product=told.product)
    return About(person_id, told.product or named.product)


def _seen_by(who: Who) -> ColumnElement[bool]:
    return true() if who.role in SAFETY_READERS else col(tables.SafetyCaseRow.reporter) == who.id


def _standing(standing: Standing | None, now: datetime) -> ColumnElement[bool]:
    case = tables.SafetyCaseRow
    is_open = col(case.acknowledged_at).is_(None)
    match standing:
        case "open":
            return is_open
        case "overdue":
            return is_open & (col(case.due_at) <= now)
        case "unsent":
            return is_open & col(case.sent_at).is_(None)
        case "acknowledged":
            return ~is_open
        case _:
            return true()


async def _note(session: AsyncSession, who: Who, action: str, key: str, now: datetime, *, noun: str = "safety_case") -> None:
    await audit.record(session, by=who.id, role=who.role, action=action, subject=f"{noun}:{key}", now=now)


def _row(row: tables.SafetyCaseRow) -> SafetyCaseRow:
    return SafetyCaseRow(**{name: getattr(row, name) for name in _COPIED})


def _flag(row: SafetyFlag) -> SafetyFlagRead:
    told: dict[str, Any] = {name: getattr(row, name) for name in _FLAGGED}
    return SafetyFlagRead(**{**told, "hits": tuple(row.hits)})
