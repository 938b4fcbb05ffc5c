"""Operations over many runs with every part real: PostgreSQL, the outbox, Temporal, a queue of their own."""

from datetime import timedelta
from typing import Any

from api.paging import Slice
from api.schemas.operations import LiftHalt, NewHalt, NewMigration, RepairMany
from api.schemas.safety import NothingToReport
from journeys import events as on
from journeys.commands import What
from journeys.events import CatchUp
from orchestrator.store import tables
from orchestrator.store.desk.halts import StoredHalts
from orchestrator.store.desk.migrations import StoredMigrations
from orchestrator.store.desk.repairs import StoredRepairs
from tests.orchestrator.store.desk.filling import HOME, add, every, once
from tests.orchestrator.store.operating import ADMIN
from tests.orchestrator.store.sending import a_consent
from tests.workflows.clinics import COUNT, JOURNEY, Clinic, version_2
from workflows.run import operation_id, operations_queue, workflow_id


async def test_everybody_moves_to_the_new_version(clinic: Clinic) -> None:
    """Tasks stay open under their ids, due as the new version says; the next visit is the new version's."""
    before = {task.id: task.due for task in await every(clinic.engine, tables.Task)}
    told = {"journey": JOURNEY, "source": 1, "target": 2, "reason": "strategy_changed", "remark": "A second visit.", "safety": {"answer": "none"}}
    begun = await StoredMigrations(clinic.engine).begin(ADMIN, NewMigration.model_validate(told), remark="r", once=once(), now=clinic.clock.now())
    assert await clinic.finished(begun.id) == {"done": COUNT}
    assert {(row.version, row.digest) for row in await clinic.enrolments()} == {(2, version_2().digest)}
    after = {task.id: task.due for task in await every(clinic.engine, tables.Task)}
    assert after.keys() == before.keys()
    assert all(after[task] < before[task] for task in before)
    visited = clinic.runs[0]
    command = on.Complete(id="done", by="user-rep", task=f"{visited}.visit.1", outcome="interested", channel="face_to_face")
    receipt = await clinic.gateway.command(visited, command)
    assert (receipt.position.step, receipt.position.doing) == ("second", "task")


async def test_an_operation_has_a_queue_of_its_own(clinic: Clinic) -> None:
    """A rep never waits behind it."""
    halt = NewHalt.model_validate({"kind": "pause", "scope": "market", "value": "SE", "reason": "other", "remark": "A break.", "safety": {"answer": "none"}})
    done = await StoredHalts(clinic.engine).impose(ADMIN, halt, remark="r", once=once(), now=clinic.clock.now())
    assert not isinstance(done, int)
    operation = getattr(done, "operation", None)
    assert operation is not None
    await clinic.finished(operation.id)
    described = await clinic.client.get_workflow_handle(operation_id(operation.id)).describe()
    assert described.task_queue == operations_queue(clinic.engine.url.database or "")
    run = await clinic.client.get_workflow_handle(workflow_id(clinic.runs[0])).describe()
    assert run.task_queue != described.task_queue


async def test_everybody_is_paused_and_goes_on(clinic: Clinic) -> None:
    """Paused within moments, with the halt's name; lifted, each stands where it stood, with the days added."""
    desk, now = StoredHalts(clinic.engine), clinic.clock.now()
    halt = NewHalt.model_validate(
        {"kind": "pause", "scope": "territory", "value": HOME, "reason": "other", "remark": "A break.", "safety": {"answer": "none"}, "expected": COUNT}
    )
    done: Any = await desk.impose(ADMIN, halt, remark="r", once=once(), now=now)
    assert await clinic.finished(done.operation.id) == {"done": COUNT}
    await clinic.all_are(lambda row: (row.doing, row.held_because) == ("paused", done.halt.id))
    lifted: Any = await desk.lift(
        ADMIN, done.halt.id, LiftHalt(catch_up=CatchUp.SHIFT, remark="Over.", safety=NothingToReport(answer="none")), remark="r", now=now
    )
    assert await clinic.finished(lifted.operation.id) == {"done": COUNT}
    await clinic.all_are(lambda row: row.doing == "task")


async def test_everybody_is_stopped(clinic: Clinic) -> None:
    """Every run ends with the reason of the stop; those that ended before are told apart."""
    await clinic.gateway.command(clinic.runs[0], on.Leave(id="leave", by="user-rep", reason="moved_away"))
    halt = NewHalt.model_validate(
        {"kind": "stop", "scope": "product", "value": "cardiolex", "reason": "safety_signal", "remark": "Recalled.", "safety": {"answer": "none"}}
    )
    done: Any = await StoredHalts(clinic.engine).impose(ADMIN, halt, remark="r", once=once(), now=clinic.clock.now())
    assert done.halt.concerned == COUNT - 1
    assert await clinic.finished(done.operation.id) == {"done": COUNT - 1}
    await clinic.all_are(lambda row: row.status == "ended")
    assert sorted(row.end_reason or "" for row in await clinic.enrolments()) == ["moved_away", *["safety_signal"] * (COUNT - 1)]


async def repaired(clinic: Clinic, action: str, *, step: str | None = None) -> dict[str, int]:
    """The same act on everything that is held for want of a yes, by an administrator and with a reason; returns what became of the runs."""
    asked = {
        "action": action,
        "journey": JOURNEY,
        "held_because": "no_consent",
        "step": step,
        "reason": "data_problem",
        "remark": "As agreed.",
        "safety": {"answer": "none"},
        "per_second": 50,
    }
    begun = await StoredRepairs(clinic.engine).begin(ADMIN, RepairMany.model_validate(asked), remark="remark-1", once=once(), now=clinic.clock.now())
    return await clinic.finished(begun.id)


async def in_trouble(clinic: Clinic) -> int:
    """How many lines the operators' list shows."""
    desk, now = StoredRepairs(clinic.engine), clinic.clock.now()
    return len((await desk.page(kind="held", journey=JOURNEY, reason="no_consent", since_before=None, now=now, cut=Slice())).rows)


async def audited(clinic: Clinic) -> tables.AuditEntry:
    """The one entry that a repair in bulk leaves."""
    entries: list[tables.AuditEntry] = await every(clinic.engine, tables.AuditEntry)
    (entry,) = [row for row in entries if row.action.startswith("run.")]
    assert (entry.by, entry.role, entry.subject, entry.reason) == ("user-admin", "admin", f"journey:{JOURNEY}", "data_problem")
    assert (entry.details["concerned"], entry.details["held_because"]) == (COUNT, "no_consent")
    return entry


async def told(clinic: Clinic, what: What) -> list[tuple[str | None, str | None, str | None, str | None]]:
    """Of every run's story the lines of one kind: how, why, by whom, and with which remark."""
    lines = [line for line in await every(clinic.engine, tables.TimelineEntry) if line.what == what]
    assert sorted(line.enrolment_id for line in lines) == clinic.runs
    return [(line.way, line.reason, line.by, line.remark_id) for line in lines]


async def test_failure_12_everything_that_is_held_is_tried_again(held: Clinic) -> None:
    """Their yes has come by letter, unheard by their runs: each letter goes out once, under its old key, and the runs go on."""
    assert await in_trouble(held) == COUNT
    yes = [a_consent(id=f"yes-{run}", person_id=f"person-{run}", at=held.clock.now() - timedelta(hours=1)) for run in held.runs]
    await add(held.engine, *yes)
    assert await repaired(held, "retry") == {"done": COUNT}
    await held.all_are(lambda row: (row.step, row.doing) == ("pause", "waiting"))
    assert sorted(message.key for message in held.channel.sent) == [f"{run}.mail.1" for run in held.runs]
    assert await told(held, What.REPAIRED) == [("retry", "data_problem", "user-admin", "remark-1")] * COUNT
    assert (await audited(held)).action == "run.retry"
    assert await in_trouble(held) == 0


async def test_failure_12_a_repair_does_not_open_the_gate(held: Clinic) -> None:
    """Tried again without a yes, every letter is refused and held again, and nothing went out."""
    before = len(await every(held.engine, tables.Judgement))
    assert await repaired(held, "retry") == {"done": COUNT}
    await held.all_are(lambda row: (row.step, row.doing) == ("mail", "held"))
    assert len(await every(held.engine, tables.Judgement)) == before + COUNT
    assert held.channel.sent == []


async def test_failure_12_everybody_goes_on_without_what_is_held(held: Clinic) -> None:
    """The letter is left out, as if nothing had come of it."""
    assert await repaired(held, "go_on") == {"done": COUNT}
    await held.all_are(lambda row: (row.step, row.doing) == ("pause", "waiting"))
    assert held.channel.sent == []
    assert await told(held, What.REPAIRED) == [("go_on", "data_problem", "user-admin", "remark-1")] * COUNT
    assert (await audited(held)).action == "run.go_on"


async def test_failure_12_everybody_is_moved_to_another_step(held: Clinic) -> None:
    """Each rep has a task there; nothing is held any more."""
    assert await repaired(held, "move_to", step="visit") == {"done": COUNT}
    await held.all_are(lambda row: (row.step, row.doing) == ("visit", "task"))
    assert sorted((task.id, task.status) for task in await every(held.engine, tables.Task)) == [(f"{run}.visit.1", "open") for run in held.runs]
    assert await told(held, What.REPAIRED) == [("move_to", "data_problem", "user-admin", "remark-1")] * COUNT
    entry = await audited(held)
    assert (entry.action, entry.details["step"]) == ("run.move_to", "visit")
    assert await in_trouble(held) == 0


async def test_failure_12_everybody_leaves(held: Clinic) -> None:
    """Every run ends with the reason that was stated, and its workflow with it; one that left before is told apart."""
    await held.gateway.command(held.runs[0], on.Leave(id="leave", by="user-rep", reason="moved_away"))
    others = held.runs[1:]
    asked = {"action": "leave", "journey": JOURNEY, "reason": "data_problem", "remark": "As agreed.", "safety": {"answer": "none"}}
    desk = StoredRepairs(held.engine)
    begun = await desk.begin(ADMIN, RepairMany.model_validate(asked), remark="remark-1", once=once(), now=held.clock.now())
    assert await held.finished(begun.id) == {"done": len(others)}
    await held.all_are(lambda row: row.status == "ended")
    assert [row.end_reason for row in await held.enrolments()] == ["moved_away", *["data_problem"] * len(others)]
    (entry,) = [row for row in await every(held.engine, tables.AuditEntry) if row.action == "run.leave"]
    assert (entry.reason, entry.details["concerned"]) == ("data_problem", len(others))
    assert await told(held, What.ENDED) == [(None, "moved_away", "user-rep", None), *[(None, "data_problem", "user-admin", "remark-1")] * len(others)]
