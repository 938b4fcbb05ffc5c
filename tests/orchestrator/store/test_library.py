"""Importing the library: everything of it is stored, strategies as drafts, a version never changes, and importing again changes nothing."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select

from journeys.content import ContentState, ContentVersion
from journeys.definitions import ContentRef, Definition
from journeys.library import PACKAGED, Library, read_library
from journeys.markets import MarketPolicy
from journeys.personas import Persona
from journeys.shapes import read_back
from orchestrator.store import tables
from orchestrator.store.engine import transaction
from orchestrator.store.errors import VersionChangedError
from orchestrator.store.library import Published, Publishing, import_library
from orchestrator.store.policies import set_policy
from orchestrator.store.shelf import library_in_force
from tests.orchestrator.store.sending import change

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
LATER = datetime(2026, 3, 9, 9, tzinfo=UTC)
LETTER = ContentRef("hf-dialogue", 2)


@pytest.fixture(scope="module")
def library() -> Library:
    """The packaged library."""
    return read_library(PACKAGED)


async def _import(engine: AsyncEngine, library: Library, *, now: datetime = NOW) -> dict[str, Publishing]:
    async with transaction(engine) as session:
        results: tuple[Published, ...] = await import_library(session, library, by="mkt-lena", role="marketing", now=now)
    return {each.subject: each.result for each in results}


def _with(library: Library, content: ContentVersion) -> Library:
    return replace(library, contents={**library.contents, content.ref: content})


async def _letter(engine: AsyncEngine) -> tables.ContentVersion:
    async with transaction(engine) as session:
        return await session.get_one(tables.ContentVersion, (LETTER.id, LETTER.version))


async def test_every_part_is_stored_as_it_was_written(engine: AsyncEngine, library: Library) -> None:
    """What is read back from the database equals what was read from the files, the order of the steps included."""
    results = await _import(engine, library)
    assert {subject.partition(":")[0] for subject, result in results.items() if result is Publishing.DRAFTED} == {"definition"}
    assert set(results.values()) == {Publishing.PUBLISHED, Publishing.DRAFTED}
    async with transaction(engine) as session:
        definitions = {row.journey: row for row in await session.exec(select(tables.DefinitionVersion))}
        contents = [ContentVersion.model_validate(row.body) for row in await session.exec(select(tables.ContentVersion))]
        markets = [read_back(MarketPolicy, row.body) for row in await session.exec(select(tables.Market))]
        personas = [Persona.model_validate(row.body) for row in await session.exec(select(tables.Persona))]
    assert {each.ref: each for each in contents} == library.contents
    assert {each.market: each for each in markets} == library.markets
    assert {each.persona: each for each in personas} == library.personas
    assert definitions.keys() == library.strategies.keys()
    for journey, strategy in library.strategies.items():
        stored = Definition.model_validate(definitions[journey].body)
        assert stored == strategy
        assert list(stored.steps) == list(strategy.steps)
        assert stored.digest == strategy.digest == definitions[journey].digest
        assert definitions[journey].source == library.strategy_texts[journey]
        assert (definitions[journey].state, definitions[journey].authors, definitions[journey].published_at) == ("draft", ["mkt-lena"], None)


def _capped(library: Library, at_most: int) -> MarketPolicy:
    """The rules of Sweden with another cap."""
    policy = library.markets["SE"]
    return policy.model_copy(update={"caps": (policy.caps[0].model_copy(update={"at_most": at_most}),)})


async def test_publishing_again_changes_nothing(engine: AsyncEngine, library: Library) -> None:
    """The second time every part is unchanged, and the audit has no new line."""
    first = await _import(engine, library)
    second = await _import(engine, library, now=LATER)
    assert second == dict.fromkeys(first, Publishing.UNCHANGED)
    async with transaction(engine) as session:
        lines = (await session.exec(select(tables.AuditEntry))).all()
    assert {line.subject for line in lines} == first.keys()
    assert len(lines) == len(first)


async def test_a_strategy_on_record_never_changes(engine: AsyncEngine, library: Library) -> None:
    """Another meaning under the same version is refused, with what to do, and nothing else of that library is brought in either."""
    await _import(engine, library)
    changed = library.strategies["pioneer"].model_copy(update={"priority": 1})
    policy = _capped(library, 99)
    attempt = replace(library, strategies={**library.strategies, "pioneer": changed}, markets={**library.markets, "SE": policy})
    with pytest.raises(VersionChangedError, match=r"pioneer@2 .* higher version"):
        await _import(engine, attempt)
    async with transaction(engine) as session:
        assert (await session.get_one(tables.Market, "SE")).body["caps"][0]["at_most"] == library.markets["SE"].caps[0].at_most


async def test_a_new_version_stands_beside_the_old_one(engine: AsyncEngine, library: Library) -> None:
    """Raising the version drafts it; the earlier one stays for the people who are on it."""
    await _import(engine, library)
    changed = library.strategies["pioneer"].model_copy(update={"priority": 1, "version": 3})
    results = await _import(engine, replace(library, strategies={**library.strategies, "pioneer": changed}))
    assert results["definition:pioneer@3"] is Publishing.DRAFTED
    async with transaction(engine) as session:
        rows = await session.exec(select(tables.DefinitionVersion.version).where(col(tables.DefinitionVersion.journey) == "pioneer"))
        assert sorted(rows) == [2, 3]


async def test_published_content_never_changes_its_words(engine: AsyncEngine, library: Library) -> None:
    """Another title, letter or audience under the same version is refused."""
    await _import(engine, library)
    with pytest.raises(VersionChangedError, match="hf-dialogue@2"):
        await _import(engine, _with(library, library.contents[LETTER].model_copy(update={"title": "Another"})))


async def test_a_withdrawal_in_the_file_is_taken_over(engine: AsyncEngine, library: Library) -> None:
    """State and expiry are no part of the words: the author may change them in the file without a new version."""
    await _import(engine, library)
    results = await _import(engine, _with(library, library.contents[LETTER].model_copy(update={"state": ContentState.WITHDRAWN})), now=LATER)
    assert [subject for subject, result in results.items() if result is Publishing.CHANGED] == ["content:hf-dialogue@2"]
    assert (await _letter(engine)).state == ContentState.WITHDRAWN


async def test_publishing_does_not_bring_withdrawn_content_back(engine: AsyncEngine, library: Library) -> None:
    """What review withdrew in the database stays withdrawn when the unchanged file, which still says approved, is published again."""
    await _import(engine, library)
    async with transaction(engine) as session:
        (await session.get_one(tables.ContentVersion, (LETTER.id, LETTER.version))).state = ContentState.WITHDRAWN
    results = await _import(engine, library, now=LATER)
    assert set(results.values()) == {Publishing.UNCHANGED}
    assert (await _letter(engine)).state == ContentState.WITHDRAWN


async def test_personas_and_markets_stand_as_last_published(engine: AsyncEngine, library: Library) -> None:
    """They have no versions: the latest description and the latest rules are in force at once."""
    await _import(engine, library)
    policy = _capped(library, 2)
    results = await _import(engine, replace(library, markets={**library.markets, "SE": policy}), now=LATER)
    assert results["market:SE"] is Publishing.CHANGED
    async with transaction(engine) as session:
        row = await session.get_one(tables.Market, "SE")
    assert (row.body["caps"][0]["at_most"], row.updated_at) == (2, LATER)


async def test_a_file_that_says_the_same_leaves_alone_what_was_set_since(engine: AsyncEngine, library: Library) -> None:
    """Whoever speaks last is heard: the API, until the author writes something else."""
    await _import(engine, library)
    async with transaction(engine) as session:
        await set_policy(session, _capped(library, 1), by="user-compliance", remark=None, now=LATER)
    for policy, kept in ((library.markets["SE"], 1), (_capped(library, 5), 5)):
        await _import(engine, replace(library, markets={**library.markets, "SE": policy}), now=LATER)
        async with transaction(engine) as session:
            assert (await session.get_one(tables.Market, "SE")).body["caps"][0]["at_most"] == kept


async def test_documents_of_another_release_are_read(engine: AsyncEngine, library: Library) -> None:
    """A key that has gone, or is of tomorrow, hides no market, persona, content, event or version."""
    await _import(engine, library)
    await change(engine, "ALTER TABLE definition_version DISABLE TRIGGER text_is_locked")
    await change(engine, "UPDATE definition_version SET state = 'published', published_at = now(), effective_from = now()")
    for table in ("definition_version", "content_version", "market", "persona", "declared_event"):
        await change(engine, f"UPDATE {table} SET body = (body::jsonb || '{{\"of_tomorrow\": 1}}')::json")  # noqa: S608 - the names stand above
    async with transaction(engine) as session:
        read = await library_in_force(session)
    assert (read.markets, read.personas, read.events, read.contents) == (library.markets, library.personas, library.events, library.contents)
    assert read.strategies.keys() == library.strategies.keys()
