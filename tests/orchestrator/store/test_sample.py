"""The sample world: whole after the first loading, and untouched by the second."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import SQLModel, col, select

from journeys.facts import CATALOGUE
from journeys.library import PACKAGED, LibraryError, read_library
from orchestrator.store import tables
from orchestrator.store.engine import transaction
from orchestrator.store.facts import nurse_of
from orchestrator.store.sample import SOURCE, load_sample, read_sample
from tests.database import owning

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


async def _load(engine: AsyncEngine) -> int:
    async with transaction(engine) as session:
        return await load_sample(session, read_sample(), now=NOW)


async def _counts(engine: AsyncEngine) -> dict[str, int]:
    counted: tuple[type[SQLModel], ...] = (
        tables.Territory,
        tables.User,
        tables.Alignment,
        tables.Organisation,
        tables.Person,
        tables.ExternalId,
        tables.Affiliation,
        tables.CommercialProfile,
        tables.MedicalProfile,
        tables.PersonaAssignment,
        tables.Consent,
        tables.AuditEntry,
    )
    async with owning(engine) as session:
        return {table.__name__: (await session.exec(select(func.count()).select_from(table))).one() for table in counted}


async def test_everything_in_the_file_is_loaded(engine: AsyncEngine) -> None:
    """Each line of the file has its row, the affiliations of the care teams included."""
    sample = read_sample()
    assert await _load(engine) == len(sample.people)
    counts = await _counts(engine)
    assert counts["Person"] == counts["ExternalId"] == len(sample.people)
    assert counts["Organisation"] == len(sample.organisations)
    assert counts["Alignment"] == sum(len(user.territories) for user in sample.users)
    assert counts["Affiliation"] == len(sample.people) + sum(len(person.care_team) for person in sample.people)
    assert counts["Consent"] == sum(len(person.consents) for person in sample.people)
    assert counts["CommercialProfile"] == counts["PersonaAssignment"] == sum(person.commercial is not None for person in sample.people)


async def test_loading_again_adds_nothing(engine: AsyncEngine) -> None:
    """The crosswalk of the source `sample` knows everybody."""
    await _load(engine)
    before = await _counts(engine)
    assert await _load(engine) == 0
    assert await _counts(engine) == before


async def test_two_loadings_at_once_add_everybody_once(engine: AsyncEngine) -> None:
    """The second waits for the first and then finds everybody there."""
    assert sorted(await asyncio.gather(_load(engine), _load(engine))) == [0, len(read_sample().people)]


async def test_loading_again_undoes_nothing(engine: AsyncEngine) -> None:
    """A persona that a rep corrected in the meantime is not set back."""
    await _load(engine)
    async with transaction(engine) as session:
        profile = (await session.exec(select(tables.CommercialProfile))).first()
        assert profile is not None
        profile.persona, person_id = "ordinary", profile.person_id
    await _load(engine)
    async with transaction(engine) as session:
        assert (await session.get_one(tables.CommercialProfile, person_id)).persona == "ordinary"


async def test_a_one_id_tells_nothing(engine: AsyncEngine) -> None:
    """The id of a person holds neither their ref nor their name."""
    await _load(engine)
    async with transaction(engine) as session:
        rows = (await session.exec(select(tables.ExternalId).where(tables.ExternalId.source == SOURCE))).all()
    assert all(row.value not in row.person_id and len(row.person_id) == 32 for row in rows)


async def test_the_nurse_of_a_care_team_is_found(engine: AsyncEngine) -> None:
    """A physician with a care team has a nurse to write to."""
    await _load(engine)
    ref = next(person.ref for person in read_sample().people if person.care_team)
    async with transaction(engine) as session:
        one_id = (await session.exec(select(tables.ExternalId.person_id).where(col(tables.ExternalId.value) == ref))).one()
        nurse = await nurse_of(session, one_id)
    assert nurse is not None
    assert nurse.profession == "nurse"


def test_the_sample_speaks_the_languages_words() -> None:
    """Personas are the library's, and profile values those of the catalogue of facts."""
    personas = read_library(PACKAGED).personas
    for person in read_sample().people:
        known = (person.commercial.model_dump(exclude={"persona"}) if person.commercial else {}) | (person.medical.model_dump() if person.medical else {})
        assert person.commercial is None or person.commercial.persona in personas
        for name, value in known.items():
            assert value is None or not CATALOGUE[name].values or value in CATALOGUE[name].values


def test_a_broken_sample_file_is_refused_with_its_place(tmp_path: Path) -> None:
    """The reader is as strict as with strategies: file, line and column."""
    broken = tmp_path / "people.yaml"
    broken.write_text("territories: []\nusers: []\norganisations: []\npeople: [{reff: x}]\n", encoding="utf-8")
    with pytest.raises(LibraryError) as refusal:
        read_sample(broken)
    assert str(refusal.value.findings[0]).startswith(f"{broken}:4:")
