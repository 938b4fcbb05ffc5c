"""Where a content system brings what it decides. It does not sign in: its signature over the body proves who it is."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request

from api import strict
from api.codes import Code
from api.house import House
from api.idempotency import Once, digest
from api.nudging import Nudged
from api.ports import Stamp
from api.problems import Problem, responses, unknown
from api.routers.recalls import Named
from api.schemas.content_states import ContentSays, ContentStands

router = APIRouter(prefix="/api/v1/content/{content}/versions/{version}", tags=["content"], dependencies=[Depends(strict.known_only)])


async def signed(
    body: ContentSays,
    request: Request,
    house: House,
    webhook_id: Annotated[str, Header(max_length=100, description="New for each thing said; the same again when it is said again.")] = "",
    webhook_timestamp: Annotated[str, Header(description="Unix seconds, at most five minutes from now.")] = "",
    webhook_signature: Annotated[str, Header(description="`v1,` and the signature of id, timestamp and body, by Standard Webhooks.")] = "",
) -> str:
    """Raises Problem unless the system that the body names signed this very body, just now. Returns the id under which it did."""
    stamp = Stamp(id=webhook_id, timestamp=webhook_timestamp, signature=webhook_signature)
    if not await house.content_systems.genuine(body.system, stamp, await request.body()):
        raise Problem(Code.SIGNATURE_INVALID, "The signature is not that of a content system that is known here, or its timestamp is too far from now.")
    return webhook_id


@router.put("/state", summary="Tell the state of a version", dependencies=[Nudged], responses=responses(401, 404, 409, 413, 422))
async def tell_state(ref: Named, body: ContentSays, request: Request, house: House, webhook_id: Annotated[str, Depends(signed)]) -> ContentStands:
    """Take what a content system says of a version, once for each `webhook-id`. A withdrawal is a recall; a state that is not mapped counts as in_review."""
    once = Once(f"system:{body.system}", webhook_id, digest(request.method, request.url.path, body))
    now = house.clock.now()
    claim = await house.idempotency.claim(once, now=now)
    if claim.state == "reused":
        raise Problem(Code.IDEMPOTENCY_KEY_REUSED, "This webhook-id named another thing. Choose a new one for each thing said.")
    if claim.state == "answered":
        return ContentStands.model_validate(claim.response)
    told = await house.content_systems.tell(body.system, ref, state=body.state, expires=body.expires, now=now)
    if not isinstance(told, ContentStands):
        await house.idempotency.release(once)
        raise _refused(told, str(ref))
    await house.idempotency.settle(once, status=200, response=told.model_dump(mode="json"))
    return told


def _refused(why: str, ref: str) -> Problem:
    match why:
        case "withdrawn_for_good":
            return Problem(Code.ALREADY_WITHDRAWN, f"{ref} was withdrawn, and stays so: have a new version approved.")
        case "no_approval":
            return Problem(Code.NO_APPROVAL, f"{ref} has no approval on record here: import it with one first.")
        case _:
            return unknown("content")
