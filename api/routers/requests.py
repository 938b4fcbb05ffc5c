"""Where another system brings the answer to a request. It does not sign in: its signature over the body proves who it is."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request

from api import strict
from api.codes import Code
from api.house import House
from api.nudging import Nudged
from api.ports import AnswerRefused, Stamp
from api.problems import Problem, responses, unknown
from api.schemas.requests import RequestAnswer, RequestStands

router = APIRouter(prefix="/api/v1/requests", tags=["requests"], dependencies=[Depends(strict.known_only)])


async def signed(
    key: str,
    request: Request,
    house: House,
    webhook_id: Annotated[str, Header(description="The request's key.")] = "",
    webhook_timestamp: Annotated[str, Header(description="Unix seconds, at most five minutes from now.")] = "",
    webhook_signature: Annotated[str, Header(description="`v1,` and the signature of id, timestamp and body, by Standard Webhooks.")] = "",
) -> None:
    """Raises Problem unless the system that was asked signed this very body, just now, for this key."""
    stamp = Stamp(id=webhook_id, timestamp=webhook_timestamp, signature=webhook_signature)
    genuine = await house.requests.genuine(key, stamp, await request.body())
    if genuine is None:
        raise unknown("request")
    if not genuine:
        raise Problem(Code.SIGNATURE_INVALID, "The signature is not that of the system that was asked, or its timestamp is too far from now.")


@router.post("/{key}/answer", summary="Answer a request", dependencies=[Depends(signed), Nudged], responses=responses(401, 404, 409, 413, 422))
async def answer_request(key: str, body: RequestAnswer, house: House) -> RequestStands:
    """Take the answer of another system, once. The same answer again gets the same response, also when it came too late for the run."""
    taken = await house.requests.answer(key, body.answer, now=house.clock.now())
    if isinstance(taken, AnswerRefused):
        raise Problem(taken.code, taken.detail, allowed=taken.allowed)
    return RequestStands(key=taken.key, status=taken.status, answer=body.answer)
