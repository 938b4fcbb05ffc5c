"""What is typed about content: what expires, whom a version concerns, and its withdrawal."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from journeys.content import ContentVersion
from orchestrator.store import library, tables
from orchestrator.store.engine import make_engine, transaction
from tests.builders import a_content, a_market, a_promotion, written
from tests.database import Dirigent
from tests.orchestrator.store.sending import fill
from tests.orchestrator.test_operators_commands import rows

NOW = datetime.now(UTC)
ACT = ("--as", "user-medical", "--remark", "The label has changed.", "--safety", "none", "--reason", "label_changed")


@pytest.fixture
def house(database: str) -> str:
    """One run that names a letter, whose approval ends in three weeks."""

    async def work() -> None:
        engine = make_engine(database)
        await fill(engine)
        content = a_content(approval={"id": "MLR-1", "expires": NOW + timedelta(days=20, hours=1)}, links={"study": "https://dirigent.example/study"})
        async with transaction(engine) as session:
            await library.publish_content(session, ContentVersion.model_validate(content), now=NOW)
            restricted = {"en": [{"word": "miracle", "because": "superlative"}]}
            await library.publish_market(session, a_market(restricted_words=restricted), now=NOW)
        await engine.dispose()

    asyncio.run(work())
    return database


def test_what_expires_is_listed_with_whom_it_concerns(house: str, dirigent: Dirigent) -> None:
    """Within the days that are asked for."""
    listed = dirigent("content", "expiring")
    assert (listed.code, listed.out.splitlines()[-1]) == (0, "1 expire within 60 days")
    assert "20 days  It concerns 1 person: heart-failure-pioneer@1 at follow-up (1 run)." in listed.out
    assert dirigent("content", "expiring", "--days", "7").out == "0 expire within 7 days\n"


def test_a_version_is_counted_and_withdrawn(house: str, dirigent: Dirigent) -> None:
    """By a user who may, with words that may be said; a second time says so."""
    assert "It concerns 1 person" in dirigent("content", "reach", "hf-dialogue@2").out
    assert dirigent("content", "reach", "hf-nothing@1").err == "There is no content hf-nothing@1.\n"
    assert (
        "an active user in one of the roles"
        in dirigent("content", "withdraw", "hf-dialogue@2", "--as", "user-rep", "--remark", "Because.", "--safety", "none", "--yes").err
    )
    said = dirigent("content", "withdraw", "hf-dialogue@2", "--as", "user-medical", "--remark", "No miracle.", "--safety", "none", "--yes")
    assert (said.code, 'Say it without "miracle"' in said.err, rows(house, tables.Recall)) == (1, True, [])
    assert "hf-dialogue@2 is withdrawn" in dirigent("content", "withdraw", "hf-dialogue@2", *ACT, "--yes").out
    (recall,) = rows(house, tables.Recall)
    assert (recall.by, recall.reason) == ("user-medical", "label_changed")
    assert "withdrawn before" in dirigent("content", "withdraw", "hf-dialogue@2", *ACT, "--yes").err


def test_a_version_is_brought_in_from_its_file(house: str, dirigent: Dirigent, tmp_path: Path) -> None:
    """Checked against the markets on record, all files or none; the same file again changes nothing."""
    good, bare = tmp_path / "hf-brand@1.yaml", tmp_path / "hf-bare@1.yaml"
    good.write_text(written(a_promotion("hf-brand@1")), encoding="utf-8")
    bare.write_text(written(a_content("hf-bare@1", above_the_brand=False)), encoding="utf-8")
    refused = dirigent("content", "import", str(good), str(bare), "--as", "user-marketing")
    assert (refused.code, "J505" in refused.err, len(rows(house, tables.ContentVersion))) == (1, True, 1)
    assert dirigent("content", "import", str(good), "--as", "user-marketing").out == "published content:hf-brand@1\n"
    assert dirigent("content", "import", str(good)).out == "unchanged content:hf-brand@1\n"
    assert [line.by for line in rows(house, tables.AuditEntry) if line.subject == "content:hf-brand@1"] == ["user-marketing"]


def test_a_content_system_that_is_not_named_is_not_read(house: str, dirigent: Dirigent, monkeypatch: pytest.MonkeyPatch) -> None:
    """And one that does not answer ends the command with 1 and says why."""
    assert "names no address for any system" in dirigent("content", "sync").err
    monkeypatch.setenv("DIRIGENT_CONTENT_SYSTEMS", '{"vault": {"url": "http://127.0.0.1:1/content", "states": "promomats"}}')
    assert "names no address for archive" in dirigent("content", "sync", "archive").err
    away = dirigent("content", "sync")
    assert (away.code, away.out.splitlines()[-1]) == (1, "vault: 0 changed, 0 unchanged; not read: ConnectError")
    (source,) = rows(house, tables.ContentSource)
    assert (source.name, source.failures, source.trouble) == ("vault", 1, "ConnectError")
