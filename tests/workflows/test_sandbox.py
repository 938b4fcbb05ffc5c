"""The sandbox: it is on, nothing goes through it by accident, and its list holds what is needed and no more."""

from pathlib import Path
from uuid import uuid4

import pytest
from temporalio import workflow
from temporalio.client import Client, WorkflowFailureError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions, UnintentionalPassthroughError
from temporalio.workflow import NondeterminismError, SandboxImportNotificationPolicy

import workflows
from orchestrator.temporal.sandbox import PASSED_THROUGH, sandboxed
from orchestrator.temporal.worker import release
from tests.workflows.careless import Careless
from tests.workflows.scenarios import SCENARIOS, Scenario
from tests.workflows.stages import a_stage
from workflows.dispatch import Dispatch
from workflows.journey import Journey
from workflows.openings import Openings
from workflows.operation import Operation
from workflows.safety_case import SafetyCase
from workflows.sweep import Sweep

STRICT = SandboxRestrictions.default.with_import_notification_policy(SandboxImportNotificationPolicy.RAISE_ON_UNINTENTIONAL_PASSTHROUGH)
"""An import that is on no list raises, whether it comes while a workflow is loaded or while it runs."""

TOURING = ("a-dialogue-from-visit-to-visit", "a-question-reaches-medical", "a-branch-asks-how-things-stand-now", "a-snooze-moves-the-alarm")
"""Scenarios that between them call every activity, raise every kind of refusal and set the alarm."""


@pytest.mark.parametrize("scenario", [scenario for scenario in SCENARIOS if scenario.name in TOURING], ids=lambda scenario: scenario.name)
async def test_nothing_is_let_through_that_is_not_on_the_list(scenario: Scenario, time_skipping: WorkflowEnvironment) -> None:
    """A module that a workflow imports, and that is neither let through with a reason nor meant to be loaded anew, fails here."""
    async with a_stage(time_skipping, restrictions=STRICT) as stage:
        await scenario.play(stage)


@pytest.mark.parametrize("entry", PASSED_THROUGH)
async def test_every_entry_of_the_list_is_needed(entry: str) -> None:
    """Without it the workflow would not load: an entry that nothing asks for any more must go."""
    others = SandboxedWorkflowRunner(restrictions=STRICT.with_passthrough_modules(*(PASSED_THROUGH.keys() - {entry})))
    with pytest.raises(UnintentionalPassthroughError):
        others.prepare_workflow(workflow._Definition.must_from_class(Journey))


@pytest.mark.parametrize("played", [Journey, Sweep, Openings, Dispatch, SafetyCase, Operation])
async def test_the_list_is_enough(played: type) -> None:
    """With all of it the workflow loads, so that the tests above prove what they say."""
    sandboxed(STRICT).prepare_workflow(workflow._Definition.must_from_class(played))


def test_workflow_code_runs_inside_the_sandbox() -> None:
    """Of the workflows, only shapes and figures are let through; whatever acts is loaded anew for each run and watched over."""
    modules = {f"workflows.{file.stem}" for file in Path(workflows.__file__ or "").parent.glob("*.py") if file.stem != "__init__"}
    acting = ("journey", "alarm", "openings", "sweep", "operation", "dispatch", "safety_case")
    assert modules - PASSED_THROUGH.keys() == {f"workflows.{name}" for name in acting}


async def test_the_sandbox_is_on(temporal_client: Client) -> None:
    """A workflow that looks at the machine's clock is stopped."""
    queue = f"careless-{uuid4().hex}"
    worker = Worker(
        temporal_client,
        task_queue=queue,
        workflows=[Careless],
        workflow_runner=sandboxed(),
        workflow_failure_exception_types=[NondeterminismError],
        deployment_config=release(),
    )
    async with worker:
        with pytest.raises(WorkflowFailureError) as failure:
            await temporal_client.execute_workflow(Careless.run, id=queue, task_queue=queue)
    assert "Cannot access datetime.datetime.now" in str(failure.value.cause)
