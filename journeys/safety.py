"""Safety cases: what may be reported, and when a case is told again and escalated until drug safety has acknowledged it. The deadline and its steps are
data of the market."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal, NamedTuple, Self

from pydantic import Field, model_validator

from journeys.durations import Duration, Length, Unit
from journeys.shapes import Authored


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


FIRST_REST, LONGEST_REST = timedelta(seconds=5), timedelta(minutes=15)
"""In real time: how long an attempt that failed rests before the next, twice as long each time, between these two."""


def rest_after(failures: int) -> timedelta:
    """How long to rest, in real time, after so many attempts that failed in a row. It is never given up."""
    return min(LONGEST_REST, FIRST_REST * float(2 ** min(failures - 1, 16)))


class Step(NamedTuple):
    """One step of the escalation of a case: its name, when it is due, and whom it tells."""

    name: str
    at: datetime
    to: tuple[Told, ...]


def escalation(policy: SafetyPolicy, due: datetime) -> tuple[Step, ...]:
    """The steps for a case that is due then, the first one first."""
    found = (Step(_name(step), due - step.before.roughly if step.before is not None else due, step.to) for step in policy.escalate)
    return tuple(sorted(found, key=lambda step: step.at))


def steps_between(policy: SafetyPolicy, due: datetime, *, done: datetime | None, at: datetime) -> tuple[Step, ...]:
    """The steps that are due at `at` and were not yet at `done`, when somebody looked last."""
    return tuple(step for step in escalation(policy, due) if step.at <= at and (done is None or step.at > done))


def remind_at(policy: SafetyPolicy, sent: datetime | None) -> datetime | None:
    """When the safety inbox is written to again; None where it has not been written to, which is due at once."""
    return sent + policy.remind.roughly if sent is not None else None


def next_at(policy: SafetyPolicy, due: datetime, *, sent: datetime | None, at: datetime) -> datetime | None:
    """When something is due next after `at`."""
    ahead = [step.at for step in escalation(policy, due) if step.at > at]
    reminder = remind_at(policy, sent)
    return min([*ahead, reminder] if reminder is not None else ahead, default=None)


def _name(step: Escalation) -> str:
    return "overdue" if step.before is None else f"due_in_{str(step.before).replace(' ', '_')}"
