"""The store's part in a sweep: each person in a transaction of their own, once, with what it came to. One who fails stops nobody else; a database that is
away stops everybody until it is back, and then nobody is lost. It implements `activities.sweeps.Sweeps`."""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.sweeps import Doing, FinishOrder, Page, PageOrder
from api.ports import NotEnrolled
from journeys.conditions import holds, named_facts
from journeys.definitions import BY_KEY, Definition, Purpose
from journeys.selections import Selection
from journeys.shapes import read_back
from orchestrator.counts import REPEATED, Dropped, count, count_in
from orchestrator.store import turns
from orchestrator.store.considering import OBJECTED
from orchestrator.store.desk.adding import added
from orchestrator.store.desk.entry import entrant, stands_in_the_way
from orchestrator.store.engine import UNREACHABLE, transaction
from orchestrator.store.entering import Entrance, enter, locked
from orchestrator.store.facts import has_objected, load_facts
from orchestrator.store.selecting import people_after
from orchestrator.store.stimuli import entered as entered_version
from orchestrator.store.tables import Person, Sweep, SweepResult

PEOPLE = 200
"""How many people a page looks at, at most."""
ENTERED, FAILED, REFUSED, NO_VERSION = "entered", "failed", "refused", "no_version"

log = structlog.get_logger()


@dataclass(frozen=True)
class _Passage:
    """A sweep with what it is about, for the length of a page."""

    sweep: Sweep
    definition: Definition
    selection: Selection
    now: datetime

    @property
    def counts(self) -> bool:
        return self.sweep.state == Doing.COUNTING


class StoredSweeps:
    """`per_second` is the pace of a sweep that names none."""

    def __init__(self, engine: AsyncEngine, *, per_second: float) -> None:
        self._engine = engine
        self._per_second = per_second

    async def take(self, order: PageOrder, *, now: datetime) -> Page:
        """Look at the next people, until as many have entered as the pace allows for a second or one of them is the last."""
        began = time.monotonic()
        async with transaction(self._engine) as session:
            sweep = await session.get_one(Sweep, order.sweep)
            doing = Doing(sweep.state)
            if doing not in (Doing.COUNTING, Doing.RUNNING):
                return Page(doing=doing)
            definition = await entered_version(session, sweep.journey, now=now)
            selection = read_back(Selection, sweep.selection)
            people = await people_after(session, selection, order.after, limit=PEOPLE)
        if definition is None:
            count(Dropped.ENTRY_IN_SWEEP, NO_VERSION, times=len(people))
            return Page(doing=doing, last=True, tally={NO_VERSION: len(people)})
        passage = _Passage(sweep, definition, selection, now)
        pace = sweep.per_second or self._per_second
        tally, after = await self._take_in(passage, people, most=max(1, int(pace)))
        spoken_to = tally[ENTERED] + tally[turns.QUEUED] if doing is Doing.RUNNING else 0
        rest = max(0.0, spoken_to / pace - (time.monotonic() - began))
        last = len(people) < PEOPLE and after == (people[-1] if people else None)
        return Page(doing=doing, after=after or order.after, last=last, tally=dict(tally), rest=rest)

    async def finish(self, order: FinishOrder, *, now: datetime) -> None:
        """Counted: wait to be let go. Run through: done."""
        async with transaction(self._engine) as session:
            sweep = await session.get_one(Sweep, order.sweep, with_for_update=True)
            if sweep.state != order.doing:
                return
            if order.doing is Doing.COUNTING:
                sweep.state, sweep.counted = Doing.COUNTED, dict(order.tally)
            else:
                sweep.state, sweep.ended_at = Doing.DONE, now
            session.add(sweep)

    async def _take_in(self, passage: _Passage, people: Sequence[str], *, most: int) -> tuple[Counter[str], str | None]:
        tally, after = Counter[str](), None
        for person_id in people:
            result = await self._one(passage, person_id)
            after = person_id
            if result is not None:
                tally[result] += 1
            if not passage.counts and tally[ENTERED] + tally[turns.QUEUED] >= most:
                break
        return tally, after

    async def _one(self, passage: _Passage, person_id: str) -> str | None:
        """What it came to for one person; None where the selection does not mean them, or an earlier attempt has done it."""
        try:
            async with transaction(self._engine) as session:
                return await (_count if passage.counts else _enter)(session, passage, person_id)
        except UNREACHABLE:
            raise
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one person must not stop the others
            trouble = f"{FAILED}_{type(error).__name__.lower()}"
            log.warning("dropped", what="entry in a sweep", sweep=passage.sweep.id, person=person_id, reason=trouble)
            if not passage.counts:
                count(Dropped.ENTRY_IN_SWEEP, trouble)
                await self._keep(SweepResult(sweep_id=passage.sweep.id, person_id=person_id, result=FAILED, reason=trouble, at=passage.now))
            return FAILED

    async def _keep(self, failed: SweepResult) -> None:
        async with transaction(self._engine) as session:
            await added(session, failed)


async def _count(session: AsyncSession, passage: _Passage, person_id: str) -> str | None:
    hcp = await session.get_one(Person, person_id)
    if await _stands_outside(session, passage, person_id):
        return OBJECTED
    if not await _means(session, passage, person_id):
        return None
    if passage.definition.entry.again == BY_KEY:
        return "no_key"
    refused = stands_in_the_way(await entrant(session, hcp, passage.definition, now=passage.now), passage.definition, now=passage.now)
    return refused.code if refused is not None else ENTERED


async def _enter(session: AsyncSession, passage: _Passage, person_id: str) -> str | None:
    sweep = passage.sweep
    hcp = await locked(session, person_id)
    if await session.get(SweepResult, (sweep.id, person_id)) is not None:
        count_in(session, Dropped.ENTRY_IN_SWEEP, REPEATED)
        return None
    if await _stands_outside(session, passage, person_id):
        count_in(session, Dropped.ENTRY_IN_SWEEP, OBJECTED)
        await added(session, SweepResult(sweep_id=sweep.id, person_id=person_id, result=REFUSED, reason=OBJECTED, at=passage.now))
        return OBJECTED
    if not await _means(session, passage, person_id):
        return None
    entered = await enter(session, hcp, passage.definition, Entrance(by=sweep.created_by, role=sweep.role), now=passage.now)
    done = SweepResult(sweep_id=sweep.id, person_id=person_id, result=REFUSED, at=passage.now)
    if isinstance(entered, NotEnrolled):
        done.reason = entered.code
        count_in(session, Dropped.ENTRY_IN_SWEEP, entered.code)
    else:
        done.result, done.enrolment_id = (turns.QUEUED if entered.status == turns.QUEUED else ENTERED), entered.id
    await added(session, done)
    return done.reason or done.result


async def _stands_outside(session: AsyncSession, passage: _Passage, person_id: str) -> bool:
    """Whether the person objected to what the sweep is for: then its condition is not even judged of them, which would be profiling."""
    return passage.definition.purpose is Purpose.PROMOTIONAL and await has_objected(session, person_id)


async def _means(session: AsyncSession, passage: _Passage, person_id: str) -> bool:
    when = passage.selection.when
    return when is None or holds(
        when, await load_facts(session, person_id, sorted(set(named_facts(when))), now=passage.now, product=passage.definition.product), {}
    )
