"""Medical's answer on its way, on a real PostgreSQL: given by the MSL, judged by the gate, sent to whoever asked, and never with anything promotional."""

from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.ports import Handover
from api.codes import Code
from api.ports import NotDone
from api.rows import InquiryRow
from api.schemas.inquiries import NewInquiry, NewResponse
from api.schemas.safety import NothingToReport
from api.who import Role, Who
from journeys.content import ContentVersion
from journeys.definitions import ContentRef
from journeys.reasons import Reason
from orchestrator.store import library, tables
from orchestrator.store.desk.fulfilment import StoredFulfilment
from orchestrator.store.desk.inquiries import StoredInquiries
from orchestrator.store.desk.responding import StoredResponses
from orchestrator.store.engine import transaction
from tests.activities.fakes import FakeChannel
from tests.builders import NOW, a_content
from tests.orchestrator.store.desk.filling import ASTRID, BO, MSL, REP, add, astrid, every, once
from tests.orchestrator.store.lettering import an_answer, ask_for, deliver, furnish
from tests.orchestrator.store.sending import change

NONE = NothingToReport(answer="none")
ANSWER = "No <b>dose</b> is known; see the cohort."


@pytest_asyncio.fixture
async def house(world: AsyncEngine) -> AsyncEngine:
    """The world of e-mails, with content of medical's and a question."""
    await furnish(world)
    more = [a_content("with-links@1", purpose="medical_response", links={"study": "https://study.example/"}), a_content("brand@1", links=BRAND)]
    async with transaction(world) as session:
        for content in more:
            await library.publish_content(session, ContentVersion.model_validate(content), now=NOW)
    return world


BRAND = {"study": "https://brand.example/launch"}


async def asked(engine: AsyncEngine) -> InquiryRow:
    question = NewInquiry(person_id=ASTRID, product="cardiolex", question="Is it safe?", unsolicited=True, safety=NONE)
    row = await StoredInquiries(engine).record(REP, await astrid(engine), question, once=once(), now=NOW)
    assert isinstance(row, InquiryRow)
    return row


async def respond(engine: AsyncEngine, inquiry: str, **changes: Any) -> InquiryRow | NotDone:
    told = NewResponse.model_validate({"answer": ANSWER, "content": "our-answer@1", "safety": NONE, **changes})
    return await StoredResponses(engine).respond(MSL, inquiry, told, now=NOW)


async def test_an_answer_goes_to_whoever_asked_without_consent_and_the_rep_learns_when(house: AsyncEngine) -> None:
    """After an objection to marketing and with no consent at all; once, with the MSL's words escaped; its words are behind the wall and gone when sent."""
    await change(house, "ALTER TABLE consent DISABLE TRIGGER ALL")
    await change(house, "DELETE FROM consent")
    await change(house, "INSERT INTO objection (id, person_id, method, captured_by, at) VALUES ('o', :person, 'phone', 'user-rep', now())", person=ASTRID)
    inquiry, channel = await asked(house), FakeChannel()
    for _ in range(2):
        given = await respond(house, inquiry.id)
    assert isinstance(given, InquiryRow)
    assert (given.response, given.responded_at, given.status) == ("requested", None, "in_progress")
    (letter,) = await every(house, tables.Dispatch)
    await StoredFulfilment(house).close(MSL, inquiry.id, "answered", now=NOW)  # an answer that is under way still answers it
    assert (await deliver(house, channel, letter.id)).result == "sent"
    (message,) = channel.offered
    assert ("<b>" in (message.html or ""), "&lt;b&gt;dose&lt;/b&gt;" in (message.html or "")) == (False, True)
    seen = await StoredInquiries(house).find(REP, inquiry.id, now=NOW)
    assert seen is not None
    assert (seen.status, seen.response, seen.responded_at) == ("answered", "sent", NOW)
    assert await every(house, tables.MedicalDispatchWords) == []
    crossings = [line.action for line in await every(house, tables.AuditEntry) if line.reason == "sending"]
    assert crossings == ["inquiry.response_read", "inquiry.response_sent"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"content": "hf-dialogue@2"}, Code.CONTENT_NOT_MEDICAL),
        ({"content": "with-links@1"}, Code.CONTENT_NOT_MEDICAL),
        ({"content": "nothing@1"}, Code.CONTENT_NOT_MEDICAL),
        ({"answer": f"Read {BRAND['study']} first."}, Code.PROMOTIONAL_LINK),
    ],
)
async def test_an_answer_carries_nothing_promotional(house: AsyncEngine, changes: dict[str, Any], code: Code) -> None:
    """Neither the content nor an address in the words; nothing is stored then, so that the MSL may mend it."""
    refused = await respond(house, (await asked(house)).id, **changes)
    assert isinstance(refused, NotDone)
    assert refused.code is code
    assert await every(house, tables.InquiryAnswer) == []


async def test_an_answer_that_was_refused_may_be_sent_again(house: AsyncEngine) -> None:
    """The address was missing: once it is on record the same answer goes out, and no other one."""
    inquiry = await asked(house)
    await respond(house, inquiry.id)
    (first,) = await every(house, tables.Dispatch)
    assert (await deliver(house, FakeChannel(Handover.REFUSED), first.id)).result == "refused"
    assert isinstance(await respond(house, inquiry.id, answer="Another answer."), NotDone)
    again = await respond(house, inquiry.id)
    assert isinstance(again, InquiryRow)
    assert (again.response, len(await every(house, tables.Dispatch))) == ("requested", 2)
    other = Who("msl-lars", Role.MSL)
    anothers = await StoredResponses(house).respond(other, inquiry.id, NewResponse(answer=ANSWER, content=ContentRef("our-answer", 1), safety=NONE), now=NOW)
    assert isinstance(anothers, NotDone)
    assert anothers.code is Code.INQUIRY_TAKEN


REFUSED: list[tuple[dict[str, Any], Reason]] = [
    ({"inquiry_id": "draft"}, Reason.INQUIRY_CLOSED),
    ({"inquiry_id": "withdrawn"}, Reason.INQUIRY_CLOSED),
    ({"inquiry_id": "of-bo"}, Reason.INQUIRY_OF_ANOTHER),
    ({"inquiry_id": "other-product"}, Reason.INQUIRY_OTHER_PRODUCT),
    ({"content": ContentRef("hf-dialogue", 2)}, Reason.CONTENT_NOT_MEDICAL),
    ({"content": ContentRef("with-links", 1)}, Reason.CONTENT_NOT_MEDICAL),
]


async def test_the_gate_refuses_what_answers_no_question(house: AsyncEngine) -> None:
    """Whoever asks for the letter: a draft, a question that was withdrawn, another HCP's or about another product, and content that is not medical's."""
    of: dict[str, Any] = {"product": "cardiolex", "unsolicited": True, "recorded_by": "user-rep", "recorded_at": NOW}
    await add(
        house,
        tables.Inquiry(id="draft", person_id=ASTRID, status="draft", **of),
        tables.Inquiry(id="withdrawn", person_id=ASTRID, status="withdrawn", closed_at=NOW, **of),
        tables.Inquiry(id="of-bo", person_id=BO, **of),
        tables.Inquiry(id="other-product", person_id=ASTRID, **{**of, "product": "nephrolex"}),
    )
    for number, (changes, reason) in enumerate(REFUSED):
        letter = f"answer-{number}"
        await ask_for(house, an_answer(id=letter, **changes))
        channel = FakeChannel()
        settled = await deliver(house, channel, letter)
        assert (settled.result, settled.reason, channel.offered) == ("refused", reason, []), changes
