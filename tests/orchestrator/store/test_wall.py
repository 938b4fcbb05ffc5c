"""The wall in the database: what the commercial role can and cannot do, that the house works as that role, and how the roles come to be."""

from collections.abc import Awaitable, Callable
from contextlib import nullcontext, suppress
from datetime import timedelta
from traceback import format_exception
from typing import Any

import pytest
from sqlalchemy import create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import SQLModel, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.paging import Slice
from api.schemas.inquiries import NewInquiry
from api.schemas.safety import NothingToReport
from api.who import Who
from orchestrator.embedded.postgres import Postgres
from orchestrator.store import audit, tables
from orchestrator.store.desk.fulfilment import StoredFulfilment
from orchestrator.store.desk.inquiries import StoredInquiries
from orchestrator.store.desk.people import StoredPeople
from orchestrator.store.desk.tasks import StoredTasks
from orchestrator.store.desk.timelines import StoredTimelines
from orchestrator.store.engine import make_engine, transaction
from orchestrator.store.errors import RolesMissingError
from orchestrator.store.migrations import migrate
from orchestrator.store.roles import COMMERCIAL, LOOKED_AT, MEDICAL, ROLES, TOLD, TOLD_BY_SAFETY
from orchestrator.store.roles import SAFETY as SAFETY_ROLE
from orchestrator.store.wall import Crossing, Traveller, Why, beyond
from tests.builders import NOW
from tests.database import owning
from tests.orchestrator.store.desk.filling import ASTRID, COMPLIANCE, ENROLMENT, MSL, REP, a_person, a_run, add, astrid, every, once, the_world

BEHIND = sorted(table.fullname for table in SQLModel.metadata.tables.values() if table.schema == "medical")
CHANGES = ("SELECT count(*) FROM {}", "UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {}")
CUT = Slice(10, None)


def traveller(who: Who = MSL) -> Traveller:
    return Traveller.of(who, Why.FULFILMENT)


async def test_the_commercial_role_reads_no_table_of_medical(engine: AsyncEngine) -> None:
    """Every table of the schema, the future ones included: neither read nor changed, and added to only where a rep tells medical something."""
    assert len(BEHIND) >= 6
    for table in BEHIND:
        column = next(iter(SQLModel.metadata.tables[table].columns)).name
        for change in CHANGES:
            with pytest.raises(ProgrammingError, match="permission denied"):
                async with transaction(engine) as session:
                    await (await session.connection()).execute(text(change.format(table, column, column)))
    async with owning(engine) as session:
        may = text("SELECT table_name FROM information_schema.role_table_grants WHERE grantee = :role AND table_schema = 'medical' AND privilege_type = :what")
        connection = await session.connection()
        granted = {what: set((await connection.execute(may, {"role": COMMERCIAL, "what": what})).scalars()) for what in ("INSERT", "SELECT", "UPDATE")}
    assert granted == {"INSERT": set(TOLD), "SELECT": set(), "UPDATE": set()}


async def test_the_medical_role_has_nothing_of_commercial(engine: AsyncEngine) -> None:
    """Beyond the wall a query for a rating fails in the database too."""
    await the_world(engine)
    for table in ("commercial_profile", "persona_assignment", "audit", "person"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            async with transaction(engine) as session, beyond(session, traveller(), Crossing.PROFILE_READ, subject="person:x", person=None, now=NOW):
                await (await session.connection()).execute(text(f"SELECT * FROM {table}"))  # noqa: S608 - a name of this file
    assert await every(engine, tables.AuditEntry) == []


async def test_the_role_of_drug_safety_has_nothing_that_sells(engine: AsyncEngine) -> None:
    """Of commercial's tables it looks up whom a report is about, and nothing of what sales rates, what was said or what was sent; it deletes nothing."""
    for table in sorted(table.fullname for table in SQLModel.metadata.tables.values() if table.schema is None):
        for allowed, statement in ((table in {*LOOKED_AT, *TOLD_BY_SAFETY}, f"SELECT count(*) FROM {table}"), (False, f"DELETE FROM {table}")):  # noqa: S608 - our own names
            with nullcontext() if allowed else pytest.raises(ProgrammingError, match="permission denied"):
                async with transaction(engine, role=SAFETY_ROLE) as session:
                    await (await session.connection()).execute(text(statement))


async def test_whoever_reports_as_commercial_comes_no_further(engine: AsyncEngine, database: str) -> None:
    """A user of one's own who has that role alone, for reports: it cannot take another, run a function of medical's, or see what others ask."""
    async with owning(engine) as session:
        await (await session.connection()).execute(text(f"DROP ROLE IF EXISTS reporter; CREATE ROLE reporter LOGIN PASSWORD 'x' IN ROLE {COMMERCIAL}"))
    reporter = make_engine(make_url(database).set(username="reporter", password="x").render_as_string(hide_password=False))
    refused = ["SELECT * FROM medical.inquiry_words", f"SET ROLE {MEDICAL}", f"SET ROLE {SAFETY_ROLE}", "COPY medical.inquiry_words TO STDOUT"]
    refused += ["SELECT pg_read_file('PG_VERSION')", "CREATE TABLE public.mine (id int)", "ALTER TABLE audit DISABLE TRIGGER ALL"]
    refused += ["CREATE TEMP TABLE t (inquiry_id text); CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION medical.refuse_unless_draft()"]
    for statement in refused:
        with pytest.raises(DBAPIError, match=r"permission denied|must be owner"):
            await _report(reporter, statement)
    async with reporter.begin() as connection:
        others = "usename <> 'reporter' AND query <> '' AND query NOT LIKE '<insufficient%'"
        assert (await connection.execute(text(f"SELECT count(*) FROM pg_stat_activity WHERE {others}"))).scalar_one() == 0  # noqa: S608 - our own words
    await reporter.dispose()


async def _report(reporter: AsyncEngine, statements: str) -> None:
    async with reporter.begin() as connection:
        await connection.execute(text(f"SET LOCAL ROLE {COMMERCIAL}"))
        for statement in statements.split("; "):
            await connection.execute(text(statement))


async def _is(session: AsyncSession, asked: str) -> Any:
    return (await (await session.connection()).execute(text(f"SELECT {asked}"))).scalar_one()


async def _role(engine: AsyncEngine, *, failing: bool) -> tuple[str, str]:
    """As whom a transaction works within a crossing and after it."""
    inside = ""
    async with transaction(engine) as session:
        with suppress(ZeroDivisionError):
            async with beyond(session, traveller(), Crossing.WORDS_READ, subject="inquiry:i", person=ASTRID, now=NOW):
                inside = await _is(session, "current_user")
                assert 1 / (not failing)
        return inside, await _is(session, "current_user")


@pytest.mark.parametrize("failing", [False, True])
async def test_a_crossing_ends_where_its_block_ends(engine: AsyncEngine, failing: bool) -> None:
    """Also when the block fails and somebody goes on: and the line of the audit stands."""
    assert await _role(engine, failing=failing) == (MEDICAL, COMMERCIAL)
    (line,) = await every(engine, tables.AuditEntry)
    assert (line.action, line.by, line.reason, line.details) == ("inquiry.read", MSL.id, "fulfilment", {"person": ASTRID})


async def test_the_role_ends_with_the_transaction(engine: AsyncEngine) -> None:
    """A connection goes back to the pool without a role of ours."""
    async with transaction(engine):
        pass
    async with owning(engine) as session:
        assert await _is(session, "current_user = session_user")


async def test_the_text_of_an_error_holds_nothing_of_the_row(engine: AsyncEngine) -> None:
    """It goes into logs and into Temporal's histories: which rule was broken, and no name, address or word that PostgreSQL shows with it."""
    await the_world(engine)
    for broken in (a_person(id="person-x", profession=None), a_person(id="person-y", market="x" * 9, territory_id="Lindqvist-land")):
        with pytest.raises(IntegrityError) as raised:
            await add(engine, broken)
        told = "".join(format_exception(raised.value))
        assert ("Lindqvist" in told, "person" in told) == (False, True)


Act = Callable[[AsyncEngine], Awaitable[Any]]


async def _records(engine: AsyncEngine) -> Any:
    asked = NewInquiry(person_id=ASTRID, product="cardiolex", question="Is it safe?", unsolicited=True, safety=NothingToReport(answer="none"))
    return await StoredInquiries(engine).record(REP, await astrid(engine), asked, once=once(), now=NOW)


COMMERCIAL_PATHS: dict[str, Act] = {
    "people": lambda engine: StoredPeople(engine).page(REP, market=None, persona=None, name=None, cut=CUT),
    "a person": lambda engine: StoredPeople(engine).find(REP, ASTRID),
    "a profile": lambda engine: StoredPeople(engine).commercial(ASTRID),
    "tasks": lambda engine: StoredTasks(engine).page(REP, status=None, due_before=None, assignee="all", person_id=None, cut=CUT),
    "a story": lambda engine: StoredTimelines(engine).of_enrolment(REP, ENROLMENT, newest_first=True, cut=CUT, now=NOW),
    "inquiries": lambda engine: StoredInquiries(engine).page(REP, status=None, person_id=None, whose="all", now=NOW, cut=CUT),
    "an inquiry": _records,
}


@pytest.fixture
async def played(engine: AsyncEngine) -> list[tuple[str, str]]:
    """The role and the text of every statement from here on, as PostgreSQL was asked."""
    await the_world(engine)
    await a_run(engine)
    asked: list[tuple[str, str]] = []

    @event.listens_for(engine.sync_engine, "before_cursor_execute")
    def _look(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        role = next((words.rsplit(" ", 1)[1] for words in reversed(connection.info.get("said", [])) if words.startswith("SET LOCAL ROLE")), "owner")
        connection.info.setdefault("said", []).append(statement)
        if not statement.startswith("SET LOCAL ROLE"):
            asked.append((role, statement))

    @event.listens_for(engine.sync_engine, "begin")
    def _anew(connection: Any) -> None:
        connection.info["said"] = []

    return asked


async def test_the_commercial_paths_of_the_front_desk_run_as_the_commercial_role(engine: AsyncEngine, played: list[tuple[str, str]]) -> None:
    """Every statement that they make, the rep's question included: none runs as the owner, none as medical."""
    for name, act in COMMERCIAL_PATHS.items():
        played.clear()
        await act(engine)
        assert {role for role, _ in played} == {COMMERCIAL}, name


async def test_only_the_medical_schema_is_asked_as_medical(engine: AsyncEngine, played: list[tuple[str, str]]) -> None:
    """An MSL and compliance cross for the words and the profile, and for nothing else."""
    asked = await _records(engine)
    played.clear()
    await StoredFulfilment(engine).words(MSL, asked.id, why=None, now=NOW)
    await StoredPeople(engine).medical(COMPLIANCE, ASTRID, now=NOW)
    beyond_it = [statement for role, statement in played if role == MEDICAL and not statement.startswith(("SAVEPOINT", "RELEASE"))]
    assert len(beyond_it) >= 4
    assert all("FROM medical." in statement for statement in beyond_it)
    assert all("medical." not in statement for role, statement in played if role == COMMERCIAL)


async def test_a_rep_adds_words_without_reading_any(engine: AsyncEngine) -> None:
    """As the commercial role a question is written; the same role is refused its first look at it."""
    await the_world(engine)
    await _records(engine)
    with pytest.raises(ProgrammingError, match="permission denied"):
        async with transaction(engine) as session:
            await session.exec(select(tables.InquiryWords))


async def test_an_owner_who_may_make_roles_needs_no_superuser(postgres_server: Postgres, migrated_template: str) -> None:
    """As on a managed PostgreSQL: a user with CREATEROLE migrates, again too, and the house works as the roles it made."""
    url = _owned(postgres_server, "managed", "CREATEROLE")
    assert migrate(url)
    assert migrate(url) == ()
    engine = make_engine(url)
    async with transaction(engine) as session:
        assert await _is(session, "current_user") == COMMERCIAL
        await audit.record(session, by="x", role="rep", action="x", subject="x", now=NOW + timedelta(1))
    await engine.dispose()
    postgres_server.drop_database("managed")


async def test_an_owner_who_may_not_is_told_what_an_administrator_runs(postgres_server: Postgres, migrated_template: str) -> None:
    """And nothing of the migration is left behind."""
    url = _owned(postgres_server, "plain", "NOCREATEROLE")
    with pytest.raises(RolesMissingError, match=f"GRANT {', '.join(ROLES)} TO"):
        migrate(url)
    _administer(postgres_server, f"GRANT {', '.join(ROLES)} TO plain")
    assert migrate(url)
    postgres_server.drop_database("plain")


def _owned(server: Postgres, name: str, may: str) -> str:
    """A database of the name, and its owner of the same name, who may do that much."""
    _administer(server, f"CREATE ROLE {name} LOGIN PASSWORD 'x' {may}")
    server.create_database(name)
    _administer(server, f"ALTER DATABASE {name} OWNER TO {name}")
    if may == "CREATEROLE":  # whoever made the roles passes them on; here the server's owner did
        _administer(server, f"GRANT {', '.join(ROLES)} TO {name} WITH ADMIN OPTION, SET FALSE, INHERIT FALSE")
    return make_url(server.url(name)).set(username=name, password="x").render_as_string(hide_password=False)


def _administer(server: Postgres, statement: str) -> None:
    engine = create_engine(server.url("postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
