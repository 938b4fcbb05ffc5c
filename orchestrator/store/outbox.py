"""The outbox: what runs must be told, written in the transaction that caused it, and the relay that hands it to Temporal afterwards.

A crash between the two loses nothing: the relay of any worker delivers what is left, at least once; a run takes each fact once.
"""

from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from journeys.events import Fact, Leave
from orchestrator.store.engine import transaction
from orchestrator.store.tables import Enrolment, Outbox

_FACT: TypeAdapter[Fact] = TypeAdapter(Fact)
_LONGEST_REST = timedelta(minutes=5)

log = structlog.get_logger()


class Undeliverable(Exception):
    """The run does not exist, or no longer does."""


class Runner(Protocol):
    """Where runs live: Temporal, or a fake."""

    async def start(self, enrolment_id: str) -> None:
        """Start the run. One that was started before is left alone."""
        ...

    async def tell(self, enrolment_id: str, fact: Fact) -> None:
        """Tell the run a fact. Raises Undeliverable."""
        ...

    async def leave(self, enrolment_id: str, command: Leave) -> None:
        """End the run. Raises Undeliverable where it does not run (any more)."""
        ...


async def start(session: AsyncSession, enrolment_id: str) -> None:
    """Have the run of this enrolment started when the transaction commits."""
    session.add(_row(enrolment_id, "start", {}))


async def tell(session: AsyncSession, enrolment_id: str, fact: Fact) -> None:
    """Have one run told a fact when the transaction commits."""
    session.add(_row(enrolment_id, "fact", _FACT.dump_python(fact, mode="json")))


async def leave(session: AsyncSession, enrolment_id: str, command: Leave) -> None:
    """Have a run ended by the house when the transaction commits."""
    session.add(_row(enrolment_id, "leave", command.model_dump(mode="json")))


async def tell_person(session: AsyncSession, person_id: str, fact: Fact, *, but: str | None = None) -> None:
    """Have every run of a person that has not ended told a fact when the transaction commits; `but` is the one it comes from."""
    runs = await session.exec(select(Enrolment.id).where(Enrolment.person_id == person_id, Enrolment.status != "ended").order_by(Enrolment.id))
    for enrolment_id in runs:
        if enrolment_id != but:
            await tell(session, enrolment_id, fact)


class Relay:
    """Delivers what is in the outbox, each row in a transaction of its own; several relays share the work. A run is told things in the
    order in which they were written, so a row waits for the earlier ones of its run, and for those of no other."""

    def __init__(self, engine: AsyncEngine, runner: Runner) -> None:
        self._engine = engine
        self._runner = runner

    async def nudge(self) -> int:
        """Deliver all that is due and return how many rows were. A failure leaves its row for later and does not stop other runs'."""
        delivered = 0
        while (one := await self._deliver_one()) is not None:
            delivered += one
        return delivered

    async def _deliver_one(self) -> bool | None:
        """Whether the next row that is due was delivered; None where none is due."""
        now = datetime.now(UTC)
        async with transaction(self._engine) as session:
            row = (await session.exec(_due(now))).first()
            if row is None:
                return None
            row.attempts += 1
            row.trouble = await self._hand_over(session, row)
            if row.trouble is None or row.trouble == "ended":
                row.delivered_at = now
            else:
                row.try_after = now + min(timedelta(seconds=2 ** min(row.attempts - 1, 10)), _LONGEST_REST)
            session.add(row)
        return row.delivered_at is not None

    async def _hand_over(self, session: AsyncSession, row: Outbox) -> str | None:
        """None when it was delivered, else what stood in the way."""
        try:
            match row.kind:
                case "start":
                    await self._runner.start(row.enrolment_id)
                case "leave":
                    await self._runner.leave(row.enrolment_id, Leave.model_validate(row.payload))
                case _:
                    await self._runner.tell(row.enrolment_id, _FACT.validate_python(row.payload))
        except Undeliverable:
            enrolment = await session.get(Enrolment, row.enrolment_id)
            return "ended" if enrolment is None or enrolment.status == "ended" else "not_started"
        except Exception as error:  # noqa: BLE001 - whatever stands in the way of one row must not stop the others
            log.warning("outbox", row=row.id, trouble=type(error).__name__, attempts=row.attempts)
            return type(error).__name__
        return None


def _due(now: datetime) -> SelectOfScalar[Outbox]:
    """The oldest row that is due, that nobody else has in hand, and before which its run has nothing else to hear."""
    earlier = aliased(Outbox)
    overtakes = select(earlier.id).where(earlier.enrolment_id == Outbox.enrolment_id, col(earlier.delivered_at).is_(None), col(earlier.id) < col(Outbox.id))
    open_rows = select(Outbox).where(col(Outbox.delivered_at).is_(None), Outbox.try_after <= now, ~overtakes.exists())
    return open_rows.order_by(col(Outbox.id)).limit(1).with_for_update(of=Outbox, skip_locked=True)


def _row(enrolment_id: str, kind: str, payload: dict[str, object]) -> Outbox:
    now = datetime.now(UTC)
    return Outbox(enrolment_id=enrolment_id, kind=kind, payload=payload, created_at=now, try_after=now)
