"""How people behave in a rehearsal, as authors write it (behaviour.yaml): what they do, how often and how soon, by persona and by step.

These are assumptions to argue about, not measurements. They are written down so that a rehearsal can be repeated and its assumptions changed.
"""

from functools import cache
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from journeys.conditions import Value
from journeys.library import PACKAGED
from journeys.loading import Loaded, load, read
from journeys.loading.findings import Finding
from journeys.rehearsal.delays import Chance, Delay, Span, Weights
from journeys.rehearsal.mixture import Population
from journeys.shapes import Authored, Slug, StepId

PACKAGED_BEHAVIOUR = PACKAGED / "behaviour.yaml"
"""The behaviour that comes with Dirigent."""

PerWeek = Annotated[float, Field(ge=0, le=100)]
"""How often something happens in a week, on average."""


class Work(Authored):
    """How a task is done: left to fall overdue, skipped with a reason, or done in time. `uses`: how much of the time until it is due that
    takes, as a share: the least, the typical and the most."""

    undone: Chance
    skipped: Chance = 0.0
    uses: Span

    @model_validator(mode="after")
    def _rest(self) -> Self:
        if self.undone + self.skipped > 1:
            raise ValueError("what is undone and what is skipped come to more than all")
        return self


class Visits(Work):
    """A rep's visits. `otherwise`: the weight of an outcome that `outcomes` does not name."""

    outcomes: Weights
    otherwise: float = Field(1.0, ge=0)
    offers: Chance = 0.0
    """How often the rep takes an offer instead of the outcome's own path."""
    another_persona: Chance = 0.0
    """How often the rep meets another persona than the one on record."""


class Answers(Work):
    """Medical's hand-offs. `withdrawn`: how many of the questions done are taken back."""

    withdrawn: Chance


class Letters(Authored):
    """What becomes of what is sent. Clicks and replies are shares of those who open."""

    bounced: Chance
    opened: Chance
    clicked: Chance
    replied: Chance
    opens_after: Delay
    acts_after: Delay
    """From opening to clicking or replying."""


class Invitations(Authored):
    """What comes of an invitation. `attended` is a share of those who accept."""

    accepted: Chance
    declined: Chance
    attended: Chance
    answers_after: Delay

    @model_validator(mode="after")
    def _rest(self) -> Self:
        if self.accepted + self.declined > 1:
            raise ValueError("those who accept and those who decline come to more than all")
        return self


class Weekly(Authored):
    """What HCPs do of themselves, as a mean number of times a week."""

    consent_given: PerWeek
    consent_withdrawn: PerWeek
    objected: PerWeek


class AtStep(Authored):
    """What is different at one step."""

    undone: Chance | None = None
    uses: Span | None = None
    outcomes: Weights | None = None


class Habits(Authored):
    """The habits of a persona; a part that it does not have is everyone's."""

    visits: Visits | None = None
    sending: Work | None = None
    letters: Letters | None = None
    invitations: Invitations | None = None
    weekly: Weekly | None = None
    steps: dict[StepId, AtStep] = {}


class Everyone(Authored):
    """The habits of whoever has none of their own."""

    visits: Visits
    sending: Work
    """The e-mails that reps send."""
    medical: Answers
    escalations: Work
    letters: Letters
    invitations: Invitations
    weekly: Weekly
    steps: dict[StepId, AtStep] = {}


class Consequence(Authored):
    """What an outcome brings with it: a consent given at the meeting, a step up the adoption ladder, a fact that is known from then on."""

    consent: Slug | None = None
    """The channel to which the HCP consents."""
    stage_up: Chance = 0.0
    facts: dict[Slug, Value] = {}


class Happening(Authored):
    """An event of the outside that comes of itself. `key` is the field that is its key; `times` and `days` are fields that hold a point in time
    or a day to come, so long after the event; a fact that `facts` names takes the value of that field."""

    event: Slug
    per_week: PerWeek
    fields: dict[Slug, Annotated[tuple[Value, ...], Field(min_length=1)]] = {}
    key: Slug | None = None
    times: dict[Slug, Delay] = {}
    days: dict[Slug, Delay] = {}
    facts: dict[Slug, Slug] = {}
    then: "Sequel | None" = None


class Sequel(Authored):
    """An event with the same key and fields that follows some of the time."""

    event: Slug
    chance: Chance
    after: Delay


class Requests(Authored):
    """How other systems answer: not at all, with a failure, or with one of the step's answers (`answers` gives weights, else all are alike)."""

    failed: Chance
    unanswered: Chance
    after: Delay
    answers: Weights = {}

    @model_validator(mode="after")
    def _rest(self) -> Self:
        if self.failed + self.unanswered > 1:
            raise ValueError("failures and missing answers come to more than all")
        return self


class Capacity(Authored):
    """What one person can do in a week, in tasks."""

    rep: Annotated[int, Field(ge=1)]
    msl: Annotated[int, Field(ge=1)]


class Behaviour(Authored):
    """The whole file."""

    intake_days: int = Field(ge=1, le=260)
    """Over how many working days the HCPs are entered."""
    proposals_accepted: Chance
    """How many of the stages and personas that journeys propose are accepted."""
    capacity: Capacity
    everyone: Everyone
    personas: dict[Slug, Habits] = {}
    outcomes: dict[Slug, Consequence] = {}
    requests: Requests
    happenings: tuple[Happening, ...] = ()
    population: Population


Happening.model_rebuild()


def load_behaviour(text: str, *, name: str) -> Loaded[Behaviour]:
    """Read a behaviour from its text; what is wrong with it is in the findings."""
    return load(text, name=name, model=Behaviour)


def read_behaviour(path: Path) -> Loaded[Behaviour]:
    """Read a behaviour's file."""
    return read(path, model=Behaviour)


class BehaviourError(Exception):
    """The packaged behaviour cannot be used. `findings` say where and why."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__(f"the packaged behaviour cannot be used; first: {findings[0]}")
        self.findings = findings


@cache
def packaged_behaviour() -> Behaviour:
    """The behaviour that is used where none is given."""
    loaded = read_behaviour(PACKAGED_BEHAVIOUR)
    if loaded.value is None:
        raise BehaviourError(loaded.findings)
    return loaded.value
