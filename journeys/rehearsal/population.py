"""An invented population: each person drawn from shares, with randomness of their own, so that one more person changes no other."""

from bisect import bisect
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

from journeys.conditions import Value
from journeys.consents import ConsentAct
from journeys.durations import Length
from journeys.markets import MarketPolicy
from journeys.rehearsal.mixture import Consents, InventedTerritory, Population
from journeys.rehearsal.people import Person, Territory

T = TypeVar("T")

_SINCE = timedelta(days=365)
"""How long ago the invented consents were given: long enough that no rehearsal turns on it."""


class Choice(Generic[T]):
    """One of several things, each as often as its weight says. Where no weight is above 0, all are alike."""

    def __init__(self, weights: Mapping[T, float]) -> None:
        self._things = tuple(weights)
        given = weights.values() if any(weights.values()) else (1.0,) * len(weights)
        self._reach = tuple(accumulate(given))

    def draw(self, rng: Random) -> T:
        return self._things[min(bisect(self._reach, rng.random() * self._reach[-1]), len(self._things) - 1)]


def personal(seed: int, person: str) -> Random:
    """The randomness of one person. Seeded by text, so that it is the same in every process."""
    return Random(f"{seed}.{person}")  # noqa: S311 - a rehearsal must be repeatable, nothing is kept secret by it


def territories(population: Population) -> tuple[Territory, ...]:
    """The territories of an invented population, with those who act for them."""
    return tuple(Territory(each.id, each.market, each.reps, each.msls) for each in population.territories)


def populate(population: Population, *, count: int, seed: int, start: datetime, markets: Mapping[str, MarketPolicy]) -> tuple[Person, ...]:
    """`count` HCPs, those among them who are on record twice, and the nurses who support them. The n-th is the same however many there are."""
    invention = _Invention(population, start, markets)
    return tuple(person for number in range(1, count + 1) for person in invention.circle(f"hcp-{number:06}", seed))


def furnish(
    population: Population, known: Iterable[Person], *, seed: int, start: datetime, markets: Mapping[str, MarketPolicy]
) -> tuple[tuple[Person, ...], tuple[Territory, ...]]:
    """People of whom a register knows market, profession and some facts, with everything else invented; and the territories they are put into.

    A person of a market in which the population has no territory is put into none.
    """
    invention = _Invention(population, start, markets)
    return tuple(invention.furnished(person, seed) for person in known), territories(population)


class _Invention:
    """Draws people. Everything that is the same for all is made once."""

    def __init__(self, population: Population, start: datetime, markets: Mapping[str, MarketPolicy]) -> None:
        self._of = population
        self._start, self._since, self._markets = start, start - _SINCE, markets
        self._places = {each.id: each for each in population.territories}
        self._territory = Choice({each.id: each.weight for each in population.territories})
        self._zones = {each.id: Choice(each.zones) for each in population.territories if each.zones}
        self._profession = Choice(population.professions)
        self._persona = Choice({persona: mixture.weight for persona, mixture in population.personas.items()})
        self._facts = {fact: Choice(weights) for fact, weights in population.facts.items()}
        self._by_persona = {persona: {fact: Choice(weights) for fact, weights in mixture.facts.items()} for persona, mixture in population.personas.items()}

    def circle(self, name: str, seed: int) -> Iterator[Person]:
        """One HCP, preceded by the nurse and followed by the HCP's second record, where there are such."""
        rng = personal(seed, f"{name}.invented")
        place = self._places[self._territory.draw(rng)]
        zone = self._zones[place.id].draw(rng) if place.id in self._zones else None
        profession = self._profession.draw(rng)
        facts = self._draw_facts(rng)
        channels, consents = self._reach(rng, place.market)
        objected, suppressed = rng.random() < self._of.objected, rng.random() < self._of.suppressed
        nurse = self._nurse(name, place, zone, rng) if profession == "physician" and rng.random() < self._of.nurse_in_care_team else None
        if nurse is not None:
            yield nurse
        person = Person(
            id=name,
            market=place.market,
            profession=profession,
            territory=place.id,
            zone=zone,
            facts=facts,
            consents=consents,
            channels=channels,
            objected=objected,
            suppressed=suppressed,
            care_team=(nurse.id,) if nurse is not None else (),
        )
        twice = rng.random() < self._of.twice
        yield replace(person, shares=dict.fromkeys(channels, name)) if twice else person
        if twice:
            yield replace(person, id=f"{name}-again", shares=dict.fromkeys(channels, name))

    def furnished(self, person: Person, seed: int) -> Person:
        """The person with everything that is not known invented; what is known stays."""
        rng = personal(seed, f"{person.id}.invented")
        there = {each.id: each.weight for each in self._of.territories if each.market == person.market}
        place = self._places[Choice(there).draw(rng)] if there else None
        channels, consents = self._reach(rng, person.market)
        known = {fact: value for fact, value in person.facts.items() if value is not None}
        return replace(
            person,
            territory=place.id if place is not None else None,
            facts={**self._draw_facts(rng), **known},
            channels=channels,
            consents=consents,
            objected=rng.random() < self._of.objected,
            suppressed=rng.random() < self._of.suppressed,
        )

    def _nurse(self, name: str, place: InventedTerritory, zone: str | None, rng: Random) -> Person:
        channels, consents = self._reach(rng, place.market)
        return Person(
            id=f"{name}-nurse", market=place.market, profession="nurse", territory=place.id, zone=zone, consents=consents, channels=channels, enters=False
        )

    def _draw_facts(self, rng: Random) -> dict[str, Value | None]:
        of = self._of
        persona = self._persona.draw(rng)
        facts: dict[str, Value | None] = {"persona": persona}
        for fact, choice in (*self._facts.items(), *self._by_persona[persona].items()):
            facts[fact] = choice.draw(rng)
        for fact, chance in of.flags.items():
            facts[fact] = rng.random() < chance
        for fact, (least, most) in of.numbers.items():
            facts[fact] = rng.randint(least, most)
        for fact, ahead in of.dates.items():
            facts[fact] = self._day(ahead, rng)
        facts["tags"] = tuple(sorted(tag for tag, chance in of.tags.items() if rng.random() < chance))
        for fact, chance in of.known.items():
            if rng.random() >= chance:
                facts[fact] = None
        return facts

    def _day(self, ahead: tuple[Length, Length], rng: Random) -> str:
        least, most = (length.roughly.total_seconds() for length in ahead)
        return (self._start + timedelta(seconds=rng.uniform(least, most))).date().isoformat()

    def _reach(self, rng: Random, market: str) -> tuple[tuple[str, ...], tuple[ConsentAct, ...]]:
        """The channels by which a person has an address, and what the person said of them."""
        channels = tuple(channel for channel, chance in (("email", self._of.reachable), ("sms", self._of.mobile)) if rng.random() < chance)
        acts = (act for channel, consents in self._of.consents.items() for act in self._acts(channel, consents, rng, market))
        return channels, tuple(acts)

    def _acts(self, channel: str, consents: Consents, rng: Random, market: str) -> Iterator[ConsentAct]:
        drawn = rng.random()
        if drawn < consents.given:
            yield consent(channel, market, at=self._since)
        elif drawn < consents.given + consents.withdrawn:
            yield consent(channel, market, at=self._since, act="withdrawn")


def consent(channel: str, market: str, *, at: datetime, act: str = "given") -> ConsentAct:
    """An act of consent to promotion."""
    return ConsentAct.model_validate(
        {"act": act, "channel": channel, "purpose": "promotional", "market": market, "at": at, "text_version": "rehearsed" if act == "given" else None}
    )
