"""Safety cases in the store: opened with their report, never deleted, never changed, read by their readers, and used by nothing that sells."""

from collections.abc import AsyncIterator
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import SQLModel

from api.idempotency import Once
from api.paging import Slice
from api.ports.safety import Told
from api.schemas.safety import NewSafetyCase, NothingToReport, SafetyReport
from api.who import Who
from journeys.safety import STRICT, SafetyKind
from orchestrator.safety.office import Attempt
from orchestrator.store import library, tables
from orchestrator.store.desk.safety import StoredSafety
from orchestrator.store.engine import transaction
from orchestrator.store.roles import COMMERCIAL
from orchestrator.store.roles import SAFETY as SAFETY_ROLE
from orchestrator.store.safety import flag
from orchestrator.store.safety_book import SafetyBook
from orchestrator.store.safety_watch import SafetyWatch
from tests.builders import NOW, a_market
from tests.orchestrator.store.desk.filling import ASTRID, COMPLIANCE, MARKETING, REP, SAFETY, a_person, a_run, a_task, add, every, once, the_world, walk

YES = SafetyReport(answer="yes", kind=SafetyKind.ADVERSE_EVENT, words="A patient of hers had a rash.")
NONE = NothingToReport(answer="none")
TASK = "task:enr1.first-visit.1"
HOUR = timedelta(hours=1)


@pytest_asyncio.fixture
async def safety(engine: AsyncEngine) -> AsyncIterator[StoredSafety]:
    """Drug safety's desk, in a world with a run and a task of the rep's."""
    await the_world(engine)
    await a_run(engine)
    await add(engine, a_task())
    yield StoredSafety(engine)


async def _case(safety: StoredSafety, who: Who = REP, *, key: str = "a-key", **changes: Any) -> str:
    told = {"report": TASK, "answer": YES, **changes}
    case = await safety.told(who, Told(**told), once=once(key), now=NOW)
    assert case is not None
    return case


async def test_a_yes_opens_a_case_with_its_outbox_row(safety: StoredSafety, engine: AsyncEngine) -> None:
    """The person and the product are those of the task; the clock starts now; what sets it going is written with the case."""
    case = await _case(safety)
    row = (await every(engine, tables.SafetyCaseRow))[0]
    assert (row.id, row.kind, row.person_id, row.product, row.market, row.report, row.reporter) == (
        case,
        "adverse_event",
        ASTRID,
        "cardiolex",
        "SE",
        TASK,
        "user-rep",
    )
    assert (row.aware_at, row.received_at, row.due_at) == (NOW, NOW, NOW + 24 * HOUR)
    assert [(row.kind, row.enrolment_id) for row in await every(engine, tables.Outbox)] == [("safety", case)]
    assert [(row.words, row.kind) for row in await every(engine, tables.SafetyLine)] == [(YES.words, "report")]
    assert [(row.answer, row.case_id) for row in await every(engine, tables.SafetyAnswerRow)] == [("yes", case)]


async def test_day_0_is_when_anybody_learnt_of_it(safety: StoredSafety, engine: AsyncEngine) -> None:
    """The stated time counts and the server's stands beside it; a market may give another deadline."""
    async with transaction(engine) as session:
        await library.publish_market(session, a_market().model_copy(update={"safety": STRICT.model_copy(update={"deadline": STRICT.remind})}), now=NOW)
    await _case(safety, answer=YES.model_copy(update={"aware_at": NOW - 3 * HOUR}))
    row = (await every(engine, tables.SafetyCaseRow))[0]
    assert (row.aware_at, row.received_at, row.due_at) == (NOW - 3 * HOUR, NOW, NOW + HOUR)


async def test_a_report_that_was_refused_and_mended_is_one_case(safety: StoredSafety, engine: AsyncEngine) -> None:
    """Another body under the same key with the same answer opens no second case; the same answer under another key does: rather two than none."""
    first = await safety.told(REP, Told(report=TASK, answer=YES), once=once("key", "refused"), now=NOW)
    assert await safety.told(REP, Told(report=TASK, answer=YES), once=once("key", "mended"), now=NOW + HOUR) == first
    assert await _case(safety, key="another-key") != first
    assert len(await every(engine, tables.SafetyCaseRow)) == 2


async def test_the_hcp_of_another_territory_stays_unnamed(safety: StoredSafety, engine: AsyncEngine) -> None:
    """What was heard is kept; whose HCP it is is not told to who may not see them."""
    await add(engine, a_person(id="afar", territory_id="se-malmo"))
    await _case(safety, person_id="afar", report="person:afar")
    row = (await every(engine, tables.SafetyCaseRow))[0]
    assert (row.person_id, row.market, row.due_at) == (None, None, NOW + 24 * HOUR)


async def test_none_with_a_safety_word_is_flagged_and_reviewed(safety: StoredSafety, engine: AsyncEngine) -> None:
    """Swedish and English words are looked for in Sweden; the review opens a case whose day 0 is when the words were written."""
    await safety.told(REP, Told(report=TASK, answer=NONE, words=("Hon berättade om en biverkning.",)), once=once("one"), now=NOW)
    await safety.told(REP, Told(report=TASK, answer=NONE, words=("Vill läsa mer.",)), once=once("two"), now=NOW)
    (flagged,) = (await safety.flags(reviewed=False, cut=Slice())).rows
    assert (flagged.hits, flagged.by, flagged.person_id, flagged.product) == (("sv:*biverkning*",), "user-rep", ASTRID, "cardiolex")
    reviewed = await safety.review(SAFETY, flagged.id, SafetyKind.ADVERSE_EVENT, now=NOW + HOUR)
    assert reviewed is not None
    case = (await every(engine, tables.SafetyCaseRow))[0]
    assert (reviewed[0].case_id, reviewed[1], case.aware_at, case.received_at, case.reporter) == (case.id, True, NOW, NOW + HOUR, "user-rep")
    assert await safety.review(SAFETY, flagged.id, None, now=NOW) == (reviewed[0], False)
    assert (await safety.flags(reviewed=False, cut=Slice())).rows == ()
    assert len(await every(engine, tables.SafetyAnswerRow)) == 2


async def test_words_from_outside_are_flagged_too(safety: StoredSafety, engine: AsyncEngine) -> None:
    """A reply by e-mail has nobody who answered; the same reply twice is one flag."""
    async with transaction(engine) as session:
        for words in ("Sie klagte über Kopfschmerzen.", "Sie klagte über Kopfschmerzen."):
            assert await flag(session, id="reply-1", report="reply:1", words=words, language="de", now=NOW)
        assert not await flag(session, id="reply-2", report="reply:2", words="Danke, sehr gern.", language="de", now=NOW)
    assert [(row.by, row.hits) for row in await every(engine, tables.SafetyFlag)] == [(None, ["de:*schmerz*"])]


CHANGES = (
    "DELETE FROM safety.safety_case",
    "TRUNCATE safety.safety_case CASCADE",
    "UPDATE safety.safety_case SET aware_at = aware_at - interval '1 hour'",
    "UPDATE safety.safety_case SET received_at = received_at + interval '1 hour'",
    "UPDATE safety.safety_case SET due_at = due_at + interval '1 hour'",
    "UPDATE safety.safety_case SET kind = 'other'",
    "UPDATE safety.safety_case SET person_id = NULL",
    "UPDATE safety.safety_case SET acknowledged_at = NULL, acknowledged_by = NULL",
    "UPDATE safety.safety_line SET words = 'nothing'",
    "DELETE FROM safety.safety_line",
    "DELETE FROM safety.safety_answer",
    "UPDATE safety.safety_answer SET answer = 'none'",
    "DELETE FROM safety.safety_flag",
    "UPDATE safety.safety_flag SET words = 'nothing'",
    "UPDATE safety.safety_flag SET hits = '[]'",
    "DELETE FROM safety.safety_sending",
    "DELETE FROM safety.safety_notice",
)


async def test_the_database_refuses_to_delete_or_change_what_was_reported(safety: StoredSafety, engine: AsyncEngine) -> None:
    """Whoever asks, the owner of the database included; what happens to a case may be written down."""
    case = await _case(safety)
    await safety.told(REP, Told(report=TASK, answer=NONE, words=("A rash?",)), once=once("none"), now=NOW)
    await safety.acknowledge(case, by="user-safety", role="safety", reference="2026-1", now=NOW)
    for change in CHANGES:
        with pytest.raises(DBAPIError, match="append-only"):
            async with engine.begin() as connection:
                await connection.execute(text(change))
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE safety.safety_case SET sent_at = now(), failures = 3, look_at = now(), escalated_at = now()"))


@pytest.mark.parametrize("table", sorted(table.name for table in SQLModel.metadata.tables.values() if table.schema == "safety"))
async def test_no_transaction_of_a_journey_reads_drug_safety(engine: AsyncEngine, table: str) -> None:
    """The house's own role is refused by the database; a flag alone it may add."""
    for role in (COMMERCIAL, SAFETY_ROLE):
        for act in ("SELECT count(*) FROM", "DELETE FROM"):
            allowed = role == SAFETY_ROLE and act.startswith("SELECT")
            with nullcontext() if allowed else pytest.raises(DBAPIError, match="permission denied"):
                async with transaction(engine, role=role) as session:
                    await (await session.connection()).execute(text(f"{act} safety.{table}"))


async def test_nobody_learns_of_it_later_than_it_was_told(safety: StoredSafety, engine: AsyncEngine) -> None:
    """The database holds it too."""
    late = tables.SafetyCaseRow(id="x", kind="other", reporter="user-rep", aware_at=NOW + HOUR, received_at=NOW, due_at=NOW)
    with pytest.raises(DBAPIError, match="aware_before_told"):
        await add(engine, late)


async def test_readers_see_every_case_and_reporters_their_own(safety: StoredSafety, engine: AsyncEngine) -> None:
    """The list goes page by page, the first due first; each reading of the words is audited with who read them."""
    cases = [await _case(safety, key=f"key-{number}", answer=YES.model_copy(update={"aware_at": NOW - number * HOUR})) for number in range(3)]
    await safety.acknowledge(cases[0], by="user-safety", role="safety", reference=None, now=NOW)
    asked = {"now": NOW + 22 * HOUR}
    for who in (SAFETY, COMPLIANCE, REP):
        assert [row.id for row in await walk(lambda cut, who=who: safety.page(who, standing=None, cut=cut, **asked), limit=2)] == [cases[2], cases[1], cases[0]]
    assert await walk(lambda cut: safety.page(MARKETING, standing=None, cut=cut, **asked), limit=2) == []
    assert await safety.find(MARKETING, cases[0]) is None
    standing = {
        name: [row.id for row in (await safety.page(SAFETY, standing=name, cut=Slice(), **asked)).rows]
        for name in ("open", "overdue", "unsent", "acknowledged")
    }
    assert standing == {"open": [cases[2], cases[1]], "overdue": [cases[2]], "unsent": [cases[2], cases[1]], "acknowledged": [cases[0]]}
    name, lines = await safety.lines(COMPLIANCE, cases[1], now=NOW)
    assert (name, [line.words for line in lines]) == ("Astrid Lindqvist", [YES.words])
    assert [(row.by, row.subject) for row in await every(engine, tables.AuditEntry) if row.action == "safety.read"] == [
        ("user-compliance", f"safety_case:{cases[1]}")
    ]


async def test_news_of_an_acknowledged_case_has_a_clock_of_its_own(safety: StoredSafety, engine: AsyncEngine) -> None:
    """A line is added while the case waits; after that a reporter's news opens a case that names the first."""
    case = await _case(safety)
    assert (await safety.add(REP, case, kind="correction", words="It was the arm.", once=once("one"), now=NOW)).id == case
    await safety.acknowledge(case, by="user-safety", role="safety", reference=None, now=NOW)
    news = await safety.add(REP, case, kind="follow_up", words="She is well again.", once=once("two"), now=NOW + HOUR)
    assert (news.report, news.aware_at, news.person_id, news.acknowledged_at) == (f"safety_case:{case}", NOW + HOUR, ASTRID, None)
    assert (await safety.add(SAFETY, case, kind="follow_up", words="Closed there.", once=once("three"), now=NOW + HOUR)).id == case
    assert [line.kind for line in (await safety.lines(SAFETY, case, now=NOW))[1]] == ["report", "correction", "follow_up"]


async def test_a_case_on_its_own_needs_nobody(safety: StoredSafety, engine: AsyncEngine) -> None:
    """It is about nobody in particular, in no market: the strict deadline holds."""
    row = await safety.open(MARKETING, NewSafetyCase(kind=SafetyKind.PRODUCT_COMPLAINT, words="A torn blister."), once=once(), now=NOW)
    assert (row.person_id, row.market, row.due_at, row.reporter) == (None, None, NOW + 24 * HOUR, "user-marketing")


async def test_somebody_who_looks_tells_each_step_once(safety: StoredSafety, engine: AsyncEngine) -> None:
    """Two steps that are due at once tell each colleague the last; a look that is repeated tells nobody again."""
    case = await _case(safety)
    book = SafetyBook(engine)
    for _ in range(2):
        looked = await book.look(case, at=NOW + 25 * HOUR)
    assert looked is not None
    assert sorted((row.user_id, row.step) for row in await every(engine, tables.SafetyNotice)) == [
        ("user-compliance", "overdue"), ("user-medical", "overdue"), ("user-safety", "overdue"),
    ]  # fmt: skip


async def test_what_waits_too_long_is_seen_and_woken(safety: StoredSafety, engine: AsyncEngine) -> None:
    """A case that nobody looks after is put in the outbox again, once; one that is unsent or overdue is told until it is acknowledged."""
    case = await _case(safety)
    watch = SafetyWatch(engine)
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE outbox SET delivered_at = now()"))
    seen = await watch.look(now=NOW + 25 * HOUR, told_before=NOW + 24 * HOUR, due_before=NOW + 24 * HOUR)
    assert (seen.overdue, seen.unsent, seen.asleep, seen.open, seen.flagged) == ((case,), (case,), (case,), 1, 0)
    await watch.wake(seen.asleep)
    await watch.wake(seen.asleep)
    assert [row.enrolment_id for row in await every(engine, tables.Outbox) if row.delivered_at is None] == [case]
    book = SafetyBook(engine)
    await book.note(case, [Attempt(way="inbox", result="taken")], at=NOW + 25 * HOUR)
    await book.rests_until(case, NOW + 28 * HOUR)
    seen = await watch.look(now=NOW + 26 * HOUR, told_before=NOW + 25 * HOUR, due_before=NOW + 25 * HOUR)
    assert (seen.overdue, seen.unsent, seen.asleep) == ((case,), (), ())
    await safety.acknowledge(case, by="user-safety", role="safety", reference=None, now=NOW)
    assert (await watch.look(now=NOW + 26 * HOUR, told_before=NOW, due_before=NOW))[:4] == ((), (), (), 0)


def test_nothing_that_sells_reads_a_case() -> None:
    """No fact, no condition, no gate and no query of a journey names the tables of drug safety: only the modules that are drug safety's own do."""
    house = Path(__file__).parents[3]
    named = {
        str(path.relative_to(house))
        for folder in ("journeys", "activities", "workflows", "api", "orchestrator")
        for path in (house / folder).rglob("*.py")
        if any(f"Safety{noun}" in path.read_text() for noun in ("CaseRow", "Line", "AnswerRow", "Flag", "Sending", "Notice"))
    }
    assert {path for path in named if "safety" not in path} == {
        "orchestrator/store/tables/__init__.py", "orchestrator/store/desk/notifications.py", "api/ports/tasks.py", "api/routers/notifications.py",
    }  # fmt: skip


def test_keys_do_not_meet() -> None:
    """Two requests of two users make two cases."""
    assert Once("a", "k", "d").id("safety_case") != Once("b", "k", "d").id("safety_case")
