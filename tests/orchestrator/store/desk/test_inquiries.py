"""A question's way to medical, on a real PostgreSQL: recorded and locked, routed, claimed, clarified, answered, escalated."""

import asyncio
import json
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from api.codes import Code
from api.paging import Slice
from api.ports import NotDone
from api.rows import InquiryRow
from api.schemas.coverage import CoverageLine, NewAbsence
from api.schemas.inquiries import DraftWords, NewInquiry, NewSignature
from api.schemas.safety import NothingToReport
from api.who import Role, Who
from journeys.medical import ATTESTATION
from orchestrator.store import tables
from orchestrator.store.desk.coverages import StoredCoverages
from orchestrator.store.desk.firewall import StoredFirewall
from orchestrator.store.desk.fulfilment import StoredFulfilment
from orchestrator.store.desk.inquiries import StoredInquiries
from orchestrator.store.overdue import StoredOverdue
from tests.builders import NOW
from tests.database import owning
from tests.orchestrator.store.desk.filling import ASTRID, COMPLIANCE, HOME, MEDICAL, MSL, REP, add, astrid, every, once, the_world

LARS = Who("msl-lars", Role.MSL)
NONE = NothingToReport(answer="none")
SIGNED = NewSignature(typed_name="Astrid Lindqvist", signed_at=NOW)


@pytest.fixture(autouse=True)
async def world(engine: AsyncEngine) -> None:
    """Two MSLs at home; a medical lead, who is everywhere."""
    await the_world(engine)
    await add(engine, tables.User(id=LARS.id, name="Lars", role="msl"), tables.Alignment(user_id=LARS.id, territory_id=HOME))


@pytest.fixture
def inquiries(engine: AsyncEngine) -> StoredInquiries:
    return StoredInquiries(engine)


@pytest.fixture
def fulfilment(engine: AsyncEngine) -> StoredFulfilment:
    return StoredFulfilment(engine)


@pytest.fixture
def coverages(engine: AsyncEngine) -> StoredCoverages:
    return StoredCoverages(engine)


def row(answer: InquiryRow | NotDone | None) -> InquiryRow:
    """What was done."""
    assert isinstance(answer, InquiryRow), answer
    return answer


def refused(answer: Any) -> Code:
    """Why it was not."""
    assert isinstance(answer, NotDone), answer
    return answer.code


async def recorded(engine: AsyncEngine, key: str = "k", **changes: Any) -> InquiryRow:
    asked = NewInquiry.model_validate(
        {"person_id": ASTRID, "product": "cardiolex", "question": "Is it safe?", "safety": {"answer": "none"}, "unsolicited": True, **changes}
    )
    return row(await StoredInquiries(engine).record(REP, await astrid(engine), asked, once=once(key), now=NOW))


async def audited(engine: AsyncEngine) -> list[str]:
    return [entry.action for entry in await every(engine, tables.AuditEntry)]


async def test_a_question_that_no_hand_off_stands_on_is_medicals_to_find(engine: AsyncEngine, inquiries: StoredInquiries, fulfilment: StoredFulfilment) -> None:
    """Recorded is enough: the MSL lists it as received, takes it, answers it and closes it, without a task."""
    asked = await recorded(engine)
    listed = await inquiries.page(MSL, status="received", person_id=None, whose="all", now=NOW, cut=Slice(10, None))
    assert [found.id for found in listed.rows] == [asked.id]
    assert await every(engine, tables.Task) == []
    msl = Who(asked.assignee or "", Role.MSL)
    row(await fulfilment.answer(msl, asked.id, answer="See the cohort.", now=NOW))
    assert await fulfilment.task_of(asked.id) is None
    for _ in range(2):
        closed = row(await fulfilment.close(msl, asked.id, "answered", now=NOW))
    assert (closed.status, closed.closed_at) == ("answered", NOW)
    assert refused(await fulfilment.close(msl, asked.id, "withdrawn", now=NOW)) is Code.INQUIRY_CLOSED


async def test_an_inquirys_words_are_read_with_a_trace(engine: AsyncEngine, fulfilment: StoredFulfilment) -> None:
    """Recorded once, taken, answered once; every reading of the words stands in the audit with who and why."""
    for _ in range(2):
        asked = await recorded(engine)
    assert len(await every(engine, tables.Inquiry)) == 1
    msl = Who(asked.assignee or "", Role.MSL)
    assert (await fulfilment.words(msl, asked.id, why=None, now=NOW)).question == "Is it safe?"
    assert row(await fulfilment.take(msl, asked.id, now=NOW)).status == "in_progress"
    row(await fulfilment.answer(msl, asked.id, answer="See the cohort.", now=NOW))
    row(await fulfilment.answer(msl, asked.id, answer="See the cohort.", now=NOW))
    assert refused(await fulfilment.answer(msl, asked.id, answer="Another.", now=NOW)) is Code.ALREADY_ANSWERED
    assert (await fulfilment.words(COMPLIANCE, asked.id, why="complaint", now=NOW)).answered_by == msl.id
    acts = [action for action in await audited(engine) if action != "inquiry.answering"]
    assert acts == ["inquiry.recorded", "inquiry.submitted", "inquiry.read", "inquiry.taken", "inquiry.answered", "inquiry.read"]
    crossings = await StoredFirewall(engine).crossings(person_id=ASTRID, by="user-compliance", since=NOW, until=NOW + timedelta(1), cut=Slice(10, None))
    assert [(line.crossing, line.why, line.person_id) for line in crossings.rows] == [("inquiry.read", "complaint", ASTRID)]
    first = await StoredFirewall(engine).crossings(person_id=None, by=None, since=None, until=None, cut=Slice(2, None))
    rest = await StoredFirewall(engine).crossings(person_id=None, by=None, since=None, until=None, cut=Slice(50, first.next))
    assert [line.id for line in (*first.rows, *rest.rows)] == sorted((line.id for line in (*first.rows, *rest.rows)), reverse=True)
    assert len(rest.rows) == 3


async def test_a_draft_is_changed_until_it_is_submitted(engine: AsyncEngine, inquiries: StoredInquiries, fulfilment: StoredFulfilment) -> None:
    """Its latest words count, and the signature under them; the attestation keeps who, when and the sentence; medical sees it only then."""
    draft = await recorded(engine, draft=True, signature=SIGNED.model_dump(mode="json"))
    assert (draft.status, draft.attested_by, draft.due, draft.assignee) == ("draft", None, None, None)
    assert await inquiries.find(MSL, draft.id, now=NOW) is None
    assert await inquiries.find(Who("rep-2", Role.SALES), draft.id, now=NOW) is None
    changed = row(await inquiries.draft(REP, draft.id, DraftWords(question="Is it safe in dialysis?", safety=NONE), now=NOW))
    assert (changed.revision, changed.signature_digest) == (2, None)
    signed = row(await inquiries.draft(REP, draft.id, DraftWords(question="Is it safe in dialysis, Å?", signature=SIGNED, safety=NONE), now=NOW))
    over = json.dumps([draft.id, 3, "Is it safe in dialysis, Å?", SIGNED.marks, NOW.isoformat()], ensure_ascii=False, sort_keys=True)
    assert signed.signature_digest == sha256(over.encode()).hexdigest()
    sent = row(await inquiries.submit(REP, draft.id, now=NOW))
    assert (sent.status, sent.attested_by, sent.attested_at, sent.attestation) == ("received", REP.id, NOW, ATTESTATION)
    assert row(await inquiries.submit(REP, draft.id, now=NOW + timedelta(1))).attested_at == NOW
    assert (await fulfilment.words(MSL, draft.id, why=None, now=NOW)).question == "Is it safe in dialysis, Å?"
    mark = await fulfilment.signature(MSL, draft.id, why=None, now=NOW)
    assert mark is not None
    assert (mark.kind, mark.mark, mark.digest) == ("typed_name", "Astrid Lindqvist", sent.signature_digest)
    assert refused(await inquiries.draft(REP, draft.id, DraftWords(question="Or this?", safety=NONE), now=NOW)) is Code.INQUIRY_SUBMITTED
    assert refused(await inquiries.submit(Who("rep-2", Role.REP), draft.id, now=NOW)) is Code.NOT_FOUND


LOCKED = (
    "UPDATE medical.inquiry_words SET question = 'x'",
    "DELETE FROM medical.inquiry_words",
    "TRUNCATE medical.inquiry_words",
    "UPDATE medical.inquiry_signature SET mark = 'x'",
    "DELETE FROM medical.inquiry_signature",
    "INSERT INTO medical.inquiry_words (inquiry_id, revision, question, written_by, written_at) SELECT id, 9, 'x', 'y', now() FROM inquiry",
    """INSERT INTO medical.inquiry_signature (inquiry_id, revision, kind, mark, signed_at, digest, captured_by, captured_at)
        SELECT id, 9, 'png', 'x', now(), 'd', 'y', now() FROM inquiry""",
    "UPDATE inquiry SET revision = 0",
    "UPDATE inquiry SET attested_by = 'x'",
    "UPDATE inquiry SET signature_digest = 'x'",
    "UPDATE inquiry SET status = 'draft'",
    "DELETE FROM inquiry",
)


async def test_the_database_locks_what_was_submitted(engine: AsyncEngine) -> None:
    """Words, signature and attestation: neither changed nor added to nor removed, by the database's owner either."""
    await recorded(engine, signature=SIGNED.model_dump(mode="json"))
    for statement in LOCKED:
        with pytest.raises(IntegrityError, match=r"locked|append-only"):
            async with owning(engine) as session:
                await (await session.connection()).execute(text(statement))


async def test_a_correction_is_a_new_inquiry_that_names_the_first(engine: AsyncEngine, inquiries: StoredInquiries) -> None:
    """What is corrected was submitted, of the same HCP."""
    first = await recorded(engine)
    assert (await recorded(engine, "k2", corrects=first.id)).corrects == first.id
    wrong = NewInquiry(person_id=ASTRID, product="cardiolex", question="Why?", unsolicited=True, corrects="none", safety=NONE)
    assert refused(await inquiries.record(REP, await astrid(engine), wrong, once=once("k3"), now=NOW)) is Code.INQUIRY_UNKNOWN


async def test_a_question_goes_to_the_least_busy_of_those_who_cover_it(engine: AsyncEngine, coverages: StoredCoverages) -> None:
    """By therapeutic area and territory; where nobody covers the area, to any MSL there; what nobody can take waits in the queue."""
    of_lars = [CoverageLine(user_id=LARS.id, therapeutic_area="heart_failure", territory_id=HOME)]
    assert await coverages.cover(MEDICAL, LARS.id, of_lars, now=NOW) == of_lars
    assert refused(await coverages.cover(MEDICAL, LARS.id, [of_lars[0].model_copy(update={"territory_id": "se-malmo"})], now=NOW)) is Code.CANNOT_TAKE_OVER
    asked = [(await recorded(engine, f"k{number}", therapeutic_area="heart_failure")).assignee for number in range(2)]
    assert asked == [LARS.id, LARS.id]
    assert [(await recorded(engine, f"o{number}", therapeutic_area="renal")).assignee for number in range(3)] == [MSL.id, MSL.id, LARS.id]
    async with owning(engine) as session:
        await (await session.connection()).execute(text("UPDATE app_user SET active = false WHERE role = 'msl'"))
    assert (await recorded(engine, "nobody")).assignee is None


async def test_who_is_out_of_office_is_stood_in_for(
    engine: AsyncEngine, inquiries: StoredInquiries, fulfilment: StoredFulfilment, coverages: StoredCoverages
) -> None:
    """New work goes to the stand-in; open work is offered to the lead, and to the stand-in; afterwards all is as before."""
    before = await recorded(engine)
    assert before.assignee == LARS.id
    gone = NewAbsence(since=NOW, until=NOW + timedelta(days=7), stand_in=MEDICAL.id)
    assert refused(await coverages.absent(MSL, gone.model_copy(update={"user_id": LARS.id}), once=once("a0"), now=NOW)) is Code.CANNOT_TAKE_OVER
    absence = await coverages.absent(LARS, gone.model_copy(update={"stand_in": MSL.id}), once=once("a1"), now=NOW)
    assert not isinstance(absence, NotDone)
    assert (await recorded(engine, "during")).assignee == MSL.id
    (offered,) = (await inquiries.page(MEDICAL, status=None, person_id=None, whose="absent", now=NOW, cut=Slice(10, None))).rows
    assert (offered.id, offered.offered) == (before.id, True)
    assert row(await fulfilment.take(MEDICAL, before.id, now=NOW)).assignee == MEDICAL.id
    assert [each.id for each in await coverages.absences(MEDICAL, now=NOW)] == [absence.id]
    back = await coverages.back(LARS, absence.id, now=NOW + timedelta(hours=1))
    assert not isinstance(back, NotDone)
    assert await coverages.absences(MEDICAL, now=NOW + timedelta(hours=2)) == []


async def test_of_two_claims_at_once_one_wins(engine: AsyncEngine, fulfilment: StoredFulfilment) -> None:
    """The other is told that a colleague has it, and neither answers, hands on nor closes it; taking one's own again changes nothing."""
    asked = await recorded(engine)
    async with owning(engine) as session:
        (await session.get_one(tables.Inquiry, asked.id)).assignee = None
    claims = await asyncio.gather(*(fulfilment.take(who, asked.id, now=NOW) for who in (MSL, LARS)))
    (won,) = [claim for claim in claims if isinstance(claim, InquiryRow)]
    assert [refused(claim) for claim in claims if isinstance(claim, NotDone)] == [Code.INQUIRY_TAKEN]
    winner = Who(won.assignee or "", Role.MSL)
    assert row(await fulfilment.take(winner, asked.id, now=NOW + timedelta(1))).taken_at == NOW
    loser = LARS if winner.id == MSL.id else MSL
    assert refused(await fulfilment.answer(loser, asked.id, answer="Mine.", now=NOW)) is Code.INQUIRY_TAKEN
    assert refused(await fulfilment.reassign(loser, asked.id, loser.id, reason="expertise", now=NOW)) is Code.INQUIRY_TAKEN
    assert [await fulfilment.kept_from(who, asked.id, now=NOW) is not None for who in (winner, loser, MEDICAL)] == [False, True, False]
    handed = row(await fulfilment.reassign(winner, asked.id, loser.id, reason="expertise", now=NOW))
    assert handed.assignee == loser.id
    assert refused(await fulfilment.reassign(loser, asked.id, REP.id, reason="other", now=NOW)) is Code.CANNOT_TAKE_OVER


async def test_a_clarification_tells_the_rep_no_medical_word(engine: AsyncEngine, inquiries: StoredInquiries, fulfilment: StoredFulfilment) -> None:
    """The rep gets a sentence of a fixed list; what the rep says lies with medical, and is not read back."""
    asked = await recorded(engine)
    msl = Who(asked.assignee or "", Role.MSL)
    clarification = await fulfilment.ask(msl, asked.id, "reply_by", once=once("c"), now=NOW)
    assert not isinstance(clarification, NotDone)
    told = row(await inquiries.reply(REP, asked.id, clarification.id, "Before Thursday.", now=NOW))
    assert [(each.question, each.answered_at, each.words) for each in told.clarifications] == [("reply_by", NOW, None)]
    assert refused(await inquiries.reply(REP, asked.id, clarification.id, "Friday.", now=NOW)) is Code.ALREADY_ANSWERED
    assert (await fulfilment.words(msl, asked.id, why=None, now=NOW)).said == {clarification.id: "Before Thursday."}


async def test_what_is_overdue_is_escalated_to_the_lead_once(engine: AsyncEngine, inquiries: StoredInquiries, fulfilment: StoredFulfilment) -> None:
    """After the market's business days; the lead finds it under whose=escalated and may take it; what is answered is left alone."""
    asked, answered = await recorded(engine, urgency="urgent"), await recorded(engine, "k2", urgency="urgent")
    assert asked.due == NOW + timedelta(days=2)
    msl = Who(answered.assignee or "", Role.MSL)
    row(await fulfilment.close(msl, answered.id, "answered", now=NOW))
    overdue, late = StoredOverdue(engine), NOW + timedelta(days=3)
    assert await overdue.escalate(now=NOW) == ()
    assert await overdue.escalate(now=late) == (asked.id,)
    assert await overdue.escalate(now=late) == ()
    (found,) = (await inquiries.page(MEDICAL, status=None, person_id=None, whose="escalated", now=late, cut=Slice(10, None))).rows
    assert (found.id, found.escalated_at, found.escalated_to) == (asked.id, late, MEDICAL.id)
    assert (await audited(engine)).count("inquiry.escalated") == 1
