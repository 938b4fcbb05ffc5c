"""Pauses and stops in force: which cover a touch, a run or an HCP at the door, and which runs lie in a scope."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.schemas.operations import Concerned
from journeys.definitions import ContentRef, Definition, SendStep, Step, VisitStep
from journeys.events import Paused
from journeys.halts import Covered, HaltKind, Scope, of_content, of_run
from journeys.shapes import read_back
from orchestrator.counts import REPEATED, Dropped, count_in
from orchestrator.store import outbox
from orchestrator.store.desk.adding import added
from orchestrator.store.locks import Queue, queue_at, share
from orchestrator.store.tables import DefinitionVersion, Enrolment, Halt, Operation, OperationItem
from orchestrator.store.turns import QUEUED


async def in_force(session: AsyncSession, covered: Sequence[Covered]) -> list[Halt]:
    """The halts that hold now over any of these scopes, the earliest first."""
    wanted = select(Halt).where(tuple_(col(Halt.scope), col(Halt.value)).in_(covered), col(Halt.lifted_at).is_(None)).order_by(col(Halt.at), col(Halt.id))
    return list(await session.exec(wanted))


async def holds_back(session: AsyncSession, covered: tuple[Covered, ...], content: ContentRef, *, recipient: str | None) -> bool:
    """Whether a touch in these scopes with this content may not go out now."""
    people: tuple[Covered, ...] = ((Scope.HCP, recipient),) if recipient is not None else ()
    return bool(await in_force(session, (*covered, *of_content(content), *people)))


async def shuts_out(session: AsyncSession, definition: Definition, *, market: str, territory: str | None, hcp: str) -> Halt | None:
    """The halt because of which nobody enters this journey now. Waits for a halt that is being written: it counts or covers every run."""
    await share(session, Queue.HALTS)
    asked = of_run(journey=definition.journey, version=definition.version, product=definition.product, market=market, territory=territory, hcp=hcp)
    return next(iter(await in_force(session, asked)), None)


async def tell_of_pauses(session: AsyncSession, enrolment: Enrolment) -> None:
    """Have a run that begins under a pause told of it, as those are that were there before."""
    await share(session, Queue.HALTS)
    for halt in await in_force(session, scopes_of(enrolment)):
        pausing = (await session.exec(select(Operation).where(Operation.halt_id == halt.id, Operation.kind == HaltKind.PAUSE))).first()
        if pausing is not None and await _put_on(session, pausing, enrolment.id):
            await outbox.tell(session, enrolment.id, paused(halt.id))


def paused(halt_id: str) -> Paused:
    """What a run is told of a pause, whoever tells it."""
    return Paused(id=f"{halt_id}.paused", pause=halt_id)


def scopes_of(enrolment: Enrolment) -> tuple[Covered, ...]:
    """The scopes in which a run lies."""
    return of_run(
        journey=enrolment.journey,
        version=enrolment.version,
        product=enrolment.product,
        market=enrolment.market,
        territory=enrolment.territory_id,
        hcp=enrolment.person_id,
    )


async def runs_in(session: AsyncSession, scope: Scope, value: str, *, queued: bool = False) -> ColumnElement[bool]:
    """A condition on `enrolment`: it lies in the scope, and its run is under way, or is about to be; with `queued` also where it still waits for
    its turn with the HCP."""
    open_ = ("requested", "running", *((QUEUED,) if queued else ()))
    return col(Enrolment.status).in_(open_) & await _lies_in(session, scope, value)


async def count(session: AsyncSession, scope: Scope, value: str) -> Concerned:
    """How many enrolments lie in the scope: runs under way, and those that still wait for their turn."""
    lies_in = await runs_in(session, scope, value, queued=True)
    waiting = func.count().filter(col(Enrolment.status) == QUEUED)
    all_, queued = (await session.exec(select(func.count(), waiting).select_from(Enrolment).where(lies_in))).one()
    return Concerned(runs=all_ - queued, queued=queued)


async def writing(session: AsyncSession) -> None:
    """Nobody enters anything between the count and the end of this transaction."""
    await queue_at(session, Queue.HALTS)


async def _lies_in(session: AsyncSession, scope: Scope, value: str) -> ColumnElement[bool]:
    match scope:
        case Scope.JOURNEY:
            return col(Enrolment.journey) == value
        case Scope.VERSION:
            journey, _, version = value.rpartition("@")
            return (col(Enrolment.journey) == journey) & (col(Enrolment.version) == int(version))
        case Scope.PRODUCT:
            return col(Enrolment.product) == value
        case Scope.MARKET:
            return col(Enrolment.market) == value
        case Scope.TERRITORY:
            return col(Enrolment.territory_id) == value
        case Scope.HCP:
            return col(Enrolment.person_id) == value
        case Scope.CONTENT:
            return tuple_(col(Enrolment.journey), col(Enrolment.version)).in_(await _naming(session, value))


async def _naming(session: AsyncSession, content: str) -> list[tuple[str, int]]:
    """The versions whose steps name the content."""
    used = select(Enrolment.journey, Enrolment.version).where(Enrolment.status != "ended").distinct()
    found = []
    for journey, version in await session.exec(used):
        row = await session.get_one(DefinitionVersion, (journey, version))
        if any(content in (ref.id, str(ref)) for ref in contents_of(read_back(Definition, row.body))):
            found.append((journey, version))
    return found


def contents_of_step(step: Step) -> tuple[ContentRef, ...]:
    """Every content that a step names."""
    match step:
        case VisitStep():
            return tuple(ref for meeting in step.visit.channels.values() for ref in meeting.materials)
        case _ if isinstance(step, SendStep):
            return tuple(route.content for route in step.sending.routes)
        case _:
            return ()


def contents_of(definition: Definition) -> set[ContentRef]:
    """Every content that a definition names."""
    return {ref for step in definition.steps.values() for ref in contents_of_step(step)}


async def _put_on(session: AsyncSession, pausing: Operation, enrolment_id: str) -> bool:
    last = (await session.exec(select(func.max(OperationItem.number)).where(OperationItem.operation_id == pausing.id))).one()
    now: datetime = pausing.created_at
    item = OperationItem(operation_id=pausing.id, number=(last or 0) + 1, enrolment_id=enrolment_id, result="done", try_after=now, at=now)
    if await added(session, item):
        return True
    count_in(session, Dropped.PAUSE, REPEATED)
    return False
