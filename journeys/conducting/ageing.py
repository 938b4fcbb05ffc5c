"""What comes true by the passing of time alone: days that are counted go on, and a consent may lapse, and nobody tells the run. So it asks again by
itself, at the earliest moment at which something that it waits for, or ends by, may be otherwise; and only where it names such a fact."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from journeys import state as at
from journeys.commands import AskFacts
from journeys.conditions import FactIs, leaves
from journeys.definitions import WaitStep
from journeys.facts import Ageing, ageing_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from journeys.conditions import Condition, Value
    from journeys.conducting.moves import Move

LONGEST = 365
"""Days after which a run looks again at the latest, however far away a number of days may be."""


def plan(move: Move) -> None:
    """Set when the run asks again; never, where nothing that it names now grows older. While it is asking, the answer comes first."""
    state = move.state
    if move.as_first or not (move.definition.ageing or state.look_again):
        return
    if any(isinstance(command, AskFacts) and command.key == state.enrolment for command in move.commands):
        return
    days = [] if state.ended is not None else [_until_otherwise(leaf, state.facts.get(leaf.fact)) for leaf in _ageing(move)]
    dues = [move.now + timedelta(days=min(each, LONGEST)) for each in days if each is not None]
    # What was planned on older knowledge stands, if it is earlier: to ask once too often does no harm.
    planned = [state.look_again] if dues and state.look_again is not None else []
    move.keep(look_again=min((*dues, *planned), default=None))


def look(move: Move) -> None:
    """Ask how the facts stand that have grown older, where it is time: what they have become acts like any other change."""
    due = move.state.look_again
    if due is None or due > move.now:
        return
    move.keep(look_again=None)
    names = sorted({leaf.fact for leaf in _ageing(move)})
    if names:
        move.ask(AskFacts(key=move.state.enrolment, names=tuple(names)))


def _ageing(move: Move) -> Iterator[FactIs]:
    """The comparisons with a fact that grows older in what the run ends by, and in what its lines wait for."""
    for condition in _watched(move):
        for leaf in leaves(condition) if condition is not None else ():
            if isinstance(leaf, FactIs) and leaf.fact in move.definition.ageing:
                yield leaf


def _watched(move: Move) -> Iterator[Condition | None]:
    yield move.definition.goal
    yield move.definition.exit_when
    for place in move.state.places:
        step = move.definition.steps.get(place.step)
        if isinstance(place, at.Waiting) and isinstance(step, WaitStep):
            yield step.wait.when


def _until_otherwise(leaf: FactIs, value: Value | None) -> int | None:
    """In how many days the comparison may come out otherwise, if nobody tells anything new; None where it cannot."""
    match ageing_of(leaf.fact), value:
        case Ageing.LAPSES, True:
            return 1
        case Ageing.COUNTS_DAYS, int() if leaf.known is None:
            begins, ends = (leaf.at_least, leaf.is_, *(leaf.in_ or ())), (leaf.at_most, leaf.is_, *(leaf.in_ or ()))
            turns = [number for number in begins if isinstance(number, int)] + [number + 1 for number in ends if isinstance(number, int)]
            return min((number - value for number in turns if number > value), default=None)
        case _:
            return None
