"""Rules on the channels by which a touch goes instead of its own."""

from collections.abc import Iterator

from journeys.definitions import Fate, SendStep
from journeys.linting.roads import blocked_of
from journeys.linting.subject import Subject
from journeys.loading import Remark
from journeys.reasons import Reason

_WHATEVER_THE_CHANNEL = (
    Reason.OBJECTED,
    Reason.SUPPRESSED,
    Reason.PAUSED,
    Reason.DROPPED,
    Reason.HELD_TOO_LONG,
    Reason.NO_MARKET_POLICY,
    Reason.STARTED_ALREADY,
)
"""What stops a touch by every channel."""


def fall_back(subject: Subject) -> Iterator[Remark]:
    """J122: who writes "fall_back" names the channels, and who names channels says when they are used; not for what stops a touch by every channel."""
    for step_id, step in subject.steps.items():
        back = [reason for reason, fate in blocked_of(step).items() if fate == Fate.FALL_BACK]
        others = step.sending.routes[1:] if isinstance(step, SendStep) else ()
        if back and not others:
            message = f'"{step_id}" falls back to another channel and names none'
            yield Remark(("steps", step_id, "blocked", back[0]), message, 'add "instead: [{channel: sms, content: …}]", or let it wait')
        elif others and not back:
            kind = next(key for key in ("email", "message") if hasattr(step, key))
            message = f'nothing says when "{step_id}" goes by another channel'
            yield Remark(("steps", step_id, kind, "instead"), message, 'add "blocked: {no_consent: fall_back}" or another reason', key=True)
        for reason in back if others else ():
            if reason in _WHATEVER_THE_CHANNEL:
                message = f'"{reason}" holds by every channel'
                yield Remark(("steps", step_id, "blocked", reason), message, 'choose "wait", "skip", "exit" or a step')
