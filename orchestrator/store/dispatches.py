"""Letters outside a journey: an answer of medical, a request to confirm a consent. Asked for in the transaction of what causes them, delivered by a small
workflow through the very gate and ledger of every touch."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, delete, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.orders import LetterOrder
from activities.ports import Handover
from journeys.commands import Deliver, What
from journeys.definitions import ContentRef, Purpose
from journeys.events import Settled
from journeys.facts import Wall
from journeys.reasons import Reason
from journeys.shapes import Stored
from orchestrator.counts import REPEATED, Dropped, count_in
from orchestrator.store import audit, outbox
from orchestrator.store.desk.adding import added
from orchestrator.store.engine import transaction
from orchestrator.store.tables import Dispatch, DispatchWords, MedicalDispatchWords, TimelineEntry, Touch
from orchestrator.store.wall import Crossing, Traveller, Why, beyond

STEP = "dispatch"
"""What stands in the key of its touch where a run's has the step."""

PATIENCE = timedelta(days=14)
"""How long a letter may be held, in journey time, before it is given up: as long as a step's, where it says nothing."""

_NOTED = {"sent": What.SENT, "unknown": What.SENT, "held": What.HELD, "refused": What.BLOCKED}


class NewDispatch(Stored):
    """A letter that is asked for. `id` is the asker's own, without a full stop: asking again under it changes nothing."""

    id: str
    person_id: str
    channel: str
    purpose: Purpose
    product: str
    market: str
    content: ContentRef
    values: dict[str, str]
    """What the letter's own tokens are filled with, such as `{{ confirm }}`: plain words, escaped where HTML asks for it."""
    inquiry_id: str | None = None
    by: str | None = None


async def dispatch(session: AsyncSession, new: NewDispatch, *, now: datetime) -> bool:
    """Have the letter put on its way when the transaction commits. False where that was asked before. Raises ValueError for an id with a full stop, and
    where what is medical names no question (LVFS 2009:6: it answers one)."""
    if "." in new.id:
        raise ValueError("the id of a dispatch has no full stop: the touch's key is made of it")
    if (new.purpose is Purpose.MEDICAL_RESPONSE) != (new.inquiry_id is not None):
        raise ValueError("a medical response answers a question, and nothing else does")
    told = new.model_dump(exclude={"content", "values"})
    row = Dispatch(**told, content_id=new.content.id, content_version=new.content.version, created_at=now)
    if not await added(session, row):
        count_in(session, Dropped.REQUEST, REPEATED)
        return False
    session.add(_words_of(row.purpose)(dispatch_id=new.id, tokens=new.values))
    await outbox.wake(session, outbox.Kind.DISPATCH, new.id)
    return True


async def values_of(session: AsyncSession, row: Dispatch, *, now: datetime) -> Mapping[str, str]:
    """What its tokens are filled with."""
    if row.purpose != Purpose.MEDICAL_RESPONSE:
        words = await session.get(DispatchWords, row.id)
        return words.tokens if words is not None else {}
    async with _on_its_way(session, row, Crossing.RESPONSE_READ, now):
        answer = await session.get(MedicalDispatchWords, row.id)
        return answer.tokens if answer is not None else {}


async def stand(session: AsyncSession, row: Dispatch, settled: Settled, *, now: datetime) -> None:
    """Write down what became of the letter, and tell it in the person's story where it is news. What went out needs its words no more."""
    state = "held" if settled.result == "deferred" else settled.result
    if (row.state, row.reason, row.until) == (state, settled.reason, settled.until):
        return
    row.state, row.reason, row.until = state, settled.reason, settled.until
    row.ended_at = None if state == "held" else now
    session.add(row)
    if state == "sent":
        await _forget(session, row, now)
    session.add(await note(session, row, settled.key, _NOTED[state], way=row.purpose, at=now, now=now))


class StoredDispatches:
    """The letters as the activity reads them."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def read(self, dispatch_id: str) -> LetterOrder | Settled:
        """What is to be delivered; of a letter that is over and done with, what became of it."""
        async with transaction(self._engine) as session:
            row = await session.get_one(Dispatch, dispatch_id)
        key = f"{row.id}.{STEP}.{row.passage}"
        if row.ended_at is not None:
            return Settled.model_validate({"key": key, "result": row.state, "reason": row.reason})
        content = ContentRef(row.content_id, row.content_version)
        return LetterOrder(dispatch=row.id, touch=Deliver(key=key, step=STEP, channel=row.channel, content=content, to="hcp", by=row.by))

    async def stand(self, dispatch_id: str, settled: Settled, *, now: datetime) -> Settled:
        """Write down what became of it, and tell it in the person's story. One that was held for too long is given up: refused."""
        async with transaction(self._engine) as session:
            row = await session.get_one(Dispatch, dispatch_id, with_for_update=True)
            if settled.result == "deferred" and (settled.until or now) >= row.created_at + PATIENCE:
                settled = Settled(key=settled.key, result="refused", reason=Reason.HELD_TOO_LONG)
                count_in(session, Dropped.TOUCH_REFUSED, Reason.HELD_TOO_LONG)
            if settled.result == "unknown":
                known = (await session.get_one(Touch, settled.key)).state
                if known == Handover.ACCEPTED:
                    settled = Settled(key=settled.key, result="sent")  # something was heard of it while it was being handed over
                elif known != Handover.UNKNOWN:
                    return settled  # another attempt has taken the touch over, and tells how the letter stands
            await stand(session, row, settled, now=now)
        return settled


async def _forget(session: AsyncSession, row: Dispatch, now: datetime) -> None:
    words = _words_of(row.purpose)
    gone = delete(words).where(col(words.dispatch_id) == row.id)
    if row.purpose != Purpose.MEDICAL_RESPONSE:
        await session.exec(gone)
        return
    async with _on_its_way(session, row, Crossing.RESPONSE_SENT, now):
        await session.exec(gone)


def _on_its_way(session: AsyncSession, row: Dispatch, crossing: Crossing, now: datetime) -> AbstractAsyncContextManager[None]:
    """The house crosses for the answer that it carries to whoever asked."""
    house = Traveller(audit.HOUSE, audit.SYSTEM, Why.SENDING)
    return beyond(session, house, crossing, subject=f"inquiry:{row.inquiry_id}", person=row.person_id, now=now)


def _words_of(purpose: str) -> type[DispatchWords | MedicalDispatchWords]:
    return MedicalDispatchWords if purpose == Purpose.MEDICAL_RESPONSE else DispatchWords


def _side(row: Dispatch, what: What) -> Wall:
    if row.purpose != Purpose.MEDICAL_RESPONSE:
        return Wall.COMMERCIAL
    return Wall.MEDICAL if what is What.HEARD else Wall.OPEN


async def note(session: AsyncSession, row: Dispatch, touch: str, what: What, *, way: str, at: datetime, now: datetime) -> TimelineEntry:
    """A line of the person's story. That a letter went out, and when, is open to both sides; what medical writes in it is not in the line, and what the HCP
    made of it is medical's."""
    earlier = (await session.exec(select(func.count()).where(TimelineEntry.dispatch_id == row.id))).one()
    return TimelineEntry(
        person_id=row.person_id,
        dispatch_id=row.id,
        line=earlier,
        side=_side(row, what),
        what=what,
        key=touch,
        way=way,
        to="unknown" if row.state == "unknown" else None,
        reason=row.reason,
        until=row.until,
        by=row.by,
        channel=row.channel,
        at=at,
        arrived_at=now,
    )
