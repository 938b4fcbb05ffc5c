"""Invitations after they were sent: at another time, or called off. The HCP gets a notice that changes the entry in the calendar, and the run goes on by it."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends

from api.attempts import Attempted
from api.codes import Code
from api.house import House
from api.idempotency import Once
from api.nudging import Nudged
from api.ports import Ports
from api.problems import Problem, in_field, not_found, responses
from api.rows import Unchangeable
from api.schemas.occasions import CallOff, OccasionRead, Reschedule
from api.security import only
from api.who import WITH_JOURNEYS, Role, Who

router = APIRouter(prefix="/invitations", tags=["invitations"])

Inviter = Annotated[Who, Depends(only(*sorted(WITH_JOURNEYS - {Role.COMPLIANCE})))]

_AGAINST: dict[Unchangeable, tuple[Code, str]] = {
    Unchangeable.NOT_SENT: (Code.NOT_SENT, "This invitation has not gone out, so there is nothing to change."),
    Unchangeable.DECLINED: (Code.DECLINED, "The HCP has declined, and has no entry to be changed."),
    Unchangeable.BEGUN: (Code.BEGUN, "It has begun already."),
    Unchangeable.CALLED_OFF: (Code.CALLED_OFF, "It is called off already. Send a new invitation."),
    Unchangeable.NO_NOTICE: (
        Code.NO_NOTICE,
        "No approved content tells the HCP of it: the library needs invitation-moved and invitation-called-off, transactional, for the HCP's market.",
    ),
}


@router.post("/{touch}/reschedule", summary="Move an invitation", dependencies=[Nudged], responses=responses(401, 403, 404, 409, 422))
async def reschedule(touch: str, body: Reschedule, who: Inviter, house: House, attempt: Attempted) -> OccasionRead:
    """What the touch invites to begins at another time and lasts as long as before. An answer that was given stands until the HCP gives another."""
    if body.starts <= house.clock.now():
        raise in_field(Code.FROM_IN_THE_PAST, "It would have begun already.", "/starts")
    return await attempt.once(body, OccasionRead, _changing(house, who, touch, body.starts, body.reason))


@router.post("/{touch}/call-off", summary="Call an invitation off", dependencies=[Nudged], responses=responses(401, 403, 404, 409, 422))
async def call_off(touch: str, body: CallOff, who: Inviter, house: House, attempt: Attempted) -> OccasionRead:
    """It does not take place: the entry leaves the HCP's calendar, and the run goes on along `called_off`."""
    return await attempt.once(body, OccasionRead, _changing(house, who, touch, None, body.reason))


def _changing(house: Ports, who: Who, touch: str, starts: datetime | None, reason: str) -> Callable[[Once], Awaitable[OccasionRead]]:
    async def work(once: Once) -> OccasionRead:
        changed = await house.occasions.change(who, touch, starts=starts, reason=reason, once=once, now=house.clock.now())
        if changed is Unchangeable.NO_INVITATION:
            raise not_found("invitation")
        if isinstance(changed, Unchangeable):
            raise Problem(*_AGAINST[changed])
        return OccasionRead.model_validate(changed)

    return work
