"""Medical inquiries on commercial's side: a rep records the HCP's own question, has it signed, attests it, and learns its status and dates."""

from datetime import datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query

from api import asking
from api.asking import closed, done, found_inquiry, submitted
from api.attempts import Attempted
from api.codes import Code
from api.house import House
from api.idempotency import Once
from api.paging import Slice, asked, page
from api.ports.inquiries import Whose
from api.problems import FieldError, Problem, in_field, responses
from api.routers.people import found_person
from api.schemas.inquiries import Attestation, Clarified, DraftWords, InquiryForCommercial, InquiryListed, NewInquiry, Submission
from api.schemas.shapes import Asked, Page
from api.security import Anyone, only
from api.who import Role, Who
from journeys.facts import Wall

router = APIRouter(prefix="/inquiries", tags=["inquiries"])

Rep = Annotated[Who, Depends(only(Role.REP))]
_REFUSALS = responses(401, 403, 404, 409, 422)
_MEDICALS_QUEUE = frozenset({"none", "absent", "escalated"})
_AHEAD = timedelta(minutes=5)
"""How far a device's clock may be ahead of ours."""
_PROMPTED = "Medical may follow up only on a question that the HCP asked unprompted. A prompted one is solicited, and is not passed on."


@router.post("", status_code=201, summary="Record an HCP's question", responses=_REFUSALS)
async def record_inquiry(body: NewInquiry, who: Rep, house: House, attempt: Attempted) -> InquiryForCommercial:
    """Record the question in the HCP's own words, once, with the attestation that nobody prompted it. The words are then medical's alone."""

    async def work(once: Once) -> InquiryForCommercial:
        _unprompted(body)
        _signed_by_now(body, house.clock.now())
        person = await found_person(house, who, body.person_id)
        return asking.for_commercial(done(await house.inquiries.record(who, person, body, once=once, now=house.clock.now())), who)

    return await attempt.once(body, InquiryForCommercial, work, makes="inquiry")


@router.get("", summary="List inquiries", responses=responses(401, 403, 422))
async def list_inquiries(
    who: Anyone,
    house: House,
    cut: Annotated[Slice, Depends(asked)],
    status: Annotated[Literal["draft", "received", "in_progress", "answered", "withdrawn"] | None, Query(description="In this status only.")] = None,
    person: Annotated[str | None, Query(max_length=200, pattern=r"^[^\x00]*$", description="Of this person only.")] = None,
    whose: Annotated[Whose, Query(description="Mine; nobody's; of somebody who is out of office; escalated to me; or all that I may see.")] = "all",
) -> Page[InquiryListed]:
    """Inquiries, the latest first: status and dates. The words are read one inquiry at a time, because each reading is audited."""
    if whose in _MEDICALS_QUEUE and not who.sees(Wall.MEDICAL):
        detail = "Who of medical has a question, and whether anybody has, is medical's: commercial roles do not search by it."
        raise Problem(Code.FIREWALL, detail, errors=[FieldError(detail=detail, parameter="whose")])
    found = await house.inquiries.page(who, status=status, person_id=person, whose=whose, now=house.clock.now(), cut=cut)
    return page(found, lambda row: asking.listed(who, row))


@router.get("/attestation", summary="Read what a rep attests", responses=responses(401, 403, 404, 422))
async def read_attestation(who: Rep, house: House, person: Annotated[str, Query(max_length=200, pattern=r"^[^\x00]*$")]) -> Attestation:
    """The sentence that is attested by submitting a question of this HCP: show it before."""
    return Attestation(wording=await house.inquiries.wording(await found_person(house, who, person)))


@router.put("/{inquiry_id}/draft", summary="Change a draft", responses=_REFUSALS)
async def change_draft(inquiry_id: str, body: DraftWords, who: Rep, house: House, attempt: Attempted) -> InquiryForCommercial:
    """Other words, and the signature under them, for a draft of one's own. Nothing of the draft before is read back: the device keeps what was typed."""

    async def work(_: Once) -> InquiryForCommercial:
        _signed_by_now(body, house.clock.now())
        await found_inquiry(house, who, inquiry_id)
        return asking.for_commercial(done(await house.inquiries.draft(who, inquiry_id, body, now=house.clock.now())), who)

    return await attempt.once(body, InquiryForCommercial, work)


@router.post("/{inquiry_id}/submit", summary="Submit a draft", responses=_REFUSALS)
async def submit_inquiry(inquiry_id: str, body: Submission, who: Rep, house: House, attempt: Attempted) -> InquiryForCommercial:
    """Attest that nobody prompted it, lock it, and put it before medical. Afterwards a correction is a new inquiry."""

    async def work(_: Once) -> InquiryForCommercial:
        _unprompted(body)
        await found_inquiry(house, who, inquiry_id)
        return asking.for_commercial(done(await house.inquiries.submit(who, inquiry_id, now=house.clock.now())), who)

    return await attempt.once(body, InquiryForCommercial, work)


@router.post("/{inquiry_id}/withdraw", summary="Withdraw an inquiry", responses=responses(401, 403, 404, 409, 422, 503))
async def withdraw_inquiry(inquiry_id: str, who: Rep, house: House, attempt: Attempted) -> InquiryForCommercial:
    """The HCP no longer asks. A journey that waits for the answer goes on along its path for that."""

    async def work(once: Once) -> InquiryForCommercial:
        await submitted(house, who, inquiry_id)
        return asking.for_commercial(await closed(house, who, inquiry_id, "withdrawn", once=once), who)

    return await attempt.once(Asked(), InquiryForCommercial, work)


@router.post("/{inquiry_id}/clarifications/{clarification_id}", summary="Answer a clarification", responses=_REFUSALS)
async def clarify(inquiry_id: str, clarification_id: str, body: Clarified, who: Rep, house: House, attempt: Attempted) -> InquiryForCommercial:
    """Say what one knows of the circumstances, once. The words are medical's alone from here."""

    async def work(_: Once) -> InquiryForCommercial:
        await submitted(house, who, inquiry_id)
        return asking.for_commercial(done(await house.inquiries.reply(who, inquiry_id, clarification_id, body.words, now=house.clock.now())), who)

    return await attempt.once(body, InquiryForCommercial, work)


def _unprompted(body: NewInquiry | Submission) -> None:
    if not body.unsolicited:
        raise in_field(Code.SOLICITED, _PROMPTED, "/unsolicited")


def _signed_by_now(body: DraftWords, now: datetime) -> None:
    if body.signature is not None and body.signature.signed_at > now + _AHEAD:
        raise in_field(Code.IN_THE_FUTURE, "Nobody signed at a time that is still to come: set the device's clock.", "/signature/signed_at")
