"""The kinds of step: each with one key that names the kind, and the ways that lead out of it."""

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import Discriminator, Field, Tag

from journeys.definitions import words
from journeys.definitions.flow import Case, Exit, Notify, Parallel, Request, Split, SubJourney, Update
from journeys.definitions.human import Escalate, Medical, Visit
from journeys.definitions.sending import Email, Invite, Message, Sending
from journeys.definitions.waiting import Wait
from journeys.definitions.words import JOIN, OTHERWISE, Fate, Fated, Paths
from journeys.shapes import Authored, Slug, StepId


class _Step(Authored):
    title: str | None = Field(None, max_length=120)
    why: str | None = Field(None, max_length=500)


class _Going(_Step):
    """A step with ways out. One that was entered `at_most` times already is left at once, by the way `exhausted`."""

    at_most: int | None = Field(None, ge=1, le=1000)
    next: Paths

    @property
    def ways(self) -> tuple[str, ...]:
        """Every way out that `next` may name, `otherwise` apart."""
        return (*self._own_ways, *([words.EXHAUSTED] if self.at_most is not None else []))

    @property
    def _own_ways(self) -> tuple[str, ...]:
        return (words.DONE,)


class VisitStep(_Going):
    visit: Visit
    offers: tuple[StepId, ...] = ()

    @property
    def _own_ways(self) -> tuple[str, ...]:
        return (*self.visit.outcomes, words.OVERDUE)


class _SendingStep(_Going):
    blocked: dict[Slug, Fated] = {}
    offers: tuple[StepId, ...] = ()

    @property
    @abstractmethod
    def sending(self) -> Sending:
        """What is sent, whatever the kind of step."""

    @property
    def _own_ways(self) -> tuple[str, ...]:
        return (words.SENT, words.OVERDUE) if self.sending.sent_by == "rep" else (words.SENT,)


class EmailStep(_SendingStep):
    email: Email

    @property
    def sending(self) -> Sending:
        return self.email


class MessageStep(_SendingStep):
    message: Message

    @property
    def sending(self) -> Sending:
        return self.message


class InviteStep(_SendingStep):
    invite: Invite

    @property
    def sending(self) -> Sending:
        return self.invite

    @property
    def _own_ways(self) -> tuple[str, ...]:
        told = (words.ATTENDED, words.MISSED, words.NOT_RECORDED, words.DECLINED, words.NO_ANSWER, words.TOO_LATE, words.CALLED_OFF, words.MISSING)
        return (*told, words.OVERDUE) if self.invite.sent_by == "rep" else told


class MedicalStep(_Going):
    medical: Medical
    blocked: dict[Slug, Fated] = {}
    offers: tuple[StepId, ...] = ()

    @property
    def _own_ways(self) -> tuple[str, ...]:
        return (words.ANSWERED, words.WITHDRAWN, words.OVERDUE)


class EscalateStep(_Going):
    escalate: Escalate

    @property
    def _own_ways(self) -> tuple[str, ...]:
        return (words.HANDLED, words.OVERDUE)


class WaitStep(_Going):
    wait: Wait

    @property
    def _own_ways(self) -> tuple[str, ...]:
        return self.wait.ways


class BranchStep(_Step):
    at_most: int | None = Field(None, ge=1, le=1000)
    branch: tuple[Case, ...] = Field(min_length=1)
    next: StepId

    @property
    def ways(self) -> tuple[str, ...]:
        return (OTHERWISE,)


class SplitStep(_Going):
    split: Split

    @property
    def _own_ways(self) -> tuple[str, ...]:
        return tuple(self.split.arms)


class ParallelStep(_Going):
    parallel: Parallel

    @property
    def _own_ways(self) -> tuple[str, ...]:
        return (words.JOINED,)


class JourneyStep(_Going):
    journey: SubJourney

    @property
    def _own_ways(self) -> tuple[str, ...]:
        if not self.journey.awaited:
            return (words.STARTED, words.NOT_STARTED)
        return (words.FINISHED, words.GOAL, words.ENDED, words.NOT_STARTED, words.TIMEOUT)


class UpdateStep(_Going):
    update: Update


class NotifyStep(_Going):
    notify: Notify


class RequestStep(_Going):
    request: Request

    @property
    def _own_ways(self) -> tuple[str, ...]:
        return (*self.request.answers, words.FAILED, words.TIMEOUT)


class ExitStep(_Step):
    exit: Exit

    @property
    def ways(self) -> tuple[str, ...]:
        return ()


KINDS: dict[str, type[_Step]] = {
    "visit": VisitStep,
    "email": EmailStep,
    "message": MessageStep,
    "invite": InviteStep,
    "medical": MedicalStep,
    "escalate": EscalateStep,
    "wait": WaitStep,
    "branch": BranchStep,
    "split": SplitStep,
    "parallel": ParallelStep,
    "journey": JourneyStep,
    "update": UpdateStep,
    "notify": NotifyStep,
    "request": RequestStep,
    "exit": ExitStep,
}
_KIND_OF = {model: kind for kind, model in KINDS.items()}


def kind_of(step: Any) -> str | None:
    """The kind key of a step as written or as read, such as visit or email; None where there is none."""
    if isinstance(step, Mapping):
        return next((kind for kind in KINDS if kind in step), None)
    return _KIND_OF.get(type(step))


SendStep = EmailStep | MessageStep | InviteStep
"""The steps that send something."""

HumanStep = VisitStep | SendStep | MedicalStep | EscalateStep
"""The steps at which a human may have a task."""

Step = Annotated[
    Annotated[VisitStep, Tag("visit")]
    | Annotated[EmailStep, Tag("email")]
    | Annotated[MessageStep, Tag("message")]
    | Annotated[InviteStep, Tag("invite")]
    | Annotated[MedicalStep, Tag("medical")]
    | Annotated[EscalateStep, Tag("escalate")]
    | Annotated[WaitStep, Tag("wait")]
    | Annotated[BranchStep, Tag("branch")]
    | Annotated[SplitStep, Tag("split")]
    | Annotated[ParallelStep, Tag("parallel")]
    | Annotated[JourneyStep, Tag("journey")]
    | Annotated[UpdateStep, Tag("update")]
    | Annotated[NotifyStep, Tag("notify")]
    | Annotated[RequestStep, Tag("request")]
    | Annotated[ExitStep, Tag("exit")],
    Discriminator(
        kind_of,
        custom_error_type="step_kind",
        custom_error_message=f"a step has one kind: {', '.join(KINDS)}",
    ),
]


def targets(step: Step) -> Iterator[tuple[str, str]]:
    """Every (way, step id) that leads out of a step, offers, blocked paths and the first steps of lines included. Words that name no
    step, such as `wait` and `join`, are left out: `joins` tells of the latter."""
    yield from ((way, to) for way, to in _all_targets(step) if to != JOIN)


def joins(step: Step) -> Iterator[str]:
    """The ways out of a step at which its line of a `parallel` ends."""
    yield from (way for way, to in _all_targets(step) if to == JOIN)


def _all_targets(step: Step) -> Iterator[tuple[str, str]]:
    if isinstance(step, ExitStep):
        return
    if isinstance(step, BranchStep):
        yield from ((f"branch.{index}", case.next) for index, case in enumerate(step.branch))
        yield OTHERWISE, step.next
        return
    if isinstance(step, ParallelStep):
        yield from ((f"line.{name}", to) for name, to in step.parallel.branches.items())
    yield from step.next.items()
    yield from (("offer", offer) for offer in getattr(step, "offers", ()))
    blocked: dict[str, str] = getattr(step, "blocked", {})
    yield from ((f"blocked.{reason}", to) for reason, to in blocked.items() if to not in set(Fate))


def path(step: Step, way: str) -> str | None:
    """The step that a way leads to, or `join`. A way that is not named goes where its wider one goes (a skipped task where an overdue
    one goes), and after that along `otherwise`."""
    if isinstance(step, ExitStep):
        return None
    named = {OTHERWISE: step.next} if isinstance(step.next, str) else step.next
    return named.get(way) or _wider(named, way) or named.get(OTHERWISE)


def _wider(named: Mapping[str, str], way: str) -> str | None:
    wider = words.FALLS_TO.get(way)
    return None if wider is None else named.get(wider) or _wider(named, wider)


def hands_over(steps: Mapping[str, Step], step_id: str) -> bool:
    """Whether to come to this step is to come to medical: it is a hand-off, or lines side by side of which one begins with a hand-off."""
    waiting, seen = [step_id], {step_id}
    while waiting:
        step = steps.get(waiting.pop())
        if isinstance(step, MedicalStep):
            return True
        if isinstance(step, ParallelStep):
            waiting += [first for first in step.parallel.branches.values() if first not in seen]
            seen.update(step.parallel.branches.values())
    return False
