"""The grammar of an engagement strategy: what an author may write, as frozen models. Whether it makes sense is the linter's question."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Discriminator, Field, PlainSerializer, Tag, WithJsonSchema, model_validator

from journeys.conditions import Condition, named_facts
from journeys.durations import Duration, Length, Unit
from journeys.shapes import Authored, Market, Slug, StepId

OVERDUE, SKIPPED, OTHERWISE, TIMEOUT, SENT = "overdue", "skipped", "otherwise", "timeout", "sent"
ANSWERED, WITHDRAWN = "answered", "withdrawn"


class Purpose(StrEnum):
    PROMOTIONAL = "promotional"
    MEDICAL_RESPONSE = "medical_response"
    TRANSACTIONAL = "transactional"
    SAFETY = "safety"


class Fate(StrEnum):
    """What a blocked touch may do instead of naming a step: hold and try again, go on as if sent, or leave the journey."""

    WAIT = "wait"
    SKIP = "skip"
    EXIT = "exit"


class Heard(StrEnum):
    """What can be heard of a touch that was sent."""

    DELIVERED = "delivered"
    OPENED = "opened"
    CLICKED = "clicked"
    REPLIED = "replied"
    BOUNCED = "bounced"


@dataclass(frozen=True, order=True)
class ContentRef:
    """One version of one piece of approved content, written `hf-dialogue@2`."""

    id: str
    version: int

    def __str__(self) -> str:
        return f"{self.id}@{self.version}"

    @classmethod
    def parse(cls, written: Any) -> "ContentRef":
        if isinstance(written, ContentRef):
            return written
        name, at, version = written.partition("@") if isinstance(written, str) else ("", "", "")
        if not (at and name and version.isdecimal() and int(version) > 0):
            raise ValueError('content is named with its version, such as "hf-dialogue@2"')
        return cls(name, int(version))


Content = Annotated[
    ContentRef,
    BeforeValidator(ContentRef.parse),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^[a-z][a-z0-9-]*@[1-9][0-9]*$"}),
]


def _paths(written: Any) -> Any:
    return {OTHERWISE: written} if isinstance(written, str) else written


Paths = Annotated[dict[Slug, StepId], BeforeValidator(_paths, json_schema_input_type=StepId | dict[Slug, StepId])]
"""Where each way out of a step leads. A single step id means: every way out leads there."""


class Meeting(Authored):
    """What one channel of a visit uses. Material made for the room does not carry over to a screen."""

    materials: tuple[Content, ...] = ()
    message: str | None = Field(None, max_length=500)


class Visit(Authored):
    by: Literal["rep"] = "rep"
    due: Duration
    face_to_face: Meeting | None = None
    remote: Meeting | None = None
    phone: Meeting | None = None
    outcomes: tuple[Slug, ...] = Field(min_length=1)

    @property
    def channels(self) -> dict[str, Meeting]:
        every = {"face_to_face": self.face_to_face, "remote": self.remote, "phone": self.phone}
        return {channel: meeting for channel, meeting in every.items() if meeting is not None}

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if not self.channels:
            raise ValueError("a visit takes place somewhere: give face_to_face, remote or phone")
        return self


class Email(Authored):
    content: Content
    sent_by: Literal["rep", "automatic"] = "automatic"
    to: Literal["hcp", "nurse"] = "hcp"
    due: Duration | None = None
    hold_up_to: Duration = Length(14, Unit.DAY)

    @model_validator(mode="after")
    def _due_for_rep(self) -> Self:
        if (self.sent_by == "rep") != (self.due is not None):
            raise ValueError("an e-mail sent by the rep says when it is due; an automatic one has no due")
        return self


class Medical(Authored):
    needs: Literal["inquiry"] | None = None
    due: Duration


class Wait(Authored):
    for_: tuple[Heard, ...] = Field((), alias="for")
    of: StepId | None = None
    up_to: Duration | None = None
    time: Duration | None = None

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if (self.time is None) == (not self.for_):
            raise ValueError("a wait is either for events (for, up_to) or for a length of time (time)")
        if self.time is not None and (self.up_to is not None or self.of is not None):
            raise ValueError("a wait for a length of time has only `time`")
        return self


class Case(Authored):
    when: Condition
    next: StepId


class Exit(Authored):
    reason: Slug
    continue_with: Literal["persona_strategy"] | None = None


class _Step(Authored):
    title: str | None = Field(None, max_length=120)
    why: str | None = Field(None, max_length=500)


class VisitStep(_Step):
    visit: Visit
    next: Paths
    offers: tuple[StepId, ...] = ()

    @property
    def ways(self) -> tuple[str, ...]:
        return (*self.visit.outcomes, OVERDUE)


class EmailStep(_Step):
    email: Email
    next: Paths
    blocked: dict[Slug, StepId] = {}
    offers: tuple[StepId, ...] = ()

    @property
    def ways(self) -> tuple[str, ...]:
        return (SENT, OVERDUE) if self.email.sent_by == "rep" else (SENT,)


class MedicalStep(_Step):
    medical: Medical
    next: Paths
    blocked: dict[Slug, StepId] = {}
    offers: tuple[StepId, ...] = ()

    @property
    def ways(self) -> tuple[str, ...]:
        return (ANSWERED, WITHDRAWN, OVERDUE)


class WaitStep(_Step):
    wait: Wait
    next: Paths

    @property
    def ways(self) -> tuple[str, ...]:
        return (*self.wait.for_, TIMEOUT)


class BranchStep(_Step):
    branch: tuple[Case, ...] = Field(min_length=1)
    next: StepId

    @property
    def ways(self) -> tuple[str, ...]:
        return (OTHERWISE,)


class ExitStep(_Step):
    exit: Exit

    @property
    def ways(self) -> tuple[str, ...]:
        return ()


_KINDS: dict[str, type[_Step]] = {"visit": VisitStep, "email": EmailStep, "medical": MedicalStep, "wait": WaitStep, "branch": BranchStep, "exit": ExitStep}
_KIND_OF = {model: kind for kind, model in _KINDS.items()}


def kind_of(step: Any) -> str | None:
    """The kind key of a step as written or as read: visit, email, medical, wait, branch, exit; None where there is none."""
    if isinstance(step, Mapping):
        return next((kind for kind in _KINDS if kind in step), None)
    return _KIND_OF.get(type(step))


HumanStep = VisitStep | EmailStep | MedicalStep
Step = Annotated[
    Annotated[VisitStep, Tag("visit")]
    | Annotated[EmailStep, Tag("email")]
    | Annotated[MedicalStep, Tag("medical")]
    | Annotated[WaitStep, Tag("wait")]
    | Annotated[BranchStep, Tag("branch")]
    | Annotated[ExitStep, Tag("exit")],
    Discriminator(
        kind_of,
        custom_error_type="step_kind",
        custom_error_message=f"a step has one kind: {', '.join(_KINDS)}",
    ),
]


class Entry(Authored):
    when: Condition
    again: Literal["never"] | Annotated[Duration, Field()] = "never"


class Definition(Authored):
    """One version of one engagement strategy. Immutable once published; its digest names it."""

    journey: StepId
    version: int = Field(ge=1)
    title: str = Field(max_length=120)
    persona: Slug
    markets: tuple[Market, ...] = Field(min_length=1)
    product: Slug
    purpose: Purpose
    priority: int = Field(ge=0, le=100)
    entry: Entry
    goal: Condition | None = None
    exit_when: Condition | None = None
    start: StepId | None = None
    steps: dict[StepId, Step] = Field(min_length=1)

    @property
    def first(self) -> str:
        """The step at which a run begins: `start`, else the first one written."""
        return self.start or next(iter(self.steps))

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts that this journey's conditions name, sorted: all that its runs need to know."""
        named = {*named_facts(self.entry.when), *named_facts(self.goal), *named_facts(self.exit_when), "persona"}
        for step in self.steps.values():
            if isinstance(step, BranchStep):
                named.update(fact for case in step.branch for fact in named_facts(case.when))
        return tuple(sorted(named))

    @property
    def digest(self) -> str:
        """SHA-256 over the canonical JSON, in hexadecimal: the same meaning gives the same digest, whatever the layout of the file."""
        body = self.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        return hashlib.sha256(json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()


def targets(step: Step) -> Iterator[tuple[str, str]]:
    """Every (way, step id) that leads out of a step, offers and blocked paths included; words such as `wait` are left out."""
    match step:
        case ExitStep():
            return
        case BranchStep():
            yield from ((f"branch.{index}", case.next) for index, case in enumerate(step.branch))
            yield OTHERWISE, step.next
        case WaitStep():
            yield from step.next.items()
        case VisitStep() | EmailStep() | MedicalStep():
            yield from step.next.items()
            yield from (("offer", offer) for offer in step.offers)
            if not isinstance(step, VisitStep):
                yield from ((f"blocked.{reason}", to) for reason, to in step.blocked.items() if to not in set(Fate))
