"""What is told of an HCP, on a real PostgreSQL: each fact where it lives, once in the audit, and in the runs that it concerns."""

from datetime import timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from activities.orders import OpenOrder
from journeys.fact_values import ELSEWHERE
from journeys.facts import CATALOGUE
from orchestrator.registries.entries import Deactivated, RegisteredOrganisation, RegisteredPerson, Row
from orchestrator.store import tables
from orchestrator.store.desk.knowing import StoredKnowledge
from orchestrator.store.engine import transaction
from orchestrator.store.facts import load_facts
from orchestrator.store.knowing import CHANGEABLE
from orchestrator.store.register import Register, take_in
from orchestrator.store.runs import StoredRuns
from tests.builders import NOW, a_journey
from tests.orchestrator.store.desk.filling import ASTRID, BO, ENROLMENT, MSL, REP, a_version, add, an_enrolment, every, once

VALUES: dict[str, Any] = {
    "language": "en",
    "channel_preference": "phone",
    "tags": ("renal",),
    "workplace": "hospital",
    "therapy_patients": 12,
    "days_since_prescription": 3,
    "congress_attended_on": "2027-02-11",
    "next_appointment_on": "2027-03-04T09:00:00+01:00",
    "letter_due_on": "2027-05-01",
    "adoption_stage": "trial",
    "tier": "B",
    "decile": 3,
    "identity": "low",
    "engagement": "high",
}


async def _tell(engine: AsyncEngine, key: str = "a-key-of-mine", **facts: Any) -> tuple[str, ...]:
    return await StoredKnowledge(engine).tell(REP, ASTRID, facts, reason="She told me.", side="commercial", once=once(key), now=NOW)


def test_every_fact_is_told_here_or_elsewhere() -> None:
    """And none in both places."""
    assert CHANGEABLE | ELSEWHERE.keys() == CATALOGUE.keys()
    assert not CHANGEABLE & ELSEWHERE.keys()


async def test_what_is_told_stands_and_can_be_taken_back(world: AsyncEngine) -> None:
    """Every fact in turn: what was written is read, and null is no longer known."""
    assert await _tell(world, **VALUES) == tuple(VALUES)
    async with transaction(world) as session:
        assert await load_facts(session, ASTRID, VALUES, now=NOW) == VALUES
        counted = await load_facts(session, ASTRID, ["days_since_prescription"], now=NOW + timedelta(days=4))
    assert counted == {"days_since_prescription": 7}
    await _tell(world, "another-key", **dict.fromkeys(VALUES))
    async with transaction(world) as session:
        left = await load_facts(session, ASTRID, VALUES, now=NOW)
    assert {name: value for name, value in left.items() if value} == {"language": "sv"}  # the market's


async def test_a_repeat_is_neither_audited_nor_told(world: AsyncEngine) -> None:
    """The runs that name the fact learn it once, with its value; the reason is in the audit by its id alone."""
    journey = a_journey(journey="asks", entry={"when": {"fact": "tier", "is": "B"}})
    await add(world, a_version(journey), an_enrolment(id="asks", journey="asks", digest=journey.digest))
    assert await _tell(world, tier="B") == ("tier",)
    assert await _tell(world, tier="B") == ()
    told = [(row.enrolment_id, row.payload["facts"]) for row in await every(world, tables.Outbox)]
    assert told == [("asks", {"tier": "B"})]
    (entry,) = [entry for entry in await every(world, tables.AuditEntry) if entry.action == "facts.changed"]
    assert entry.details == {"facts": {"tier": ["A", "B"]}, "remark": once().id("remark")}


async def test_a_medical_fact_reaches_no_run_and_no_audit_by_its_value(world: AsyncEngine) -> None:
    """The name of what changed, no more."""
    changed = await StoredKnowledge(world).tell(MSL, ASTRID, {"kol_tier": "regional"}, reason="At the congress.", side="medical", once=once(), now=NOW)
    assert changed == ("kol_tier",)
    (profile,) = await every(world, tables.MedicalProfile)
    assert profile.kol_tier == "regional"
    assert await every(world, tables.Outbox) == []
    (entry,) = [entry for entry in await every(world, tables.AuditEntry) if entry.action == "facts.changed"]
    assert entry.details["facts"] == {"kol_tier": None}


def _registered(zone: str, number: str = "1", line: int = 2) -> RegisteredPerson:
    told = {"npi": number, "line": line, "digest": f"digest-{zone}", "given_name": "Astrid", "family_name": "Lindqvist", "profession": "physician"}
    return RegisteredPerson.model_validate({**told, "zone": zone})


async def _import(engine: AsyncEngine, *rows: Row, market: str = "SE") -> Any:
    async with transaction(engine) as session:
        return await take_in(session, rows, register=Register("npi", market), now=NOW)


async def _calendars(engine: AsyncEngine) -> list[tuple[str, str]]:
    rows = await every(engine, tables.Outbox)
    return [(row.enrolment_id, row.payload["calendar"]["zone"]) for row in rows if row.payload.get("is_") == "calendar_drawn"]


async def test_an_hcp_who_moves_zone_is_told_to_the_runs(world: AsyncEngine) -> None:
    """With the calendar by which they go on; the same zone again is nothing new."""
    await add(world, tables.ExternalId(source="npi", value="1", person_id=ASTRID))
    for _ in range(2):
        await _import(world, _registered("Europe/Helsinki"))
    assert await _calendars(world) == [(ENROLMENT, "Europe/Helsinki")]


async def test_an_hco_that_moves_zone_is_told_to_the_runs_of_who_work_there(world: AsyncEngine) -> None:
    """They live by its zone where they have none of their own; once it is closed, by the market's again."""
    await add(world, tables.OrganisationExternalId(source="npi", value="9", organisation_id="org-1"))
    there = RegisteredOrganisation(line=2, npi="9", name="Norra kliniken", zone="Europe/Helsinki")
    for _ in range(2):
        await _import(world, there)
    await _import(world, Deactivated(line=2, npi="9"))
    assert await _calendars(world) == [(ENROLMENT, "Europe/Helsinki"), (ENROLMENT, "Europe/Stockholm")]


async def test_an_hcp_who_moves_market_takes_its_calendar(world: AsyncEngine) -> None:
    """Its holidays too; where the market's rules are not known, its zone is not either."""
    await add(world, tables.ExternalId(source="npi", value="1", person_id=ASTRID))
    await _import(world, _registered(""), market="UK")
    assert await _calendars(world) == [(ENROLMENT, "UTC")]
    async with transaction(world) as session:
        assert (await session.get_one(tables.Person, ASTRID)).market == "UK"


async def test_failure_5_an_invalid_zone_in_one_record_does_not_stop_the_others(world: AsyncEngine) -> None:
    """The others of the batch are taken in; the run of the one goes on by the market's zone, and opens by it."""
    await add(world, *(tables.ExternalId(source="npi", value=number, person_id=person) for number, person in (("1", ASTRID), ("2", BO))))
    await add(world, an_enrolment(id="bo", person_id=BO))
    taken = await _import(world, _registered("Mars/Olympus"), _registered("Europe/Oslo", "2", 3))
    assert taken.people == {"updated": 2}
    assert await _calendars(world) == [(ENROLMENT, "Europe/Stockholm"), ("bo", "Europe/Oslo")]
    opened = [await StoredRuns(world).open(OpenOrder(enrolment=run, at=NOW)) for run in (ENROLMENT, "bo")]
    assert [one.calendar.zone for one in opened] == ["Europe/Stockholm", "Europe/Oslo"]
