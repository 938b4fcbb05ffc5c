"""Safety cases: what may be reported, and when, until somebody of drug safety has acknowledged a case, it is sent, repeated and escalated. Pure: the
deadline and its steps are data of the market."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal, Self

from pydantic import Field, model_validator

from journeys.durations import Duration, Length, Unit
from journeys.shapes import Authored, Instant, Stored


class SafetyKind(StrEnum):
    """What a report tells of. Beside adverse events the situations that drug safety asks to hear of even where nobody came to harm."""

    ADVERSE_EVENT = "adverse_event"
    PRODUCT_COMPLAINT = "product_complaint"
    PREGNANCY = "pregnancy"
    """Or breastfeeding: exposure to the product."""
    OFF_LABEL_USE = "off_label_use"
    MEDICATION_ERROR = "medication_error"
    OVERDOSE = "overdose"
    MISUSE = "misuse"
    """Or abuse, or dependence."""
    LACK_OF_EFFECT = "lack_of_effect"
    INTERACTION = "interaction"
    OCCUPATIONAL_EXPOSURE = "occupational_exposure"
    OTHER = "other"


Told = Literal["safety", "medical", "compliance"]
"""A role that is told when a case waits too long."""


class Escalation(Authored):
    """Whom to tell, so long before the deadline; where no time is named, at the deadline itself."""

    before: Duration | None = None
    to: tuple[Told, ...] = Field(min_length=1)


class SafetyPolicy(Authored):
    """How long a market gives a case until drug safety has acknowledged it, and what happens meanwhile.

    The clock starts on day 0, when *any* employee learnt of it. 24 hours is usual company practice ("24 h or one business day to drug safety"), not a quoted
    law: Dir. 2001/83 Art. 93 has representatives report, and names no hours.
    """

    deadline: Duration = Length(24, Unit.HOUR)
    remind: Duration = Length(4, Unit.HOUR)
    """The safety inbox is written to again so often, until the case is acknowledged."""
    escalate: tuple[Escalation, ...] = (
        Escalation(before=Length(8, Unit.HOUR), to=("safety", "medical")),
        Escalation(to=("safety", "medical", "compliance")),
    )

    @model_validator(mode="after")
    def _elapsed(self) -> Self:
        """A reminder is counted in hours as they pass, so that nights and holidays hold nothing up."""
        counted = (self.remind, *(step.before for step in self.escalate if step.before is not None))
        if any(length.unit not in {Unit.MINUTE, Unit.HOUR} for length in counted):
            raise ValueError("reminders and escalations are counted in minutes or hours")
        if not any(step.before is None for step in self.escalate):
            raise ValueError("somebody is told at the deadline: one escalation names no `before`")
        return self


STRICT = SafetyPolicy()
"""Of a report about nobody in particular, and of a market without a policy: silence is never the answer."""


class Sending(Stored):
    """How far a case has come on its way to the safety inbox. `failures` counts the attempts since the last one that was taken; `tried_at` is the last."""

    sent_at: Instant | None = None
    tried_at: Instant | None = None
    failures: int = 0


FIRST_REST, LONGEST_REST = timedelta(seconds=5), timedelta(minutes=15)
"""In real time: how long an attempt that failed rests before the next, twice as long each time, between these two."""


def rest_after(failures: int) -> timedelta:
    """How long to rest, in real time, after so many attempts that failed in a row. It is never given up."""
    return min(LONGEST_REST, FIRST_REST * 2 ** min(failures - 1, 16))


def elapsed(length: Length) -> timedelta:
    """Minutes and hours as a span of time."""
    return length.roughly


def send_at(sending: Sending, policy: SafetyPolicy, *, received: datetime) -> datetime:
    """When the inbox is to be written to next: at once, or when a reminder is due. Attempts that failed are the sender's to space."""
    return received if sending.sent_at is None else sending.sent_at + elapsed(policy.remind)


def escalations(policy: SafetyPolicy, due: datetime) -> tuple[tuple[str, datetime, tuple[Told, ...]], ...]:
    """Each step with its name, its time and whom it tells, the first one first."""
    found = ((_name(step), due - elapsed(step.before) if step.before is not None else due, step.to) for step in policy.escalate)
    return tuple(sorted(found, key=lambda step: step[1]))


def _name(step: Escalation) -> str:
    return "overdue" if step.before is None else f"due_in_{str(step.before).replace(' ', '_')}"
