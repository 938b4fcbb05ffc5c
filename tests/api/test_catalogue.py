"""The catalogue of facts, as editors read it."""

import pytest

from api.who import Role
from journeys.facts import CATALOGUE, Wall
from tests.api.conftest import As
from tests.api.fakes import World

FACTS = "/api/v1/catalogue/facts"
MEDICAL = {fact.name for fact in CATALOGUE.values() if fact.wall is Wall.MEDICAL}


async def test_every_fact_is_told_with_its_type_values_and_what_may_be_asked(as_: As) -> None:
    """So that an editor can offer it and check what is written."""
    told = {fact["name"]: fact for fact in (await as_(Role.COMPLIANCE).get(FACTS)).json()["facts"]}
    assert list(told) == list(CATALOGUE)
    assert told["adoption_stage"] == {
        "name": "adoption_stage",
        "kind": "ladder",
        "wall": "commercial",
        "source": "the adoption ladder",
        "unit": None,
        "values": ["unaware", "aware", "trial", "user", "advocate"],
        "wanted": "one of unaware, aware, trial, user, advocate",
        "comparisons": ["is", "in", "at_least", "at_most", "known"],
    }
    assert (told["days_since_prescription"]["unit"], told["days_since_prescription"]["values"]) == ("days", [])
    assert all(fact["source"] and fact["wanted"] and fact["comparisons"] for fact in told.values())


async def test_the_personas_are_those_of_the_library(as_: As, world: World) -> None:
    """They are the values that a condition on the persona may have here."""
    (persona,) = (fact for fact in (await as_(Role.MARKETING).get(FACTS)).json()["facts"] if fact["name"] == "persona")
    assert persona["values"] == sorted(world.library.personas)
    assert persona["values"]


@pytest.mark.parametrize(
    ("role", "sees_medical"), [(Role.MARKETING, False), (Role.SALES, False), (Role.ADMIN, False), (Role.MEDICAL, True), (Role.COMPLIANCE, True)]
)
async def test_medical_facts_are_told_to_medical_roles_alone(role: Role, sees_medical: bool, as_: As) -> None:
    """Whoever writes commercial journeys is not even offered them; what both sides sign is told to both."""
    names = {fact["name"] for fact in (await as_(role).get(FACTS)).json()["facts"]}
    assert names == {*CATALOGUE} - (set() if sees_medical else MEDICAL)


@pytest.mark.parametrize("role", [Role.REP, Role.MSL])
async def test_the_field_writes_no_journeys(role: Role, as_: As) -> None:
    """And is refused."""
    answer = await as_(role).get(FACTS)
    assert (answer.status_code, answer.json()["code"]) == (403, "role_not_allowed")
