"""The gateway to running journeys: it starts them, tells them facts and puts human commands to them, in the words of the ports."""

import asyncio
from collections.abc import Collection
from datetime import timedelta
from typing import Any

from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle, WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from activities.operations import OperationOrder
from api.ports import CommandRefusedError, ConductorUnavailableError
from journeys.acceptance import Refusal, Refused
from journeys.events import Command, Fact
from journeys.migration import Obstacle, Transfer, Unmovable
from journeys.pace import Pace
from journeys.receipts import Receipt
from journeys.shapes import Stored
from journeys.state import Ending
from orchestrator.counts import REPEATED, Dropped, count
from orchestrator.store.outbox import Undeliverable
from workflows.dispatch import Dispatch, DispatchInput
from workflows.journey import Journey
from workflows.openings import Openings, OpeningsInput
from workflows.operation import Operation
from workflows.run import (
    REFUSED,
    UNMOVABLE,
    RunInput,
    dispatch_id,
    operation_id,
    operations_queue,
    safety_id,
    safety_queue,
    sweeps_queue,
    workflow_id,
)
from workflows.safety_case import SafetyCase, SafetyCaseInput
from workflows.sweep import Sweep, SweepInput

PATIENCE = timedelta(seconds=15)
"""How long a person waits for an answer. The command itself is not lost: the same one may be sent again with its key."""


_AWAY = (TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError, RuntimeError)
"""Temporal, or whoever works for it, does not answer. A client that is still to connect says so by a RuntimeError."""


class Gateway:
    def __init__(self, client: Client, *, task_queue: str, pace: Pace) -> None:
        self._client = client
        self._task_queue = task_queue
        self._pace = pace

    async def start(self, enrolment_id: str) -> None:
        """Start the run of an enrolment, once for ever: one that runs or has ended is left alone."""
        try:
            await self._client.start_workflow(
                Journey.run,
                RunInput(enrolment=enrolment_id, pace=self._pace),
                id=workflow_id(enrolment_id),
                task_queue=self._task_queue,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            )
        except WorkflowAlreadyStartedError:
            count(Dropped.START, REPEATED)

    async def tell(self, enrolment_id: str, fact: Fact) -> None:
        """Tell a run a fact. Raises Undeliverable where there is no such run (any more)."""
        try:
            await self._client.get_workflow_handle_for(Journey.run, workflow_id(enrolment_id)).signal(Journey.tell, fact)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                raise Undeliverable(enrolment_id) from error
            raise

    async def order(self, enrolment_id: str, command: Command) -> None:
        """Put a command of the house to a run. A run that does not take it has ended: there is nothing left to do."""
        try:
            await self.command(enrolment_id, command)
        except CommandRefusedError as error:
            count(Dropped.COMMAND, error.refused.code)

    async def sweep(self, sweep_id: str) -> None:
        """Have a sweep look at what is asked of it; it is started if it does not run."""
        await self._wake(Sweep.run, SweepInput(sweep=sweep_id), id=f"sweep-{sweep_id}")

    async def keep_openings(self, journey: str) -> None:
        """Have the openings of a journey looked up anew; what keeps them is started if it does not run."""
        await self._wake(Openings.run, OpeningsInput(journey=journey, pace=self._pace), id=f"openings-{journey}")

    async def _wake(self, run: Any, given: Stored, *, id: str) -> None:  # noqa: A002 - Temporal's word
        """Signal with start: one workflow of this id, whoever asks first. It was over and done with: it begins anew."""
        await self._client.start_workflow(
            run, given, id=id, task_queue=sweeps_queue(self._task_queue), start_signal="wake", id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING
        )

    async def migrate(self, enrolment_id: str, order: Transfer) -> Receipt | Unmovable:
        """Move a run to another version of its journey, once under the order's id. Raises ConductorUnavailableError."""
        handle = self._client.get_workflow_handle_for(Journey.run, workflow_id(enrolment_id))
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                return await handle.execute_update(Journey.migrate, order, id=order.id)
        except WorkflowUpdateFailedError as error:
            return _unmovable(error)
        except _AWAY as error:
            raise ConductorUnavailableError(enrolment_id) from error
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise ConductorUnavailableError(enrolment_id) from error
            return Unmovable(code=Obstacle.ENDED, detail="This journey has ended or has not begun.")

    async def running(self, enrolments: Collection[str]) -> frozenset[str]:
        """Those of these runs whose workflow is running. They are looked up in Temporal's list, which may lag behind, so whoever is not in it is
        asked for alone. Raises RPCError where Temporal does not answer."""
        runs = {workflow_id(enrolment): enrolment for enrolment in enrolments}
        named = ", ".join(f"'{each}'" for each in runs)
        listed = self._client.list_workflows(f"ExecutionStatus = 'Running' AND WorkflowId IN ({named})")
        there = {runs[workflow.id] async for workflow in listed}
        return frozenset(there | {each for each in enrolments if each not in there and await self._runs(each)})

    async def _runs(self, enrolment_id: str) -> bool:
        try:
            described = await self._client.get_workflow_handle(workflow_id(enrolment_id)).describe()
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return False
            raise
        return described.status is WorkflowExecutionStatus.RUNNING

    async def operate(self, operation: str) -> None:
        """Start an operation over many runs, or have one that was started look again at what the store says."""
        await self._client.start_workflow(
            Operation.run,
            OperationOrder(operation=operation),
            id=operation_id(operation),
            task_queue=operations_queue(self._task_queue),
            start_signal="nudge",
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        )

    async def dispatch(self, dispatch: str) -> None:
        """Put a letter outside a journey on its way, or have one that is held look again."""
        await self._client.start_workflow(
            Dispatch.run,
            DispatchInput(dispatch=dispatch, pace=self._pace),
            id=dispatch_id(dispatch),
            task_queue=self._task_queue,
            start_signal="wake",
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        )

    async def look_after(self, case: str) -> None:
        """Start the workflow of a safety case, or have it look at how the case stands now."""
        await self._client.start_workflow(
            SafetyCase.run,
            SafetyCaseInput(case=case, pace=self._pace),
            id=safety_id(case),
            task_queue=safety_queue(self._task_queue),
            start_signal="nudge",
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        )

    async def command(self, enrolment_id: str, command: Command) -> Receipt:
        """Put a human command to a run, under its own id. Raises CommandRefusedError and ConductorUnavailableError."""
        handle = self._client.get_workflow_handle_for(Journey.run, workflow_id(enrolment_id))
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                return await handle.execute_update(Journey.command, command, id=command.id)
        except WorkflowUpdateFailedError as error:
            raise _refused(error) from error
        except _AWAY as error:
            raise ConductorUnavailableError(enrolment_id) from error
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise ConductorUnavailableError(enrolment_id) from error
            return await _answer_of_ended(handle, command)


async def _answer_of_ended(handle: WorkflowHandle[Journey, Ending], command: Command) -> Receipt:
    """A run that has ended takes nothing more, but it still knows what it answered to a command that came before, perhaps the very one that ended it."""
    try:
        return await handle.get_update_handle_for(Journey.command, command.id).result(rpc_timeout=PATIENCE)
    except (RPCError, WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError) as error:
        raise CommandRefusedError(Refused(code=Refusal.ENDED, detail="This journey has ended or has not begun.")) from error


def _refused(error: WorkflowUpdateFailedError) -> Exception:
    cause = error.cause
    if not isinstance(cause, ApplicationError) or cause.type != REFUSED or not cause.details:
        return ConductorUnavailableError(str(cause))
    refused = Refused.model_validate(cause.details[0])
    return ConductorUnavailableError(refused.detail) if refused.code is Refusal.NOT_BEGUN else CommandRefusedError(refused)


def _unmovable(error: WorkflowUpdateFailedError) -> Unmovable:
    """Raises ConductorUnavailableError where the run said something else than that it cannot be moved."""
    cause = error.cause
    if not isinstance(cause, ApplicationError) or cause.type != UNMOVABLE or not cause.details:
        raise ConductorUnavailableError(str(cause)) from error
    return Unmovable.model_validate(cause.details[0])
