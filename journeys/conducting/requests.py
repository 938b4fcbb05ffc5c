"""How a run asks another system: a call, and, for as long as nothing is said, the same call again at the time that the last one named. In between
the line is held, so that the run hears everything else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from journeys import state as at
from journeys.commands import CallOut, What
from journeys.conducting import waits
from journeys.definitions import FAILED, NO_ANSWER, RequestStep
from journeys.reasons import Reason
from journeys.state import settled

if TYPE_CHECKING:
    from journeys.conducting.moves import Move
    from journeys.events import Called


def ask(move: Move, here: at.Place) -> None:
    """Call, for the first time or again: by the same key, until the same time."""
    step = move.step
    if not isinstance(step, RequestStep):
        return
    asked = step.request
    tries, until = (here.tries, here.give_up) if isinstance(here, at.Held) else (0, None)
    move.park(settled(at.Passing, here, late=move.late, until=until, tries=tries))
    until = until or move.state.calendar.after(move.now, asked.up_to)
    move.ask(CallOut(key=here.key, step=here.step, to=asked.to, facts=asked.facts, answers=asked.answers, until=until, tries=tries or None))


def heard(move: Move, event: Called) -> None:
    """What the call came to: an answer, the promise of one, a no for good, or nothing yet."""
    place, step = move.place, move.step
    if not isinstance(place, at.Passing) or not isinstance(step, RequestStep):
        return
    until = place.until or move.state.calendar.after(place.since, step.request.up_to)
    if event.result == "failed":
        move.leave(FAILED, because=event.reason)
    elif event.result != "again":
        waits.wait_until(move, settled(at.Waiting, place, until=until))
        if event.result == "answered":
            waits.awaited(move, event.answer or FAILED)
    elif move.now >= until:
        move.leave(FAILED, because=NO_ANSWER)
    else:
        retry = max(event.retry or until, move.now)
        move.park(settled(at.Held, place, reason=Reason.UNANSWERED, retry=retry, give_up=until, tries=place.tries + 1))
        move.note(What.HELD, reason=Reason.UNANSWERED, until=min(retry, until))


def try_again(move: Move) -> None:
    """Call again, unless another line's effect comes first: then the alarm rings at once. The last call is made when the time is up, and says so."""
    place = move.place
    if isinstance(place, at.Held):
        if move.asked:
            move.park(place.model_copy(update={"retry": move.now}))
        else:
            ask(move, place)
