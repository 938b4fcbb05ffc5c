"""Letters outside a journey for tests: approved content with tokens of its own, and the asking for it."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from activities.dispatches import DispatchActivities, DispatchOrder
from activities.ports import Channel
from activities.touches import TouchActivities
from journeys.content import ContentVersion
from journeys.definitions import ContentRef, Purpose
from journeys.events import Settled
from orchestrator.sealing import Sealing
from orchestrator.store import library, tables
from orchestrator.store.dispatches import NewDispatch, StoredDispatches, dispatch
from orchestrator.store.engine import transaction
from tests.activities.fakes import FakeCounts, StoppedClock
from tests.builders import NOW, a_content
from tests.orchestrator.store.desk.filling import ASTRID, HOME, add
from tests.orchestrator.store.sending import a_ledger

LETTER = "confirm-1"
KEY = f"{LETTER}.dispatch.1"


async def furnish(engine: AsyncEngine) -> None:
    """Two letters that journeys do not send, and a question to answer."""
    confirming = a_content("please-confirm@1", purpose="transactional", letters={"en": _letter("confirm")})
    answering = a_content("our-answer@1", purpose="medical_response", letters={"en": _letter("response")})
    async with transaction(engine) as session:
        for content in (confirming, answering):
            await library.publish_content(session, ContentVersion.model_validate(content), now=NOW)
    told: dict[str, Any] = {"person_id": ASTRID, "product": "cardiolex", "territory_id": HOME, "unsolicited": True, "recorded_by": "user-rep"}
    await add(engine, tables.Inquiry(id="inquiry-1", recorded_at=NOW, **told))


def _letter(token: str) -> dict[str, str]:
    body = f"Dear {{{{ hcp.salutation }}}}, {{{{ {token} }}}}"
    return {"subject": "To you", "text": body, "html": f"<p>{body}</p>"}


def a_letter(**changes: Any) -> NewDispatch:
    """A request to confirm a consent."""
    told: dict[str, Any] = {"id": LETTER, "person_id": ASTRID, "channel": "email", "purpose": Purpose.TRANSACTIONAL, "product": "cardiolex", "market": "SE"}
    told |= {"content": ContentRef("please-confirm", 1), "values": {"confirm": "https://dirigent.example/c/1?a=b&c=d"}, **changes}
    return NewDispatch(**told)


def an_answer(**changes: Any) -> NewDispatch:
    """An answer of medical."""
    told: dict[str, Any] = {"id": "answer-1", "purpose": Purpose.MEDICAL_RESPONSE, "content": ContentRef("our-answer", 1)}
    return a_letter(**{**told, "values": {"response": "No <b>dose</b> & no line"}, "inquiry_id": "inquiry-1", "by": "user-msl", **changes})


async def ask_for(engine: AsyncEngine, new: NewDispatch) -> bool:
    """Have it put on its way, as whoever causes it would in a transaction of their own."""
    async with transaction(engine) as session:
        return await dispatch(session, new, now=NOW)


async def deliver(engine: AsyncEngine, channel: Channel, letter: str = LETTER, *, clock: StoppedClock | None = None, sealing: Sealing | None = None) -> Settled:
    """What the workflow's activity does."""
    at = clock or StoppedClock()
    touches = TouchActivities(a_ledger(engine, sealing=sealing), {"email": channel}, at, FakeCounts())
    return await DispatchActivities(StoredDispatches(engine), touches, at).dispatch(DispatchOrder(dispatch=letter))
