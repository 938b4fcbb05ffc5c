"""The people of a rehearsal: what is known of each at the start. Ids, codes and facts; no name, no address."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from journeys.conditions import Value
from journeys.consents import ConsentAct


@dataclass(frozen=True)
class Territory:
    """Where people are, and how many act for it."""

    id: str
    market: str
    reps: int = 1
    msls: int = 1


@dataclass(frozen=True)
class Person:
    """One person at the start. `channels` are those by which the person has an address; `zone` is None where it is the market's."""

    id: str
    market: str
    profession: str
    territory: str | None = None
    zone: str | None = None
    facts: dict[str, Value | None] = field(default_factory=dict)
    consents: tuple[ConsentAct, ...] = ()
    channels: tuple[str, ...] = ("email",)
    objected: bool = False
    suppressed: bool = False
    shares: dict[str, str] = field(default_factory=dict)
    """By channel, where another record has the same address: a name for that address, which says nothing of it."""
    care_team: tuple[str, ...] = ()
    """Ids of the nurses who support this person."""
    enters: bool = True
    """Whether journeys are offered to the person at all; a nurse who was invented for a physician only receives."""


def circles(people: Iterable[Person]) -> list[tuple[Person, ...]]:
    """People who share a nurse share her cap, and records that share an address get one copy: they are rehearsed together, and everybody else alone.
    In the order in which the people came."""
    known = {person.id: person for person in people}
    leads: dict[str, str] = {}

    def head(one: str) -> str:
        while leads.get(one, one) != one:
            one = leads[one]
        return one

    first: dict[tuple[str, str], str] = {}
    for person in known.values():
        for nurse in person.care_team:
            if nurse in known:
                leads[head(nurse)] = head(person.id)
        for address in person.shares.items():
            leads[head(first.setdefault(address, person.id))] = head(person.id)
    gathered: dict[str, list[Person]] = {}
    for person in known.values():
        gathered.setdefault(head(person.id), []).append(person)
    return [tuple(circle) for circle in gathered.values()]
