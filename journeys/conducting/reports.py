"""What a human does with the task of a line: reports an outcome, skips it, puts it off, passes it on, or chooses another step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from journeys.commands import What
from journeys.conducting import touches
from journeys.definitions import SENT, SKIPPED, ExitStep, SendStep
from journeys.events import Choose, Complete, Reassign, Skip, Snooze

if TYPE_CHECKING:
    from journeys import state as at
    from journeys.conditions import Value
    from journeys.conducting.moves import Move

Human = Complete | Skip | Snooze | Reassign | Choose


def take(move: Move, place: at.AtTask, event: Human) -> None:
    """Take the word of whoever has the task at which the line in play stands."""
    match event:
        case Complete():
            _complete(move, place, event)
        case Skip():
            move.close_task("skipped", reason=event.reason, by=event.by, remark=event.remark)
            move.leave(SKIPPED, because=event.reason, by=event.by, remark=event.remark)
        case Snooze():
            move.park(place.model_copy(update={"due": max(place.due, event.until), "snoozes": place.snoozes + 1}))
            move.note(What.SNOOZED, until=event.until, by=event.by, remark=event.remark)
        case Reassign():
            move.note(What.REASSIGNED, to=event.to, by=event.by, remark=event.remark)
        case Choose():
            question = _question(move, event)
            move.close_task("redirected", by=event.by, remark=event.remark)
            move.go(event.offer, way="offer", by=event.by, remark=event.remark, inquiry=question)


def _complete(move: Move, place: at.AtTask, event: Complete) -> None:
    move.close_task("done", way=event.outcome, channel=event.channel, by=event.by, remark=event.remark)
    question = _question(move, event)
    releases = event.chosen is None and event.outcome == SENT and isinstance(move.step, SendStep)
    outcomes = {place.step: event.outcome} if move.as_first or not releases else {}
    move.learn(facts=_met(move, event), outcomes=outcomes, ends=not _ends_otherwise(move, event.chosen))
    if move.state.ended is not None:
        return
    if event.chosen is not None:
        move.go(event.chosen, way="offer", by=event.by, remark=event.remark, inquiry=question)
    elif releases:
        touches.deliver(move, by=event.by)
    else:
        move.leave(event.outcome, by=event.by, inquiry=question)


def _question(move: Move, event: Complete | Choose) -> str | None:
    """The HCP's question that goes with the line to its very next step: it is for the hand-off that this report leads to, and for no other. One
    that leads to none lies with medical all the same, as recorded. The first interpreter kept the latest for whichever hand-off came next."""
    if not move.as_first:
        return event.inquiry
    move.keep(inquiry=event.inquiry or move.state.inquiry)
    return None


def _met(move: Move, event: Complete) -> dict[str, Value | None] | None:
    """The conductor has met the HCP: the persona on record is confirmed or corrected, where the report says so."""
    if event.persona is None:
        return None
    known = move.state.facts.get("persona")
    move.note(What.PERSONA_CONFIRMED if event.persona == known else What.PERSONA_CORRECTED, to=event.persona, by=event.by, remark=event.remark)
    return {"persona": event.persona}


def _ends_otherwise(move: Move, chosen: str | None) -> bool:
    """Whether the conductor chose an end, such as another persona's strategy: then the run ends by that word and no other."""
    return chosen is not None and (move.as_first or isinstance(move.definition.steps.get(chosen), ExitStep))
