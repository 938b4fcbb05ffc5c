"""A golden journal: one journey, what happened to one run of it and when, and what the conductor made of each event, and of each
move to another version, when it was recorded."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from journeys.arrivals import Arrival
from journeys.commands import Command
from journeys.conductor import advance, begin
from journeys.definitions import Definition
from journeys.events import Event
from journeys.migration import Moved, Transfer, migrate
from journeys.shapes import Instant
from journeys.state import State

JOURNALS = Path(__file__).parent / "journals"

_EVENT: TypeAdapter[Event] = TypeAdapter(Event)
_INSTANT: TypeAdapter[Instant] = TypeAdapter(Instant)
_COMMANDS: TypeAdapter[tuple[Command, ...]] = TypeAdapter(tuple[Command, ...])
_UNMOVED = {"interpreter", "enrolment", "calendar"}
"""What no event changes is written once, at the beginning."""


def journals() -> list[Path]:
    """Every journal there is, by name."""
    return sorted(JOURNALS.glob("*.json"))


def played(journal: dict[str, Any]) -> dict[str, Any]:
    """The same journal with its `commands` and `state` as this conductor makes them for a run of the journal's number. The state goes through JSON
    between any two events."""
    definition = Definition.model_validate(journal["definition"])
    opening = journal["begin"]
    arrival = Arrival.model_validate_json(json.dumps({name: opening[name] for name in Arrival.model_fields if name in opening}))
    now, interpreter = _INSTANT.validate_python(opening["now"]), journal["interpreter"]
    state, commands = begin(definition, arrival, enrolment=opening["enrolment"], now=now, interpreter=interpreter)
    happened = []
    begun = _told(state, commands)
    for entry in journal["happened"]:
        now, state = _INSTANT.validate_python(entry["at"]), State.model_validate_json(state.model_dump_json())
        if "move" in entry:
            definition, state, commands = _moved(definition, state, entry["move"], now)
        else:
            state, commands = advance(definition, state, _EVENT.validate_python(entry["event"]), now)
        what = "move" if "move" in entry else "event"
        happened.append({"at": entry["at"], what: entry[what], **_told(state, commands)})
    return {**journal, "begin": {**opening, **begun}, "happened": happened}


def _moved(definition: Definition, state: State, order: Any, now: datetime) -> tuple[Definition, State, tuple[Command, ...]]:
    transfer = Transfer.model_validate_json(json.dumps({**order, "source": definition.digest}))
    came_to = migrate(state, transfer, old=definition, now=now)
    assert isinstance(came_to, Moved), came_to
    return transfer.definition, came_to.state, came_to.commands


def text(journal: dict[str, Any]) -> str:
    """A journal as it lies in its file."""
    return json.dumps(journal, indent=1, ensure_ascii=False) + "\n"


def _told(state: State, commands: tuple[Command, ...]) -> dict[str, Any]:
    return {
        "commands": [_without_news(command) for command in _COMMANDS.dump_python(commands, mode="json", exclude_none=True)],
        "state": _set(state.model_dump(mode="json", exclude=_UNMOVED)),
    }


def _without_news(command: dict[str, Any]) -> dict[str, Any]:
    """What a later release may ask for, and this run does not, changes no journal either."""
    return {name: value for name, value in command.items() if (name, value) != ("instead", [])}


def _set(fields: dict[str, Any]) -> dict[str, Any]:
    """Only what is set: a field that a later release adds, and that a run does not use, changes no journal."""
    given = {name: value for name, value in fields.items() if value not in (None, 0, [], {})}
    return given | {"places": [_set(place) for place in given["places"]]} if "places" in given else given
