"""Where a run stands, in the few words that lists and pages show: the step, what it is doing there, until when, and why it is held."""

from datetime import datetime

from journeys import state as at
from journeys.conductor import alarm
from journeys.shapes import Instant, Stored
from journeys.state import Ending, State


class Position(Stored):
    step: str | None
    doing: str
    """task, sending, held, passing, waiting, or ended."""
    since: Instant | None
    until: datetime | None
    """When the run wakes by itself."""
    reason: str | None
    """Why a touch is held."""
    ended: Ending | None


def position(state: State) -> Position:
    """The position of a run, drawn from its state."""
    place = state.place
    if state.ended is not None or place is None:
        return Position(step=None, doing="ended", since=None, until=None, reason=None, ended=state.ended)
    reason = place.reason if isinstance(place, at.Held) else None
    return Position(step=place.step, doing=place.is_, since=place.since, until=alarm(state), reason=reason, ended=None)
