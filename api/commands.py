"""Puts a human command to a run and tells the answer: what happened because of it, and what is next."""

from api import briefs, telling
from api.ports import Ports
from api.rows import TaskRow
from api.schemas.tasks import Done, Happened, Next
from api.who import Who
from journeys.commands import Note
from journeys.definitions import Definition, MedicalStep
from journeys.events import Command
from journeys.facts import Wall
from journeys.position import Position

_CODES = ("what", "step", "way", "to", "reason", "until")
_OWN_TASK = {"task_closed", "snoozed", "reassigned"}


async def carried_out(house: Ports, who: Who, command: Command, *, enrolment_id: str, journey: tuple[str, int]) -> Done:
    """Give the command and tell what came of it. Raises CommandRefusedError and ConductorUnavailableError."""
    receipt = await house.conductors.command(enrolment_id, command)
    definition = (await house.definitions.read([journey])).get(journey)
    task = await house.tasks.open_of(who, enrolment_id) if receipt.position.doing == "task" else None
    told = [_happened(note, definition, who) for note in receipt.notes]
    return Done(happened=tuple(one for one in told if one is not None), next=_next(receipt.position, definition, task, who))


def _happened(note: Note, definition: Definition | None, who: Who) -> Happened | None:
    codes = {name: getattr(note, name) for name in _CODES}
    if who.sees(Wall.COMMERCIAL):
        return Happened(sentence=telling.sentence(note, definition=definition, by=_by(note, who)), **codes)
    if note.what not in _OWN_TASK or not _is_medical(definition, note.step):
        return None
    return Happened(sentence=telling.for_medical(note, definition=definition, by=_by(note, who)), **codes)


def _by(note: Note, who: Who) -> str | None:
    return "you" if note.by == who.id else note.by


def _next(position: Position, definition: Definition | None, task: TaskRow | None, who: Who) -> Next:
    if not who.sees(Wall.COMMERCIAL) and not _is_medical(definition, position.step):
        if position.doing == "ended":
            return Next(sentence="The journey has ended.", doing="ended")
        return Next(sentence="The journey goes on with the conductor.", doing="elsewhere")
    ended = position.ended
    reason = ended.reason if ended else position.reason
    step = definition.steps.get(position.step) if definition and position.step else None
    return Next(
        sentence=telling.standing(
            doing=position.doing, step=position.step, until=position.until, reason=reason, ended=ended.kind if ended else None, definition=definition
        ),
        doing=position.doing,
        step=position.step,
        title=telling.title(definition, position.step) if position.step else None,
        why=step.why if step else None,
        until=position.until,
        reason=reason,
        task=briefs.line(task, definition) if task is not None else None,
    )


def _is_medical(definition: Definition | None, step_id: str | None) -> bool:
    return definition is not None and isinstance(definition.steps.get(step_id or ""), MedicalStep)
