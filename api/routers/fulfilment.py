"""Medical inquiries on medical's side: read, claimed, handed on, clarified, answered and closed. Whoever reads words leaves a line in the audit."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query

from api import asking
from api import words as restricted
from api.asking import asked_about_safety, closed, done, found_inquiry, submitted
from api.attempts import Attempted
from api.hearing import hear
from api.house import House
from api.idempotency import Once, digest
from api.nudging import Nudged
from api.ports import Ports
from api.problems import Problem, not_found, responses
from api.rows import InquiryRow
from api.schemas.inquiries import (
    Answer,
    ClarificationAsked,
    ClarificationSaid,
    Closing,
    HandedOn,
    InquiryForMedical,
    InquiryInQueue,
    InquiryRead,
    NewClarification,
    NewResponse,
    SignatureRead,
)
from api.security import Anyone, only
from api.who import Role, Who
from journeys.facts import Wall

router = APIRouter(prefix="/inquiries", tags=["inquiries"])

Medical = Annotated[Who, Depends(only(Role.MSL, Role.MEDICAL))]
Reader = Annotated[Who, Depends(only(Role.MSL, Role.MEDICAL, Role.COMPLIANCE))]
Because = Annotated[
    Literal["oversight", "complaint", "authority", "data_request"] | None,
    Query(description="Why compliance reads it, for the audit; oversight, where nothing is said. Medical's reasons follow from whose it is."),
]
_REFUSALS = responses(401, 403, 404, 409, 422)


@router.get("/{inquiry_id}", summary="Read an inquiry", responses=responses(401, 404, 422))
async def read_inquiry(inquiry_id: str, who: Anyone, house: House, because: Because = None) -> InquiryRead:
    """Status and dates; for medical roles and compliance the words too, and the audit notes who read them and why."""
    row = await found_inquiry(house, who, inquiry_id)
    return await _for_medical(house, who, row, because) if who.sees(Wall.MEDICAL) else asking.for_commercial(row, who)


@router.get("/{inquiry_id}/signature", summary="Read an HCP's signature", responses=responses(401, 403, 404, 422))
async def read_signature(inquiry_id: str, who: Reader, house: House, because: Because = None) -> SignatureRead:
    """The mark that the HCP made over the words, with the digest that the open part has; the audit notes who read it."""
    await found_inquiry(house, who, inquiry_id)
    signature = await house.fulfilment.signature(who, inquiry_id, why=_why(who, because), now=house.clock.now())
    if signature is None:
        raise not_found("signature")
    return SignatureRead.model_validate(signature)


@router.post("/{inquiry_id}/take", summary="Take an inquiry", responses=responses(401, 403, 404, 409))
async def take(inquiry_id: str, who: Medical, house: House) -> InquiryForMedical:
    """Claim it: of two at once, one gets it. Taking one's own again changes nothing."""
    await submitted(house, who, inquiry_id)
    return await _for_medical(house, who, done(await house.fulfilment.take(who, inquiry_id, now=house.clock.now())))


@router.post("/{inquiry_id}/reassign", summary="Hand an inquiry on", responses=_REFUSALS)
async def reassign_inquiry(inquiry_id: str, body: HandedOn, who: Medical, house: House, attempt: Attempted) -> InquiryInQueue:
    """Give one that no colleague has to another MSL of the HCP's territory, or to a medical lead, with a reason. The task of a journey that waits for it goes
    with it."""

    async def work(_: Once) -> InquiryInQueue:
        await submitted(house, who, inquiry_id)
        return asking.in_queue(done(await house.fulfilment.reassign(who, inquiry_id, body.to, reason=body.reason, now=house.clock.now())))

    return await attempt.once(body, InquiryInQueue, work)


@router.post("/{inquiry_id}/clarifications", status_code=201, summary="Ask the rep about the circumstances", responses=_REFUSALS)
async def ask_rep(inquiry_id: str, body: NewClarification, who: Medical, house: House, attempt: Attempted) -> ClarificationAsked:
    """One of a fixed list of questions: the rep learns nothing by it of what was asked or of what medical thinks."""

    async def work(once: Once) -> ClarificationAsked:
        await submitted(house, who, inquiry_id)
        row = done(await house.fulfilment.ask(who, inquiry_id, body.asks, once=once, now=house.clock.now()))
        return ClarificationAsked.model_validate(asking.question(row))

    return await attempt.once(body, ClarificationAsked, work)


@router.post("/{inquiry_id}/answer", summary="Store the answer", dependencies=[Nudged], responses=_REFUSALS)
async def answer(inquiry_id: str, body: Answer, who: Medical, house: House) -> InquiryForMedical:
    """Store what medical answered, once. The journey goes on when the inquiry is closed as answered."""
    await hear(house, who, body, report=f"inquiry:{inquiry_id}", once=Once(who.id, f"answer.{inquiry_id}", digest("POST", "answer", body)))
    await submitted(house, who, inquiry_id)
    noted = await restricted.checked(house, who, body)
    answered = done(await house.fulfilment.answer(who, inquiry_id, answer=body.answer, now=house.clock.now()))
    await restricted.note(house, who, f"/inquiries/{inquiry_id}/answer", noted)
    return await _for_medical(house, who, answered)


@router.post("/{inquiry_id}/response", summary="Send the answer", dependencies=[Nudged], responses=_REFUSALS)
async def respond(inquiry_id: str, body: NewResponse, who: Medical, house: House, attempt: Attempted) -> InquiryInQueue:
    """Store the answer and send it to whoever asked, in medical's approved content: exempt from consent to promotion because it answers this question. The
    gate judges it as it goes out; the rep learns when it did."""

    async def work(_: Once) -> InquiryInQueue:
        await submitted(house, who, inquiry_id)
        return asking.in_queue(done(await house.responses.respond(who, inquiry_id, body, now=house.clock.now())))

    return await attempt.once(body, InquiryInQueue, work)


@router.post("/{inquiry_id}/close", summary="Close an inquiry", responses=responses(401, 403, 404, 409, 422, 503))
async def close_inquiry(inquiry_id: str, body: Closing, who: Medical, house: House, attempt: Attempted) -> InquiryInQueue:
    """Say that it is answered, or that the HCP no longer asks. A journey that waits for it goes on; the rep learns that much and no more."""

    async def work(once: Once) -> InquiryInQueue:
        await submitted(house, who, inquiry_id)
        refused = await house.fulfilment.kept_from(who, inquiry_id, now=house.clock.now())
        if refused is not None:
            raise Problem(refused.code, refused.detail)
        await asked_about_safety(house, inquiry_id)
        return asking.in_queue(await closed(house, who, inquiry_id, body.outcome, once=once))

    return await attempt.once(body, InquiryInQueue, work)


async def _for_medical(house: Ports, who: Who, row: InquiryRow, because: str | None = None) -> InquiryForMedical:
    words = await house.fulfilment.words(who, row.id, why=_why(who, because), now=house.clock.now())
    said = tuple(ClarificationSaid.model_validate(asking.question(each) | {"words": words.said.get(each.id)}) for each in row.clarifications)
    text = {"question": words.question, "answer": words.answer, "answered_by": words.answered_by, "clarifications": said}
    return InquiryForMedical.model_validate(asking.in_queue(row).model_dump() | text)


def _why(who: Who, because: str | None) -> str | None:
    return because if who.role is Role.COMPLIANCE else None
