"""The sandbox in which workflow code runs, and the modules that are let through it, each with its reason.

A module that is let through is loaded once and shared; one that is not is loaded anew for each run, which costs milliseconds and memory.
Only what is deterministic and keeps no state of its own may be let through.
"""

from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

PASSED_THROUGH: dict[str, str] = {
    "journeys": "pure by construction: no clock, no randomness, no effect, no module state",
    "activities": "imported for the names and shapes of activities alone; a workflow never calls one",
    "workflows.run": "shapes and names only",
    "workflows.performance": "figures only",
    "workflows.counting": "asks Temporal's own meter, which knows of replays, and keeps nothing",
}
"""On top of the standard library, Temporal and pydantic, which the SDK lets through by itself."""


def sandboxed(restrictions: SandboxRestrictions = SandboxRestrictions.default) -> SandboxedWorkflowRunner:
    """The runner of every worker and of every test."""
    return SandboxedWorkflowRunner(restrictions=restrictions.with_passthrough_modules(*PASSED_THROUGH))
