"""Where providers bring what became of messages. They do not sign in: each proves by its own scheme that it speaks, over the bytes as they came."""

from fastapi import APIRouter, Request

from api.house import House
from api.nudging import Nudged
from api.ports import Brought, NotLetIn
from api.problems import Problem, responses

router = APIRouter(prefix="/webhooks", tags=["webhooks"])


@router.post("/{provider}", status_code=204, summary="Tell what became of messages", dependencies=[Nudged], responses=responses(401, 404, 409, 413, 422))
async def bring(provider: str, request: Request, house: House) -> None:
    """Take what a provider tells: SendGrid, Mailgun, Postmark, Amazon SES through SNS, or Twilio. Every row is taken once; one that cannot be read, or whose
    message nobody knows, is kept or counted, and does not stop the others."""
    taken = await house.facts_in.bring(provider, await brought(request), now=house.clock.now())
    if isinstance(taken, NotLetIn):
        raise Problem(taken.code, taken.detail)


@router.post("/{provider}/replies", status_code=204, summary="Bring a reply", dependencies=[Nudged], responses=responses(401, 404, 409, 413, 422))
async def bring_reply(provider: str, request: Request, house: House) -> None:
    """Take what somebody wrote back: an e-mail by Mailgun's routes, SendGrid's Inbound Parse or Postmark's inbound webhook, a text by Twilio."""
    taken = await house.replies.bring(provider, await brought(request), now=house.clock.now())
    if isinstance(taken, NotLetIn):
        raise Problem(taken.code, taken.detail)


async def brought(request: Request) -> Brought:
    """The request as it came."""
    target = request.scope["raw_path"].decode("ascii", "replace")
    query = request.scope["query_string"].decode("ascii", "replace")
    return Brought(headers=dict(request.headers), body=await request.body(), target=f"{target}?{query}" if query else target)
