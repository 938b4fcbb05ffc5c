"""Medical inquiries: a rep records the HCP's own question; medical reads, takes and answers it; commercial learns its status and dates."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query

from api.attempts import Attempted
from api.codes import Code
from api.house import House
from api.idempotency import Once
from api.paging import Slice, asked, page
from api.ports import Ports
from api.problems import Problem, in_field, not_found, responses
from api.routers.people import found_person
from api.rows import InquiryRow
from api.schemas.inquiries import Answer, InquiryForCommercial, InquiryForMedical, InquiryLine, InquiryRead, NewInquiry
from api.schemas.shapes import Page
from api.security import Anyone, only
from api.who import Role, Who
from journeys.facts import Wall

router = APIRouter(prefix="/inquiries", tags=["inquiries"])

Rep = Annotated[Who, Depends(only(Role.REP))]
Medical = Annotated[Who, Depends(only(Role.MSL, Role.MEDICAL))]


@router.post("", status_code=201, summary="Record an HCP's question", responses=responses(401, 403, 404, 422))
async def record_inquiry(body: NewInquiry, who: Rep, house: House, attempt: Attempted) -> InquiryForCommercial:
    """Record the question in the HCP's own words, once, with the attestation that nobody prompted it. The words are then medical's alone."""

    async def work(once: Once) -> InquiryForCommercial:
        if not body.unsolicited:
            detail = "Medical may follow up only on a question that the HCP asked unprompted. A prompted one is solicited, and is not passed on."
            raise in_field(Code.SOLICITED, detail, "/unsolicited")
        person = await found_person(house, who, body.person_id)
        row = await house.inquiries.record(who, person, product=body.product, question=body.question, once=once, now=house.clock.now())
        return InquiryForCommercial.model_validate(row)

    return await attempt.once(body, InquiryForCommercial, work)


@router.get("", summary="List inquiries", responses=responses(401, 422))
async def list_inquiries(
    who: Anyone,
    house: House,
    cut: Annotated[Slice, Depends(asked)],
    status: Annotated[Literal["received", "in_progress", "answered", "withdrawn"] | None, Query(description="In this status only.")] = None,
    person: Annotated[str | None, Query(max_length=200, pattern=r"^[^\x00]*$", description="Of this person only.")] = None,
) -> Page[InquiryLine]:
    """Inquiries, the latest first: status and dates. The words are read one inquiry at a time, because each reading is audited."""
    found = await house.inquiries.page(who, status=status, person_id=person, cut=cut)
    return page(found, InquiryLine.model_validate)


@router.get("/{inquiry_id}", summary="Read an inquiry", responses=responses(401, 404))
async def read_inquiry(inquiry_id: str, who: Anyone, house: House) -> InquiryRead:
    """Status and dates; for medical roles and compliance the words too, and the audit notes who read them."""
    row = await _found(house, who, inquiry_id)
    return await _told(house, who, row)


@router.post("/{inquiry_id}/take", summary="Take an inquiry", responses=responses(401, 403, 404, 409))
async def take(inquiry_id: str, who: Medical, house: House) -> InquiryForMedical:
    """Say that it is being worked on. Taking it again changes nothing."""
    row = await _open(house, who, inquiry_id)
    if row.status == "received":
        row = await house.inquiries.take(who, inquiry_id, now=house.clock.now())
    return await _for_medical(house, who, row)


@router.post("/{inquiry_id}/answer", summary="Store the answer", responses=responses(401, 403, 404, 409, 422))
async def answer(inquiry_id: str, body: Answer, who: Medical, house: House) -> InquiryForMedical:
    """Store what medical answered, once. The journey goes on when the medical task is completed as answered."""
    await _open(house, who, inquiry_id)
    row = await house.inquiries.answer(who, inquiry_id, answer=body.answer, now=house.clock.now())
    if row is None:
        raise Problem(Code.ALREADY_ANSWERED, "Another answer is on record. What was answered is not changed afterwards.")
    return await _for_medical(house, who, row)


async def _found(house: Ports, who: Who, inquiry_id: str) -> InquiryRow:
    row = await house.inquiries.find(who, inquiry_id)
    if row is None:
        raise not_found("inquiry")
    return row


async def _open(house: Ports, who: Who, inquiry_id: str) -> InquiryRow:
    row = await _found(house, who, inquiry_id)
    if row.status not in {"received", "in_progress"}:
        raise Problem(Code.INQUIRY_CLOSED, f"This inquiry is closed: {row.status}.")
    return row


async def _told(house: Ports, who: Who, row: InquiryRow) -> InquiryRead:
    if not who.sees(Wall.MEDICAL):
        return InquiryForCommercial.model_validate(row)
    return await _for_medical(house, who, row)


async def _for_medical(house: Ports, who: Who, row: InquiryRow) -> InquiryForMedical:
    words = await house.inquiries.words(who, row.id, now=house.clock.now())
    return InquiryForMedical(**InquiryLine.model_validate(row).model_dump(), question=words.question, answer=words.answer, answered_by=words.answered_by)
