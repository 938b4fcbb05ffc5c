"""The outbox: what runs must be told, written in the transaction that caused it, and the relay that hands it to Temporal afterwards.

A crash between the two loses nothing: the relay of any worker delivers what is left, at least once; a run takes each fact once.
"""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Protocol, assert_never

import structlog
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from journeys.events import Command, Fact
from orchestrator.counts import Dropped, count_in
from orchestrator.store.engine import transaction
from orchestrator.store.tables import Enrolment, Outbox

_FACT: TypeAdapter[Fact] = TypeAdapter(Fact)
_COMMAND: TypeAdapter[Command] = TypeAdapter(Command)
_LONGEST_REST = timedelta(minutes=5)

log = structlog.get_logger()


class Undeliverable(Exception):
    """The run does not exist, or no longer does."""


class Kind(StrEnum):
    """What a row asks for. The first three are of a run; the others of a sweep, of a journey's openings, of an operation over many runs, of a letter
    outside a journey, and of a safety case, whose id stands in the run's place."""

    START = "start"
    FACT = "fact"
    COMMAND = "command"
    SWEEP = "sweep"
    OPENINGS = "openings"
    OPERATION = "operation"
    DISPATCH = "dispatch"
    SAFETY = "safety"


class Runner(Protocol):
    """Where runs live: Temporal, or a fake."""

    async def start(self, enrolment_id: str) -> None:
        """Start the run. One that was started before is left alone."""
        ...

    async def tell(self, enrolment_id: str, fact: Fact) -> None:
        """Tell the run a fact. Raises Undeliverable."""
        ...

    async def order(self, enrolment_id: str, command: Command) -> None:
        """Put a command of the house to the run. One that it does not take, because it has ended, is done with."""
        ...

    async def sweep(self, sweep_id: str) -> None:
        """Have the sweep look at what is asked of it now; it is started if it does not run."""
        ...

    async def keep_openings(self, journey: str) -> None:
        """Have the journey's openings looked up anew; what keeps them is started if it does not run."""
        ...

    async def operate(self, operation: str) -> None:
        """Start an operation over many runs, or have it look at what the store says now."""
        ...

    async def dispatch(self, dispatch_id: str) -> None:
        """Put a letter outside a journey on its way, or have it look at what the store says now."""
        ...

    async def look_after(self, case: str) -> None:
        """Start the workflow of a safety case, or have it look at how the case stands now."""
        ...


async def start(session: AsyncSession, enrolment_id: str) -> None:
    """Have the run of this enrolment started when the transaction commits."""
    session.add(_row(enrolment_id, Kind.START, {}))


async def tell(session: AsyncSession, enrolment_id: str, fact: Fact) -> None:
    """Have one run told a fact when the transaction commits."""
    session.add(_row(enrolment_id, Kind.FACT, _FACT.dump_python(fact, mode="json")))


async def command(session: AsyncSession, enrolment_id: str, given: Command) -> None:
    """Have a command of the house put to a run when the transaction commits."""
    session.add(_row(enrolment_id, Kind.COMMAND, _COMMAND.dump_python(given, mode="json")))


async def wake(session: AsyncSession, kind: Kind, name: str) -> None:
    """Have a sweep, a journey's openings, an operation over many runs, or a letter outside a journey looked at when the transaction commits."""
    session.add(_row(name, kind, {}))


async def tell_person(session: AsyncSession, person_id: str, fact: Fact, *, but: str | None = None) -> None:
    """Have every run of a person that has not ended told a fact when the transaction commits; `but` is the one it comes from. One that still
    waits in the queue learns how things stand when it begins."""
    open_runs = select(Enrolment.id).where(Enrolment.person_id == person_id, col(Enrolment.status).in_(("requested", "running")))
    runs = await session.exec(open_runs.order_by(Enrolment.id))
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
                if row.trouble is not None:
                    count_in(session, Dropped.OUTBOX, row.trouble)
            else:
                count_in(session, Dropped.OUTBOX_DEFERRED, row.trouble)
                row.try_after = now + min(timedelta(seconds=2 ** min(row.attempts - 1, 10)), _LONGEST_REST)
            session.add(row)
        return row.delivered_at is not None

    async def _ask(self, row: Outbox) -> None:
        match kind := Kind(row.kind):
            case Kind.START:
                await self._runner.start(row.enrolment_id)
            case Kind.FACT:
                await self._runner.tell(row.enrolment_id, _FACT.validate_python(row.payload))
            case Kind.COMMAND:
                await self._runner.order(row.enrolment_id, _COMMAND.validate_python(row.payload))
            case Kind.SWEEP:
                await self._runner.sweep(row.enrolment_id)
            case Kind.OPENINGS:
                await self._runner.keep_openings(row.enrolment_id)
            case Kind.OPERATION:
                await self._runner.operate(row.enrolment_id)
            case Kind.DISPATCH:
                await self._runner.dispatch(row.enrolment_id)
            case Kind.SAFETY:
                await self._runner.look_after(row.enrolment_id)
            case _:
                assert_never(kind)

    async def _hand_over(self, session: AsyncSession, row: Outbox) -> str | None:
        """None when it was delivered, else what stood in the way."""
        try:
            await self._ask(row)
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


def _row(enrolment_id: str, kind: Kind, payload: dict[str, object]) -> Outbox:
    now = datetime.now(UTC)
    return Outbox(enrolment_id=enrolment_id, kind=kind, payload=payload, created_at=now, try_after=now)
