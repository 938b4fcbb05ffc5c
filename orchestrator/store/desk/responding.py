"""Medical's answer as a message of its own: to whoever asked, about what was asked, with medical's content and the words of the MSL."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.codes import Code
from api.ports.inquiries import NotDone
from api.rows import InquiryRow
from api.schemas.inquiries import NewResponse
from api.who import Who
from journeys.content import ContentState
from journeys.definitions import Purpose
from orchestrator.store import audit
from orchestrator.store.contents import current
from orchestrator.store.desk.fulfilment import ANOTHERS, ANSWERED, CLOSED, is_anothers, write_answer
from orchestrator.store.desk.inquiries import told
from orchestrator.store.dispatches import NewDispatch, dispatch
from orchestrator.store.engine import transaction
from orchestrator.store.routing import OPEN
from orchestrator.store.tables import ContentVersion, Dispatch, Inquiry, Person

_GIVEN_UP = "refused"
_NOT_MEDICAL = NotDone(
    Code.CONTENT_NOT_MEDICAL,
    "An answer is sent with content that is approved as medical_response for this product, and has no links that are followed.",
)
_PROMOTES = NotDone(Code.PROMOTIONAL_LINK, "The answer names an address of promotional content. An answer of medical promotes nothing: leave it out.")


class StoredResponses:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def respond(self, who: Who, inquiry_id: str, response: NewResponse, *, now: datetime) -> InquiryRow | NotDone:
        async with transaction(self._engine) as session:
            inquiry = await session.get_one(Inquiry, inquiry_id, with_for_update=True)
            refused = await _refused(session, who, inquiry, response, now)
            if refused is not None:
                return refused
            if await write_answer(session, who, inquiry, response.answer, now) != response.answer:
                return ANSWERED
            await _put_on_its_way(session, who, inquiry, response, now)
            await session.flush()
            return (await told(session, [inquiry], now=now))[0]


async def _refused(session: AsyncSession, who: Who, inquiry: Inquiry, response: NewResponse, now: datetime) -> NotDone | None:
    """The gate asks all this again when it goes out; whoever writes it learns it here."""
    if inquiry.status not in OPEN:
        return CLOSED
    if await is_anothers(session, who, inquiry, now):
        return ANOTHERS
    row = await session.get(ContentVersion, (response.content.id, response.content.version))
    content = current(row) if row is not None else None
    if content is None or content.purpose != Purpose.MEDICAL_RESPONSE.value or content.product != inquiry.product or content.links:
        return _NOT_MEDICAL
    if content.state_at(now) is not ContentState.APPROVED:
        return _NOT_MEDICAL
    return _PROMOTES if await _promotes(session, response.answer) else None


async def _promotes(session: AsyncSession, answer: str) -> bool:
    """Whether the words hold an address to which promotional content leads."""
    links = col(ContentVersion.body)["links"]
    promotional = col(ContentVersion.body)["purpose"].as_string() == Purpose.PROMOTIONAL.value
    found = await session.exec(select(links).where(promotional))
    return any(address in answer for addresses in found for address in (addresses or {}).values())


async def _put_on_its_way(session: AsyncSession, who: Who, inquiry: Inquiry, response: NewResponse, now: datetime) -> None:
    """Once: an answer that was refused on its way may be sent again, one that is under way or sent is not."""
    earlier = select(Dispatch.state).where(Dispatch.inquiry_id == inquiry.id)
    if any(state != _GIVEN_UP for state in await session.exec(earlier)):
        return
    number = (await session.exec(select(func.count()).where(Dispatch.inquiry_id == inquiry.id))).one() + 1
    person = await session.get_one(Person, inquiry.person_id)
    letter = NewDispatch(
        id=f"answer-{inquiry.id}-{number}",
        person_id=person.id,
        channel=response.channel,
        purpose=Purpose.MEDICAL_RESPONSE,
        product=inquiry.product,
        market=person.market,
        content=response.content,
        values={"response": response.answer},
        inquiry_id=inquiry.id,
        by=who.id,
    )
    await dispatch(session, letter, now=now)
    details = {"dispatch": letter.id, "content": str(response.content)}
    await audit.record(session, by=who.id, role=who.role, action="inquiry.response_given", subject=f"inquiry:{inquiry.id}", details=details, now=now)
