"""Where a run stands, in the few words that lists and pages show: the step, what it is doing there, until when, and why it is held."""

from datetime import datetime

from journeys import state as at
from journeys.conductor import alarm, due_at
from journeys.shapes import Instant, Stored
from journeys.state import Ending, Place, State


class Standing(Stored):
    """Where one line stands."""

    line: str
    step: str
    key: str
    doing: str
    """task, sending, held, passing, ready, waiting or joining."""
    since: Instant
    until: Instant | None
    """When it is left, or looked at again, by itself."""
    reason: str | None
    """Why a touch is held."""


class Position(Stored):
    """The main line's standing in the first words; `lines` has every line's."""

    step: str | None
    doing: str
    """As a line's, or paused, or ended."""
    since: Instant | None
    until: datetime | None
    """When the run wakes by itself."""
    reason: str | None
    """Why a touch is held, or what has paused the run."""
    ended: Ending | None
    lines: tuple[Standing, ...] = ()


def position(state: State) -> Position:
    """The position of a run, drawn from its state."""
    place = state.place
    if state.ended is not None or place is None:
        return Position(step=None, doing="ended", since=None, until=None, reason=None, ended=state.ended)
    lines = tuple(map(_standing, state.places))
    main = lines[0]
    doing, reason = ("paused", next(iter(state.pauses))) if state.pauses else (main.doing, main.reason)
    return Position(step=main.step, doing=doing, since=main.since, until=alarm(state), reason=reason, ended=None, lines=lines)


def _standing(place: Place) -> Standing:
    reason = place.reason if isinstance(place, at.Held) else None
    return Standing(line=place.line, step=place.step, key=place.key, doing=place.is_, since=place.since, until=due_at(place), reason=reason)
