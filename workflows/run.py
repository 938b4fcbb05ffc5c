"""What a run's workflow is given, and the names by which others speak to it."""

from journeys.definitions import Definition
from journeys.pace import Pace
from journeys.receipts import Receipt
from journeys.shapes import Stored
from journeys.state import State

REFUSED = "refused"
"""The type of the ApplicationError with which an update is refused; its detail is a `journeys.acceptance.Refused`."""

UNMOVABLE = "unmovable"
"""The type of the ApplicationError with which a move to another version is refused; its detail is a `journeys.migration.Unmovable`."""

ANSWERS = 16
"""How many of its last answers to commands a run takes along when it continues as new, for those who ask again because theirs was lost on the way."""


class Score(Stored):
    """The sheet from which a run is played, carried along when it continues as new."""

    definition: Definition
    state: State


class RunInput(Stored):
    enrolment: str
    pace: Pace
    score: Score | None = None
    """None for a run that has yet to begin."""
    told: dict[str, Receipt] = {}
    """What was answered to which command, the latest last."""


def workflow_id(enrolment: str) -> str:
    """The id of the workflow that plays an enrolment."""
    return f"journey-{enrolment}"


def sweeps_queue(task_queue: str) -> str:
    """The task queue of sweeps and openings, beside that of journeys: what enters many people never stands before what a rep asks for."""
    return f"{task_queue}-sweeps"


def operation_id(operation: str) -> str:
    """The id of the workflow that carries out an operation over many runs."""
    return f"operation-{operation}"


def operations_queue(task_queue: str) -> str:
    """The task queue of operations, apart from that of journeys: a rep never waits behind a campaign."""
    return f"{task_queue}-operations"


def dispatch_id(dispatch: str) -> str:
    """The id of the workflow that delivers a letter outside a journey."""
    return f"dispatch-{dispatch}"


def safety_id(case: str) -> str:
    """The id of the workflow that looks after a safety case."""
    return f"safety-{case}"


def safety_queue(task_queue: str) -> str:
    """The task queue of safety cases, apart from all others: nothing that sells stands before what may harm somebody."""
    return f"{task_queue}-safety"
