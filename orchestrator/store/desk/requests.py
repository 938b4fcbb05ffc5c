"""Requests to other systems at the front desk: read by those who may read the run, and answered by the system that was asked."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import tuple_
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.codes import Code
from api.paging import Batch, Slice
from api.ports import AnswerRefused, Stamp
from api.rows import RequestRow
from api.who import Who
from journeys.commands import What
from journeys.events import RequestAnswered
from journeys.facts import Wall
from orchestrator.clock import wall_clock
from orchestrator.counts import REPEATED, Dropped, count_in
from orchestrator.requests import signing
from orchestrator.requests.endpoints import Endpoints
from orchestrator.store import outbox
from orchestrator.store.desk.scope import in_scope
from orchestrator.store.engine import transaction
from orchestrator.store.requests import ANSWERED, LATE
from orchestrator.store.tables import Enrolment, Person, Request, TimelineEntry

_COPIED = tuple(RequestRow.__dataclass_fields__)
_LEFT = (What.MOVED, What.CANCELLED)
"""What a run's story says of a passage that is over."""


class StoredRequests:
    """`real` is the wall clock, by which the other system stamps its answers too."""

    def __init__(self, engine: AsyncEngine, endpoints: Endpoints, *, real: Callable[[], datetime] = wall_clock) -> None:
        self._engine, self._endpoints, self._real = engine, endpoints, real

    async def of_enrolment(self, who: Who, enrolment_id: str, *, cut: Slice) -> Batch[RequestRow]:
        if not who.sees(Wall.COMMERCIAL):
            return Batch((), None)
        order = (col(Request.asked_at), col(Request.key))
        runs = select(Enrolment.id).join(Person, col(Person.id) == col(Enrolment.person_id)).where(in_scope(who), Enrolment.id == enrolment_id)
        wanted = select(Request).where(col(Request.enrolment_id).in_(runs)).order_by(*order).limit(cut.limit + 1)
        if cut.after is not None:
            wanted = wanted.where(tuple_(*order) > (cut.after.instant(0), cut.after.text(1)))
        async with transaction(self._engine) as session:
            rows = [_told(row) for row in await session.exec(wanted)]
        return Batch.of(rows, cut, lambda row: (row.asked_at, row.key))

    async def genuine(self, key: str, stamp: Stamp, body: bytes) -> bool | None:
        async with transaction(self._engine) as session:
            row = await session.get(Request, key)
        if row is None:
            return None
        endpoint = self._endpoints.get(row.endpoint)
        if endpoint is None:
            return False
        given = signing.Stamp(stamp.id, stamp.timestamp, stamp.signature)
        return signing.genuine(endpoint.secret.get_secret_value(), given, key, body, now=self._real())

    async def answer(self, key: str, answer: str, *, now: datetime) -> RequestRow | AnswerRefused:
        async with transaction(self._engine) as session:
            row = await session.get_one(Request, key, with_for_update=True)
            refused = _refused(row, answer)
            if refused is not None:
                return refused
            if row.answer is None:
                await _take(session, row, answer, now)
            else:
                count_in(session, Dropped.ANSWER, REPEATED)
            return _told(row)


def _refused(row: Request, answer: str) -> AnswerRefused | None:
    if answer not in row.answers:
        return AnswerRefused(Code.UNKNOWN_ANSWER, "The request named other answers.", tuple(row.answers))
    if row.answer not in {None, answer}:
        return AnswerRefused(Code.ALREADY_ANSWERED, "The request was answered before, in another way.")
    return None


async def _take(session: AsyncSession, row: Request, answer: str, now: datetime) -> None:
    """The first answer: told to the run, unless its story says that it went on without."""
    late = await _moved_on(session, row)
    row.status, row.answer, row.answered_at = LATE if late else ANSWERED, answer, now
    session.add(row)
    if late:
        count_in(session, Dropped.ANSWER, LATE)
    else:
        await outbox.tell(session, row.enrolment_id, RequestAnswered(id=f"{row.key}.answer", key=row.key, answer=answer))


async def _moved_on(session: AsyncSession, row: Request) -> bool:
    enrolment = await session.get_one(Enrolment, row.enrolment_id)
    left = select(TimelineEntry.id).where(TimelineEntry.enrolment_id == row.enrolment_id, TimelineEntry.key == row.key, col(TimelineEntry.what).in_(_LEFT))
    return enrolment.status == "ended" or (await session.exec(left)).first() is not None


def _told(row: Request) -> RequestRow:
    return RequestRow(**{name: getattr(row, name) for name in _COPIED})
