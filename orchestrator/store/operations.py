"""Operations over many runs: begun in the transaction of the act that asks for them, then carried out at their pace, each run once."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import structlog
from sqlalchemy import SelectBase, func, insert, literal, null, update
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.ports import Progress
from api.ports import CommandRefusedError, ConductorUnavailableError
from journeys import events as on
from journeys.acceptance import Refusal
from journeys.definitions import Definition
from journeys.events import CatchUp
from journeys.migration import Obstacle, Transfer, Unmovable
from journeys.receipts import Receipt
from journeys.shapes import read_back
from journeys.state import EndKind
from orchestrator.clock import JourneyClock
from orchestrator.counts import Dropped, count_in
from orchestrator.store import outbox
from orchestrator.store.engine import transaction
from orchestrator.store.entering import leave_queue, locked
from orchestrator.store.facts import load_facts
from orchestrator.store.halts import paused
from orchestrator.store.recalling import RECALL, RETRY, held_with, recalled, to_tell
from orchestrator.store.tables import DefinitionVersion, Enrolment, Operation, OperationItem
from orchestrator.store.turns import QUEUED

ATTEMPTS = 12
"""How often a run that cannot be acted on now is tried; with the rests in between that is about two hours."""

LOOK = 60.0
"""Seconds after which an operation that is held looks whether it may go on, if nobody nudges it."""

_OF_A_WHOLE_RUN = ("migrate", "stop", "leave")
_TOLD = ("pause", "resume", RECALL)
"""What runs are told of, and cannot refuse."""
_LONGEST_REST = timedelta(minutes=15)
_BY_AND_BY = {Refusal.NOT_BEGUN, Refusal.UNDER_WAY, Refusal.PAUSED}
"""Refusals that pass by themselves."""

log = structlog.get_logger()


class Hands(Protocol):
    """What acts on a run: the gateway to Temporal, or a fake."""

    async def command(self, enrolment_id: str, command: on.Command) -> Receipt:
        """Put a command to a run. Raises CommandRefusedError and ConductorUnavailableError."""
        ...

    async def migrate(self, enrolment_id: str, order: Transfer) -> Receipt | Unmovable:
        """Move a run to another version. Raises ConductorUnavailableError."""
        ...


@dataclass(frozen=True)
class Came:
    """What became of one run. `waiting`: it is tried again later."""

    result: str
    code: str | None = None
    detail: str | None = None


async def begin(session: AsyncSession, operation: Operation, runs: SelectBase) -> int:
    """Write an operation down with every run that it concerns, and have it started when the transaction commits. `runs` gives (enrolment,
    passage) in the order in which they are acted on. Returns how many there are."""
    session.add(operation)
    await session.flush()
    await outbox.wake(session, outbox.Kind.OPERATION, operation.id)
    return await choose(session, operation, runs)


async def choose(session: AsyncSession, operation: Operation, runs: SelectBase) -> int:
    """Write down which runs an operation concerns, in their order. Returns how many there are."""
    concerned = runs.subquery()
    enrolment, passage = concerned.c
    number = func.row_number().over()
    fixed = (literal(operation.id), number, enrolment, passage, literal("waiting"), literal(0), literal(datetime.now(UTC)))
    names = ["operation_id", "number", "enrolment_id", "passage", "result", "attempts", "try_after"]
    await (await session.connection()).execute(insert(OperationItem).from_select(names, select(*fixed).select_from(concerned)))  # type: ignore[call-overload]
    return (await session.exec(select(func.count()).select_from(OperationItem).where(OperationItem.operation_id == operation.id))).one()


def to_migrate(journey: str, version: int) -> SelectBase:
    """The runs that a migration from a version concerns: those that have not ended, the earliest first."""
    on_it = (Enrolment.journey == journey, Enrolment.version == version, Enrolment.status != "ended")
    return select(Enrolment.id, null().label("passage")).where(*on_it).order_by(col(Enrolment.created_at), col(Enrolment.id))


class Operating:
    """Carries operations on: `activities.ports.Operators` over the store."""

    def __init__(self, engine: AsyncEngine, hands: Hands, clock: JourneyClock) -> None:
        self._engine = engine
        self._hands = hands
        self._clock = clock

    async def carry_on(self, operation: str) -> Progress:
        """Act on the next runs, as many as the pace allows for a second. What was done is written down run by run."""
        async with transaction(self._engine) as session:
            row = await session.get(Operation, operation, with_for_update=True)
            if row is None or row.status in ("stopped", "done"):
                return Progress(over=True, rest=0)
            if row.status == "held":
                return Progress(over=False, rest=LOOK)
            if row.not_before is not None:
                early = (row.not_before - datetime.now(UTC)).total_seconds()
                if early > 0:
                    return Progress(over=False, rest=min(early + 1, _LONGEST_REST.total_seconds()))
                row.not_before = None
                await choose(session, row, await _concerned(session, row))
            items = list(await session.exec(_next(row)))
            if row.kind in _TOLD:
                for item in items:
                    await _tell(session, row, item)
        if row.kind not in _TOLD:
            for item in items:
                await self._take(row, item)
        return await self._progress(row)

    async def _take(self, operation: Operation, item: OperationItem) -> None:
        try:
            came = await self._act(operation, item)
        except ConductorUnavailableError:
            came = Came("waiting", "unavailable")
        async with transaction(self._engine) as session:
            row = await session.get_one(OperationItem, (item.operation_id, item.number), with_for_update=True)
            if row.result == "waiting":
                _write(session, row, came)

    async def _act(self, operation: Operation, item: OperationItem) -> Came:
        async with transaction(self._engine) as session:
            enrolment = await session.get_one(Enrolment, item.enrolment_id)
            if enrolment.status == "ended":
                return Came("ended")
            if operation.kind in _OF_A_WHOLE_RUN and (came := await self._out_of_the_queue(session, operation, enrolment)) is not None:
                return came
            if operation.kind == "migrate":
                order = await _transfer(session, operation, enrolment, now=self._clock.now(), number=item.number)
            else:
                order = None
        if operation.kind != "migrate":
            return await self._command(enrolment, _command(operation, item))
        if order is None:
            return Came("done", "already_there")
        answer = await self._hands.migrate(item.enrolment_id, order)
        return Came("done") if isinstance(answer, Receipt) else _unmoved(answer, enrolment)

    async def _out_of_the_queue(self, session: AsyncSession, operation: Operation, enrolment: Enrolment) -> Came | None:
        """An enrolment that still waits for its turn has no run: it is changed, or ended, where it stands. None where it waits no more."""
        await locked(session, enrolment.person_id)
        await session.refresh(enrolment)
        if enrolment.status != QUEUED:
            return None
        if operation.kind == "migrate":
            row = await session.get_one(DefinitionVersion, (operation.orders["journey"], operation.orders["to"]))
            enrolment.version, enrolment.digest = row.version, row.digest
        else:
            await leave_queue(session, enrolment, kind=EndKind.LEFT, reason=operation.reason, now=self._clock.now())
        return Came("done", QUEUED)

    async def _command(self, enrolment: Enrolment, command: on.Command) -> Came:
        try:
            await self._hands.command(enrolment.id, command)
        except CommandRefusedError as error:
            refused = error.refused
            if refused.code in _BY_AND_BY or (refused.code is Refusal.ENDED and enrolment.status == "requested"):
                return Came("waiting", refused.code, refused.detail)
            return Came("ended" if refused.code is Refusal.ENDED else "refused", refused.code, refused.detail)
        return Came("done")

    async def _progress(self, operation: Operation) -> Progress:
        async with transaction(self._engine) as session:
            left = select(func.min(OperationItem.try_after)).where(OperationItem.operation_id == operation.id, OperationItem.result == "waiting")
            soonest: datetime | None = (await session.exec(left)).one()
            if soonest is not None:
                return Progress(over=False, rest=max((soonest - datetime.now(UTC)).total_seconds(), 1.0))
            done = update(Operation).where(col(Operation.id) == operation.id, col(Operation.status) == "running")
            await session.exec(done.values(status="done", finished_at=self._clock.now()))
        log.info("operation", operation=operation.id, kind=operation.kind, doing="done")
        return Progress(over=True, rest=0)


async def _concerned(session: AsyncSession, operation: Operation) -> SelectBase:
    """Whom an operation concerns that begins later than it was written."""
    if operation.kind == RECALL:
        return await to_tell(session, operation)
    if operation.kind == RETRY:
        return held_with(operation)
    return to_migrate(operation.orders["journey"], operation.orders["from"])


def _next(operation: Operation) -> Any:
    waiting = (OperationItem.operation_id == operation.id, OperationItem.result == "waiting", col(OperationItem.try_after) <= datetime.now(UTC))
    return select(OperationItem).where(*waiting).order_by(col(OperationItem.try_after), col(OperationItem.number)).limit(operation.per_second)


async def _tell(session: AsyncSession, operation: Operation, item: OperationItem) -> None:
    enrolment = await session.get_one(Enrolment, item.enrolment_id)
    halt = operation.halt_id or ""
    if enrolment.status == "ended":
        _write(session, item, Came("ended"))
        return
    if operation.kind == RECALL:
        await outbox.tell(session, item.enrolment_id, recalled(operation))
    elif operation.kind == "pause":
        await outbox.tell(session, item.enrolment_id, paused(halt))
    else:
        await outbox.tell(session, item.enrolment_id, on.Resumed(id=f"{halt}.resumed", pause=halt, catch_up=CatchUp(operation.orders["catch_up"])))
    _write(session, item, Came("done"))


def _write(session: AsyncSession, item: OperationItem, came: Came) -> None:
    now = datetime.now(UTC)
    item.attempts += 1
    item.result, item.code, item.detail, item.at = came.result, came.code, came.detail, now
    if came.result == "waiting":
        item.try_after = now + min(timedelta(seconds=2**item.attempts), _LONGEST_REST)
        item.result = "refused" if item.attempts >= ATTEMPTS else "waiting"
    if item.result != "done":
        count_in(session, Dropped.OPERATION_DEFERRED if item.result == "waiting" else Dropped.OPERATION, came.code or came.result)


def _command(operation: Operation, item: OperationItem) -> on.Command:
    told: dict[str, Any] = {"id": f"{operation.id}.{item.number}", "by": operation.by, "remark": operation.remark_id, "reason": operation.reason}
    match operation.kind:
        case "stop" | "leave":
            return on.Leave(**told)
        case "retry":
            return on.Retry(**told, passage=item.passage or "")
        case "go_on":
            return on.GoOn(**told, passage=item.passage or "")
        case "move_to":
            return on.MoveTo(**told, passage=item.passage or "", step=operation.orders["step"])
        case kind:
            raise ValueError(f"an operation of the kind {kind!r} gives no command")


async def _transfer(session: AsyncSession, operation: Operation, enrolment: Enrolment, *, now: datetime, number: int) -> Transfer | None:
    """The order to move one run, with its HCP's facts as they stand now; None for a run that is on the version already."""
    orders = operation.orders
    row = await session.get_one(DefinitionVersion, (orders["journey"], orders["to"]))
    if enrolment.digest == row.digest:
        return None
    definition = read_back(Definition, row.body)
    return Transfer(
        id=f"{operation.id}.{number}",
        by=operation.by,
        remark=operation.remark_id,
        definition=definition,
        source=orders["source"],
        mapping=orders["mapping"],
        facts=await load_facts(session, enrolment.person_id, definition.facts, now=now, product=definition.product),
        began=enrolment.created_at,
    )


def _unmoved(said: Unmovable, enrolment: Enrolment) -> Came:
    match said.code:
        case Obstacle.NOT_NOW:
            return Came("waiting", said.code, said.detail)
        case Obstacle.ENDED:
            return Came("waiting" if enrolment.status == "requested" else "ended", said.code, said.detail)
        case _:
            return Came("refused", said.code, said.detail)
