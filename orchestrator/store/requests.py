"""Requests to other systems as they are on record: one row for each, written with the advance that led to it.

It implements `orchestrator.requests.asking.Book`.
"""

from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from activities.orders import CallOrder
from journeys.events import Called
from orchestrator.counts import REPEATED, Dropped, count_in
from orchestrator.requests.asking import Asked
from orchestrator.store.desk.adding import added
from orchestrator.store.engine import transaction
from orchestrator.store.facts import load_facts
from orchestrator.store.projection import project
from orchestrator.store.tables import Enrolment, Request

SENT, ACCEPTED, ANSWERED, FAILED, LATE = "sent", "accepted", "answered", "failed", "late"


class RequestBook:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def ask(self, order: CallOrder, *, now: datetime) -> Asked:
        """Record the advance and the request in one transaction, in which the facts are read too: those that are named and commercial may use."""
        async with transaction(self._engine) as session:
            await project(session, order.entry, now=datetime.now(UTC))
            enrolment = await session.get_one(Enrolment, order.entry.enrolment)
            await session.flush()
            await added(session, _row(order, now))
            heard = _heard(await session.get_one(Request, order.call.key))
            if heard is not None:
                count_in(session, Dropped.CALL, REPEATED)
            return Asked(
                person=enrolment.person_id,
                journey=enrolment.journey,
                version=enrolment.version,
                facts=await load_facts(session, enrolment.person_id, order.call.facts, now=now, product=enrolment.product),
                heard=heard,
            )

    async def settle(self, heard: Called, *, now: datetime) -> None:
        """Write down what was heard. The other system may have come back with its answer before: that stands."""
        async with transaction(self._engine) as session:
            row = await session.get_one(Request, heard.key, with_for_update=True)
            if row.status == SENT:
                row.status, row.answer, row.reason = heard.result, heard.answer, heard.reason
                row.answered_at = now if heard.result == ANSWERED else None
                session.add(row)
            else:
                count_in(session, Dropped.ANSWER, REPEATED)


def _row(order: CallOrder, now: datetime) -> Request:
    call = order.call
    return Request(
        key=call.key,
        enrolment_id=order.entry.enrolment,
        step=call.step,
        endpoint=call.to,
        status=SENT,
        answers=list(call.answers),
        answer_by=call.until,
        asked_at=now,
    )


def _heard(row: Request) -> Called | None:
    """What an earlier attempt heard, whose result was lost on its way. An answer that came by itself may be told twice: a run takes it once."""
    match row.status:
        case "accepted":
            return Called(key=row.key, result="accepted")
        case "answered":
            return Called(key=row.key, result="answered", answer=row.answer)
        case "failed":
            return Called(key=row.key, result="failed", reason=row.reason)
        case _:
            return None
