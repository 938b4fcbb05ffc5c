"""What an operator may do to a run that is held, overdue or stuck: let it try again, go on without what it waits for, or stand at another step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from journeys import state as at
from journeys.commands import What
from journeys.conducting import lines, requests, touches, waits
from journeys.definitions import FAILED, OVERDUE, SKIPPED, RequestStep
from journeys.state import inside

if TYPE_CHECKING:
    from journeys.conducting.moves import Move
    from journeys.events import GoOn, MoveTo, Retry


def retry(move: Move, event: Retry) -> None:
    """Try what a passage holds again, now."""
    move.note(What.REPAIRED, way="retry", reason=event.reason, by=event.by, remark=event.remark)
    try_again(move)


def try_again(move: Move) -> None:
    """Put what the line in play holds before the gate again, or ask the other system again."""
    if isinstance(move.step, RequestStep):
        requests.try_again(move)
    else:
        touches.try_again(move)


def go_on(move: Move, event: GoOn) -> None:
    """Go on as if what the passage waits for had come to its end by itself: a wait's time, a task that is skipped, a touch that is left out."""
    place = move.place
    move.note(What.REPAIRED, way="go_on", reason=event.reason, by=event.by, remark=event.remark)
    match place:
        case at.AtTask():
            move.close_task("skipped", reason=event.reason, by=event.by, remark=event.remark)
            move.leave(SKIPPED, because=event.reason, by=event.by)
        case at.Waiting():
            waits.give_up(move, place)
        case at.Held() if isinstance(move.step, RequestStep):
            move.leave(FAILED, because=event.reason, by=event.by)
        case at.Held():
            touches.leave_out(move, event.reason, by=event.by)
        case _:
            move.leave(OVERDUE, because=event.reason, by=event.by)


def move_to(move: Move, event: MoveTo) -> None:
    """Stand at another step of the same line."""
    place = move.place
    if place is None:
        return
    move.note(What.REPAIRED, way="move_to", to=event.step, reason=event.reason, by=event.by, remark=event.remark)
    for inner in move.state.places:
        if inside(inner.line, place.line):
            lines.cancel(move, inner)
    move.drop(place, reason=event.reason)
    move.go(event.step, way="moved", because=event.reason, by=event.by, remark=event.remark)
