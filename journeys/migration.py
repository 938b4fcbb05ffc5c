"""Moving a run from one version of its journey to another: by the stable ids of steps, at a safe point, without a touch repeated or skipped.

Pure. `plan` says where each line would stand, or why the run cannot be moved; the preview of an operator and the move itself ask the same
question. What a step that stays makes of its new wording is told in `journeys.conducting.edits`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from journeys import state as at
from journeys.commands import Command, What
from journeys.conditions import Value
from journeys.conducting import ageing, edits, lines, waits
from journeys.conducting.moves import Move
from journeys.definitions import Definition, WaitStep, kind_of
from journeys.renaming import line_under, renamed, said_by, state_under
from journeys.scopes import scopes
from journeys.shapes import Instant, Stored
from journeys.state import State, inside

MIGRATED = "migrated"
"""The way along which a line leaves a step that the new version no longer has."""

_UNDER_WAY = ("sending", "passing")


class Obstacle(StrEnum):
    """Why a run is not moved. `not_now` passes by itself; with any other the run stays on its version until somebody changes the order."""

    NOT_NOW = "not_now"
    STEP_GONE = "step_gone"
    KIND_CHANGED = "kind_changed"
    LINE_GONE = "line_gone"
    TOUCH_GONE = "touch_gone"
    UNKNOWN_TARGET = "unknown_target"
    ANOTHER_LINE = "another_line"
    ANOTHER_JOURNEY = "another_journey"
    ANOTHER_VERSION = "another_version"
    ENDED = "ended"


class Unmovable(Stored):
    """A run that stays on its version, and why."""

    code: Obstacle
    step: str | None = None
    detail: str


class Transfer(Stored):
    """What a run is told that is to be moved. `source` is the digest of the version it must be on; `facts` are those of the new version, read
    just now; `began` is when the run was enrolled, from which a new horizon counts."""

    id: str
    by: str
    definition: Definition
    source: str
    mapping: dict[str, str] = {}
    facts: dict[str, Value | None] = {}
    began: Instant
    remark: str | None = None


@dataclass(frozen=True)
class Moved:
    """The run on its new version, with what is to be noted and done."""

    state: State
    commands: tuple[Command, ...]


@dataclass(frozen=True)
class Spot:
    """Where one line stands: all that must be known to say where it would go."""

    line: str
    step: str
    doing: str


@dataclass(frozen=True)
class Fate:
    """What becomes of one line: it stays at its step, which may be called `to` now, or goes to `to` because the map says so."""

    spot: Spot
    to: str
    stays: bool


def plan(old: Definition, new: Definition, spots: Iterable[Spot], mapping: Mapping[str, str]) -> tuple[Fate, ...] | Unmovable:
    """Where each line of a run would stand, in the order given, or the first thing that stands in the way. A line that is played within a
    step that the map leads away from ends with it, and has no fate of its own."""
    if old.journey != new.journey:
        return Unmovable(code=Obstacle.ANOTHER_JOURNEY, detail=f"The run is in {old.journey}, not in {new.journey}.")
    played, names = scopes(new).line_of, said_by(mapping, old, new)
    fates: list[Fate] = []
    everywhere = tuple(spots)
    under_way = next((spot for spot in everywhere if spot.doing in _UNDER_WAY), None)
    if under_way is not None:
        return Unmovable(code=Obstacle.NOT_NOW, step=under_way.step, detail=f"{under_way.step!r} is being performed at this moment.")
    for spot in everywhere:
        if any(not fate.stays and inside(spot.line, fate.spot.line) for fate in fates):
            continue
        fate = _renamed(spot, names=names, played=played) or _fate(old, new, spot, mapping=mapping, names=names, played=played)
        fate = _deaf(old, new, fate, mapping) or fate
        if isinstance(fate, Unmovable):
            return fate
        fates.append(fate)
    return tuple(fates)


def migrate(state: State, order: Transfer, *, old: Definition, now: datetime) -> Moved | Unmovable:
    """Move a run to the version of the order. Total; the state that was given stays as it is.

    Passages, outcomes, what was heard and what was answered are kept, and with them every task's id and touch's key: a step that stays is
    not entered again. What the map renames is known by its new name from here on, what has happened there with it. Deadlines are counted
    anew where the author changed their length: from the moment at which they began, with whatever a snooze or a pause has added since. The
    goal and the exit condition of the new version are judged at once, on the order's facts.
    """
    new = order.definition
    if state.ended is not None:
        return Unmovable(code=Obstacle.ENDED, detail=f"The run has ended: {state.ended.reason}.")
    if old.digest != order.source:
        return Unmovable(code=Obstacle.ANOTHER_VERSION, detail=f"The run is on version {old.version}, not on the one that this order moves from.")
    fates = plan(old, new, map(spot_of, state.places), order.mapping)
    if isinstance(fates, Unmovable):
        return fates
    move = Move(old, state, now)
    move.note(What.MIGRATED, step=None, key=None, way=str(old.version), to=str(new.version), by=order.by, remark=order.remark)
    leaving = [fate for fate in fates if not fate.stays]
    for fate in leaving:
        _take_leave(move, fate.spot.line)
    names = said_by(order.mapping, old, new)
    old = renamed(old, names)
    move.turn_to(new, state_under(move.state, names))
    known = move.state.facts
    move.keep(facts={name: order.facts.get(name, known.get(name)) for name in new.facts}, ends_by=edits.horizon(move, old, began=order.began))
    move.check_ends()
    if move.state.ended is None:
        _take_up(move, old, {line_under(fate.spot.line, names): fate.to for fate in leaving})
    ageing.plan(move)
    move.keep(moves=move.state.moves + 1)
    return Moved(move.state, tuple(move.commands))


def odd_entry(mapping: Mapping[str, str], olds: Iterable[Definition], new: Definition) -> tuple[str, str, tuple[str, ...]] | None:
    """The first entry of a map that names no step: its step, what is wrong with it, and what may stand there."""
    known = tuple(dict.fromkeys(step for old in olds for step in old.steps))
    for step, to in mapping.items():
        if to not in new.steps:
            return step, f"Version {new.version} has no step {to!r}.", tuple(new.steps)
        if step not in known:
            return step, f"There is no step {step!r} to move people from.", known
    return None


def spot_of(place: at.Place) -> Spot:
    """Where a place of a run is."""
    return Spot(line=place.line, step=place.step, doing=place.is_)


def _renamed(spot: Spot, *, names: Mapping[str, str], played: Mapping[str, str]) -> Fate | None:
    """The same step goes on under another name, where it is played on the same line."""
    to = names.get(spot.step)
    return Fate(spot, to=to, stays=True) if to is not None and played.get(to) == line_under(spot.line, names) else None


def _fate(old: Definition, new: Definition, spot: Spot, *, mapping: Mapping[str, str], names: Mapping[str, str], played: Mapping[str, str]) -> Fate | Unmovable:
    to, line = mapping.get(spot.step), line_under(spot.line, names)
    if to is not None:
        return _sent(new, spot, to, on=played.get(to) == line)
    after = new.steps.get(spot.step)
    if after is None:
        return Unmovable(code=Obstacle.STEP_GONE, step=spot.step, detail=f"Version {new.version} has no step {spot.step!r}: map it to one that it has.")
    was, now = kind_of(old.steps.get(spot.step)), kind_of(after)
    if was != now and spot.doing != "ready":
        return Unmovable(code=Obstacle.KIND_CHANGED, step=spot.step, detail=f"{spot.step!r} was a {was} and is a {now} now: map it to a step to begin with.")
    if played.get(spot.step) != line:
        return Unmovable(code=Obstacle.LINE_GONE, step=spot.step, detail=f"{spot.step!r} is played on another line of version {new.version}.")
    return Fate(spot, to=spot.step, stays=True)


def _sent(new: Definition, spot: Spot, to: str, *, on: bool) -> Fate | Unmovable:
    if to not in new.steps:
        return Unmovable(code=Obstacle.UNKNOWN_TARGET, step=spot.step, detail=f"The map leads from {spot.step!r} to {to!r}, which is no step.")
    if not on:
        return Unmovable(code=Obstacle.ANOTHER_LINE, step=spot.step, detail=f"The map leads from {spot.step!r} to {to!r}, which is played on another line.")
    return Fate(spot, to=to, stays=False)


def _deaf(old: Definition, new: Definition, fate: Fate | Unmovable, mapping: Mapping[str, str]) -> Unmovable | None:
    """A wait that listens for what becomes of a touch, and would listen for one that the run cannot have: its step is gone, and the map is silent."""
    if isinstance(fate, Unmovable) or not fate.stays or fate.spot.doing != "waiting":
        return None
    before, after = old.steps.get(fate.spot.step), new.steps.get(fate.to)
    if not isinstance(before, WaitStep) or not isinstance(after, WaitStep):
        return None
    was, now = before.wait.of, after.wait.of
    if was is None or now is None or was in new.steps or was in mapping or now in old.steps:
        return None
    detail = f"{fate.spot.step!r} waits to hear of {was!r}, which version {new.version} no longer has: map it to what it is called now."
    return Unmovable(code=Obstacle.TOUCH_GONE, step=fate.spot.step, detail=detail)


def _take_leave(move: Move, line: str) -> None:
    """Take back what a line has under way at a step that it leaves, and end the lines that are played within it."""
    for inner in move.state.places:
        if inside(inner.line, line):
            lines.cancel(move, inner)
    place = move.state.on(line)
    if place is not None:
        move.drop(place, reason=MIGRATED)


def _take_up(move: Move, old: Definition, leaving: Mapping[str, str]) -> None:
    """Let each line go on by the new version: those that stay as their step is worded now, those that leave to where the map says."""
    for place in move.state.places:
        if move.state.on(place.line) is place and place.line not in leaving:
            move.line, move.late = place.line, place.late
            edits.reword(move, place, old.steps.get(place.step))
    for line, to in leaving.items():
        gone = move.state.on(line)
        if move.state.ended is None and gone is not None:
            move.line, move.late = gone.line, gone.late
            move.go(to, way=MIGRATED, because=MIGRATED)
    for place in move.state.places:
        if move.state.ended is None and move.state.on(place.line) is place:
            move.line, move.late = place.line, False
            waits.look(move)
