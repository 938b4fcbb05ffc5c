"""Whose turn it is with an HCP: of all promotional journeys that have the HCP or want to, the few that a market lets speak at once. Pure, so that an
entry, an ending and a change of the market's figure all come to the same answer."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Literal

from journeys.definitions import Purpose
from journeys.shapes import Instant, Stored

WhenBusy = Literal["wait", "give_way"]


class Turn(Stored):
    """One run's claim on an HCP. `active`: it is being played; else it waits, begun or not."""

    enrolment: str
    voice: str
    """The journey in whose turn it speaks: its own, or that of the run that led to it."""
    priority: int
    when_busy: WhenBusy
    active: bool
    since: Instant
    """When it asked for the HCP."""


def takes_turns(purpose: str, *, held_out: bool) -> bool:
    """Whether a run takes turns with others: promotional ones do, whoever began them. A safety letter or an answer waits for nobody, and a person who
    is kept out is spoken to by nobody."""
    return purpose == Purpose.PROMOTIONAL and not held_out


def voice(run: str, *, journeys: Mapping[str, str], begun_by: Mapping[str, str]) -> str:
    """The journey in whose turn a run speaks, of those that claim the HCP, `journeys` by run. What a step began speaks in the turn of the run that it
    is a step of; when that one has ended, the turn is its own. `begun_by` names that run, also of runs that have ended."""
    speaker = above = run
    while (above := begun_by.get(above, "")) != "":
        speaker = above if above in journeys else speaker
    return journeys[speaker]


def in_turn(turns: Iterable[Turn], *, at_once: int) -> tuple[str, ...]:
    """The journeys whose turn it is, `at_once` at most: the highest priority first; at the same priority the one that has the HCP already, then the
    one that asked first. All runs that speak in one journey's turn share it, and the highest of them counts."""
    by_voice = groupby(sorted(turns, key=attrgetter("voice")), key=attrgetter("voice"))
    ranks = {voice: _rank(list(runs)) for voice, runs in by_voice}
    return tuple(sorted(ranks, key=lambda voice: (*ranks[voice], voice))[:at_once])


def changes(turns: Iterable[Turn], *, at_once: int) -> Mapping[str, bool]:
    """The runs whose standing changes, each with whether it is its turn now."""
    known = list(turns)
    speaking = in_turn(known, at_once=at_once)
    return {turn.enrolment: not turn.active for turn in known if turn.active is not (turn.voice in speaking)}


def _rank(runs: list[Turn]) -> tuple[int, bool, datetime]:
    """Smaller goes first."""
    return (-max(run.priority for run in runs), not any(run.active for run in runs), min(run.since for run in runs))
