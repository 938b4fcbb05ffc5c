"""What the store hands the front desk, on a real PostgreSQL: bounded by territory and side, in a stable order, page by page."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from api.paging import BadCursorError, Cursor, Slice
from api.who import Who
from journeys.definitions import ContentRef
from journeys.versions import VersionState
from orchestrator.store import tables
from orchestrator.store.desk.contents import StoredContents
from orchestrator.store.desk.definitions import StoredDefinitions
from orchestrator.store.desk.enrolments import StoredEnrolments
from orchestrator.store.desk.people import StoredPeople
from orchestrator.store.desk.tasks import StoredTasks
from orchestrator.store.desk.timelines import StoredTimelines
from orchestrator.store.desk.users import StoredUsers
from orchestrator.store.engine import transaction
from tests.builders import NOW, a_journey
from tests.orchestrator.store.desk.filling import (
    ASTRID,
    AWAY,
    BO,
    COMPLIANCE,
    ENROLMENT,
    HOME,
    MARKETING,
    MSL,
    REP,
    a_person,
    a_run,
    a_task,
    a_version,
    add,
    an_enrolment,
    every,
    ids,
    the_world,
    walk,
)
from tests.orchestrator.store.operating import a_standing

ANY: dict[str, Any] = {"market": None, "persona": None, "name": None}


@pytest.fixture(autouse=True)
async def world(engine: AsyncEngine) -> None:
    await the_world(engine)


async def test_the_field_finds_its_own_people_only(engine: AsyncEngine) -> None:
    """Rep and MSL see their territory, headquarters sees all, and a person without a territory is nobody's in the field."""
    people = StoredPeople(engine)
    await add(engine, a_person(id="person-lost", territory_id=None, email=None))
    for who in (REP, MSL):
        assert ids((await people.page(who, **ANY, cut=Slice())).rows) == [ASTRID]
        assert await people.find(who, BO) is None
    assert set(ids((await people.page(MARKETING, **ANY, cut=Slice())).rows)) == {ASTRID, BO, "person-lost"}


@pytest.mark.parametrize(
    ("asked", "found"),
    [({"market": "UK"}, [BO]), ({"persona": "pioneer"}, [ASTRID]), ({"name": "LIND"}, [ASTRID]), ({"name": "%"}, []), ({"name": "bo", "market": "SE"}, [])],
)
async def test_people_are_found_by_what_is_asked(asked: dict[str, str], found: list[str], engine: AsyncEngine) -> None:
    """Filters narrow together; a percent sign is a percent sign."""
    assert ids((await StoredPeople(engine).page(MARKETING, **{**ANY, **asked}, cut=Slice())).rows) == found


@pytest.mark.parametrize("limit", [1, 2, 7, 100])
async def test_pages_hold_everybody_once(limit: int, engine: AsyncEngine) -> None:
    """Namesakes and umlauts included, whatever the page size."""
    names = ["Åkesson", "Andersson", "Andersson", "Zetterström", "de Geer", "Öberg"]
    await add(engine, *(a_person(id=f"p{number}", given_name="Eva", family_name=name) for number, name in enumerate(names)))
    people = StoredPeople(engine)
    seen = ids(await walk(lambda cut: people.page(REP, **ANY, cut=cut), limit=limit))
    assert sorted(seen) == sorted([ASTRID, *(f"p{number}" for number in range(len(names)))])


async def test_a_person_comes_with_workplaces_and_profiles_apart(engine: AsyncEngine) -> None:
    """The open part, and each side's profile by its own question; no profile is an empty one."""
    people = StoredPeople(engine)
    found = await people.find(REP, ASTRID)
    assert found is not None
    assert found.organisations == ("Norra kliniken",)
    commercial = await people.commercial(ASTRID)
    assert (commercial.persona, commercial.persona_title, commercial.decile) == ("pioneer", "Pioneer", 8)
    assert (await people.medical(MSL, ASTRID, now=NOW)).kol_tier == "national"
    assert (await people.commercial(BO)).persona is None


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        (REP, ["early", "enr1.first-visit.1"]),
        (MSL, ["question"]),
        (COMPLIANCE, ["early", "question", "enr1.first-visit.1"]),
        (MARKETING, ["early", "enr1.first-visit.1"]),
    ],
)
async def test_tasks_are_of_ones_side_the_first_due_first(who: Who, seen: list[str], engine: AsyncEngine) -> None:
    """Commercial work for commercial roles, hand-offs for medical ones."""
    await a_run(engine)
    await add(engine, a_task(), a_task(id="early", due=NOW - timedelta(days=2), assignee=None))
    await add(engine, a_task(id="question", side="medical", kind="medical", due=NOW - timedelta(days=1), assignee=None))
    tasks = StoredTasks(engine)
    found = await walk(lambda cut: tasks.page(who, status="open", due_before=None, assignee="all", person_id=None, cut=cut), limit=1)
    assert ids(found) == seen


async def test_tasks_are_filtered(engine: AsyncEngine) -> None:
    """By assignee, due time, status and person; elsewhere there is none."""
    await a_run(engine)
    await add(engine, a_task(), a_task(id="free", assignee=None), a_task(id="done", status="done"))
    tasks = StoredTasks(engine)
    base: dict[str, Any] = {"status": "open", "due_before": None, "assignee": "all", "person_id": None, "cut": Slice()}
    asked: list[tuple[dict[str, Any], list[str]]] = [
        ({"assignee": "me"}, ["enr1.first-visit.1"]),
        ({"assignee": "none"}, ["free"]),
        ({"status": "done"}, ["done"]),
        ({"due_before": NOW}, []),
        ({"person_id": BO}, []),
    ]
    for filters, found in asked:
        assert ids((await tasks.page(REP, **{**base, **filters})).rows) == found
    assert (await tasks.find(MSL, "free"), await tasks.find(REP, "unheard-of")) == (None, None)
    task, free = await tasks.open_of(REP, ENROLMENT)
    assert free.id == "free"
    assert (task.person.family_name, task.journey) == ("Lindqvist", "heart-failure-pioneer")


async def test_enrolments_are_listed_latest_first(engine: AsyncEngine) -> None:
    """In one's territory, by status and journey."""
    await add(engine, *(an_enrolment(id=f"e{day}", status="ended", created_at=NOW + timedelta(days=day)) for day in range(3)))
    await add(engine, an_enrolment(id="elsewhere", person_id=BO))
    enrolments = StoredEnrolments(engine)
    seen = await walk(lambda cut: enrolments.page(REP, status=None, journey=None, person_id=None, cut=cut), limit=2)
    assert ids(seen) == ["e2", "e1", "e0"]
    assert ids((await enrolments.page(MARKETING, status="running", journey="heart-failure-pioneer", person_id=None, cut=Slice())).rows) == ["elsewhere"]
    assert await enrolments.find(REP, "elsewhere") is None


async def test_the_timeline_is_of_ones_side_with_the_words_one_may_read(engine: AsyncEngine) -> None:
    """Medical's remark on an open line is for medical; the commercial line is for commercial."""
    await a_run(engine)
    await add(engine, tables.MedicalRemark(id="r1", by="user-msl", words="About dialysis.", at=NOW))
    await add(engine, tables.Remark(id="r2", by="user-rep", side="commercial", words="Met at the door.", at=NOW))
    line: dict[str, Any] = {"person_id": ASTRID, "enrolment_id": ENROLMENT, "journey": "heart-failure-pioneer", "version": 1, "arrived_at": NOW}
    await add(engine, tables.TimelineEntry(**line, move=1, line=0, side="commercial", what="began", by="user-rep", remark_id="r2", at=NOW))
    await add(engine, tables.TimelineEntry(**line, move=2, line=0, side="open", what="task_closed", by="user-msl", remark_id="r1", at=NOW))
    timelines = StoredTimelines(engine)
    told = {}
    for who in (REP, MSL, COMPLIANCE):
        rows = await walk(lambda cut, who=who: timelines.of_enrolment(who, ENROLMENT, newest_first=False, cut=cut, now=NOW), limit=1)
        told[who.role.value] = [(row.what, row.by_name, row.remark) for row in rows]
    assert told == {
        "rep": [("began", "A rep", "Met at the door."), ("task_closed", "A msl", None)],
        "msl": [("task_closed", "A msl", "About dialysis.")],
        "compliance": [("began", "A rep", "Met at the door."), ("task_closed", "A msl", "About dialysis.")],
    }
    newest = await walk(lambda cut: timelines.of_person(COMPLIANCE, ASTRID, newest_first=True, cut=cut, now=NOW), limit=1)
    assert [row.what for row in newest] == ["task_closed", "began"]


async def test_definitions_are_found_by_version_or_the_one_in_effect(engine: AsyncEngine) -> None:
    """The latest that HCPs enter at the time; a version that is published from tomorrow waits until then."""
    definitions, tomorrow = StoredDefinitions(engine), NOW + timedelta(days=1)
    await add(engine, a_version(a_journey(version=2), effective_from=tomorrow), a_version(a_journey(version=3), state="draft", effective_from=None))
    for now, version in ((NOW, 1), (tomorrow, 2)):
        found = await definitions.find("heart-failure-pioneer", None, now=now)
        assert found is not None
        assert found.life.version == version
    draft = await definitions.find("heart-failure-pioneer", 3, now=NOW)
    assert draft is not None
    assert (draft.life.state, draft.life.authors, draft.open_runs) == ("draft", ("user-marketing",), 0)
    assert await definitions.find("unheard-of", None, now=NOW) is None
    assert set(await definitions.read([("heart-failure-pioneer", 1), ("unheard-of", 1)])) == {("heart-failure-pioneer", 1)}
    assert list(await definitions.personas()) == ["pioneer"]


async def test_definitions_are_listed_by_state_journey_product_and_persona(engine: AsyncEngine) -> None:
    """By journey, the latest version first."""
    definitions = StoredDefinitions(engine)
    await add(engine, a_version(a_journey(version=2), state="draft"), a_version(a_journey(journey="another", persona="ordinary", product="nephrolex")))
    usual: dict[str, Any] = {"journey": None, "states": frozenset(VersionState), "product": None, "persona": None, "now": NOW}
    for changes, listed in (
        ({}, [("another", 1), ("heart-failure-pioneer", 2), ("heart-failure-pioneer", 1)]),
        ({"states": frozenset({VersionState.DRAFT})}, [("heart-failure-pioneer", 2)]),
        ({"journey": "another"}, [("another", 1)]),
        ({"product": "cardiolex"}, [("heart-failure-pioneer", 2), ("heart-failure-pioneer", 1)]),
        ({"persona": "ordinary"}, [("another", 1)]),
    ):
        asked = {**usual, **changes}
        rows = await walk(lambda cut, asked=asked: definitions.page(**asked, cut=cut), limit=1)
        assert [(row.life.journey, row.life.version) for row in rows] == listed


async def test_a_draft_that_changes_is_read_anew(engine: AsyncEngine) -> None:
    """Only what can never change again is kept at hand."""
    definitions, key = StoredDefinitions(engine), ("another", 1)
    await add(engine, a_version(a_journey(journey="another"), state="draft"))
    before = (await definitions.read([key]))[key]
    async with transaction(engine) as session:
        row = await session.get_one(tables.DefinitionVersion, key)
        row.body = {**row.body, "priority": 3}
    assert [before.priority, (await definitions.read([key]))[key].priority] == [70, 3]


@pytest.mark.parametrize(("later", "state"), [(0, "approved"), (10_000, "expired")])
async def test_content_expires_by_itself(later: int, state: str, engine: AsyncEngine) -> None:
    """The list, its filter and the single version agree on the state at the instant asked."""
    contents, now = StoredContents(engine), NOW + timedelta(days=later)
    ask: dict[str, Any] = {"product": None, "expires_before": None, "now": now, "cut": Slice()}
    assert [line.state for line in (await contents.page(state=state, **ask)).rows] == [state]
    assert (await contents.page(state="draft", **ask)).rows == ()
    line = await contents.find(ContentRef("hf-dialogue", 2), now=now)
    assert line is not None
    assert line.state == state
    assert (await contents.find(ContentRef("hf-dialogue", 3), now=now)) is None


async def test_what_review_says_later_counts(engine: AsyncEngine) -> None:
    """A withdrawal by review is seen at once, also in the version that tasks show."""
    row = (await every(engine, tables.ContentVersion))[0]
    row.state = "withdrawn"
    await add(engine, row)
    ref = ContentRef("hf-dialogue", 2)
    contents = StoredContents(engine)
    assert (await contents.versions([ref]))[ref].state == "withdrawn"
    assert len((await contents.page(state="withdrawn", product="cardiolex", expires_before=None, now=NOW, cut=Slice())).rows) == 1


async def test_a_user_is_active_and_aligned(engine: AsyncEngine) -> None:
    """Who left is nobody; who works elsewhere or in another role cannot take the task."""
    await add(engine, tables.User(id="gone", name="Gone", role="rep", active=False))
    users = StoredUsers(engine)
    assert await users.find("gone") is None
    assert await users.may_work("user-rep", role="rep", territory_id=HOME)
    assert not await users.may_work("user-rep", role="rep", territory_id=AWAY)
    assert not await users.may_work("user-rep", role="msl", territory_id=HOME)
    assert not await users.may_work("user-rep", role="rep", territory_id=None)


async def test_where_the_lines_of_runs_stand_is_read_at_once(engine: AsyncEngine) -> None:
    """The main line first, for a list of three runs with as many statements as for one."""
    runs = ["run0", "run1", "run2"]
    await several_runs_of_two_lines(engine, runs)
    enrolments, said = StoredEnrolments(engine), list[str]()
    with listening(engine, said):
        one = await enrolments.find(MARKETING, "run1")
        for_one = len(said)
        page = await enrolments.page(MARKETING, status="running", journey=None, person_id=None, cut=Slice())
    assert one is not None
    assert [(line.line, line.step) for line in one.lines] == [("", "both"), ("both.rep", "visit")]
    assert {row.id: [line.key for line in row.lines] for row in page.rows} == {run: [f"{run}.both.1", f"{run}.visit.1"] for run in runs}
    assert len(said) - for_one == for_one


async def several_runs_of_two_lines(engine: AsyncEngine, runs: list[str]) -> None:
    for run in runs:
        await add(engine, an_enrolment(id=run, journey=run), a_standing(run, line="both.rep"), a_standing(run, step="both", doing="joining"))


@contextmanager
def listening(engine: AsyncEngine, said: list[str]) -> Iterator[None]:
    """Every statement that the engine sends, in its order."""

    def hear(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        said.append(statement)

    event.listen(engine.sync_engine, "before_cursor_execute", hear)
    yield
    event.remove(engine.sync_engine, "before_cursor_execute", hear)


@pytest.mark.parametrize("key", [(), ("no instant", "x"), ("2027-03-01T09:00:00", "x"), ("2027-03-01T09:00:00+00:00", "\x00")])
async def test_a_made_up_cursor_is_refused(key: tuple[str, ...], engine: AsyncEngine) -> None:
    """Whatever it holds, it is told from one of ours before the database is asked."""
    with pytest.raises(BadCursorError):
        await StoredEnrolments(engine).page(REP, status=None, journey=None, person_id=None, cut=Slice(10, Cursor(key)))
