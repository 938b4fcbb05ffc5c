"""What an author says of the steps that lead the way: branch, split, parallel, a sub-journey, a request to another system, an exit, and what the house does."""

from typing import Literal, Self

from pydantic import Field, model_validator

from journeys.conditions import Condition
from journeys.durations import Duration
from journeys.shapes import Authored, Slug, StepId


class Case(Authored):
    when: Condition
    next: StepId


class Split(Authored):
    """Arms by weight. The draw is a stable hash of enrolment and step: the same run always falls into the same arm. Whoever falls into an arm
    called `hold_out` is let go, for comparison."""

    arms: dict[Slug, int] = Field(min_length=2)

    @model_validator(mode="after")
    def _weighted(self) -> Self:
        if any(weight < 0 for weight in self.arms.values()) or sum(self.arms.values()) <= 0:
            raise ValueError("the weights of the arms are whole numbers from 0 on, and not all 0")
        return self


class Parallel(Authored):
    """Lines that are played side by side, each from its first step until it comes to `join`."""

    branches: dict[Slug, StepId] = Field(min_length=2)
    join: Literal["all", "any"] = "all"
    """`any`: the first line that joins goes on, and the others are cancelled."""


class SubJourney(Authored):
    """Another journey for the same HCP, entered by its own rules."""

    start: StepId
    awaited: bool = True
    up_to: Duration | None = None

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if self.awaited != (self.up_to is not None):
            raise ValueError("a journey that is awaited says for how long (up_to); one that is not awaited has no up_to")
        return self


class Update(Authored):
    """What the journey has learnt of the HCP. Stage and persona are proposed, and a human decides; medical facts are out of reach."""

    add_tags: tuple[Slug, ...] = ()
    remove_tags: tuple[Slug, ...] = ()
    channel_preference: Literal["face_to_face", "remote", "phone", "email"] | None = None
    propose_stage: Literal["unaware", "aware", "trial", "user", "advocate"] | None = None
    propose_persona: Slug | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not any(value for _, value in self):
            raise ValueError("an update changes something: give add_tags, remove_tags, channel_preference, propose_stage or propose_persona")
        return self


class Notify(Authored):
    """A line for a colleague, to be read, with nothing to be done."""

    whom: Literal["conductor", "sales", "marketing", "medical"]
    message: str = Field(min_length=1, max_length=500)


class Request(Authored):
    """A signed call to another system, by the name under which the installation knows it; its answer is one of `answers`."""

    to: Slug
    facts: tuple[str, ...] = ()
    answers: tuple[Slug, ...] = Field(min_length=1)
    up_to: Duration


class Exit(Authored):
    reason: Slug
    continue_with: Literal["persona_strategy"] | None = None
