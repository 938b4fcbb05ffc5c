"""Pauses and stops on a real PostgreSQL: the count, the gate and the door at once, the runs one after the other, and exact books."""

import asyncio
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.orders import OpenOrder
from api.paging import Slice
from api.ports import CountChanged, NotEnrolled
from api.schemas.operations import Concerned, HaltDone, LiftHalt, NewHalt
from api.schemas.safety import NothingToReport
from journeys.events import CatchUp
from journeys.halts import HaltKind, Scope
from journeys.reasons import Reason
from orchestrator.store import tables
from orchestrator.store.desk.enrolments import StoredEnrolments
from orchestrator.store.desk.halts import StoredHalts
from orchestrator.store.desk.operations import StoredOperations
from orchestrator.store.operations import Operating
from orchestrator.store.runs import StoredRuns
from tests.builders import NOW
from tests.orchestrator.store.desk.filling import ASTRID, ENROLMENT, HOME, a_person, add, an_enrolment, astrid, every, once
from tests.orchestrator.store.operating import ADMIN, CLOCK, RUNS, FakeHands, a_standing, carried_out, several_runs, the_journey
from tests.orchestrator.store.sending import a_ledger, a_touch_order

LIFT = LiftHalt(catch_up=CatchUp.SHIFT, remark="It is over.", safety=NothingToReport(answer="none"))


def a_halt(**changes: Any) -> NewHalt:
    told = {
        "kind": "pause",
        "scope": "product",
        "value": "cardiolex",
        "reason": "safety_signal",
        "remark": "The label is under review.",
        "safety": {"answer": "none"},
    }
    return NewHalt.model_validate({**told, **changes})


async def impose(engine: AsyncEngine, halt: NewHalt, key: str = "halt") -> HaltDone:
    done = await StoredHalts(engine).impose(ADMIN, halt, remark="remark-1", once=once(key), now=NOW)
    assert isinstance(done, HaltDone)
    return done


async def facts_told(engine: AsyncEngine) -> list[tuple[str, str]]:
    """What lies in the outbox for runs: run and kind of fact."""
    rows = sorted(await every(engine, tables.Outbox), key=lambda row: row.id)
    return [(row.enrolment_id, row.payload["is_"]) for row in rows if row.kind == "fact"]


@pytest.mark.parametrize(
    ("scope", "value", "concerned"),
    [
        (Scope.JOURNEY, "heart-failure-pioneer", RUNS),
        (Scope.VERSION, "heart-failure-pioneer@1", RUNS),
        (Scope.VERSION, "heart-failure-pioneer@2", 0),
        (Scope.PRODUCT, "cardiolex", RUNS),
        (Scope.MARKET, "SE", RUNS),
        (Scope.MARKET, "UK", 0),
        (Scope.TERRITORY, HOME, RUNS),
        (Scope.HCP, "person-3", 1),
        (Scope.CONTENT, "hf-detail-aid", RUNS),
        (Scope.CONTENT, "hf-detail-aid@2", RUNS),
        (Scope.CONTENT, "hf-detail-aid@1", 0),
    ],
)
async def test_the_count_before_the_act_is_that_of_the_act(engine: AsyncEngine, scope: Scope, value: str, concerned: int) -> None:
    """Every scope covers its runs and no others; those that have ended do not count."""
    await several_runs(engine)
    await add(engine, an_enrolment(id="over", person_id=ASTRID, status="ended"))
    assert await StoredHalts(engine).count(scope, value) == Concerned(runs=concerned)
    done = await impose(engine, a_halt(scope=scope, value=value))
    assert done.halt.concerned == concerned
    assert done.operation is None or done.operation.counts.waiting == concerned


async def test_another_count_than_expected_does_nothing(engine: AsyncEngine) -> None:
    """Who decided on seven runs does not stop eight."""
    await several_runs(engine)
    said = await StoredHalts(engine).impose(ADMIN, a_halt(expected=RUNS + 1), remark="r", once=once(), now=NOW)
    assert said == CountChanged(RUNS)
    assert await every(engine, tables.Halt) == []


async def test_the_same_act_twice_is_one(engine: AsyncEngine) -> None:
    """Asked again under its key, it answers with the halt that it made."""
    await several_runs(engine)
    assert (await impose(engine, a_halt())).halt == (await impose(engine, a_halt())).halt
    assert len(await every(engine, tables.Operation)) == 1


@pytest.mark.parametrize(
    ("scope", "value"),
    [
        ("journey", "heart-failure-pioneer"),
        ("version", "heart-failure-pioneer@1"),
        ("product", "cardiolex"),
        ("market", "SE"),
        ("content", "hf-dialogue"),
        ("content", "hf-dialogue@2"),
        ("territory", HOME),
        ("hcp", ASTRID),
    ],
)
async def test_the_gate_is_shut_at_once(world: AsyncEngine, scope: str, value: str) -> None:
    """Whatever the scope, the touch is deferred from the moment of the act, before any run was told; lifted, it goes out."""
    done = await impose(world, a_halt(scope=scope, value=value))
    kept = await a_ledger(world).reserve(a_touch_order(), now=NOW)
    assert kept.blocked is not None
    assert (kept.blocked.verdict, kept.blocked.reason) == ("deferred", Reason.PAUSED)
    assert kept.blocked.until is not None
    await StoredHalts(world).lift(ADMIN, done.halt.id, LIFT, remark="r", now=NOW)
    assert (await a_ledger(world).reserve(a_touch_order(move=2), now=NOW)).message is not None


async def test_what_lies_in_another_scope_goes_out(world: AsyncEngine) -> None:
    """Another content, another market, another HCP: no matter."""
    for number, (scope, value) in enumerate([("content", "hf-case"), ("content", "hf-dialogue@1"), ("market", "UK"), ("hcp", "person-bo")]):
        await impose(world, a_halt(scope=scope, value=value), key=f"halt-{number}")
    assert (await a_ledger(world).reserve(a_touch_order(), now=NOW)).message is not None


@pytest.mark.parametrize("kind", HaltKind)
async def test_nobody_enters_while_it_holds(engine: AsyncEngine, kind: str) -> None:
    """The door says why; lifted, it is open."""
    await several_runs(engine)
    done = await impose(engine, a_halt(kind=kind))
    desk = StoredEnrolments(engine)
    said = await desk.create(ADMIN, await astrid(engine), the_journey(), once=once("enter"), now=NOW)
    assert isinstance(said, NotEnrolled)
    assert (said.code, "product cardiolex" in said.detail) == ("halted", True)
    await StoredHalts(engine).lift(ADMIN, done.halt.id, LIFT, remark="r", now=NOW)
    assert not isinstance(await desk.create(ADMIN, await astrid(engine), the_journey(), once=once("enter"), now=NOW), NotEnrolled)


async def test_a_halt_and_an_entry_at_once_lose_nobody(engine: AsyncEngine) -> None:
    """Either the run is among those that are told, or it is turned away; many times over, from both sides at once."""
    await several_runs(engine, 1)
    for number in range(10):
        await add(engine, a_person(id=f"new-{number}"), tables.CommercialProfile(person_id=f"new-{number}", persona="pioneer", updated_at=NOW))
    people = [row for row in await every(engine, tables.Person) if row.id.startswith("new-")]
    entering = (StoredEnrolments(engine).create(ADMIN, person, the_journey(), once=once(person.id), now=NOW) for person in people)
    came, done = await asyncio.gather(asyncio.gather(*entering), impose(engine, a_halt()))
    entered = sum(not isinstance(each, NotEnrolled) for each in came)
    assert done.halt.concerned == entered + 1
    assert len(await every(engine, tables.OperationItem)) == entered + 1


async def test_every_run_is_told_once_and_told_again_when_it_is_over(engine: AsyncEngine) -> None:
    """Paused, then resumed in the way that was asked for: each exactly once, at the pace."""
    runs = await several_runs(engine)
    done = await impose(engine, a_halt(per_second=3))
    assert done.operation is not None
    assert await carried_out(engine, FakeHands(), done.operation.id) == 3
    assert await facts_told(engine) == [(run, "paused") for run in runs]
    lifted = await StoredHalts(engine).lift(ADMIN, done.halt.id, LIFT.model_copy(update={"catch_up": CatchUp.DROP, "per_second": 2}), remark="r", now=NOW)
    assert lifted is not None
    assert lifted.operation is not None
    assert lifted.operation.counts.waiting == RUNS
    assert await carried_out(engine, FakeHands(), lifted.operation.id) == 4
    assert (await facts_told(engine))[RUNS:] == [(run, "resumed") for run in runs]
    assert {row.payload["catch_up"] for row in await every(engine, tables.Outbox) if row.payload.get("is_") == "resumed"} == {"drop"}
    assert await StoredHalts(engine).lift(ADMIN, done.halt.id, LIFT, remark="r", now=NOW) is None


async def test_a_pause_that_is_lifted_half_way_wakes_only_those_it_reached(engine: AsyncEngine) -> None:
    """The rest is left out, and never hears of either."""
    runs = await several_runs(engine)
    done = await impose(engine, a_halt(per_second=3))
    assert done.operation is not None
    assert not (await _one_turn(engine, done.operation.id))
    lifted = await StoredHalts(engine).lift(ADMIN, done.halt.id, LIFT, remark="r", now=NOW)
    assert lifted is not None
    assert lifted.operation is not None
    await carried_out(engine, FakeHands(), lifted.operation.id)
    assert sorted(await facts_told(engine)) == sorted([(run, kind) for run in runs[:3] for kind in ("paused", "resumed")])
    pausing = await StoredOperations(engine).find(done.operation.id)
    assert pausing is not None
    assert (pausing.status, pausing.counts.done, pausing.counts.left_out) == ("stopped", 3, RUNS - 3)


async def _one_turn(engine: AsyncEngine, operation: str) -> bool:
    return (await Operating(engine, FakeHands(), CLOCK).carry_on(operation)).over


async def test_a_run_that_begins_under_a_pause_is_told_of_it(world: AsyncEngine) -> None:
    """It was enrolled before, and starts after the operation was done: told once, and resumed with the others."""
    done = await impose(world, a_halt())
    assert done.operation is not None
    await add(world, an_enrolment(id="late", person_id="person-bo", status="requested", territory_id=HOME))
    await carried_out(world, FakeHands(), done.operation.id)
    for _ in range(2):
        await StoredRuns(world).open(OpenOrder(enrolment="late", at=NOW))
    assert await facts_told(world) == [(ENROLMENT, "paused"), ("late", "paused")]
    lifted = await StoredHalts(world).lift(ADMIN, done.halt.id, LIFT, remark="r", now=NOW)
    assert lifted is not None
    assert lifted.operation is not None
    assert lifted.operation.counts.waiting == 2


async def test_a_stop_ends_every_run_with_its_reason(engine: AsyncEngine) -> None:
    """One command for each, by the user who stopped them."""
    runs = await several_runs(engine)
    done = await impose(engine, a_halt(kind="stop", reason="strategy_changed"))
    hands = FakeHands()
    assert done.operation is not None
    await carried_out(engine, hands, done.operation.id)
    assert [(run, command.is_, getattr(command, "reason", None), command.by) for run, command in hands.commands] == [
        (run, "leave", "strategy_changed", ADMIN.id) for run in runs
    ]


async def test_a_content_on_hold_freezes_no_run_and_lets_go_what_it_held(engine: AsyncEngine) -> None:
    """Only what is held for the pause is tried again when it is lifted, or left out when it is to be dropped."""
    await several_runs(engine, 2)
    await add(engine, a_standing("run0", line="side", step="mail", doing="held", reason="paused"), a_standing("run1", line="side", step="mail", doing="held"))
    done = await impose(engine, a_halt(scope="content", value="hf-detail-aid"))
    assert done.operation is None
    lifted = await StoredHalts(engine).lift(ADMIN, done.halt.id, LIFT.model_copy(update={"catch_up": CatchUp.SEND_LATEST}), remark="r", now=NOW)
    assert lifted is not None
    assert lifted.operation is not None
    hands = FakeHands()
    await carried_out(engine, hands, lifted.operation.id)
    assert [(run, command.is_, getattr(command, "passage", None)) for run, command in hands.commands] == [("run0", "retry", "run0.mail.1")]


async def test_every_act_is_in_the_audit(engine: AsyncEngine) -> None:
    """Who, what, how many, and why."""
    await several_runs(engine)
    done = await impose(engine, a_halt())
    await StoredHalts(engine).lift(ADMIN, done.halt.id, LIFT, remark="r", now=NOW)
    lines = [(line.action, line.by, line.reason, line.details.get("concerned")) for line in await every(engine, tables.AuditEntry)]
    assert lines == [("halt.pause", "user-admin", "safety_signal", RUNS), ("halt.lifted", "user-admin", "safety_signal", None)]


async def test_halts_are_listed_latest_first(engine: AsyncEngine) -> None:
    """Those in force, or all of them."""
    await several_runs(engine, 1)
    first, second = await impose(engine, a_halt(), key="one"), await impose(engine, a_halt(scope="market", value="SE"), key="two")
    await StoredHalts(engine).lift(ADMIN, first.halt.id, LIFT, remark="r", now=NOW)
    assert [line.id for line in (await StoredHalts(engine).page(in_force=True, cut=Slice())).rows] == [second.halt.id]
    assert len((await StoredHalts(engine).page(in_force=False, cut=Slice())).rows) == 2
