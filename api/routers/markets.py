"""Markets: the rules by which the gate judges, and setting them while journeys run."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from api.attempts import Attempted
from api.codes import Code
from api.house import House
from api.idempotency import Once
from api.nudging import Nudged
from api.problems import Problem, in_field, responses, unknown
from api.schemas.markets import MarketRead, MarketSet, NewPolicy
from api.schemas.shapes import Page
from api.security import only
from api.who import REVIEWERS, Role, Who
from journeys.facts import Wall
from journeys.library import unknown_zone

router = APIRouter(prefix="/markets", tags=["markets"])

Reader = Annotated[Who, Depends(only(*REVIEWERS))]
Setter = Annotated[Who, Depends(only(Role.COMPLIANCE, Role.ADMIN))]
Name = Annotated[str, Path(pattern=r"^[A-Z]{2}$", description="The market's two letters.", examples=["SE"])]


@router.get("", summary="List markets", responses=responses(401, 403))
async def list_markets(_: Reader, house: House) -> Page[MarketRead]:
    """Every market that has rules. In any other, nothing is sent."""
    return Page(items=tuple(await house.markets.all()))


@router.get("/{market}", summary="Read a market's rules", responses=responses(401, 403, 404, 422))
async def read_market(market: Name, _: Reader, house: House) -> MarketRead:
    """The rules in force, with the digest by which they are replaced."""
    found = await house.markets.find(market)
    if found is None:
        raise unknown("market")
    return found


@router.put("/{market}", summary="Set a market's rules", dependencies=[Nudged], responses=responses(401, 403, 409, 422))
async def set_market(market: Name, body: NewPolicy, who: Setter, house: House, attempt: Attempted) -> MarketSet:
    """From this moment the gate judges by these rules, in running journeys too. What the former ones held is put before the gate again at once. The
    library's file is heard again when its author writes something else there."""

    async def work(once: Once) -> MarketSet:
        if body.policy.market != market:
            raise in_field(Code.INVALID, f"These are rules for {body.policy.market}, not for {market}.", "/policy/market")
        no_zone = unknown_zone(body.policy)
        if no_zone is not None:
            raise in_field(Code.INVALID, no_zone, "/policy/zone")
        now = house.clock.now()
        remark = await house.remarks.keep(who, body.remark, side=Wall.OPEN, once=once, now=now)
        done = await house.markets.set(who, body.policy, replaces=body.replaces, remark=remark, now=now)
        if done is None:
            raise Problem(Code.RULES_CHANGED, "Other rules are in force by now than those that you read: read them again, then decide.")
        return done

    return await attempt.once(body, MarketSet, work)
