"""What both sides' routers of inquiries share: finding one, telling it in the shape of the reader's side, and closing it where a journey waits for it."""

from typing import TypeVar

from api.codes import Code
from api.idempotency import Once
from api.ports import NotDone, Ports
from api.problems import Problem, in_field, not_found
from api.rows import ClarificationRow, InquiryRow
from api.schemas.inquiries import ClarificationAsked, InquiryForCommercial, InquiryInQueue, InquiryLine
from api.who import Who
from journeys.events import Complete
from journeys.facts import Wall
from journeys.medical import ASKED, Question

Row = TypeVar("Row")
WAITING = frozenset({"received", "in_progress"})


def done(answer: Row | NotDone) -> Row:
    """What came of it. Raises Problem where it was not done."""
    if isinstance(answer, NotDone):
        raise Problem(answer.code, answer.detail)
    return answer


async def found_inquiry(house: Ports, who: Who, inquiry_id: str) -> InquiryRow:
    """An inquiry that the asker may know of."""
    row = await house.inquiries.find(who, inquiry_id, now=house.clock.now())
    if row is None:
        raise not_found("inquiry")
    return row


async def submitted(house: Ports, who: Who, inquiry_id: str) -> InquiryRow:
    """One that is submitted and not closed."""
    row = await found_inquiry(house, who, inquiry_id)
    if row.status not in WAITING:
        raise Problem(Code.INQUIRY_CLOSED, f"This inquiry is not with medical: {row.status}.")
    return row


async def asked_about_safety(house: Ports, inquiry_id: str) -> None:
    """A question that was recorded when nobody asked whether it tells of an adverse event is not closed before somebody has answered that: Raises Problem."""
    if not await house.safety.asked_at(f"inquiry:{inquiry_id}"):
        detail = "Nobody has said yet whether the HCP's question tells of an adverse event or the like: answer `safety` to close it."
        raise in_field(Code.SAFETY_UNANSWERED, detail, "/safety")


async def closed(house: Ports, who: Who, inquiry_id: str, outcome: str, *, once: Once) -> InquiryRow:
    """Close it; where a journey waits for it, by its task, so that the journey goes on. Raises CommandRefusedError and ConductorUnavailableError."""
    task = await house.fulfilment.task_of(inquiry_id)
    if task is None:
        return done(await house.fulfilment.close(who, inquiry_id, outcome, now=house.clock.now()))
    await house.conductors.command(task.enrolment_id, Complete(id=once.command_id, by=who.id, task=task.id, outcome=outcome))
    return await found_inquiry(house, who, inquiry_id)


def listed(who: Who, row: InquiryRow) -> InquiryForCommercial | InquiryInQueue:
    """As it stands in the list of the reader's side."""
    return in_queue(row) if who.sees(Wall.MEDICAL) else for_commercial(row, who)


def for_commercial(row: InquiryRow, who: Who) -> InquiryForCommercial:
    """Status and dates, and what medical asks of the rep. The digest over the words is for whoever wrote them: anybody else could try by it which they are."""
    told = InquiryLine.model_validate(row).model_dump() | ({} if row.recorded_by == who.id else {"signature_digest": None})
    asked = tuple(ClarificationAsked.model_validate(question(each)) for each in row.clarifications)
    return InquiryForCommercial(**told, clarifications=asked)


def in_queue(row: InquiryRow) -> InquiryInQueue:
    """Without its words."""
    own = {name: getattr(row, name) for name in InquiryInQueue.model_fields if name in InquiryRow.__dataclass_fields__}
    return InquiryInQueue(**own)


def question(row: ClarificationRow) -> dict[str, object]:
    """A clarification with its sentence."""
    sentence = ASKED[Question(row.question)] if row.question in set(Question) else row.question
    return {"id": row.id, "asks": row.question, "sentence": sentence, "asked_at": row.asked_at, "answered_at": row.answered_at}
