"""Whether an HCP may enter a journey now: the questions of the front desk, asked in order of weight, on what one transaction has read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.ports import NotEnrolled
from journeys.conditions import Value
from journeys.conductor import eligible
from journeys.definitions import BY_KEY, NEVER, Definition, Purpose
from journeys.draws import hundredth
from journeys.durations import Calendar, Length
from journeys.lifecycle import Refused
from orchestrator.store.facts import has_objected, load_facts
from orchestrator.store.halts import shuts_out
from orchestrator.store.markets import calendar_for, policy_of
from orchestrator.store.tables import Enrolment, Person
from orchestrator.store.tables.people import ACTIVE, RESTRICTED
from orchestrator.store.versions import refuses_entry


@dataclass(frozen=True)
class Entrant:
    """What is known of the HCP. `last_run` is when the latest run of this journey ended, or began where it has not."""

    market: str
    market_known: bool
    status: str
    objected: bool
    facts: Mapping[str, Value | None]
    running: bool
    last_run: datetime | None
    calendar: Calendar
    version_refuses: Refused | None
    """Why the version takes nobody now."""
    halted: str | None = None
    """The scope that is paused or stopped, where one is."""


async def entrant(session: AsyncSession, hcp: Person, definition: Definition, *, now: datetime, key: str | None = None) -> Entrant:
    """Read what is known of the HCP and of the version. The caller holds the person's lock, so that it stays true until the transaction ends. In a
    journey that is entered once for each key, only the runs of this key count."""
    policy = await policy_of(session, hcp.market)
    halt = await shuts_out(session, definition, market=hcp.market, territory=hcp.territory_id, hcp=hcp.id)
    earlier = select(Enrolment).where(Enrolment.person_id == hcp.id, Enrolment.journey == definition.journey)
    if definition.entry.again == BY_KEY:
        earlier = earlier.where(Enrolment.entry_key == key)
    runs = (await session.exec(earlier)).all()
    return Entrant(
        market=hcp.market,
        market_known=policy is not None,
        status=hcp.status,
        objected=await has_objected(session, hcp.id),
        facts=await load_facts(session, hcp.id, definition.facts, now=now, product=definition.product),
        running=any(run.status != "ended" for run in runs),
        last_run=max((run.ended_at or run.created_at for run in runs), default=None),
        calendar=await calendar_for(session, hcp, policy, now=now),
        version_refuses=await refuses_entry(session, definition, now=now),
        halted=f"{halt.scope} {halt.value}" if halt is not None else None,
    )


def entering(
    hcp: Person, definition: Definition, *, enrolment_id: str, conductor: str | None, created_by: str, now: datetime, continued_from: str | None = None
) -> Enrolment:
    """The enrolment of an HCP in whose way nothing stands: the definition's version, the person's market and territory of this day."""
    return Enrolment(
        id=enrolment_id,
        person_id=hcp.id,
        journey=definition.journey,
        version=definition.version,
        digest=definition.digest,
        product=definition.product,
        purpose=definition.purpose,
        market=hcp.market,
        territory_id=hcp.territory_id,
        conductor=conductor,
        created_by=created_by,
        created_at=now,
        continued_from=continued_from,
        hundredth=hundredth(hcp.id, definition.journey),
    )


def stands_in_the_way(entrant: Entrant, definition: Definition, *, now: datetime) -> NotEnrolled | None:
    """None where nothing does."""
    if entrant.version_refuses is not None:
        return NotEnrolled(entrant.version_refuses.code, entrant.version_refuses.detail)
    if entrant.objected and definition.purpose is Purpose.PROMOTIONAL:
        return NotEnrolled("objected", "The HCP objected to direct marketing: no promotional journey begins again.")
    if entrant.status != ACTIVE and not (entrant.status == RESTRICTED and definition.purpose is Purpose.SAFETY):
        return NotEnrolled("suppressed", f"The HCP is on the stop list: {entrant.status}.")
    if entrant.market not in definition.markets:
        return NotEnrolled("wrong_market", f"This journey is for {', '.join(definition.markets)}; the HCP is in {entrant.market}.")
    if not entrant.market_known:
        return NotEnrolled("no_market_policy", f"No policy is known for the market {entrant.market}, so nothing may be sent there.")
    if entrant.halted is not None:
        return NotEnrolled("halted", f"Nobody enters while this is paused or stopped: {entrant.halted}.")
    if entrant.running:
        return NotEnrolled("already_enrolled", "The HCP is in this journey already: one run at a time.")
    return _again(entrant, definition, now) or _eligible(entrant, definition)


def _again(entrant: Entrant, definition: Definition, now: datetime) -> NotEnrolled | None:
    if entrant.last_run is None:
        return None
    if definition.entry.again in (NEVER, BY_KEY):
        return NotEnrolled("never_again", "The HCP was in this journey before, and it is entered once, or once for each key.")
    if not isinstance(definition.entry.again, Length):
        return None
    earliest = entrant.calendar.after(entrant.last_run, definition.entry.again)
    if now < earliest:
        return NotEnrolled(
            "too_early_to_enter_again", f"The HCP may enter again {definition.entry.again} after the last run: from {earliest:%Y-%m-%d %H:%M} UTC."
        )
    return None


def _eligible(entrant: Entrant, definition: Definition) -> NotEnrolled | None:
    if eligible(definition, entrant.facts):
        return None
    return NotEnrolled("not_eligible", "What is known of the HCP does not meet the journey's entry condition.")
