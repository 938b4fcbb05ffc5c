"""A pause freezes a run: what comes in is remembered, nothing new begins. When the last pause is lifted the run catches up as it is told to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from journeys import state as at
from journeys.commands import What
from journeys.definitions import WaitStep
from journeys.events import CatchUp
from journeys.openings import next_opening
from journeys.reasons import Reason
from journeys.state import Place

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from journeys.conducting.moves import Move
    from journeys.events import Paused, Resumed


def pause(move: Move, event: Paused) -> None:
    """One more reason to stand still."""
    if event.pause not in move.state.pauses:
        move.keep(pauses={**move.state.pauses, event.pause: move.now})
        move.note(What.PAUSED, reason=event.pause)


def resume(move: Move, event: Resumed) -> None:
    """One reason less. With the last one gone, the run catches up with the time since the first."""
    pauses = move.state.pauses
    since = pauses.get(event.pause)
    if since is None:
        return
    move.keep(pauses={name: min(since, begun) for name, begun in pauses.items() if name != event.pause})
    move.note(What.RESUMED, reason=event.pause, way=event.catch_up)
    if move.state.pauses:
        return
    _hold_on(move, move.now - since)
    match event.catch_up:
        case CatchUp.SHIFT:
            _shift(move, move.now - since)
        case CatchUp.DROP:
            _let_lapse(move)
        case CatchUp.SEND_LATEST:
            pass  # what fell due is due: the alarm rings at once


def _hold_on(move: Move, by: timedelta) -> None:
    """Being paused is not being held: no touch is given up for it, and one that was held for nothing else is tried again now."""
    for place in move.state.places:
        if isinstance(place, at.Held):
            retry = move.now if place.reason is Reason.PAUSED else place.retry
            move.park(place.model_copy(update={"retry": retry, "give_up": place.give_up + by}))


def _shift(move: Move, by: timedelta) -> None:
    """Every deadline comes later by the length of the pause, but for those that are points of the calendar."""
    move.keep(places=tuple(_shifted(move, place, by) for place in move.state.places))
    if move.state.ends_by is not None:
        move.keep(ends_by=move.state.ends_by + by)


def _shifted(move: Move, place: Place, by: timedelta) -> Place:
    later: dict[str, datetime] = {}
    match place:
        case at.AtTask():
            later = {"due": place.due + by}
        case at.Held() if place.reason is not Reason.PAUSED:
            later = {"retry": place.retry + by}
        case at.Sending():
            later = {"give_up": place.give_up + by}
        case at.Waiting():
            later = {"until": _until(move, place, by)}
        case _:
            pass
    return place.model_copy(update=later) if later else place


def _until(move: Move, place: at.Waiting, by: timedelta) -> datetime:
    step: Any = move.definition.steps.get(place.step)
    if not isinstance(step, WaitStep):
        return place.until if place.stage is not None else place.until + by
    if step.wait.until is not None:
        return place.until
    if step.wait.local is not None:
        return next_opening(step.wait.local, calendar=move.state.calendar, now=max(move.now, place.until))
    return place.until + by


def _let_lapse(move: Move) -> None:
    """What fell due during the pause happens without the touches that it would lead to; what stands at a door goes in without them."""
    ready = (place.model_copy(update={"late": True}) if isinstance(place, at.Ready) else place for place in move.state.places)
    move.keep(places=tuple(ready), caught_up=move.now)
