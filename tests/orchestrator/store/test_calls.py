"""Reports of calls on a real PostgreSQL: late, out of order, corrected, cancelled; a visit is completed once, and no call counts twice."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from api.paging import Slice
from api.rows import CallReportRow
from api.schemas.call_reports import NewCallReport
from journeys.calls import CallWords
from orchestrator.store import calls, tables
from orchestrator.store.desk.calls import StoredCallReports
from orchestrator.store.engine import transaction
from tests.builders import NOW, a_journey, a_visit, an_exit
from tests.orchestrator.store.desk.filling import ADMIN, ASTRID, BO, INTEGRATION, REP, a_task, add, an_enrolment, every, the_world
from tests.orchestrator.store.sending import change

VISIT = "enr1.first-visit.1"
A_DAY = timedelta(days=1)
WORDS = {"crm": CallWords.model_validate({"outcomes": {"Positive": "interested"}, "channels": {"F2F": "face_to_face"}})}


@pytest.fixture
async def world(engine: AsyncEngine) -> AsyncEngine:
    """The rep is to visit Astrid within a week."""
    journey = a_journey(steps={"first-visit": a_visit(), "done": an_exit()})
    await the_world(engine, journey)
    await add(engine, an_enrolment(version=journey.version, digest=journey.digest), a_task(due=NOW + 7 * A_DAY, opened_at=NOW))
    return engine


async def report(engine: AsyncEngine, number: int = 1, *, now: datetime = NOW + 5 * A_DAY, **told: Any) -> tuple[CallReportRow, bool]:
    given = {"source": "crm", "id": f"call-{number}", "revised_at": NOW + A_DAY, "person": ASTRID, "rep": REP.id, "product": "cardiolex"}
    given |= {"channel": "F2F", "outcome": "Positive", "at": NOW + A_DAY, **told}
    if "external" in told:
        del given["person"]
    return await StoredCallReports(engine, WORDS).take(INTEGRATION, NewCallReport.model_validate(given), now=now)


async def completed(engine: AsyncEngine) -> list[tuple[str, str, str]]:
    rows = [row for row in await every(engine, tables.Outbox) if row.kind == "command"]
    return [(row.payload["task"], row.payload["outcome"], row.payload["channel"]) for row in rows]


async def pressure(engine: AsyncEngine) -> list[datetime]:
    return [touch.at for touch in await every(engine, tables.Touch) if touch.state == "accepted"]


async def test_a_call_where_no_rep_is_received_is_taken_and_shown(world: AsyncEngine) -> None:
    """It has taken place; compliance sees that it should not have."""
    await change(world, """UPDATE organisation SET visits = '{"product_information": "none"}'""")
    row, _ = await report(world)
    assert (row.standing, row.reason) == ("completed", "access_forbidden")
    assert await completed(world) == [(VISIT, "interested", "face_to_face")]


async def test_a_call_days_late_completes_the_visit_that_it_was(world: AsyncEngine) -> None:
    """In the CRM's own words for outcome and channel, in the rep's name, once however often it is told."""
    row, repeated = await report(world)
    assert (row.standing, row.task_id, row.late, repeated) == ("completed", VISIT, True, False)
    again, repeated = await report(world)
    assert (again.standing, again.repeats, repeated) == ("completed", 1, True)
    assert await completed(world) == [(VISIT, "interested", "face_to_face")]
    assert await pressure(world) == []  # the visit is written down as a touch when the run closes it


async def test_a_second_call_is_a_touch_by_itself(world: AsyncEngine) -> None:
    """The visit is taken; it counts as pressure at its own time."""
    await report(world)
    row, _ = await report(world, 2, at=NOW + 2 * A_DAY)
    assert (row.standing, row.reason, row.task_id) == ("recorded", "no_task", None)
    assert await pressure(world) == [NOW + 2 * A_DAY]
    assert len(await completed(world)) == 1


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"product": "other"}, "no_task"),
        ({"rep": "user-msl"}, "no_task"),
        ({"rep": "nobody"}, "unknown_rep"),
        ({"at": NOW - 20 * A_DAY}, "no_task"),
        ({"outcome": "Bewildered"}, "unknown_outcome"),
        ({"outcome": None}, "unknown_outcome"),
        ({"channel": "pigeon"}, "unknown_channel"),
        ({"channel": "phone"}, "unknown_channel"),
    ],
)
async def test_a_call_that_completes_nothing_counts_and_says_why(world: AsyncEngine, told: dict[str, Any], reason: str) -> None:
    """Another product, another rep, another time, or words that the step does not have."""
    row, _ = await report(world, **told)
    assert (row.standing, row.reason) == ("recorded", reason)
    assert (await completed(world), len(await pressure(world))) == ([], 1)


async def test_a_correction_that_makes_sense_completes_the_visit_after_all(world: AsyncEngine) -> None:
    """And the touch that was counted for the call counts no more beside it; the older revision, when it comes last, changes nothing."""
    await report(world, outcome="Bewildered")
    row, _ = await report(world, revised_at=NOW + 2 * A_DAY)
    assert (row.standing, await completed(world), await pressure(world)) == ("completed", [(VISIT, "interested", "face_to_face")], [])
    row, repeated = await report(world, outcome="not_now", revised_at=NOW + timedelta(hours=1))
    assert (row.outcome, repeated) == ("interested", True)
    row, _ = await report(world, outcome="not_now", revised_at=NOW + 3 * A_DAY)
    assert (row.standing, row.outcome, len(await completed(world))) == ("completed", "not_now", 1)
    assert len(await every(world, tables.CallRevision)) == 4


async def test_a_cancelled_call_counts_no_more(world: AsyncEngine) -> None:
    """Whether it is cancelled after it was told or before; a visit that it completed cannot be undone, and that is shown."""
    await report(world, product="other")
    await report(world, product="other", status="cancelled", revised_at=NOW + 2 * A_DAY)
    await report(world, 2, product="other", status="cancelled", revised_at=NOW + 2 * A_DAY)
    row, repeated = await report(world, 2, product="other")
    assert (row.standing, repeated, await pressure(world)) == ("cancelled", True, [])
    await report(world, 3)
    row, _ = await report(world, 3, status="cancelled", revised_at=NOW + 2 * A_DAY)
    assert (row.standing, row.reason, row.task_id) == ("cancelled", "task_completed", VISIT)


async def test_a_late_call_of_a_closed_visit_is_only_recorded(world: AsyncEngine) -> None:
    """One that the rep told of here counts already; one that was never done here counts by the call."""
    await change(world, "UPDATE task SET status = 'done'")
    row, _ = await report(world)
    assert (row.standing, row.reason, row.task_id, await pressure(world)) == ("recorded", "closed", VISIT, [])
    await change(world, "UPDATE call_report SET task_id = NULL")
    await change(world, "UPDATE task SET status = 'overdue'")
    row, _ = await report(world, 2)
    assert (row.standing, row.reason, await pressure(world)) == ("recorded", "closed", [NOW + A_DAY])
    assert await completed(world) == []


async def test_a_call_with_somebody_unknown_waits_until_the_person_is_known(world: AsyncEngine) -> None:
    """Then it completes the visit that it was; audited."""
    row, _ = await report(world, external={"source": "crm", "value": "0031"})
    assert (row.standing, row.person_id) == ("unknown_person", None)
    desk = StoredCallReports(world, WORDS)
    assert await desk.judge_again(ADMIN, source=None, most=10, remark="remark-1", now=NOW) == {"unknown_person": 1}
    await add(world, tables.ExternalId(source="crm", value="0031", person_id=ASTRID))
    assert await desk.judge_again(ADMIN, source=None, most=10, remark="remark-1", now=NOW) == {"completed": 1}
    page = await desk.page(ADMIN, standing="completed", reason=None, person_id=ASTRID, late=True, safety=False, cut=Slice())
    assert [row.source_id for row in page.rows] == ["call-1"]
    assert len([line for line in await every(world, tables.AuditEntry) if line.action == "call_reports.judged_again"]) == 2


async def test_notes_are_kept_apart_and_looked_through(world: AsyncEngine) -> None:
    """Words of safety are found, whatever the language; nothing of the notes stands in the report."""
    await report(world, notes="En patient fick svåra biverkningar av tabletterna.")
    row, _ = await report(world, 2, notes="A pleasant talk about the weather.", outcome="not_now")
    assert not row.safety
    (first,) = [row for row in await every(world, tables.CallReport) if row.source_id == "call-1"]
    assert first.hints
    (flagged,) = await every(world, tables.SafetyFlag)
    assert (flagged.person_id, flagged.by) == (ASTRID, REP.id)
    remarks = {remark.id: remark.words for remark in await every(world, tables.Remark)}
    assert "biverkningar" in remarks[first.remark_id]


async def test_a_call_by_somebody_unknown_completes_its_visit_once_the_rep_is_known(world: AsyncEngine) -> None:
    """The touch that was counted for it counts no more beside the visit, and the CRM's ids are forgotten; one that is still unknown keeps nobody behind it
    waiting."""
    await report(world, rep="V0D1")
    await report(world, 2, external={"source": "crm", "value": "0031"})
    desk = StoredCallReports(world, WORDS)
    asked: dict[str, Any] = {"source": "crm", "most": 1, "remark": "remark-1"}
    assert [await desk.judge_again(ADMIN, **asked, now=NOW + day * A_DAY) for day in (6, 7)] == [{"recorded": 1}, {"unknown_person": 1}]
    await add(world, tables.UserExternalId(source="crm", value="V0D1", user_id=REP.id))
    async with transaction(world) as session:
        assert await calls.judge_again(session, WORDS, source=None, most=10, now=NOW + 8 * A_DAY, known=True) == {"completed": 1}
    assert (await completed(world), await pressure(world)) == ([(VISIT, "interested", "face_to_face")], [])
    assert {row.source_id: row.named for row in await every(world, tables.CallReport)}["call-1"] == {}


async def test_a_call_that_turns_out_to_have_been_with_another_counts_there(world: AsyncEngine) -> None:
    """And nowhere, once it is said to have been with somebody unknown; the visit that a call completed stays completed by it, whoever it was with."""
    later = [NOW + (2 + number) * A_DAY for number in range(3)]
    await report(world, product="other")
    await report(world, product="other", person=BO, revised_at=later[0])
    (touch,) = await every(world, tables.Touch)
    assert (touch.person_id, touch.state) == (BO, "accepted")
    row, _ = await report(world, product="other", external={"source": "crm", "value": "0031"}, revised_at=later[1])
    assert (row.standing, row.person_id, await pressure(world)) == ("unknown_person", None, [])
    row, _ = await report(world, product="other", external={"source": "crm", "value": "0032"}, status="cancelled", revised_at=later[2])
    assert (row.standing, await pressure(world)) == ("cancelled", [])
    await report(world, 2)
    row, _ = await report(world, 2, external={"source": "crm", "value": "0031"}, revised_at=later[0])
    assert (row.standing, row.person_id, row.task_id, len(await completed(world))) == ("completed", ASTRID, VISIT, 1)
