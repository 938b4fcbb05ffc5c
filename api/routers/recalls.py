"""Recalls of content in use: whom it concerns, the withdrawal, how far it has come, and who has it already."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from api import reaching
from api.attempts import Attempted
from api.codes import Code
from api.house import House
from api.idempotency import Once
from api.nudging import Nudged
from api.paging import Slice, asked, page
from api.ports import CountChanged, Ports
from api.problems import Problem, responses, unknown
from api.schemas.recalls import ContentReach, ReceivedLine, WithdrawContent, Withdrawn
from api.schemas.shapes import Page
from api.security import only
from api.who import Role, Who
from journeys.definitions import ContentRef
from journeys.facts import Wall
from journeys.shapes import MOST_VERSION

router = APIRouter(prefix="/content/{content}/versions/{version}", tags=["content"])

Recaller = Annotated[Who, Depends(only(Role.MARKETING, Role.MEDICAL, Role.COMPLIANCE))]
"""Whoever answers for content may take it back: to withdraw is never the dangerous direction."""
Watcher = Annotated[Who, Depends(only(Role.MARKETING, Role.MEDICAL, Role.COMPLIANCE, Role.ADMIN))]


def named(
    content: Annotated[str, Path(pattern=r"^[a-z][a-z0-9-]{0,63}$", examples=["hf-dialogue"])], version: Annotated[int, Path(ge=1, le=MOST_VERSION)]
) -> ContentRef:
    """The version that the path names."""
    return ContentRef(content, version)


Named = Annotated[ContentRef, Depends(named)]


@router.get("/reach", summary="Tell whom a version concerns", responses=responses(401, 403, 404, 422))
async def read_reach(ref: Named, who: Watcher, house: House) -> ContentReach:
    """The journeys and steps that name it, and how many people are in them, hold it, or have it. Nothing happens."""
    reached = await house.recalls.reach(ref)
    if reached is None:
        raise unknown("content")
    return reaching.told(reached, await reaching.of_medical(house, who, (ref,)))


@router.post("/withdraw", summary="Withdraw a version", dependencies=[Nudged], responses=responses(401, 403, 404, 409, 422))
async def withdraw_content(ref: Named, body: WithdrawContent, who: Recaller, house: House, attempt: Attempted) -> Withdrawn:
    """From this moment nothing goes out with it. Then the runs are told, one after the other: what is held is put before the gate again, a letter that a
    rep has yet to send is taken back. A version that was withdrawn is not approved again here: a new one is."""

    async def work(once: Once) -> Withdrawn:
        now = house.clock.now()
        remark = await house.remarks.keep(who, body.remark, side=Wall.OPEN, once=once, now=now)
        done = await house.recalls.withdraw(who, ref, body, remark=remark, once=once, now=now)
        match done:
            case "unknown":
                raise unknown("content")
            case "withdrawn":
                raise Problem(Code.ALREADY_WITHDRAWN, f"{ref} was withdrawn before.")
            case CountChanged():
                raise Problem(Code.COUNT_CHANGED, f"By now {done.runs} runs are concerned, not {body.expected}: look again, then decide.")
            case _:
                return await _told(house, who, done)

    return await attempt.once(body, Withdrawn, work)


@router.get("/recall", summary="Read the recall of a version", responses=responses(401, 403, 404, 422))
async def read_recall(ref: Named, who: Watcher, house: House) -> Withdrawn:
    """The latest withdrawal of the version, the account when it was written, and the account now."""
    found = await house.recalls.latest(ref)
    if found is None:
        raise unknown("recall")
    return await _told(house, who, found)


@router.get("/received", summary="List who has a version", responses=responses(401, 403, 422))
async def list_received(ref: Named, who: Watcher, house: House, cut: Annotated[Slice, Depends(asked)]) -> Page[ReceivedLine]:
    """Everybody to whom it went, or may have gone: for the follow-up of a recall. Who got an answer of medical's is for medical and compliance."""
    await reaching.refuse_across(house, who, ref)
    return page(await house.recalls.received(ref, cut=cut), lambda line: line)


async def _told(house: Ports, who: Who, done: Withdrawn) -> Withdrawn:
    hidden = await reaching.of_medical(house, who, (ContentRef.parse(done.recall.content),))
    recall = done.recall.model_copy(update={"reach": reaching.told(done.recall.reach, hidden)})
    return done.model_copy(update={"recall": recall, "now": reaching.told(done.now, hidden)})
