"""When a run ends by handing its HCP over to the strategy of another persona: the same questions are asked as at any entry, and a no is kept."""

from datetime import datetime
from uuid import uuid4

from sqlalchemy import ColumnElement
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.ports import NotEnrolled
from journeys.admission import admission
from journeys.commands import StartJourney
from journeys.definitions import Definition
from journeys.versions import VersionState
from orchestrator.counts import REPEATED, Dropped, count_in
from orchestrator.store import audit
from orchestrator.store.desk.entry import entering, entrant, stands_in_the_way
from orchestrator.store.entering import admit, locked
from orchestrator.store.tables import DefinitionVersion, Enrolment, Person
from orchestrator.store.versions import as_version

_NO_STRATEGY = "no_strategy"


async def hand_over(session: AsyncSession, ended: Enrolment, persona: str, *, now: datetime) -> str | None:
    """Enrol the HCP of a run that ends in the persona's strategy for the same product. Returns None when that is done, else the code of
    what stood in the way; either way it is audited. The person is locked until the transaction ends."""
    await session.flush()
    hcp = await locked(session, ended.person_id)
    definition = await _strategy(session, persona, product=ended.product, market=hcp.market, now=now)
    refused = _NO_STRATEGY
    if definition is not None:
        in_the_way = stands_in_the_way(await entrant(session, hcp, definition, now=now), definition, now=now)
        if in_the_way is None:
            in_the_way = await _follow(session, ended, hcp, definition, now)
        if in_the_way is None:
            return None
        refused = in_the_way.code
    count_in(session, Dropped.HAND_OVER, refused)
    subject, details = f"enrolment:{ended.id}", {"person": hcp.id, "persona": persona}
    await audit.record(session, by=audit.HOUSE, role=audit.SYSTEM, action="enrolment.not_continued", subject=subject, reason=refused, details=details, now=now)
    return refused


async def begin_within(session: AsyncSession, parent: Enrolment, order: StartJourney, *, now: datetime) -> str | None:
    """Enrol the HCP of a run in the journey that one of its steps starts, by that journey's own rules. Returns None when that is done, now or
    at an earlier attempt, else the code of what stood in the way."""
    begun = (await session.exec(select(Enrolment).where(Enrolment.begun_by == order.key))).first()
    if begun is not None:
        count_in(session, Dropped.ENTRY_BY_STEP, REPEATED)
        return None
    refused = await _begin_within(session, parent, order, now=now)
    if refused is not None:
        count_in(session, Dropped.ENTRY_BY_STEP, refused)
    return refused


async def _begin_within(session: AsyncSession, parent: Enrolment, order: StartJourney, *, now: datetime) -> str | None:
    hcp = await locked(session, parent.person_id)
    entered = await _entered(session, col(DefinitionVersion.journey) == order.journey, now=now)
    if not entered:
        return "no_such_journey"
    (definition,) = entered
    in_the_way = stands_in_the_way(await entrant(session, hcp, definition, now=now), definition, now=now)
    if in_the_way is None:
        in_the_way = await _follow(session, parent, hcp, definition, now, begun_by=order.key, awaited=order.awaited)
    return in_the_way.code if in_the_way is not None else None


async def _strategy(session: AsyncSession, persona: str, *, product: str, market: str, now: datetime) -> Definition | None:
    """The persona's own strategy for the product, in the version that HCPs enter now. A library has one; of several, one for the market comes
    before others, then the one of the highest priority."""
    strategies = await _entered(session, (col(DefinitionVersion.persona) == persona) & (col(DefinitionVersion.product) == product), now=now)
    return max(strategies, key=lambda strategy: (market in strategy.markets, strategy.priority), default=None)


async def _entered(session: AsyncSession, condition: ColumnElement[bool], *, now: datetime) -> list[Definition]:
    """Of every journey for which it holds, the version that HCPs enter now; none of a journey that takes nobody."""
    published = select(DefinitionVersion).where(condition, DefinitionVersion.state == VersionState.PUBLISHED).order_by(col(DefinitionVersion.version))
    latest = {row.journey: row for row in await session.exec(published) if admission(as_version(row), now) is None}
    return [Definition.model_validate(latest[journey].body) for journey in sorted(latest)]


async def _follow(
    session: AsyncSession, ended: Enrolment, hcp: Person, definition: Definition, now: datetime, *, begun_by: str | None = None, awaited: bool = False
) -> NotEnrolled | None:
    following = entering(
        hcp, definition, enrolment_id=f"enr{uuid4().hex}", conductor=ended.conductor, created_by=ended.created_by, now=now, continued_from=ended.id
    )
    following.begun_by, following.awaited = begun_by, awaited
    return await admit(session, following, definition, by=audit.HOUSE, role=audit.SYSTEM, now=now)
