"""A rehearsal's trace as sentences: one person's path as a marketer reads it, in the words of the timeline, with every question and every check."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from api.telling import moment, plain, reason_told, sentence, titled
from journeys import events as on
from journeys.commands import CallOut, Command, Learn, Note, OpenTask, StartJourney, Tell
from journeys.definitions import Definition
from journeys.rehearsal import Line, Stage

_HANDS = {"visit": "The rep has", "medical": "Medical has", "escalate": "The lead has"}
_KNOWN = {
    "add_tags": "tags {}",
    "remove_tags": "no longer tags {}",
    "channel_preference": "the channel preference {}",
    "propose_stage": "as a proposal, the adoption stage {}",
    "propose_persona": "as a proposal, the persona {}",
}


def told_trace(stage: Stage, person: str, lines: Iterable[Line]) -> str:
    """The trace as text: what was rehearsed, then line by line what happened and why."""
    day = f"{stage.start:%Y-%m-%d}"
    head = f"{person} over {stage.weeks} weeks from {day}. Nothing was sent: this was a rehearsal. --start {day} --seed {stage.seed} plays it again."
    definitions = {part.journey: part.definition for part in stage.parts}
    return "".join(f"{text}\n" for text in (head, *_told(lines, definitions)))


def line_told(line: Line, definition: Definition | None) -> str | None:
    """One line as a sentence; None where it says only what the lines around it say better."""
    match line.kind:
        case "door":
            return "Comes in, at once or when its turn comes." if line.what == "welcome" else f"Does not come in: {plain(line.what)}."
        case "gate":
            return _gate(line, definition)
        case "note" if isinstance(line.command, Note):
            return sentence(line.command, definition=definition, by=f"the {plain(line.command.by)}" if line.command.by is not None else None)
        case "command" if line.command is not None:
            return _command(line.command, definition)
        case "event" if line.event is not None:
            return _event(line.event)
        case _:
            return None


def _told(lines: Iterable[Line], definitions: Mapping[str, Definition]) -> Iterator[str]:
    for line in lines:
        told = line_told(line, definitions.get(line.journey))
        if told is not None:
            yield f"{line.at:%Y-%m-%d %H:%M} {line.journey}: {told}"
        for question in line.questions:
            known = f"{question.told}, " if question.told else ""
            yield f"{'':<18}{question.asked}: {known}{f'refused: {plain(question.refused)}' if question.refused is not None else 'passed'}"
        for check in line.checks:
            because = f" because {check.told}" if check.reason is not None else ""
            yield f"{'':<18}{plain(check.rule)}: {check.saw}, {check.verdict}{_until(check.until)}{because}"


def _gate(line: Line, definition: Definition | None) -> str:
    touch, verdict = line.command, line.verdict
    step = titled(definition, getattr(touch, "step", None))
    asked = f"The gate is asked for {step} ({getattr(touch, 'content', '')}): {line.what}"
    if verdict is None or verdict.reason is None:
        return f"{asked}."
    return f"{asked}{_until(verdict.until)}, because {reason_told(verdict.reason)}."


def _command(command: Command, definition: Definition | None) -> str | None:
    match command:
        case OpenTask():
            return f"{_HANDS.get(command.kind, 'The rep has')} {titled(definition, command.step)} to do by {moment(command.due)}."
        case StartJourney():
            return f"Begins the journey {command.journey}{' and waits for it' if command.awaited else ''}, if its door lets the HCP in."
        case CallOut():
            return f"{titled(definition, command.step)} asks {plain(command.to)} for an answer by {moment(command.until)}."
        case Tell():
            return f"The {plain(command.whom)} is told: {titled(definition, command.step)}."
        case Learn():
            known = [words.format(_value(getattr(command, field))) for field, words in _KNOWN.items() if getattr(command, field)]
            return f"It is written down: {'; '.join(known)}."
        case _:
            return None  # the gate's answer, the facts and the ending that follow tell it


def _event(event: on.Event) -> str | None:  # noqa: C901, PLR0911 - one line for each kind of event
    match event:
        case on.ConsentGiven():
            return f"The HCP consents to {plain(event.channel)}."
        case on.ConsentWithdrawn():
            return f"The HCP takes the consent to {plain(event.channel)} back."
        case on.ContentRecalled():
            return f"The content {event.content} is withdrawn."
        case on.Objected():
            return "The HCP objects to direct marketing."
        case on.FactsChanged():
            return f"It is known from now on: {', '.join(f'{plain(fact)} {_value(value)}' for fact, value in event.facts.items())}."
        case on.Happened():
            return f"It happens that: {plain(event.event)}{f' ({event.key})' if event.key is not None else ''}."
        case on.RequestAnswered():
            return f"The other system answers: {plain(event.answer)}."
        case on.JourneyEnded():
            return f"The journey that was begun has come to its end: {plain(event.way)}."
        case on.Called(result="failed"):
            return "The other system cannot be reached."
        case on.JourneyBegun(refused=str(refused)):
            return f"The other journey does not begin: {plain(refused)}."
        case _:
            return None  # the notes that follow tell what a command, an answer or the time led to


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(plain, value)) or "none"
    return "unknown" if value is None else plain(str(value))


def _until(until: datetime | None) -> str:
    return f" until {moment(until)}" if until is not None else ""
