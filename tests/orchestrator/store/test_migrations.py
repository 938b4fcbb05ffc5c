"""The schema's history: it reaches what the tables say, once, whoever starts first, and it keeps its books append-only."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import produce_migrations, render_python_code
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import SQLModel

from journeys.content import ContentVersion
from journeys.digests import digest_of
from journeys.markets import MarketPolicy
from journeys.shapes import read_back
from orchestrator.embedded.postgres import Postgres
from orchestrator.store import audit, tables
from orchestrator.store.engine import make_engine, reach, transaction
from orchestrator.store.errors import DatabaseTooNewError, DatabaseUnreachableError, MigrationMissingError
from orchestrator.store.library import content_digest
from orchestrator.store.migrations import _config, migrate, require_migrated
from orchestrator.store.policies import written
from tests.builders import a_content, a_journey
from tests.database import owning
from tests.orchestrator.store.desk.filling import a_version

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
_WORDS = {"ledger_entry": "trouble", "consent": "method", "objection": "method", "version_signature": "meaning"}
NOWHERE = "postgresql+psycopg://nobody:hush@127.0.0.1:1/none"


UNDER_THE_FIRST_SCHEMA = (
    """INSERT INTO definition_version VALUES ('pioneer', 1, 'd', 'pioneer', 'cardiolex', 'Pioneer', '{}', '', 'marketing', now())""",
    """INSERT INTO person (id, given_name, family_name, profession, market, status, created_at, updated_at)
        VALUES ('ada', 'Ada', 'Berg', 'physician', 'SE', 'active', now(), now())""",
    """INSERT INTO enrolment (id, person_id, journey, version, digest, product, purpose, market, status, step, doing, since, move, created_by, created_at)
        SELECT run, 'ada', run, 1, 'd', 'cardiolex', 'promotional', 'SE', status, 'visit', 'task', now(), 4, 'rep', now()
        FROM (VALUES ('run', 'running'), ('over', 'ended')) AS runs (run, status)""",
    """INSERT INTO timeline (person_id, enrolment_id, journey, version, move, line, side, what, "to", at, arrived_at)
        SELECT 'ada', 'run', 'pioneer', 1, move, 0, 'commercial', what, "to", now(), now()
        FROM (VALUES (1, 'began', 'visit'), (2, 'moved', 'mail'), (3, 'heard', NULL), (4, 'moved', 'visit')) AS moves (move, what, "to")""",
    """INSERT INTO market (id, body, digest, updated_at) VALUES ('SE', '{"market": "SE", "country": "SE", "languages": ["sv"], "zone": "Europe/Stockholm",
        "consent": {"email": "opt_in"}, "weekly_cap": 3, "cap_period": "7 days", "signatures": ["sales", "marketing", "medical"], "journeys_at_once": 1,
        "quiet_hours": null, "source": {"weekly_cap": "Agreed."}}', 'd', now())""",
)
"""What an installation of the first release may hold."""


@pytest.fixture
def empty(postgres_server: Postgres) -> Iterator[str]:
    """The address of a database without a schema."""
    yield postgres_server.create_database("empty")
    postgres_server.drop_database("empty")


@pytest.fixture
def connection(database: str) -> Iterator[Connection]:
    """A plain connection to a migrated database."""
    engine = create_engine(database)
    with engine.connect() as open_connection:
        yield open_connection
    engine.dispose()


def test_the_migrations_build_exactly_the_tables(connection: Connection) -> None:
    """Nothing is left for Alembic to generate; a failure prints the operations that the next migration must have."""
    context = MigrationContext.configure(connection, opts={"target_metadata": SQLModel.metadata, "include_schemas": True})
    missing = produce_migrations(context, SQLModel.metadata).upgrade_ops
    assert missing is not None
    assert missing.is_empty(), render_python_code(missing)


def test_a_second_migration_finds_nothing_to_do(empty: str) -> None:
    """Migrating is idempotent and says what it did."""
    assert migrate(empty)[0] == "0001"
    assert migrate(empty) == ()


def test_what_runs_under_the_first_schema_goes_on_under_the_next(empty: str) -> None:
    """A version that nobody signed drains; a run that came to a step for the second time stands at its second passage; a market keeps its cap."""
    engine = create_engine(empty)
    with engine.begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for statement in UNDER_THE_FIRST_SCHEMA:
            connection.execute(text(statement))
    assert migrate(empty)[0] == "0002"
    with engine.connect() as connection:
        version = connection.execute(text("SELECT state, authors, created_at = published_at, drains_from <= now() FROM definition_version")).one()
        standing = connection.execute(text("SELECT line, step, key, doing FROM standing")).all()
        body, digest, imported = connection.execute(text("SELECT body, digest, imported FROM market")).one()
    engine.dispose()
    policy = read_back(MarketPolicy, body)
    assert (str(policy.caps[0]), policy.source, digest, imported) == ("3 in 7 days", {"caps": "Agreed."}, *[digest_of(written(policy))] * 2)
    assert tuple(version) == ("draining", ["marketing"], True, True)
    assert [tuple(row) for row in standing] == [("", "visit", "run.visit.2", "task")]


def test_minimum_information_gets_a_language_and_waits_for_review(empty: str) -> None:
    """It keeps its words, in its market's first language; whether they are legible nobody has said. The digest is that of the same file in the new shape."""
    blocks = {"SE": "Cardiolex 5 mg."}
    old = a_content(approval={"id": "MLR-1", "expires": "2030-01-01T00:00:00Z", "minimum_information": blocks})
    body = ContentVersion.model_validate(a_content()).model_dump(mode="json", exclude={"parts", "fragments", "fill"}) | {"approval": old["approval"]}
    engine = create_engine(empty)
    with engine.begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0004")
        market = {"id": "SE", "body": json.dumps({"languages": ["sv", "en"]})}
        connection.execute(text("INSERT INTO market (id, body, digest, updated_at) VALUES (:id, :body, 'd', now())"), market)
        told = "('hf-dialogue', 2, 'd', :body, 'x', 'cardiolex', 'email', 'approved', now(), now())"
        columns = "(id, version, digest, body, title, product, made_for, state, expires, updated_at)"
        connection.execute(text(f"INSERT INTO content_version {columns} VALUES {told}"), {"body": json.dumps(body)})  # noqa: S608 - words of this test
    migrate(empty)
    with engine.connect() as connection:
        kept, digest = connection.execute(text("SELECT body, digest FROM content_version")).one()
    engine.dispose()
    content = ContentVersion.model_validate(kept)
    assert content.approval is not None
    assert {market: block.model_dump() for market, block in content.approval.minimum_information.items()} == {
        "SE": {"texts": {"sv": "Cardiolex 5 mg."}, "legible": False}
    }
    assert digest == content_digest(content)


def test_of_two_starts_at_once_one_migrates(empty: str) -> None:
    """The advisory lock makes the later start wait, and then there is nothing left to do."""
    with ThreadPoolExecutor(2) as starts:
        applied = list(starts.map(migrate, [empty, empty]))
    assert sorted(map(bool, applied)) == [False, True]


def test_a_newer_schema_is_left_alone(empty: str) -> None:
    """A release that does not know the database's migration refuses to touch it."""
    migrate(empty)
    engine = create_engine(empty)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(DatabaseTooNewError, match="9999"):
        migrate(empty)


def test_a_database_that_does_not_answer_is_named_without_its_password() -> None:
    """The message says where the database was sought, and keeps the password to itself."""
    with pytest.raises(DatabaseUnreachableError, match=r"127\.0\.0\.1:1/none") as refusal:
        migrate(NOWHERE)
    assert "hush" not in str(refusal.value)


async def test_an_engine_that_cannot_reach_its_database_says_so() -> None:
    """Readiness is asked of the database itself."""
    engine = make_engine(NOWHERE)
    with pytest.raises(DatabaseUnreachableError, match=r"127\.0\.0\.1:1/none"):
        await reach(engine)
    await engine.dispose()


async def test_work_on_a_database_without_the_schema_is_refused(empty: str) -> None:
    """A worker or API on an unmigrated database says what to run."""
    engine = make_engine(empty)
    await reach(engine)
    with pytest.raises(MigrationMissingError, match="dirigent migrate"):
        await require_migrated(engine)
    await engine.dispose()


async def test_a_migrated_database_is_ready(engine: AsyncEngine) -> None:
    """Nothing stands in the way of work on this release's schema."""
    await reach(engine)
    await require_migrated(engine)


async def _one_row_in_each_book(engine: AsyncEngine) -> None:
    async with transaction(engine) as session:
        session.add(tables.Person(id="p1", given_name="Ada", family_name="Berg", profession="physician", market="SE", created_at=NOW, updated_at=NOW))
        await audit.record(session, by="anna", role="rep", action="task.completed", subject="task:t1", reason="met", details={"outcome": "neutral"}, now=NOW)
        session.add(tables.User(id="anna", name="Anna", role="sales"))
        session.add(a_version(a_journey()))
        await session.flush()
        named: dict[str, Any] = {"journey": a_journey().journey, "version": 1, "round": 1, "digest": a_journey().digest}
        session.add(tables.VersionSignature(id="s1", **named, party="sales", meaning="approval", by="anna", name="Anna", at=NOW))
        session.add(tables.Objection(id="o1", person_id="p1", method="letter", captured_by="anna", at=NOW))
        told: dict[str, Any] = {"step": "mail", "channel": "email", "purpose": "promotional", "product": "cardiolex", "state": "accepted"}
        session.add(tables.Touch(key="t1", person_id="p1", at=NOW, **told))
        await session.flush()
        session.add(tables.LedgerEntry(touch_key="t1", attempt=1, state="accepted", source="house", at=NOW, recorded_at=NOW))
        content = a_content()
        listed = {name: content[name] for name in ("title", "product", "made_for", "state")}
        session.add(tables.ContentVersion(id="hf-dialogue", version=2, digest="d", body=content, **listed, updated_at=NOW))
        await session.flush()
        session.add(tables.Recall(id="r1", content_id="hf-dialogue", version=2, reason="other", by="anna", role="medical", source="desk", reach={}, at=NOW))
        session.add(tables.PersonaAssignment(id="a1", person_id="p1", persona="pioneer", by="anna", reason="met", at=NOW))
        session.add(
            tables.Consent(
                id="c1",
                person_id="p1",
                act="given",
                channel="email",
                purpose="promotional",
                market="SE",
                method="paper",
                captured_by="anna",
                at=NOW,
                recorded_at=NOW,
            )
        )


@pytest.mark.parametrize("book", ["audit", "consent", "objection", "persona_assignment", "version_signature", "ledger_entry", "recall"])
@pytest.mark.parametrize(
    "change", ["UPDATE {} SET reason = 'x'", "UPDATE {} SET at = now() WHERE false", "DELETE FROM {}", "TRUNCATE {}", "TRUNCATE person CASCADE"]
)
async def test_an_append_only_book_refuses_every_change(engine: AsyncEngine, book: str, change: str) -> None:
    """Update, delete and truncate are refused by the database itself, with a message that names the table, and the row stays."""
    await _one_row_in_each_book(engine)
    statement = change.format(book).replace("SET reason", f"SET {_WORDS.get(book, 'reason')}")
    with pytest.raises(IntegrityError, match="append-only"):
        async with owning(engine) as session:
            await (await session.connection()).execute(text(statement))
    async with engine.connect() as connection:
        assert (await connection.execute(text(f"SELECT count(*) FROM {book}"))).scalar_one() == 1  # noqa: S608 - a name of this file


@pytest.mark.parametrize("change", ["body = '{}'", "source = 'x'", "digest = 'x'", "authors = '[]'", "state = 'draft', digest = 'x'"])
async def test_a_text_that_was_submitted_is_locked_by_the_database(engine: AsyncEngine, change: str) -> None:
    """What was signed stays what was signed, whoever has a connection; going back to draft and another text are two acts."""
    await _one_row_in_each_book(engine)
    with pytest.raises(IntegrityError, match="its text is locked"):
        async with owning(engine) as session:
            await (await session.connection()).execute(text(f"UPDATE definition_version SET {change}"))  # noqa: S608 - a word of this file


@pytest.mark.parametrize("removal", ["DELETE FROM definition_version", "TRUNCATE definition_version CASCADE"])
async def test_no_version_is_ever_removed(engine: AsyncEngine, removal: str) -> None:
    """Not a draft either: it is withdrawn, and stays on record."""
    async with transaction(engine) as session:
        session.add(a_version(a_journey(), state="draft"))
    with pytest.raises(IntegrityError, match=r"never removed|append-only"):
        async with owning(engine) as session:
            await (await session.connection()).execute(text(removal))


async def _begin_and_fail(engine: AsyncEngine) -> None:
    async with transaction(engine) as session:
        session.add(tables.Territory(id="stockholm", name="Stockholm", market="SE"))
        await session.flush()
        raise LookupError


async def test_a_transaction_that_raises_leaves_nothing(engine: AsyncEngine) -> None:
    """What one request or activity wrote is kept whole or not at all."""
    with pytest.raises(LookupError):
        await _begin_and_fail(engine)
    async with transaction(engine) as session:
        assert await session.get(tables.Territory, "stockholm") is None


async def test_instants_come_back_in_utc(engine: AsyncEngine) -> None:
    """Whatever zone the server's machine is in."""
    await _one_row_in_each_book(engine)
    async with transaction(engine) as session:
        person = await session.get_one(tables.Person, "p1")
    assert person.created_at == NOW
    assert person.created_at.tzinfo is not None
    assert person.created_at.utcoffset() == NOW.utcoffset()
