"""Puts a human command to a run and tells the answer: what happened because of it, and what is next."""

from dataclasses import dataclass
from datetime import datetime

from api import briefs, telling
from api.ports import Ports
from api.rows import TaskRow
from api.schemas.tasks import Done, Happened, Next
from api.who import Who
from journeys.commands import Note
from journeys.definitions import Definition
from journeys.events import Command
from journeys.facts import Wall
from journeys.receipts import Receipt
from journeys.scopes import scopes
from journeys.sides import side_of
from journeys.state import Ending

_CODES = ("what", "step", "way", "to", "reason", "until")
_OWN_TASK = {"task_closed", "snoozed", "reassigned"}


async def carried_out(house: Ports, who: Who, command: Command, *, enrolment_id: str, journey: tuple[str, int]) -> Done:
    """Give the command and tell what came of it. Raises CommandRefusedError and ConductorUnavailableError."""
    receipt = await house.conductors.command(enrolment_id, command)
    definition = (await house.definitions.read([journey])).get(journey)
    told = [_happened(note, definition, who) for note in receipt.notes]
    here = _here(receipt, definition, command)
    waiting = await house.tasks.open_of(who, enrolment_id) if here.doing == "task" else ()
    task = next((task for task in waiting if here.key == task.id or (here.key is None and here.step == task.step)), None)
    return Done(happened=tuple(one for one in told if one is not None), next=_next(here, receipt.position.ended, definition, task, who))


@dataclass(frozen=True)
class _Here:
    """Where the line stands on which something was done; the main line where that one is no more."""

    doing: str
    step: str | None = None
    key: str | None = None
    until: datetime | None = None
    reason: str | None = None


def _here(receipt: Receipt, definition: Definition | None, command: Command) -> _Here:
    """A run that is paused or has ended stands still on every line."""
    position = receipt.position
    if position.doing in {"paused", "ended"} or not position.lines:
        return _Here(position.doing, position.step, until=position.until, reason=position.reason)
    on = _line_of(receipt, definition, command)
    line = next((line for line in position.lines if line.line == on), position.lines[0])
    return _Here(line.doing, line.step, line.key, line.until, line.reason)


def _line_of(receipt: Receipt, definition: Definition | None, command: Command) -> str | None:
    """The line of the task's step, by the name that the step has now."""
    step = next((note.step for note in receipt.notes if note.key == getattr(command, "task", None) and note.step is not None), None)
    return scopes(definition).line_of.get(step) if definition is not None and step is not None else None


def _happened(note: Note, definition: Definition | None, who: Who) -> Happened | None:
    codes = {name: getattr(note, name) for name in _CODES}
    if who.sees(Wall.COMMERCIAL):
        return Happened(sentence=telling.sentence(note, definition=definition, by=_by(note, who)), **codes)
    if note.what not in _OWN_TASK or not _is_medical(definition, note.step):
        return None
    return Happened(sentence=telling.for_medical(note, definition=definition, by=_by(note, who)), **codes)


def _by(note: Note, who: Who) -> str | None:
    return "you" if note.by == who.id else note.by


def _next(here: _Here, ended: Ending | None, definition: Definition | None, task: TaskRow | None, who: Who) -> Next:
    if not who.sees(Wall.COMMERCIAL) and not _is_medical(definition, here.step):
        if here.doing == "ended":
            return Next(sentence="The journey has ended.", doing="ended")
        return Next(sentence="The journey goes on with the conductor.", doing="elsewhere")
    reason = ended.reason if ended else here.reason
    step = definition.steps.get(here.step) if definition and here.step else None
    return Next(
        sentence=telling.standing(
            doing=here.doing, step=here.step, until=here.until, reason=reason, ended=ended.kind if ended else None, definition=definition
        ),
        doing=here.doing,
        step=here.step,
        title=telling.title(definition, here.step) if here.step else None,
        why=step.why if step else None,
        until=here.until,
        reason=reason,
        task=briefs.line(task, definition) if task is not None else None,
    )


def _is_medical(definition: Definition | None, step_id: str | None) -> bool:
    return definition is not None and side_of(definition, step_id) is Wall.MEDICAL
