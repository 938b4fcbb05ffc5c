"""How a run sends: it puts a touch before the gate, or before the rep who sends it, follows `blocked` where the gate says no, holds, and tries again."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from journeys import state as at
from journeys.commands import Deliver, TaskKind, What
from journeys.conducting import marks, steps
from journeys.definitions import (
    MISSING,
    NO_ANSWER,
    SENT,
    TOO_LATE,
    WITHDRAWN,
    EmailStep,
    Fate,
    InviteStep,
    MedicalStep,
    MessageStep,
    Purpose,
    SendStep,
    Step,
)
from journeys.reasons import FALLS_UNDER, Reason
from journeys.state import EndKind, Place, settled

if TYPE_CHECKING:
    from datetime import datetime

    from journeys.conducting.moves import Move
    from journeys.definitions import ContentRef

_KINDS: dict[type[SendStep], TaskKind] = {EmailStep: "email", MessageStep: "message", InviteStep: "invite"}

LOOK_AGAIN = timedelta(days=1)
"""How long a touch that was refused, and whose step says wait, rests before the gate is asked again without an event."""


def offer(move: Move, here: Place, step: SendStep) -> None:
    """Enter a step that sends: the rep's task where the rep sends it, else the gate."""
    if here.late:
        block(move, Reason.DROPPED)
    elif step.sending.due is None or withdrawn(move, step):
        deliver(move)
    else:
        steps.open_task(move, here, _KINDS[type(step)], step.sending.due)


def invite(move: Move, here: Place, step: InviteStep) -> None:
    """Enter an invitation: when what it invites to begins must be known, and be still to come."""
    fact = step.invite.starts.fact
    if fact is not None and isinstance(here, at.Ready):
        steps.ask_facts(move, here, (fact,))
        return
    starts = marks.resolve(move.state, step.invite.starts)
    if starts is None:
        move.leave(MISSING)
    elif starts <= move.now:
        move.leave(TOO_LATE)
    else:
        offer(move, here, step)


def deliver(move: Move, *, by: str | None = None) -> None:
    """Put the touch of the current step before the gate."""
    place, step = move.place, move.step
    if place is None or not isinstance(step, SendStep):
        return
    calendar = move.state.calendar
    give_up = place.give_up if isinstance(place, at.Held | at.Sending) else calendar.after(move.now, step.sending.hold_up_to)
    # From here on something may be heard of this touch, perhaps before its own result is known.
    move.park(settled(at.Sending, place, late=move.late, give_up=give_up, by=by))
    move.keep(heard={**move.state.heard, place.key: move.state.heard.get(place.key, ())})
    starts = marks.resolve(move.state, step.invite.starts) if isinstance(step, InviteStep) else None
    if isinstance(step, InviteStep) and (starts is None or starts <= move.now):
        move.leave(TOO_LATE, because=Reason.STARTED_ALREADY)
    elif withdrawn(move, step):
        block(move, Reason.CONSENT_WITHDRAWN)
    elif move.state.pauses:
        block(move, Reason.PAUSED, until=move.now + LOOK_AGAIN)
    else:
        ends = calendar.after(starts, step.invite.lasts) if isinstance(step, InviteStep) and starts is not None else None
        told = step.sending
        move.ask(Deliver.model_construct(key=place.key, step=place.step, channel=told.on, content=told.content, to=told.to, by=by, starts=starts, ends=ends))


def sent(move: Move, key: str, result: str, *, channel: str | None = None) -> None:
    """The touch has gone out, or may have: the line goes on, or waits for the answer to its invitation."""
    place, step = move.place, move.step
    move.keep(latest={**move.state.latest, move.line: key})
    move.note(What.SENT, to=result, channel=channel)
    if isinstance(place, at.Sending) and place.by is not None and not move.as_first:
        move.learn(outcomes={place.step: SENT})  # released is not sent: the gate comes in between
    if move.state.ended is not None:
        return
    if place is not None and isinstance(step, InviteStep):
        starts = marks.resolve(move.state, step.invite.starts) or move.now
        until = min(move.state.calendar.after(move.now, step.invite.answer_by), max(starts, move.now))
        move.park(settled(at.Waiting, place, until=until, touch=key, stage="answer"))
    else:
        move.leave(SENT)


def block(move: Move, reason: Reason, *, until: datetime | None = None) -> None:
    """A touch may not go out: follow the step's `blocked` path for the reason, or hold the touch.

    `until` is when a deferral ends by itself; a refusal has none and is put to the gate again after `LOOK_AGAIN`.
    """
    place, step = move.place, move.step
    if place is None or step is None:
        return
    give_up = place.give_up if isinstance(place, at.Sending | at.Held) else move.now
    fate = fate_of(step, reason, deferred=until is not None)
    if fate == Fate.FALL_BACK:
        if _fall_back(move, place, step, reason):
            return
        fate = Fate.WAIT
    if fate == Fate.WAIT and move.now < give_up:
        _hold(move, place, reason, until or move.now + LOOK_AGAIN, give_up)
        return
    if fate == Fate.WAIT:
        reason = Reason.HELD_TOO_LONG
        fate = fate_of(step, reason, deferred=False)
    move.note(What.BLOCKED, reason=reason, to=fate)
    _forget_latest(move)
    _suffer(move, step, fate, reason)


def try_again(move: Move) -> None:
    """Put a held touch before the gate again; one that no rep has sent yet becomes the rep's task again, as a new passage."""
    place, step = move.place, move.step
    if not isinstance(place, at.Held) or not isinstance(step, SendStep):
        return
    if move.late:
        block(move, Reason.DROPPED)
    elif move.now >= place.give_up:
        move.park(settled(at.Sending, place, give_up=place.give_up, by=place.by))
        block(move, Reason.HELD_TOO_LONG)
    elif move.asked:
        move.park(place.model_copy(update={"retry": move.now}))  # another line's effect comes first: the alarm rings at once
    elif step.sending.sent_by == "rep" and place.by is None and not withdrawn(move, step):
        move.go(place.step, way="again", again=True)
    else:
        deliver(move, by=place.by)


def leave_out(move: Move, reason: str, *, by: str) -> None:
    """Go on without the touch that the line in play holds, as if it had been sent and nothing had come of it."""
    step = move.step
    if step is not None:
        _forget_latest(move)
        move.leave(_as_if(step), because=reason, by=by)


def take_back(move: Move, channel: str) -> None:
    """When the HCP withdraws a channel, what a rep has yet to send by it is taken back, and what is held leaves by its `blocked` path."""
    place, step = move.place, move.step
    if isinstance(place, at.Held):
        try_again(move)
    elif isinstance(place, at.AtTask) and isinstance(step, SendStep) and channel in {route.channel for route in step.sending.routes} and withdrawn(move, step):
        move.close_task("cancelled", reason=Reason.CONSENT_WITHDRAWN)
        deliver(move)


def recall(move: Move, content: ContentRef) -> None:
    """A version of content was withdrawn: what is held with it is put before the gate once more, and what a rep has yet to send with it is taken back. It
    leaves by its `blocked` path or is held; a rep is not offered it again, for only another version could go out."""
    place, step = move.place, move.step
    if not isinstance(step, SendStep) or content not in [route.content for route in step.sending.routes]:
        return
    if isinstance(place, at.Held) and (step.sending.sent_by == "automatic" or place.by is not None):
        try_again(move)
    elif isinstance(place, at.Held | at.AtTask) and content == step.sending.content:
        give_up = place.give_up if isinstance(place, at.Held) else move.state.calendar.after(move.now, step.sending.hold_up_to)
        move.close_task("cancelled", reason=Reason.CONTENT_NOT_APPROVED)
        move.park(settled(at.Sending, place, late=place.late, give_up=give_up))
        if fate_of(step, Reason.CONTENT_NOT_APPROVED, deferred=False) == Fate.WAIT:
            _hold(move, move.state.on(place.line) or place, Reason.CONTENT_NOT_APPROVED, give_up, give_up)
        else:
            block(move, Reason.CONTENT_NOT_APPROVED)


def withdrawn(move: Move, step: SendStep) -> bool:
    """Whether the HCP withdrew the step's channel, as far as this run was told, and every other to which it falls back then. A colleague's consent is
    the gate's question alone."""
    if move.definition.purpose is not Purpose.PROMOTIONAL or step.sending.to != "hcp":
        return False
    falls_back = fate_of(step, Reason.CONSENT_WITHDRAWN, deferred=False) == Fate.FALL_BACK
    routes = step.sending.routes if falls_back else step.sending.routes[:1]
    return all(route.channel in move.state.withdrawn for route in routes)


def fate_of(step: Step, reason: Reason, *, deferred: bool) -> str:
    """What `blocked` says of a reason: its own entry, the wider reason's, then `otherwise`; where it is silent, the touch waits.

    A deferral ends by itself, so it waits unless its own reason is named. What was held too long, what a pause let lapse, and a
    hand-off without a question, cannot wait any more: they are skipped unless `blocked` names a step or `exit`.
    """
    said: dict[str, str] = getattr(step, "blocked", {})
    if deferred:
        return said.get(reason, Fate.WAIT)
    spent = reason in (Reason.HELD_TOO_LONG, Reason.DROPPED)
    wider = None if spent else said.get(FALLS_UNDER.get(reason, reason)) or said.get("otherwise")
    fate = said.get(reason) or wider or Fate.WAIT
    return Fate.SKIP if fate in (Fate.WAIT, Fate.FALL_BACK) and (spent or isinstance(step, MedicalStep)) else fate


def _fall_back(move: Move, place: Place, step: Step, reason: Reason) -> bool:
    """Put the touch before the gate by the channels that its step names instead, once for each time that its own is refused. What a rep sends goes
    by another channel only when the rep has let it go; what is paused goes by none."""
    if not isinstance(place, at.Sending) or not isinstance(step, SendStep) or place.fallen_back or move.state.pauses:
        return False
    routes, released = step.sending.routes[1:], step.sending.sent_by == "automatic" or place.by is not None
    if not routes or not released or withdrawn(move, step):
        return False
    move.note(What.BLOCKED, reason=reason, to=Fate.FALL_BACK)
    move.park(place.model_copy(update={"fallen_back": True}))
    first, *others = routes
    move.ask(
        Deliver.model_construct(
            key=place.key, step=place.step, channel=first.channel, content=first.content, to=step.sending.to, by=place.by, instead=tuple(others)
        )
    )
    return True


def _hold(move: Move, place: Place, reason: Reason, retry: datetime, give_up: datetime) -> None:
    by = place.by if isinstance(place, at.Sending | at.Held) else None
    retry = max(retry, move.now)
    move.park(settled(at.Held, place, reason=reason, retry=retry, give_up=give_up, by=by))
    move.note(What.HELD, reason=reason, until=retry)


def _suffer(move: Move, step: Step, fate: str, reason: Reason) -> None:
    if fate == Fate.EXIT:
        move.end(EndKind.BLOCKED, reason)
    elif fate != Fate.SKIP:
        move.go(fate, way="blocked", because=reason)
    else:
        move.leave(_as_if(step), because=reason)


def _forget_latest(move: Move) -> None:
    """Nothing went out here, so that nothing is to be heard of it."""
    move.keep(latest={line: touch for line, touch in move.state.latest.items() if line != move.line})


def _as_if(step: Step) -> str:
    """The way of a step whose touch was skipped: as if it had been done and nothing had come of it."""
    match step:
        case MedicalStep():
            return WITHDRAWN
        case InviteStep():
            return NO_ANSWER
        case _:
            return SENT
