"""What a run asks of an activity. Every order carries the run's entry, so that the effect and the record of what led to it are one act."""

from journeys.arrivals import Arrival
from journeys.commands import Act, AskFacts, CallOut, Deliver, Note, OpenTask, StartJourney
from journeys.definitions import Definition
from journeys.position import Position
from journeys.shapes import Instant, Stored


class Entry(Stored):
    """One advance of one run, to be recorded once under (enrolment, move): what happened, and where the run stands now."""

    enrolment: str
    move: int
    at: Instant
    """Journey time of the advance."""
    notes: tuple[Note, ...]
    acts: tuple[Act, ...] = ()
    """What is to be done in the transaction that records the advance."""
    position: Position


class TaskOrder(Stored):
    entry: Entry
    task: OpenTask


class TouchOrder(Stored):
    entry: Entry
    touch: Deliver


class LetterOrder(Stored):
    """A letter outside a journey: there is no run, and no advance to record. It is read inside the activity, and is in no history."""

    dispatch: str
    touch: Deliver


class FactsOrder(Stored):
    entry: Entry
    facts: AskFacts


class JourneyOrder(Stored):
    entry: Entry
    journey: StartJourney


class CallOrder(Stored):
    entry: Entry
    call: CallOut


class MoveOrder(Stored):
    """The advance by which a run came to another version of its journey, and that version."""

    entry: Entry
    version: int
    digest: str


class OpenOrder(Stored):
    """The first act of a run: read the score."""

    enrolment: str
    at: Instant


class Opened(Arrival):
    """What a run needs before it can begin. The definition is the version that the enrolment names, never a later one."""

    definition: Definition
    interpreter: int = 1
    """The conductor's number when the run was opened. A history of the time before it was told was played by the first."""
