"""Whether a run takes a human command now: the question that a workflow's validator and a rep's screen both ask before anything is written."""

from datetime import datetime
from enum import StrEnum

from journeys import events as on
from journeys import state as at
from journeys.definitions import (
    ANSWERED,
    HANDLED,
    SENT,
    WITHDRAWN,
    Definition,
    EscalateStep,
    ExitStep,
    MedicalStep,
    SendStep,
    Step,
    VisitStep,
    hands_over,
    path,
)
from journeys.scopes import scopes
from journeys.shapes import Stored
from journeys.state import State

SNOOZES = 3
"""How often one task may be put off. A task that nobody ever does is better skipped, with a reason."""


class Refusal(StrEnum):
    NOT_BEGUN = "not_begun"
    ENDED = "ended"
    TASK_NOT_OPEN = "task_not_open"
    UNKNOWN_OUTCOME = "unknown_outcome"
    UNKNOWN_CHANNEL = "unknown_channel"
    NOT_OFFERED = "not_offered"
    INQUIRY_REQUIRED = "inquiry_required"
    SAME_PERSONA = "same_persona"
    SNOOZE_IN_THE_PAST = "snooze_in_the_past"
    SNOOZED_TOO_OFTEN = "snoozed_too_often"
    PAUSED = "paused"
    NOT_STANDING_THERE = "not_standing_there"
    NOT_HELD = "not_held"
    UNDER_WAY = "under_way"
    UNKNOWN_STEP = "unknown_step"
    ANOTHER_LINE = "another_line"


class Refused(Stored):
    """A command that is not taken, and what would be."""

    code: Refusal
    detail: str
    allowed: tuple[str, ...] = ()


def refusal(definition: Definition, state: State, command: on.Command, now: datetime) -> Refused | None:
    """None where the run takes the command, else why it does not. Asks only; writes nothing."""
    if state.ended is not None:
        return Refused(code=Refusal.ENDED, detail=f"This journey has ended: {state.ended.reason}.")
    if isinstance(command, on.Leave):
        return None
    if isinstance(command, on.Retry | on.GoOn | on.MoveTo):
        return _repair(definition, state, command)
    place = state.at(command.task)
    if not isinstance(place, at.AtTask):
        standing = ", ".join(place.step for place in state.places)
        return Refused(code=Refusal.TASK_NOT_OPEN, detail=f"This task is no longer open: the journey is now at {standing}.")
    step = definition.steps[place.step]
    match command:
        case on.Complete():
            return _complete(definition, state, step, command)
        case on.Choose():
            return _offered(step, command.offer) or _reachable(definition, state, command.offer, command.inquiry, state.facts.get("persona"))
        case on.Snooze():
            return _snooze(place, command.until, now)
        case on.Skip() | on.Reassign():
            return None


def outcomes(step: Step) -> tuple[str, ...]:
    """What the human at this step may report."""
    match step:
        case VisitStep():
            return step.visit.outcomes
        case MedicalStep():
            return (ANSWERED, WITHDRAWN)
        case EscalateStep():
            return (HANDLED,)
        case _ if isinstance(step, SendStep):
            return (SENT,)
        case _:
            return ()


def _complete(definition: Definition, state: State, step: Step, command: on.Complete) -> Refused | None:
    if command.outcome not in outcomes(step):
        return Refused(code=Refusal.UNKNOWN_OUTCOME, detail=f"{command.outcome!r} is not an outcome of this step.", allowed=outcomes(step))
    if isinstance(step, VisitStep) and command.channel not in step.visit.channels:
        return Refused(code=Refusal.UNKNOWN_CHANNEL, detail="Say where the visit took place.", allowed=tuple(step.visit.channels))
    if isinstance(step, SendStep) and state.pauses and command.chosen is None:
        return Refused(code=Refusal.PAUSED, detail="The journey is paused: nothing is sent until the pause is lifted.")
    if command.chosen is not None:
        not_offered = _offered(step, command.chosen)
        if not_offered is not None:
            return not_offered
    to = command.chosen or path(step, command.outcome)
    return _reachable(definition, state, to, command.inquiry, command.persona or state.facts.get("persona"))


def _offered(step: Step, offer: str) -> Refused | None:
    offers: tuple[str, ...] = getattr(step, "offers", ())
    if offer in offers:
        return None
    return Refused(code=Refusal.NOT_OFFERED, detail=f"{offer!r} is not offered at this step.", allowed=offers)


def _reachable(definition: Definition, state: State, to: str | None, inquiry: str | None, persona: object) -> Refused | None:
    """A medical step needs the HCP's recorded question; another persona's strategy needs another persona."""
    step = definition.steps.get(to or "")
    if inquiry is None and state.inquiry is None and hands_over(definition.steps, to or ""):
        return Refused(
            code=Refusal.INQUIRY_REQUIRED, detail="Record the HCP's own question first, then complete with its id: medical follows up on nothing else."
        )
    if isinstance(step, ExitStep) and step.exit.continue_with is not None and persona == definition.persona:
        return Refused(
            code=Refusal.SAME_PERSONA, detail="The HCP has the persona of this very strategy: correct the persona, with a reason, to hand over to another's."
        )
    return None


def _snooze(place: at.AtTask, until: datetime, now: datetime) -> Refused | None:
    if until <= now:
        return Refused(code=Refusal.SNOOZE_IN_THE_PAST, detail="Put the task off to a time that is yet to come.")
    if place.snoozes >= SNOOZES:
        return Refused(code=Refusal.SNOOZED_TOO_OFTEN, detail=f"This task was put off {SNOOZES} times: do it, skip it with a reason, or reassign it.")
    return None


def _repair(definition: Definition, state: State, command: on.Retry | on.GoOn | on.MoveTo) -> Refused | None:
    """An operator acts on a passage at which a line stands, and not while its effect is under way."""
    place = state.at(command.passage)
    if place is None:
        return Refused(code=Refusal.NOT_STANDING_THERE, detail="No line of this journey stands there any more.")
    if isinstance(place, at.Sending | at.Passing):
        return Refused(code=Refusal.UNDER_WAY, detail="The step is being performed at this moment: look again when it is done.")
    match command:
        case on.Retry():
            return _triable(state, place)
        case on.GoOn():
            return _passable(place)
        case on.MoveTo():
            return _movable(definition, place, command.step) or _reachable(definition, state, command.step, at.inquiry_of(place), state.facts.get("persona"))


def _triable(state: State, place: at.Place) -> Refused | None:
    if not isinstance(place, at.Held):
        return Refused(code=Refusal.NOT_HELD, detail="Nothing is held there that could be tried again.")
    return Refused(code=Refusal.PAUSED, detail="The journey is paused: nothing is sent until the pause is lifted.") if state.pauses else None


def _passable(place: at.Place) -> Refused | None:
    match place:
        case at.Joining():
            return Refused(code=Refusal.UNDER_WAY, detail="Its lines are still being played: act on them.")
        case at.Ready():
            return Refused(code=Refusal.UNDER_WAY, detail="The step has not been entered yet: move the line to another step instead.")
        case _:
            return None


def _movable(definition: Definition, place: at.Place, step: str) -> Refused | None:
    if step not in definition.steps:
        return Refused(code=Refusal.UNKNOWN_STEP, detail=f"This version of the journey has no step {step!r}.", allowed=tuple(definition.steps))
    lines = scopes(definition).line_of
    if lines.get(step) != place.line:
        same = tuple(name for name, line in lines.items() if line == place.line)
        return Refused(code=Refusal.ANOTHER_LINE, detail=f"{step!r} is played on another line of the journey.", allowed=same)
    return None
