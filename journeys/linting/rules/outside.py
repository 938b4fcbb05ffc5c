"""Rules on the events of the outside: they are in the library's catalogue, have the fields that are asked for, and the key by which they are told apart."""

from collections.abc import Iterator

from journeys.definitions import BY_KEY, EventIs, JourneyStep
from journeys.happenings import DATES, EventField, OutsideEvent, fits, wanted
from journeys.linting.subject import Subject, waits
from journeys.loading import Loc, Remark, did_you_mean


def unknown_event(subject: Subject) -> Iterator[Remark]:
    """J212: what no source of the installation tells can be neither entered by nor waited for."""
    known = subject.library.events
    for loc, event in named_events(subject):
        if event.event not in known:
            fix = did_you_mean(event.event, known) or (f"known are {', '.join(known)}" if known else "declare it in events.yaml first")
            yield Remark((*loc, "event"), f'nothing tells of an event "{event.event}"', fix)


def wrong_field(subject: Subject) -> Iterator[Remark]:
    """J213: an event is asked for fields that it has, with values that they can have; a point in time is read from a field that holds one."""
    for loc, event in named_events(subject):
        known = subject.library.events.get(event.event)
        for name, values in event.where.items() if known is not None else ():
            yield from _filtered(known, (*loc, "where", name), name, values) if known is not None else ()
    for loc, mark in subject.marks:
        if mark.field is not None:
            yield from _marked(subject, (*loc, "field"), mark.field)


def without_key(subject: Subject) -> Iterator[Remark]:
    """J214: runs side by side, and waits for the same one, need events that have a key, and the same one."""
    entry = subject.definition.entry
    entered = subject.library.events.get(entry.on.event) if entry.on is not None else None
    if entry.again == BY_KEY and entered is not None and entered.key is None:
        yield Remark(("entry", "again"), f'"{entered.event}" has no key', "enter by an event with a key, or choose another way to enter again")
    for door, opens in (("automatic", entry.automatic), ("schedule", entry.schedule is not None)):
        if entry.again == BY_KEY and opens:
            message = f'entry is by key, and who comes by "{door}" brings none'
            yield Remark(("entry", door), message, "remove it, or choose another way to enter again", key=True)
    for step_id, step in subject.steps.items():
        other = subject.library.strategies.get(step.journey.start) if isinstance(step, JourneyStep) else None
        if other is not None and other.entry.again == BY_KEY:
            message = f'"{other.journey}" is entered by key, and who comes from a step brings none'
            yield Remark(("steps", step_id, "journey", "start"), message, "start another journey, or let its event enter it")
    for loc, event in _same_key(subject):
        known = subject.library.events.get(event)
        if entry.on is None:
            yield Remark(loc, "nobody enters by an event, so there is no key that could be the same", 'name the event under "entry: on"', key=True)
        elif known is not None and entered is not None and (known.key is None or known.key != entered.key):
            message = f'the key of "{event}" is {known.key or "none"}, that of "{entered.event}" {entered.key or "none"}'
            yield Remark(loc, message, "wait for an event with the key of the one by which the HCP enters", key=True)


def named_events(subject: Subject) -> Iterator[tuple[Loc, EventIs]]:
    """Every event of the outside that the definition names."""
    definition = subject.definition
    if definition.entry.on is not None:
        yield ("entry", "on"), definition.entry.on
    yield from ((("exit_on", index), event) for index, event in enumerate(definition.exit_on))
    for step_id, step in waits(subject):
        if step.wait.event is not None:
            yield ("steps", step_id, "wait"), EventIs.model_construct(event=step.wait.event, where=step.wait.where)


def _same_key(subject: Subject) -> Iterator[tuple[Loc, str]]:
    yield from ((("exit_on", index, "same_key"), event.event) for index, event in enumerate(subject.definition.exit_on) if event.same_key)
    for step_id, step in waits(subject):
        if step.wait.event is not None and step.wait.same_key:
            yield ("steps", step_id, "wait", "same_key"), step.wait.event


def _filtered(known: OutsideEvent, loc: Loc, name: str, values: tuple[object, ...]) -> Iterator[Remark]:
    field = known.fields.get(name)
    if field is None:
        fix = did_you_mean(name, known.fields) or f"it has {', '.join(known.fields) or 'none'}"
        yield Remark(loc, f'"{known.event}" has no field "{name}"', fix, key=True)
    elif not all(_may_be(field, value) for value in values):
        yield Remark(loc, f'"{name}" of "{known.event}" is never so', f"write {wanted(field)}")


def _may_be(field: EventField, value: object) -> bool:
    return fits(field, value) and (not field.values or value in field.values)


def _marked(subject: Subject, loc: Loc, name: str) -> Iterator[Remark]:
    entered = subject.definition.entry.on
    if entered is None:
        yield Remark(loc, f'nobody enters by an event that could bring "{name}"', 'name the event under "entry: on", or take the date of a fact')
        return
    known = subject.library.events.get(entered.event)
    field = known.fields.get(name) if known is not None else None
    dates = [other for other, one in known.fields.items() if one.type in DATES] if known is not None else []
    if known is not None and (field is None or field.type not in DATES):
        message = f'"{known.event}" has no field "{name}"' if field is None else f'"{name}" of "{known.event}" is a {field.type}, not a point in time'
        yield Remark(loc, message, did_you_mean(name, dates) or (f"its points in time are {', '.join(dates)}" if dates else "take the date of a fact"))
