"""Operations over many runs on a real PostgreSQL: paced, resumed where they stopped, held and stopped, with a report for each run."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from api.paging import Slice
from api.schemas.operations import NewMigration, OperationLine, PlanMigration, Repair, RepairMany
from journeys.acceptance import Refusal, Refused
from journeys.migration import Obstacle, Unmovable
from journeys.reasons import Reason
from orchestrator.store import tables
from orchestrator.store.desk.migrations import StoredMigrating, StoredMigrations
from orchestrator.store.desk.operations import StoredOperations
from orchestrator.store.desk.repairs import StoredRepairs
from orchestrator.store.engine import transaction
from orchestrator.store.operations import ATTEMPTS, Operating
from tests.builders import NOW, a_pause, a_visit, an_exit
from tests.journeys.playing import a_parallel
from tests.orchestrator.store.desk.filling import a_person, a_version, add, an_enrolment, every, once, walk
from tests.orchestrator.store.operating import ADMIN, AWAY, CLOCK, RUNS, FakeHands, a_standing, carried_out, several_runs, the_journey, version_2
from tests.orchestrator.store.sending import change

JOURNEY = "heart-failure-pioneer"
MAP = {"pause": "call"}


def a_migration(**changes: Any) -> NewMigration:
    told = {
        "journey": JOURNEY,
        "source": 1,
        "target": 2,
        "mapping": MAP,
        "reason": "strategy_changed",
        "remark": "A call is better.",
        "safety": {"answer": "none"},
        "per_second": 3,
    }
    return NewMigration.model_validate({**told, **changes})


async def begun(engine: AsyncEngine, **changes: Any) -> OperationLine:
    return await StoredMigrations(engine).begin(ADMIN, a_migration(**changes), remark="remark-1", once=once(), now=NOW)


async def results(engine: AsyncEngine) -> dict[str, tuple[str, str | None]]:
    return {item.enrolment_id: (item.result, item.code) for item in await every(engine, tables.OperationItem)}


async def test_a_preview_tells_who_would_go_where(engine: AsyncEngine) -> None:
    """By step: how many, where to, or why not; and nothing has happened."""
    await several_runs(engine)
    await add(engine, a_standing("run0", line="side", step="done", doing="sending"))
    plan = PlanMigration(journey=JOURNEY, source=1, target=2)
    seen = await StoredMigrations(engine).preview(plan)
    assert (seen.movable, seen.refused, seen.not_now) == (3, 3, 1)
    assert {(line.step, line.doing, line.count, line.to, line.code) for line in seen.steps} == {
        ("visit", "task", 3, "visit", None),
        ("visit", "task", 1, None, "not_now"),
        ("pause", "waiting", 3, None, "step_gone"),
        ("done", "sending", 1, None, "not_now"),
    }
    mapped = await StoredMigrations(engine).preview(plan.model_copy(update={"mapping": MAP}))
    assert (mapped.movable, mapped.refused) == (6, 0)
    assert ("pause", 3, "call", "anew") in {(line.step, line.count, line.to, line.how) for line in mapped.steps}
    assert await every(engine, tables.Operation) == []


async def test_a_preview_counts_whole_runs(engine: AsyncEngine) -> None:
    """A run moves with all its lines or with none: where one is refused, the others are told as staying, with the reason."""
    await several_runs(engine, 2)
    lines = {"two": a_visit(next="join"), "one": a_visit(next="join"), "pause": a_pause(next="join")}
    both = {"both": a_parallel("done", left="one", right="two"), **lines, "done": an_exit()}
    await add(engine, a_version(the_journey(version=3, steps=both)), a_version(the_journey(version=4, steps={**both, "two": lines["pause"]})))
    pair = {"pair": a_parallel("done", left="meeting", right="two"), "meeting": lines["one"], "two": lines["two"], "done": an_exit()}
    await add(engine, a_version(the_journey(version=5, steps=pair)))
    await change(engine, "UPDATE enrolment SET version = 3")
    await change(engine, "DELETE FROM standing WHERE enrolment_id = 'run1'")
    await change(engine, "UPDATE standing SET step = 'both', doing = 'joining'")
    await add(engine, a_standing("run0", line="both.left", step="one"), a_standing("run0", line="both.right", step="two"))
    plan = PlanMigration(journey=JOURNEY, source=3, target=4)
    seen = await StoredMigrations(engine).preview(plan)
    assert (seen.movable, seen.refused, seen.not_begun) == (0, 1, 1)
    assert {(line.step, line.count, line.to, line.code) for line in seen.steps} == {(step, 1, None, "kind_changed") for step in ("both", "one", "two")}
    assert {line.step for line in seen.steps if "Another line" in (line.detail or "")} == {"both", "one"}
    renamed = await StoredMigrations(engine).preview(plan.model_copy(update={"target": 5, "mapping": {"both": "pair", "one": "meeting"}}))
    assert {(line.step, line.to, line.how) for line in renamed.steps} == {("both", "pair", "renamed"), ("one", "meeting", "renamed"), ("two", "two", "stays")}
    left = await StoredMigrations(engine).preview(plan.model_copy(update={"target": 1, "mapping": {"both": "pause"}}))
    assert {(line.step, line.to, line.how) for line in left.steps} == {("both", "pause", "anew"), ("one", None, "ends"), ("two", None, "ends")}


async def test_everybody_is_moved_once(engine: AsyncEngine) -> None:
    """At the pace, each with an order of their own that carries their facts, the map and the version."""
    runs = await several_runs(engine)
    operation, hands = await begun(engine), FakeHands()
    assert operation.counts.waiting == RUNS
    assert await carried_out(engine, hands, operation.id) == 3
    assert [run for run, _ in hands.moved] == runs
    order = hands.moved[1][1]
    assert (order.definition.version, order.mapping, order.facts["persona"], order.by) == (2, MAP, "pioneer", "user-admin")
    assert len({order.id for _, order in hands.moved}) == RUNS
    done = await StoredOperations(engine).find(operation.id)
    assert done is not None
    assert (done.status, done.counts.done) == ("done", RUNS)


async def test_the_same_order_twice_is_one_operation(engine: AsyncEngine) -> None:
    """Asked again under its key, it answers with the operation that it began."""
    await several_runs(engine)
    assert (await begun(engine)).id == (await begun(engine)).id
    assert len(await every(engine, tables.OperationItem)) == RUNS


async def test_the_report_tells_of_each_run(engine: AsyncEngine) -> None:
    """Moved, refused with the code, ended meanwhile, there already; and who was not at a safe point is tried again until it is."""
    await several_runs(engine)
    hands = FakeHands()
    not_now = Unmovable(code=Obstacle.NOT_NOW, detail="…")
    hands.said = {"run1": [not_now, not_now], "run2": [Unmovable(code=Obstacle.STEP_GONE, step="x", detail="…")], "run3": [AWAY]}
    operation = await begun(engine)
    await change(engine, "UPDATE enrolment SET status = 'ended' WHERE id = 'run4'")
    await change(engine, "UPDATE enrolment SET version = 2, digest = :digest WHERE id = 'run5'", digest=version_2().digest)
    await carried_out(engine, hands, operation.id)
    assert await results(engine) == {
        "run0": ("done", None),
        "run1": ("done", None),
        "run2": ("refused", "step_gone"),
        "run3": ("done", None),
        "run4": ("ended", None),
        "run5": ("done", "already_there"),
        "run6": ("done", None),
    }
    refused = await StoredOperations(engine).items(operation.id, result="refused", cut=Slice())
    assert [(item.enrolment_id, item.code) for item in refused.rows] == [("run2", "step_gone")]
    paged = await walk(lambda cut: StoredOperations(engine).items(operation.id, result=None, cut=cut), limit=3)
    assert [item.number for item in paged] == list(range(1, RUNS + 1))


async def test_who_is_never_at_a_safe_point_is_given_up(engine: AsyncEngine) -> None:
    """An operation comes to its end; the report says why that run was left."""
    await several_runs(engine, 1)
    hands = FakeHands()
    hands.said = {"run0": [Unmovable(code=Obstacle.NOT_NOW, detail="…")] * (ATTEMPTS + 5)}
    await carried_out(engine, hands, (await begun(engine)).id)
    assert await results(engine) == {"run0": ("refused", "not_now")}


async def test_what_was_cut_short_goes_on_where_it_stopped(engine: AsyncEngine) -> None:
    """The same turn made twice at once, as after a lost heartbeat, moves nobody under two orders."""
    await several_runs(engine)
    operation, hands = await begun(engine), FakeHands()
    operating = Operating(engine, hands, CLOCK)
    await asyncio.gather(operating.carry_on(operation.id), operating.carry_on(operation.id))
    await carried_out(engine, hands, operation.id)
    orders = {run: {order.id for who, order in hands.moved if who == run} for run, _ in hands.moved}
    assert len(orders) == RUNS
    assert all(len(ids) == 1 for ids in orders.values())


async def test_it_can_be_held_and_stopped(engine: AsyncEngine) -> None:
    """Held, it rests; going on, it takes the next; stopped, it leaves the rest out, and is over."""
    await several_runs(engine)
    desk, hands, operation = StoredOperations(engine), FakeHands(), await begun(engine)
    operating = Operating(engine, hands, CLOCK)
    await desk.steer(ADMIN, operation.id, "hold", remark="r", now=NOW)
    assert (await operating.carry_on(operation.id)).rest == 60
    assert hands.moved == []
    await desk.steer(ADMIN, operation.id, "go_on", remark="r", now=NOW)
    assert not (await operating.carry_on(operation.id)).over
    stopped = await desk.steer(ADMIN, operation.id, "stop", remark="r", now=NOW)
    assert stopped is not None
    assert (stopped.status, stopped.counts.done, stopped.counts.left_out) == ("stopped", 3, RUNS - 3)
    assert (await operating.carry_on(operation.id)).over
    assert await desk.steer(ADMIN, operation.id, "go_on", remark="r", now=NOW) is None
    assert len(hands.moved) == 3


async def test_failure_12_runs_in_trouble_are_listed_by_age(engine: AsyncEngine) -> None:
    """Held, overdue and stuck, those that stand there longest first; what is well is not listed."""
    await several_runs(engine, 4)
    early = datetime(2027, 1, 1, tzinfo=UTC)
    await add(
        engine,
        a_standing("run0", line="a", step="mail", doing="held", reason=Reason.NO_CONSENT, since=datetime(2027, 2, 1, tzinfo=UTC)),
        a_standing("run1", line="a", step="mail", doing="held", reason=Reason.WEEKLY_CAP, since=early),
        a_standing("run2", line="a", step="mail", doing="waiting", since=early, until=datetime(2027, 1, 2, tzinfo=UTC)),
        a_standing("run3", line="a", step="mail", doing="sending", since=datetime(2027, 1, 5, tzinfo=UTC), until=None),
    )
    desk = StoredRepairs(engine)

    async def page(cut: Slice, **asked: Any) -> Any:
        return await desk.page(**{"kind": None, "journey": None, "reason": None, "since_before": None, **asked}, now=NOW, cut=cut)

    assert [line.enrolment_id for line in await walk(page, limit=1)] == ["run1", "run2", "run3", "run0"]
    assert [line.reason for line in (await page(Slice(), kind="held")).rows] == ["weekly_cap", "no_consent"]
    assert [line.enrolment_id for line in (await page(Slice(), kind="overdue")).rows] == ["run2"]
    assert [line.enrolment_id for line in (await page(Slice(), kind="stuck")).rows] == ["run3"]
    assert [line.enrolment_id for line in (await page(Slice(), reason="no_consent")).rows] == ["run0"]
    assert [line.enrolment_id for line in (await page(Slice(), since_before=datetime(2027, 1, 3, tzinfo=UTC))).rows] == ["run1", "run2"]


@pytest.mark.parametrize(("action", "step"), [("retry", None), ("go_on", None), ("move_to", "visit"), ("leave", None)])
async def test_failure_12_a_repair_in_bulk_acts_on_what_the_filters_leave(engine: AsyncEngine, action: str, step: str | None) -> None:
    """One command for each line, or for each run that is to leave; each with its result, and the whole in the audit."""
    await several_runs(engine, 3)
    held = {"doing": "held", "reason": "no_consent", "step": "mail"}
    await add(
        engine, a_standing("run0", line="a", **held), a_standing("run1", line="a", **held), a_standing("run2", line="a", **{**held, "reason": "weekly_cap"})
    )
    told = {
        "action": action,
        "journey": JOURNEY,
        "held_because": "no_consent",
        "step": step,
        "reason": "stuck",
        "remark": "Mended.",
        "safety": {"answer": "none"},
    }
    operation = await StoredRepairs(engine).begin(ADMIN, RepairMany.model_validate(told), remark="r", once=once(), now=NOW)
    assert operation.counts.waiting == 2
    hands = FakeHands()
    hands.said = {"run1": [Refused(code=Refusal.UNDER_WAY, detail="…"), Refused(code=Refusal.NOT_STANDING_THERE, detail="…")]}
    await carried_out(engine, hands, operation.id)
    ((run, command),) = hands.commands
    assert (run, command.is_, getattr(command, "passage", None)) == ("run0", action, None if action == "leave" else "run0.mail.1")
    assert getattr(command, "step", None) == step
    assert await results(engine) == {"run0": ("done", None), "run1": ("refused", "not_standing_there")}
    (line,) = await every(engine, tables.AuditEntry)
    assert (line.action, line.details["concerned"], line.reason) == (f"run.{action}", 2, "stuck")


async def test_one_repair_is_in_the_audit(engine: AsyncEngine) -> None:
    """Which passage, in which way, and why."""
    await several_runs(engine, 1)
    repair = Repair.model_validate({"action": "retry", "passage": "run0.mail.1", "reason": "stuck", "remark": "Mended.", "safety": {"answer": "none"}})
    await StoredRepairs(engine).note(ADMIN, "run0", repair, remark="r", now=NOW)
    (line,) = await every(engine, tables.AuditEntry)
    assert (line.action, line.subject, line.details["passage"]) == ("run.retry", "enrolment:run0", "run0.mail.1")


async def test_a_run_that_has_not_begun_is_waited_for(engine: AsyncEngine) -> None:
    """An enrolment whose run is about to start is asked again, not reported as ended."""
    await several_runs(engine, 1, status="requested")
    hands = FakeHands()
    hands.said = {"run0": [Unmovable(code=Obstacle.ENDED, detail="…")]}
    await carried_out(engine, hands, (await begun(engine)).id)
    assert await results(engine) == {"run0": ("done", None)}


async def test_publishing_may_move_everybody_from_its_date_on(engine: AsyncEngine) -> None:
    """The operation waits for the date; whoever came until then is moved, from every earlier version that people may be on."""
    await several_runs(engine, 2)
    since = datetime.now(UTC) + timedelta(hours=1)
    async with transaction(engine) as session:
        await StoredMigrating(CLOCK.pace).begin(session, journey=JOURNEY, version=2, mapping=MAP, since=since, by="user-marketing")
    (operation,) = await every(engine, tables.Operation)
    operating, hands = Operating(engine, FakeHands(), CLOCK), FakeHands()
    waits = await operating.carry_on(operation.id)
    assert (waits.over, 0 < waits.rest <= 900, await every(engine, tables.OperationItem)) == (False, True, [])
    await add(engine, a_person(id="latecomer"), an_enrolment(id="late", person_id="latecomer", digest=the_journey().digest))
    await change(engine, "UPDATE operation SET not_before = :past", past=NOW - timedelta(days=400))
    await carried_out(engine, hands, operation.id)
    assert sorted(run for run, _ in hands.moved) == ["late", "run0", "run1"]


@pytest.mark.parametrize(("kind", "status", "version"), [("migrate", "queued", 2), ("leave", "ended", 1)])
async def test_an_enrolment_that_waits_for_its_turn_is_changed_where_it_stands(engine: AsyncEngine, kind: str, status: str, version: int) -> None:
    """It has no run that could be asked: it will begin on the new version, or leaves the queue."""
    await several_runs(engine, 1, status="queued")
    if kind == "migrate":
        operation = await begun(engine)
    else:
        told = {
            "action": "leave",
            "journey": JOURNEY,
            "since_before": NOW + timedelta(days=1),
            "reason": "other",
            "remark": "Stopped.",
            "safety": {"answer": "none"},
        }
        await change(engine, "UPDATE standing SET doing = 'held'")
        operation = await StoredRepairs(engine).begin(ADMIN, RepairMany.model_validate(told), remark="r", once=once(), now=NOW)
    hands = FakeHands()
    await carried_out(engine, hands, operation.id)
    (enrolment,) = await every(engine, tables.Enrolment)
    assert (enrolment.status, enrolment.version, hands.moved, hands.commands) == (status, version, [], [])
    assert await results(engine) == {"run0": ("done", "queued")}
