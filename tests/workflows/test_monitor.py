"""The monitor with every part real: it notices what is broken on purpose, and nothing else."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

from api.rows import EnrolmentRow
from api.schemas.operations import LiftHalt, NewHalt
from api.schemas.safety import NothingToReport
from journeys import events as on
from journeys.events import CatchUp
from orchestrator.monitor import PAGE
from orchestrator.store import tables
from orchestrator.store.desk.enrolments import StoredEnrolments
from orchestrator.store.desk.halts import StoredHalts
from orchestrator.store.desk.people import StoredPeople
from tests.builders import a_journey, an_exit
from tests.orchestrator.store.desk.filling import HOME, a_version, add, an_enrolment, every, once
from tests.orchestrator.store.operating import ADMIN
from tests.orchestrator.store.sending import change
from tests.workflows.clinics import COUNT, JOURNEY, Clinic, paused, until
from tests.workflows.scenarios import late_visit
from workflows.run import workflow_id


async def test_a_whole_page_of_runs_is_asked_about_at_once(clinic: Clinic) -> None:
    """Those that have a workflow are told from those that never had one."""
    page = [*clinic.runs, *(f"enr{uuid4().hex}" for _ in range(PAGE - COUNT))]
    assert await clinic.gateway.running(page) == set(clinic.runs)


async def displaced(clinic: Clinic) -> str:
    """A journey of higher priority has the HCP of the first run, which is paused for it. Returns the run of that journey."""
    urgent = a_journey(journey="urgent", priority=90, steps={"visit": late_visit(next="done"), "done": an_exit()})
    low, since = clinic.runs[0], clinic.clock.now() - timedelta(days=1)
    claim = tables.Turn(enrolment_id=low, person_id=f"person-{low}", journey=JOURNEY, priority=10, when_busy="wait", active=True, begun=True, since=since)
    await add(clinic.engine, a_version(urgent, effective_from=since), claim)
    hcp = await StoredPeople(clinic.engine).find(ADMIN, f"person-{low}")
    assert hcp is not None
    rival = await StoredEnrolments(clinic.engine).create(ADMIN, hcp, urgent, once=once(uuid4().hex), now=clinic.clock.now())
    assert isinstance(rival, EnrolmentRow)
    await clinic.relay.nudge()
    await until(lambda: paused(clinic, low))
    await until(lambda: clinic.is_running(rival.id))
    return rival.id


async def gone_on(clinic: Clinic, rival: str) -> None:
    """The higher journey ends, and in the same transaction the outbox has the end of the other's pause."""
    await clinic.gateway.command(rival, on.Leave(id="leave", by="user-admin", reason="other"))
    assert [row.payload["is_"] for row in await every(clinic.engine, tables.Outbox) if row.delivered_at is None] == ["resumed"]


async def test_failure_1_a_lost_end_of_a_pause_for_a_higher_journey_is_noticed(clinic: Clinic) -> None:
    """The table of turns says that the run has the HCP again, and nobody told the run."""
    await gone_on(clinic, await displaced(clinic))
    assert await clinic.monitor().look() == (), "what lies in the outbox is on its way"
    await change(clinic.engine, "DELETE FROM outbox WHERE delivered_at IS NULL")
    assert [(alarm.enrolment_id, alarm.kind) for alarm in await clinic.monitor().look()] == [(clinic.runs[0], "left_waiting")]


async def test_failure_1_a_run_that_waits_for_its_turn_raises_no_alarm(clinic: Clinic) -> None:
    """Neither while the higher journey has the HCP nor after the turn came back."""
    rival = await displaced(clinic)
    await asyncio.sleep(0.5)
    assert await clinic.monitor().look() == ()
    await gone_on(clinic, rival)
    await clinic.relay.nudge()
    await clinic.all_are(lambda row: row.doing == "task")
    await asyncio.sleep(0.5)
    assert await clinic.monitor().look() == ()


async def test_failure_1_a_workflow_terminated_behind_our_back_is_noticed(clinic: Clinic) -> None:
    """The store says that the run waits; nothing will ever wake it. The others are well."""
    assert await clinic.monitor().look_everywhere() == ()
    await clinic.client.get_workflow_handle(workflow_id(clinic.runs[2])).terminate()
    assert [(alarm.enrolment_id, alarm.kind) for alarm in await clinic.monitor().look_everywhere()] == [(clinic.runs[2], "gone")]


async def test_failure_1_a_lost_row_of_the_outbox_is_noticed(clinic: Clinic) -> None:
    """An enrolment whose start was lost never begins; a pause whose end was lost never ends."""
    await add(clinic.engine, an_enrolment(id="lost", status="requested", territory_id=HOME, created_at=clinic.clock.now()))
    halt = NewHalt.model_validate(
        {"kind": "pause", "scope": "hcp", "value": f"person-{clinic.runs[1]}", "reason": "other", "remark": "A break.", "safety": {"answer": "none"}}
    )
    desk, now = StoredHalts(clinic.engine), clinic.clock.now()
    done: Any = await desk.impose(ADMIN, halt, remark="r", once=once(), now=now)
    await clinic.finished(done.operation.id)
    await until(lambda: paused(clinic, clinic.runs[1]))
    await desk.lift(ADMIN, done.halt.id, LiftHalt(catch_up=CatchUp.SHIFT, remark="Over.", safety=NothingToReport(answer="none")), remark="r", now=now)
    await change(clinic.engine, "DELETE FROM outbox WHERE delivered_at IS NULL")
    await asyncio.sleep(0.5)
    alarms = {(alarm.enrolment_id, alarm.kind) for alarm in await clinic.monitor().look()}
    assert alarms == {("lost", "not_started"), (clinic.runs[1], "left_paused")}
