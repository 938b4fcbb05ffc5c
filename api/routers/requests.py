"""Where another system brings the answer to a request. It does not sign in: its signature over the body proves who it is."""

from fastapi import APIRouter, Depends, Request

from api import strict
from api.house import House
from api.nudging import Nudged
from api.ports import AnswerRefused
from api.problems import Problem, responses
from api.schemas.requests import RequestAnswer, RequestStands
from api.stamps import Stamped, admit

router = APIRouter(prefix="/api/v1/requests", tags=["requests"], dependencies=[Depends(strict.known_only)])


async def signed(key: str, request: Request, house: House, stamp: Stamped) -> None:
    """Raises Problem unless the system that was asked signed this very body, just now, for this key."""
    admit(await house.requests.genuine(key, stamp, await request.body()), noun="request", signer="the system that was asked")


@router.post("/{key}/answer", summary="Answer a request", dependencies=[Depends(signed), Nudged], responses=responses(401, 404, 409, 413, 422))
async def answer_request(key: str, body: RequestAnswer, house: House) -> RequestStands:
    """Take the answer of another system, once. The same answer again gets the same response, also when it came too late for the run."""
    taken = await house.requests.answer(key, body.answer, now=house.clock.now())
    if isinstance(taken, AnswerRefused):
        raise Problem(taken.code, taken.detail, allowed=taken.allowed)
    return RequestStands(key=taken.key, status=taken.status, answer=body.answer)
