"""What a run remembers of the outside: events that came before the waits that they are for. Each wait has a share of its own, so that a noisy
source never drives out the one cancellation that another wait is for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from journeys.conditions import equal
from journeys.definitions import WaitStep

if TYPE_CHECKING:
    from collections.abc import Mapping

    from journeys.conditions import Value
    from journeys.conducting.moves import Move
    from journeys.definitions import Wait
    from journeys.state import Entered, Occurrence

EACH, IN_ALL = 32, 256
"""How many events are kept for each kind of wait at most, and for all of them together: what many waits share is cut for each."""

AT_FIRST = 64
"""How many the first interpreter remembered, for all waits together."""


def concerns(move: Move, occurrence: Occurrence) -> bool:
    """Whether any wait of the journey could end by this very event: a source may say much that is none of this run's business."""
    return any(suits(move, wait, occurrence) for wait in _waits(move))


def remember(move: Move, occurrence: Occurrence) -> None:
    """Keep an event for the waits of this run, those to come included: for each the latest that suit it."""
    happened = (*move.state.happened, occurrence)
    if move.as_first:
        move.keep(happened=happened[-AT_FIRST:])
        return
    waits = _waits(move)
    share = max(1, min(EACH, IN_ALL // len(waits))) if waits else 0
    if len(happened) > share:
        kept = {one.id for wait in waits for one in [each for each in happened if suits(move, wait, each)][-share:]}
        happened = tuple(one for one in happened if one.id in kept)
    move.keep(happened=happened)


def suits(move: Move, wait: Wait, occurrence: Occurrence) -> bool:
    """Whether a wait could end by this event."""
    return occurrence.event == wait.event and fits(move.state.entered, occurrence, wait.where, same_key=wait.same_key)


def fits(entered: Entered | None, occurrence: Occurrence, where: Mapping[str, tuple[Value, ...]], *, same_key: bool) -> bool:
    """Whether the fields of an event have the values asked for, and its key is that of the entry event where that is asked."""
    if same_key and (entered is None or entered.key is None or entered.key != occurrence.key):
        return False
    return all(any(equal(value, occurrence.fields.get(name)) for value in values) for name, values in where.items())


def _waits(move: Move) -> list[Wait]:
    """The waits of the journey for events, each kind once."""
    waits: list[Wait] = []
    for step in move.definition.steps.values():
        if isinstance(step, WaitStep) and step.wait.event is not None and not any(_alike(step.wait, wait) for wait in waits):
            waits.append(step.wait)
    return waits


def _alike(one: Wait, other: Wait) -> bool:
    return (one.event, one.where, one.same_key) == (other.event, other.where, other.same_key)
