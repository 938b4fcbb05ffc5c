"""The sample's users put every strategy of the library in force, and one that starts another only after that one."""

from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select

from journeys.library import PACKAGED, Library, read_library
from journeys.means import Means
from orchestrator.embedded import answering
from orchestrator.store.engine import transaction
from orchestrator.store.launching import launch
from orchestrator.store.library import Publishing
from orchestrator.store.sample import load_sample, read_sample
from orchestrator.store.tables import DefinitionVersion, VersionSignature

MEANS = Means(channels=("email", "sms"), endpoints=answering.NAMES)
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


async def _launched(engine: AsyncEngine, library: Library) -> set[Publishing]:
    sample = read_sample()
    async with transaction(engine) as session:
        await load_sample(session, sample, now=NOW)
        return {each.result for each in await launch(session, library, sample, means=MEANS, now=NOW, real=NOW)}


async def test_every_strategy_of_the_library_is_in_force(engine: AsyncEngine) -> None:
    """Signed for sales, marketing and medical, and published; the second time nothing is left to do."""
    library = read_library(PACKAGED)
    await _launched(engine, library)
    async with transaction(engine) as session:
        states = {row.journey: row.state for row in await session.exec(select(DefinitionVersion))}
        signed = [(row.journey, row.party) for row in await session.exec(select(VersionSignature))]
    assert states == dict.fromkeys(library.strategies, "published")
    assert sorted(signed) == sorted((journey, party) for journey in library.strategies for party in ("sales", "marketing", "medical"))
    assert await _launched(engine, library) == {Publishing.UNCHANGED}


async def test_the_order_of_the_files_does_not_matter(engine: AsyncEngine) -> None:
    """Education starts the nurse programme, whichever of them is read first."""
    library = read_library(PACKAGED)
    few = {journey: library.strategies[journey] for journey in ("education", "nurse-programme")}
    await _launched(engine, replace(library, strategies=few))
    async with transaction(engine) as session:
        assert {row.state for row in await session.exec(select(DefinitionVersion))} == {"published"}
