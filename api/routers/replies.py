"""Replies to one's messages: listed without their words, and read one by one, each by the side whose message it answers."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.attempts import Attempted
from api.house import House
from api.idempotency import Once
from api.nudging import Nudged
from api.paging import Slice, asked, page
from api.problems import not_found, responses
from api.schemas.facts_in import JudgeAgain, JudgedAgain
from api.schemas.replies import ReplyLine, ReplyRead
from api.schemas.shapes import Page
from api.security import Anyone, only
from api.who import Role, Who
from journeys.facts import Wall
from journeys.shapes import Slug

router = APIRouter(prefix="/replies", tags=["replies"])


@router.get("", summary="List replies", responses=responses(401, 403, 422))
async def list_replies(
    who: Anyone,
    house: House,
    cut: Annotated[Slice, Depends(asked)],
    standing: Annotated[Slug | None, Query(description="Of this standing only: replied, unsubscribed, automatic, unknown_touch.")] = None,
    unread: Annotated[bool | None, Query(description="Only those that nobody has read, or only the others.")] = None,
    safety: Annotated[bool | None, Query(description="Only those in which words of safety stand, or only the others.")] = None,
) -> Page[ReplyLine]:
    """What was written back, the latest first. What answers medical's letters, and what nobody can place, is for medical."""
    return page(await house.replies.page(who, standing=standing, unread=unread, safety=safety, cut=cut), ReplyLine.model_validate)


@router.post("/judge-again", summary="Look again at replies that nobody could place", dependencies=[Nudged], responses=responses(401, 403, 422))
async def judge_replies_again(body: JudgeAgain, who: Annotated[Who, Depends(only(Role.ADMIN))], house: House, attempt: Attempted) -> JudgedAgain:
    """Those first that were looked at longest ago. One whose message is known by now is heard, and goes to the side and the person that it is for; nobody's
    words are told here."""

    async def work(once: Once) -> JudgedAgain:
        now = house.clock.now()
        remark = await house.remarks.keep(who, body.reason, side=Wall.COMMERCIAL, once=once, now=now)
        standing = await house.replies.judge_again(who, source=body.source, most=body.most, remark=remark, now=now)
        return JudgedAgain(looked_at=sum(standing.values()), standing=dict(standing))

    return await attempt.once(body, JudgedAgain, work)


@router.get("/{reply_id}", summary="Read a reply", responses=responses(401, 403, 404))
async def read_reply(reply_id: str, who: Anyone, house: House) -> ReplyRead:
    """One reply with its words. That medical's are read is audited."""
    found = await house.replies.read(who, reply_id, now=house.clock.now())
    if found is None:
        raise not_found("reply")
    row, words = found
    return ReplyRead(**ReplyLine.model_validate(row).model_dump(), words=words)
