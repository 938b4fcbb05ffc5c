"""The one door into a journey: whoever comes by hand, by an event, in a sweep or from another run is asked the same questions here, behind the person's
lock, and either begins, waits for a turn, or is refused with a code."""

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.ports import NotEnrolled
from api.who import Role
from journeys.definitions import BY_KEY, Definition
from journeys.state import EndKind
from orchestrator.store import audit, turns
from orchestrator.store.awaiting import tell_awaiting
from orchestrator.store.desk.adding import added
from orchestrator.store.desk.entry import entering, entrant, stands_in_the_way
from orchestrator.store.tables import Alignment, Enrolment, Person, User

_RUNNING = NotEnrolled("already_enrolled", "The HCP is in this journey already: one run at a time.")
_NO_KEY = NotEnrolled("no_key", "This journey is entered once for each key: say which.")


@dataclass(frozen=True)
class Entrance:
    """Who brings an HCP in, and by what. `conductor` is the rep in charge, the territory's own where none is named."""

    by: str = audit.HOUSE
    role: str = audit.SYSTEM
    conductor: str | None = None
    key: str | None = None
    event_id: str | None = None


async def locked(session: AsyncSession, person_id: str) -> Person:
    """The person, held for this transaction. It is the lock that rows which refer to the person do not conflict with: such a row may have been
    written before it is asked for."""
    return await session.get_one(Person, person_id, with_for_update={"key_share": True}, populate_existing=True)


async def enter(
    session: AsyncSession, hcp: Person, definition: Definition, entrance: Entrance, *, now: datetime, enrolment_id: str | None = None
) -> Enrolment | NotEnrolled:
    """Enter the HCP, whose lock the caller holds, or say what stands in the way."""
    refused = stands_in_the_way(await entrant(session, hcp, definition, now=now, key=entrance.key), definition, now=now)
    if refused is not None:
        return refused
    conductor = entrance.conductor or await rep_of(session, hcp.territory_id)
    new = entering(hcp, definition, enrolment_id=enrolment_id or f"enr{uuid4().hex}", conductor=conductor, created_by=entrance.by, now=now)
    new.entry_key = entrance.key if definition.entry.again == BY_KEY else None
    new.event_id = entrance.event_id
    return await admit(session, new, definition, by=entrance.by, role=entrance.role, now=now) or new


async def admit(session: AsyncSession, new: Enrolment, definition: Definition, *, by: str, role: str, now: datetime) -> NotEnrolled | None:
    """Let a new enrolment in, audited: started, or in the queue while other journeys have the HCP. Returns why where its journey gives way then."""
    if definition.entry.again == BY_KEY and new.entry_key is None:
        return _NO_KEY
    busy = await turns.in_the_way(session, new, definition, now=now)
    if busy is not None and definition.when_busy == "give_way":
        return NotEnrolled("busy", f"The journey {busy} has the HCP, at the same or a higher priority, and this one gives way then.")
    new.status = turns.QUEUED if busy is not None else "requested"
    if not await added(session, new):  # the person's lock keeps other entries out; the unique indexes say so once more
        return _RUNNING
    await turns.claim(session, new, definition, now=now)
    details = {"person": new.person_id, "journey": definition.journey, "version": definition.version}
    told = {"continues": new.continued_from, "event": new.event_id, "waits_for": busy}
    details |= {name: value for name, value in told.items() if value is not None}
    await audit.record(session, by=by, role=role, action="enrolment.created", subject=f"enrolment:{new.id}", details=details, now=now)
    return None


async def leave_queue(session: AsyncSession, waiting: Enrolment, *, kind: EndKind, reason: str, now: datetime) -> None:
    """End an enrolment that still waits for its turn, behind the person's lock: it has no run that could be told."""
    waiting.status, waiting.ended_at, waiting.end_kind, waiting.end_reason = "ended", now, kind, reason
    session.add(waiting)
    await turns.give_up(session, waiting)
    await tell_awaiting(session, waiting, kind)


async def rep_of(session: AsyncSession, territory_id: str | None) -> str | None:
    """The rep of a territory: of several, the one whose id comes first, so that the answer does not waver."""
    aligned = select(User.id).join(Alignment).where(Alignment.territory_id == territory_id, User.role == Role.REP, col(User.active)).order_by(User.id)
    return (await session.exec(aligned)).first()
