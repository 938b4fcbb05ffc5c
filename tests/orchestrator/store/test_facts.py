"""How the catalogue's facts stand for one person, on a real PostgreSQL: each from its own table, none from across the firewall."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from journeys.facts import CATALOGUE, Wall
from orchestrator.store import tables
from orchestrator.store.engine import transaction
from orchestrator.store.facts import load_facts, nurse_of
from tests.builders import NOW
from tests.database import owning
from tests.orchestrator.store.desk.filling import ASTRID, BO, a_person, add
from tests.orchestrator.store.sending import NURSE, a_consent, a_withdrawal, change


async def _facts(engine: AsyncEngine, *names: str, person: str = ASTRID) -> dict[str, Any]:
    async with transaction(engine) as session:
        return await load_facts(session, person, names, now=NOW)


async def test_every_fact_has_its_place(world: AsyncEngine) -> None:
    """All that the catalogue names is answered; what is not recorded is not known."""
    await change(world, "UPDATE person SET specialty = 'cardiology', channel_preference = 'email' WHERE id = :id", id=ASTRID)
    assert await _facts(world, *CATALOGUE) == {
        "persona": "pioneer",
        "profession": "physician",
        "specialty": "cardiology",
        "market": "SE",
        "language": "sv",
        "channel_preference": "email",
        "nurse_in_care_team": True,
        "email_consent": True,
        "sms_consent": False,
        "tags": (),
        "workplace": None,
        "therapy_patients": None,
        "days_since_prescription": None,
        "congress_attended_on": None,
        "next_appointment_on": None,
        "letter_due_on": None,
        "adoption_stage": None,
        "tier": "A",
        "decile": 8,
        "identity": None,
        "engagement": None,
        "kol_tier": None,
        "scientific_interest": None,
    }


async def test_medical_facts_never_reach_a_journey(world: AsyncEngine) -> None:
    """Medical knows the HCP's KOL tier; whoever asks for it here is told that nothing is known."""
    medical = [name for name, fact in CATALOGUE.items() if fact.wall is Wall.MEDICAL]
    async with owning(world) as session:
        assert (await session.get_one(tables.MedicalProfile, ASTRID)).kol_tier == "national"
    assert await _facts(world, *medical) == dict.fromkeys(medical)


async def test_only_what_was_asked_is_told(world: AsyncEngine) -> None:
    """A name that the catalogue does not have is not known, and a person that there is not has nothing."""
    assert await _facts(world, "tier", "shoe_size") == {"tier": "A", "shoe_size": None}
    assert await _facts(world, "tier", "market", person="nobody") == {"tier": None, "market": None}


async def test_a_stated_language_goes_before_the_market_s(world: AsyncEngine) -> None:
    """A market without a policy has none to fall back to."""
    await change(world, "UPDATE person SET language = 'en' WHERE id = :id", id=ASTRID)
    assert await _facts(world, "language") == {"language": "en"}
    await change(world, "UPDATE person SET language = NULL WHERE id = :id", id=BO)
    assert await _facts(world, "language", person=BO) == {"language": None}


@pytest.mark.parametrize(
    ("act", "stands"),
    [
        (a_withdrawal(), False),
        (a_withdrawal(market="UK"), False),
        (a_withdrawal(at=NOW + timedelta(minutes=1)), False),
        (a_withdrawal(channel="phone"), True),
        (a_consent(id="c9", at=NOW, expires=NOW), False),
        (a_consent(id="c9", at=NOW, text_version=None), False),
        (a_consent(id="c9", at=NOW, text_version=None, purpose="medical_response"), True),
    ],
    ids=["withdrawn", "withdrawn abroad", "withdrawn by a clock that is ahead", "another channel", "expired", "without a text", "another purpose"],
)
async def test_consent_is_a_fact_of_this_moment(world: AsyncEngine, act: tables.Consent, stands: bool) -> None:
    """The latest act for the channel and the purpose decides."""
    await add(world, tables.Consent(**act.model_dump()))
    assert await _facts(world, "email_consent") == {"email_consent": stands}


async def test_the_nurse_does_not_waver(world: AsyncEngine) -> None:
    """Of several, the first by id who is active; other roles and other people's nurses are none."""
    await add(
        world,
        *(a_person(id=f"person-{name}", profession="nurse") for name in ("anna", "bea", "carl")),
        tables.Affiliation(person_id="person-bea", other_id=ASTRID, role="nurse"),
        tables.Affiliation(person_id="person-anna", other_id=ASTRID, role="colleague"),
        tables.Affiliation(person_id="person-carl", other_id=BO, role="nurse"),
    )
    found = []
    for gone in ("nobody", "person-bea", NURSE):
        await change(world, "UPDATE person SET status = 'retired' WHERE id = :gone", gone=gone)
        async with transaction(world) as session:
            nurse = await nurse_of(session, ASTRID)
        found.append(nurse.id if nurse is not None else None)
    assert found == ["person-bea", NURSE, None]
