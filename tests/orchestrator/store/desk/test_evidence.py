"""The evidence pack of one HCP, on a real PostgreSQL: complete, sealed, audited, and each side for those who may see it."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from api.evidence import digest_of
from orchestrator.evidence_pdf import printed
from orchestrator.store import library, tables
from orchestrator.store.consents import add_act
from orchestrator.store.desk.evidence import StoredEvidence
from orchestrator.store.engine import transaction
from orchestrator.store.objections import object_to_marketing
from orchestrator.store.wall import Crossing
from tests.builders import NOW, a_consent_text
from tests.database import Dirigent
from tests.orchestrator.store.desk.filling import ADMIN, ASTRID, BO, COMPLIANCE, a_touch, add, astrid, every
from tests.orchestrator.store.sending import a_consent, a_ledger, a_touch_order, a_withdrawal, fill


@pytest.fixture
async def told(engine: AsyncEngine) -> AsyncEngine:
    """A consent to a text that is on record, a letter that went out, an answer of medical's, a withdrawal, and an objection."""
    await fill(engine)
    async with transaction(engine) as session:
        await library.publish_consent_text(session, a_consent_text(), now=NOW)
    await add(engine, a_consent(id="with-words", text_version="se-email-1", language="sv"), a_consent(id="bos", person_id=BO))
    await a_ledger(engine).reserve(a_touch_order(), now=NOW)
    await add(engine, a_touch(key="answer", message_id="<a@x>", purpose="medical_response"))
    async with transaction(engine) as session:
        await add_act(session, a_withdrawal(at=NOW + timedelta(hours=1)), by="user-rep", role="rep")
        await object_to_marketing(session, tables.Objection(id="o1", person_id=ASTRID, method="letter", captured_by="user-rep", at=NOW), role="rep")
    return engine


async def test_the_pack_shows_what_was_allowed_taken_back_and_sent(told: AsyncEngine) -> None:
    """Each consent with its words, the objection, each touch with every check of the gate, who recorded what; nothing of anybody else."""
    pack = await StoredEvidence(told).of_person(COMPLIANCE, await astrid(told), now=NOW)
    assert [(act.id, act.words is not None) for act in pack.consents] == [("consent-1", False), ("with-words", True), ("consent-2", False)]
    assert (pack.name, pack.made_by, pack.objection.method if pack.objection else None) == ("Astrid Lindqvist", "user-compliance", "letter")
    touches = {touch.purpose: touch for touch in pack.touches}
    assert set(touches) == {"promotional", "medical_response"}
    (verdict,) = touches["promotional"].verdicts
    assert (verdict.verdict, {"consent", "objection"} <= {check.rule for check in verdict.checks}) == ("allowed", True)
    assert {"consent.withdrawn", "objection.recorded"} <= {line.action for line in pack.audit}


async def test_the_pack_is_sealed_and_its_reading_audited(told: AsyncEngine) -> None:
    """The digest can be reckoned again from the document, changes with any word of it, and is in the audit."""
    pack = await StoredEvidence(told).of_person(COMPLIANCE, await astrid(told), now=NOW)
    assert digest_of(pack) == pack.digest != digest_of(pack.model_copy(update={"name": "Somebody Else"}))
    (line,) = [line for line in await every(told, tables.AuditEntry) if line.action == "evidence.read"]
    assert (line.by, line.subject, line.details) == ("user-compliance", f"person:{ASTRID}", {"digest": pack.digest})


async def test_an_administrator_sees_the_commercial_side_alone(told: AsyncEngine) -> None:
    """What medical answered is not in it, nor who asked medical what, nor who read what lies behind the wall."""
    of_medical = ("inquiry.recorded", *Crossing)
    async with transaction(told) as session:
        for action in of_medical:
            session.add(tables.AuditEntry(by="user-msl", role="msl", action=action, subject="inquiry:1", details={"person": ASTRID}, at=NOW))
    pack = await StoredEvidence(told).of_person(ADMIN, await astrid(told), now=NOW)
    assert {touch.purpose for touch in pack.touches} == {"promotional"}
    assert not {line.action for line in pack.audit} & set(of_medical)


async def test_the_pack_on_paper_carries_its_digest_and_every_name(told: AsyncEngine) -> None:
    """In whatever letters somebody is called; the document says whose it is, and is as long as it must be."""
    async with transaction(told) as session:
        person = await session.get_one(tables.Person, ASTRID)
        person.given_name, person.family_name = "Łucja Ødegård", "Παπαδοπούλου Иванова"
    pack = await StoredEvidence(told).of_person(COMPLIANCE, await astrid(told), now=NOW)
    paper = printed(pack)
    assert paper.startswith(b"%PDF-")
    assert f"Evidence {ASTRID}".encode("utf-16-be") in paper or f"Evidence {ASTRID}".encode() in paper
    assert printed(pack) == paper


async def test_the_command_reads_it_as_somebody_who_may(told: AsyncEngine, database: str, dirigent: Dirigent, tmp_path: Path) -> None:
    """As JSON, or as a file; a rep does not read it, and nobody is not found."""
    said = await asyncio.to_thread(dirigent, "evidence", ASTRID, "--as", "user-compliance")
    assert (said.code, json.loads(said.out)["name"]) == (0, "Astrid Lindqvist")
    file = tmp_path / "pack.pdf"
    assert (await asyncio.to_thread(dirigent, "evidence", ASTRID, "--as", "user-admin", "--pdf", str(file))).code == 0
    assert file.read_bytes().startswith(b"%PDF-")
    for person, user in ((ASTRID, "user-rep"), ("nobody", "user-admin")):
        assert (await asyncio.to_thread(dirigent, "evidence", person, "--as", user)).code == 1
