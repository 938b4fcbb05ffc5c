"""The lines of a `parallel` step: how they part, how they join, and how those that lose are cancelled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from journeys import state as at
from journeys.commands import What
from journeys.definitions import JOINED, ParallelStep, hands_over
from journeys.state import EndKind, Ready, line_of, parent_of, settled

if TYPE_CHECKING:
    from journeys.conducting.moves import Move


def part(move: Move, here: Ready, step: ParallelStep) -> None:
    """Begin every line of the step. All stand at the door of their first step before any comes in: one may be at its join at once. The HCP's question
    goes with the first line that begins with a hand-off."""
    move.park(settled(at.Joining, here))
    touch = move.state.latest.get(here.line)
    begun = {line_of(here.line, here.step, branch): first for branch, first in step.parallel.branches.items()}
    asking = next((line for line, first in begun.items() if hands_over(move.definition.steps, first)), None)
    question = dict.fromkeys(begun) | ({asking: here.inquiry} if asking is not None else {})
    for line, first in begun.items():
        move.line = line
        move.stand(first, inquiry=question[line])
        if touch is not None:
            move.keep(latest={**move.state.latest, line: touch})
    for line, first in begun.items():
        move.line = line
        if move.place is not None:  # an earlier line may have joined, and cancelled this one
            move.enter(first, inquiry=question[line])


def join(move: Move) -> None:
    """The line in play comes to its join. The parallel step is left when all lines have joined, or, where any will do, now."""
    ending = move.line
    place = move.state.on(parent_of(ending))
    step = move.definition.steps.get(place.step) if isinstance(place, at.Joining) else None
    if ending == at.MAIN or not isinstance(place, at.Joining) or not isinstance(step, ParallelStep):
        move.end(EndKind.FAULT, "join_outside_parallel")
        return
    _forget(move, ending)
    move.line = place.line
    place = settled(at.Joining, place, joined=(*place.joined, ending.rpartition(".")[2]))
    move.park(place)
    join_if_enough(move, place, step)


def join_if_enough(move: Move, place: at.Joining, step: ParallelStep) -> None:
    """Leave the parallel step, where as many of its lines have joined as it asks for. Those that lose are cancelled."""
    siblings = line_of(place.line, place.step, "")
    others = [other for other in move.state.places if other.line.startswith(siblings)]
    if not place.joined or (others and step.parallel.join == "all"):
        return
    for other in others:
        cancel(move, other)
    move.line = place.line
    move.leave(JOINED)


def cancel(move: Move, place: at.Place) -> None:
    """End a line that is no longer needed, taking back what it has under way."""
    move.drop(place, reason=JOINED)
    move.line = place.line
    move.note(What.CANCELLED, reason=JOINED)
    _forget(move, place.line)


def _forget(move: Move, line: str) -> None:
    latest = {name: touch for name, touch in move.state.latest.items() if name != line}
    move.keep(places=tuple(place for place in move.state.places if place.line != line), latest=latest)
