"""What a human needs to know to do a task, drawn from the task, its journey's definition and the approved content."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from api import letters, telling
from api.rows import PersonRow, TaskRow
from api.schemas.organisations import Visiting
from api.schemas.people import CommercialProfile, MedicalProfile, PersonLine
from api.schemas.tasks import Channel, Escalated, Material, Offer, TaskForCommercial, TaskForMedical, TaskLine
from api.who import Who, works
from journeys.acceptance import outcomes
from journeys.content import ContentVersion
from journeys.definitions import ContentRef, Definition, EscalateStep, SendStep, Step, VisitStep, kind_of


def may_work(who: Who, task: TaskRow) -> bool:
    """Whether it is this user's to do: their role's, and theirs or nobody's."""
    return works(who.role, task.side, task.kind) and task.assignee in {None, who.id}


def allowed(who: Who, task: TaskRow, step: Step | None) -> tuple[str, ...]:
    """The commands that this user may give now. A colleague's task can only be handed over, and another role's not even that."""
    if task.status != "open" or not works(who.role, task.side, task.kind):
        return ()
    if not may_work(who, task):
        return ("reassign",)
    chosen = ("choose",) if getattr(step, "offers", ()) else ()
    return ("complete", "skip", "snooze", "reassign", *chosen)


def offers(definition: Definition, step_id: str | None) -> tuple[Offer, ...]:
    """The next steps that may be chosen at a step, with their titles."""
    step = definition.steps.get(step_id or "")
    named: tuple[str, ...] = getattr(step, "offers", ())
    return tuple(Offer(step=offer, title=telling.title(definition, offer), kind=kind_of(definition.steps.get(offer)) or "unknown") for offer in named)


def materials_named(definition: Definition, step_id: str) -> tuple[ContentRef, ...]:
    """The content that a task shows: a visit's materials, what the rep sends."""
    match definition.steps.get(step_id):
        case VisitStep() as step:
            return tuple(ref for meeting in step.visit.channels.values() for ref in meeting.materials)
        case step if isinstance(step, SendStep):
            return (step.sending.content,)
        case _:
            return ()


def person_line(person: PersonRow) -> PersonLine:
    """The open part of a person, as it is told."""
    return PersonLine.model_validate(person)


def line(task: TaskRow, definition: Definition | None) -> TaskLine:
    """A task as it stands in a list."""
    return TaskLine(**_line(task, definition))


def for_commercial(
    task: TaskRow,
    definition: Definition,
    *,
    who: Who,
    profile: CommercialProfile,
    contents: Mapping[ContentRef, ContentVersion],
    visiting: Visiting | None,
    now: datetime,
) -> TaskForCommercial:
    """A rep's task: with the commercial profile, the channels and what to show on each."""
    step = definition.steps.get(task.step)
    language = task.person.language
    return TaskForCommercial(
        **_line(task, definition),
        outcomes=outcomes(step) if step else (),
        offers=offers(definition, task.step),
        allowed=allowed(who, task, step),
        journey=task.journey,
        version=task.version,
        commercial=profile,
        channels=_channels(step, contents, language, now) if isinstance(step, VisitStep) else (),
        visiting=visiting,
        content=_material(step.sending.content, contents, language, now) if isinstance(step, SendStep) else None,
        letter=letters.choices(contents.get(step.sending.content), contents, market=task.person.market, languages=(language or "",), now=now)
        if isinstance(step, SendStep)
        else None,
        sends_by=step.sending.on if isinstance(step, SendStep) else None,
        escalated=escalated(definition, step),
    )


def for_medical(task: TaskRow, definition: Definition, *, who: Who, profile: MedicalProfile) -> TaskForMedical:
    """An MSL's task: the scientific profile and the question, and nothing of how sales rates the HCP."""
    step = definition.steps.get(task.step)
    return TaskForMedical(
        **_line(task, definition),
        outcomes=outcomes(step) if step else (),
        allowed=tuple(command for command in allowed(who, task, step) if command != "choose"),
        medical=profile,
        inquiry_id=task.inquiry_id,
        escalated=escalated(definition, step),
    )


def escalated(definition: Definition, step: Step | None) -> Escalated | None:
    """What a lead's task is about, in the words of the journey."""
    if not isinstance(step, EscalateStep):
        return None
    asked = step.escalate
    return Escalated(about=asked.about, title=telling.title(definition, asked.about), message=asked.message)


def _line(task: TaskRow, definition: Definition | None) -> dict[str, Any]:
    step = definition.steps.get(task.step) if definition else None
    copied = {name: getattr(task, name) for name in TaskLine.model_fields if hasattr(task, name) and name != "person"}
    return {**copied, "person": person_line(task.person), "title": telling.title(definition, task.step), "why": step.why if step else None}


def _channels(step: VisitStep, contents: Mapping[ContentRef, ContentVersion], language: str | None, now: datetime) -> tuple[Channel, ...]:
    return tuple(
        Channel(channel=name, message=meeting.message, materials=tuple(_material(ref, contents, language, now) for ref in meeting.materials))
        for name, meeting in step.visit.channels.items()
    )


def _material(ref: ContentRef, contents: Mapping[ContentRef, ContentVersion], language: str | None, now: datetime) -> Material:
    """A material in the HCP's language, else in the first one it has; with its state, so that nobody shows what was withdrawn."""
    version = contents.get(ref)
    if version is None:
        return Material(content=str(ref), title=str(ref))
    texts: dict[str, str] = dict(version.material or version.texts) or {spoken: letter.subject for spoken, letter in version.letters.items()}
    spoken = language if language in texts else next(iter(texts), None)
    return Material(content=str(ref), title=version.title, language=spoken, text=texts.get(spoken or ""), state=version.state_at(now))
