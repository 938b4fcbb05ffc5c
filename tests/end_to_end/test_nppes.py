"""The real register, enrolled and worked through the API: ledger, inbox and timelines must tell the same, to the last touch.

The practitioners are real; everything else about them here is invented by this test and stays in its own database: a persona, an address under a domain
that can never exist, and for two in three a consent. Nothing is sent to anybody: the mails end in the test's own inbox.
"""

import asyncio
import itertools
from collections import Counter
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import uuid4

import pytest
from sqlmodel import col, select

from orchestrator.registries.importing import import_nppes
from orchestrator.store import tables
from orchestrator.store.engine import transaction
from tests.end_to_end.house import Desk, House, Json
from tests.orchestrator.registries.register_files import REAL_FILE

PRACTITIONERS = 200
AT_A_TIME = 8

FIRST_STEP = {"pioneer": "first-visit", "traditional": "introduction-visit"}


class Touched(NamedTuple):
    """One touch, as the ledger and the timeline can both name it."""

    enrolment: str | None
    step: str
    by_email: bool


async def _furnish(house: House) -> list[tuple[str, str]]:
    """Import the register into Boston, and invent what it does not know of the first physicians. Returns each one's id and persona."""
    now = datetime.now(UTC)
    await import_nppes(house.engine, REAL_FILE, now=now, territory="boston")
    async with transaction(house.engine) as session:
        physicians = (
            select(tables.Person)
            .join(tables.ExternalId)
            .where(tables.ExternalId.source == "npi", tables.Person.profession == "physician", tables.Person.status == "active")
            .order_by(tables.ExternalId.value)
            .limit(PRACTITIONERS)
        )
        people = (await session.exec(physicians)).all()
        invented = list(zip(people, itertools.cycle(FIRST_STEP), strict=False))
        for number, (person, persona) in enumerate(invented):
            person.email = f"npi-{number}@hcp.example"
            session.add(tables.CommercialProfile(person_id=person.id, persona=persona, tier="B", updated_at=now))
            if number % 3:
                session.add(_consent(person.id, now))
    return [(person.id, persona) for person, persona in invented]


def _consent(person: str, now: datetime) -> tables.Consent:
    return tables.Consent(
        id=uuid4().hex,
        person_id=person,
        act="given",
        channel="email",
        purpose="promotional",
        market="US",
        method="paper",
        text_version="invented@1",
        language="en",
        captured_by="test",
        proof="invented",
        at=now,
        recorded_at=now,
    )


async def _work(grace: Desk, person: str, persona: str, number: int) -> None:
    """Enrol one, report the first visit with one of its outcomes, and then what the next task comes to, where there is one at once."""
    run = await grace.enrol(person, persona)
    done = await _report(grace, person, await grace.task(run, FIRST_STEP[persona]), number // 2)
    if done["next"]["task"] is not None:
        await _report(grace, person, done["next"]["task"]["id"], number)


async def _report(grace: Desk, person: str, task: str, turn: int) -> Json:
    """Complete a task with the outcome whose turn it is; a wish for data is recorded in the HCP's own words first."""
    brief = await grace.get(f"/tasks/{task}")
    outcome = brief["outcomes"][turn % len(brief["outcomes"])]
    channel = brief["channels"][0]["channel"] if brief["kind"] == "visit" else None
    more: Json = {}
    if outcome == "wants_data":
        asked = {"person_id": person, "product": "cardiolex", "question": "What about my oldest patients?", "safety": {"answer": "none"}, "unsolicited": True}
        more = {"inquiry_id": (await grace.post("/inquiries", asked))["id"]}
    return await grace.complete(task, outcome, channel, **more)


async def _ledger(house: House) -> list[tables.Touch]:
    async with transaction(house.engine) as session:
        return list((await session.exec(select(tables.Touch).order_by(col(tables.Touch.key)))).all())


async def _told(grace: Desk, people: list[str]) -> Counter[Touched]:
    """The touches of which the timelines tell: visits that were made, and e-mails that were handed over."""
    told: Counter[Touched] = Counter()
    for person in people:
        for line in await grace.all(f"/people/{person}/timeline"):
            if line["what"] == "sent":
                told[Touched(line["enrolment_id"], line["step"], by_email=True)] += 1
            if line["what"] == "task_closed" and line["channel"] is not None:
                told[Touched(line["enrolment_id"], line["step"], by_email=False)] += 1
    return told


@pytest.mark.timeout(300)
@pytest.mark.real_data
@pytest.mark.skipif(not REAL_FILE.exists(), reason="the public extracts do not stand beside this repository (../shared/data)")
async def test_the_ledger_the_inbox_and_the_timelines_agree_on_200_real_practitioners(house: House) -> None:
    """Every touch of the ledger is in a timeline once, every e-mail of the ledger is in the inbox once, and neither holds anything else. Persona,
    address and consent of each practitioner are invented by this test."""
    grace = house.desk("rep-grace")
    people = await _furnish(house)
    assert len(people) == PRACTITIONERS
    gate = asyncio.Semaphore(AT_A_TIME)

    async def one(number: int, person: str, persona: str) -> None:
        async with gate:
            await _work(grace, person, persona, number)

    await asyncio.gather(*(one(number, person, persona) for number, (person, persona) in enumerate(people)))

    touches = await _ledger(house)
    assert {touch.state for touch in touches} == {"accepted"}
    assert await _told(grace, [person for person, _ in people]) == Counter(
        Touched(touch.enrolment_id, touch.step, by_email=touch.channel == "email") for touch in touches
    )
    posted = Counter(mail.message_id for mail in house.inbox.mails())
    assert posted == Counter(touch.message_id for touch in touches if touch.channel == "email")

    allowed = {person for number, (person, _) in enumerate(people) if number % 3}
    assert {touch.person_id for touch in touches if touch.channel == "email"} < allowed, "nobody without consent is written to"
    assert {touch.person_id for touch in touches} == {person for person, _ in people}
    assert len(posted) > PRACTITIONERS / 4
    assert all(str(mail.message["To"]).endswith("@hcp.example") for mail in house.inbox.mails())
