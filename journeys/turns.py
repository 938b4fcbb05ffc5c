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
    journey: str
    priority: int
    when_busy: WhenBusy
    active: bool
    since: Instant
    """When it asked for the HCP."""


def takes_turns(purpose: str, *, within: bool, held_out: bool) -> bool:
    """Whether a run takes turns with others: promotional ones do. A safety letter or an answer waits for nobody; a journey begun by a step of
    another speaks in that one's turn; and a person who is kept out is spoken to by nobody."""
    return purpose == Purpose.PROMOTIONAL and not within and not held_out


def in_turn(turns: Iterable[Turn], *, at_once: int) -> tuple[str, ...]:
    """The journeys whose turn it is, `at_once` at most: the highest priority first; at the same priority the one that has the HCP already, then the
    one that asked first. All runs of one journey share its turn."""
    by_journey = groupby(sorted(turns, key=attrgetter("journey")), key=attrgetter("journey"))
    ranks = {journey: _rank(list(runs)) for journey, runs in by_journey}
    return tuple(sorted(ranks, key=lambda journey: (*ranks[journey], journey))[:at_once])


def changes(turns: Iterable[Turn], *, at_once: int) -> Mapping[str, bool]:
    """The runs whose standing changes, each with whether it is its turn now."""
    known = list(turns)
    speaking = in_turn(known, at_once=at_once)
    return {turn.enrolment: not turn.active for turn in known if turn.active is not (turn.journey in speaking)}


def _rank(runs: list[Turn]) -> tuple[int, bool, datetime]:
    """Smaller goes first."""
    return (-max(run.priority for run in runs), not any(run.active for run in runs), min(run.since for run in runs))
