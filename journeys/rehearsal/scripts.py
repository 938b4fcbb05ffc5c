"""One run of a rehearsal as a script: what happened to it and when. The conductor, given the same script, takes the same path, here and anywhere."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from journeys import events as on
from journeys.arrivals import Arrival
from journeys.commands import Command, Note, What
from journeys.conductor import advance, begin
from journeys.content import ContentVersion
from journeys.definitions import ContentRef, Definition
from journeys.markets import MarketPolicy
from journeys.rehearsal.behaviour import Behaviour
from journeys.rehearsal.members import Run
from journeys.rehearsal.people import Person
from journeys.rehearsal.room import Room
from journeys.rehearsal.stage import Stage
from journeys.rehearsal.tally import Tally
from journeys.shapes import Instant, Stored
from journeys.state import Ending

Path = tuple[tuple[str, str], ...]
"""The (step, way) pairs of a run's moves, in order."""


class Happened(Stored):
    """One event and its time."""

    at: Instant
    event: on.Event


class Script(Stored):
    """All that happens to one run. It goes through JSON unchanged."""

    journey: str
    version: int
    digest: str
    enrolment: str
    begun_at: Instant
    arrival: Arrival
    happened: tuple[Happened, ...]


class Played(Stored):
    """What a run came to: its path, and its ending where it has one."""

    path: Path
    ended: Ending | None
    script: Script


def play_one(
    definition: Definition,
    person: Person,
    *,
    behaviour: Behaviour,
    contents: Mapping[ContentRef, ContentVersion],
    markets: Mapping[str, MarketPolicy],
    start: datetime,
    weeks: int = 26,
    seed: int = 1,
) -> Played | None:
    """Rehearse one journey for one person, and tell the path of the first run with its script; None where the person did not come in."""
    stage = Stage((definition,), contents, markets, behaviour, start, weeks, seed)
    room = Room(stage, (person,), Tally(start=start), keeps_stories=True)
    room.play()
    run = next((run for run in room.members[person.id].runs if run.state is not None), None)
    return None if run is None else replay(definition, script_of(run))


def script_of(run: Run) -> Script:
    """The script of a run that has begun and whose story was kept."""
    if run.arrival is None:
        raise ValueError(f"{run.enrolment} has not begun")
    definition = run.part.definition
    return Script(
        journey=definition.journey,
        version=definition.version,
        digest=definition.digest,
        enrolment=run.enrolment,
        begun_at=run.began,
        arrival=run.arrival,
        happened=tuple(Happened(at=at, event=event) for at, event in run.story or ()),
    )


def replay(definition: Definition, script: Script) -> Played:
    """Play a script again with the conductor alone."""
    state, commands = begin(definition, script.arrival, enrolment=script.enrolment, now=script.begun_at)
    told = list(commands)
    for happened in script.happened:
        state, commands = advance(definition, state, happened.event, happened.at)
        told.extend(commands)
    return Played(path=path_of(told), ended=state.ended, script=script)


def path_of(commands: Iterable[Command]) -> Path:
    """The path that commands or notes tell of."""
    return tuple((note.step or "", note.way or "") for note in commands if isinstance(note, Note) and note.what is What.MOVED)
