"""Real people for a rehearsal: from the format of the library's sample, or from an official register, whose gaps are invented. It reads files alone."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from api.who import Role
from journeys.conditions import Value
from journeys.consents import ConsentAct
from journeys.library import Library
from journeys.rehearsal import Behaviour, Person, Territory, furnish
from orchestrator.registries import nppes
from orchestrator.registries.entries import RegisteredPerson
from orchestrator.store.sample import Sample, SamplePerson, read_sample


def cast(path: Path, *, behaviour: Behaviour, library: Library, seed: int, start: datetime) -> tuple[tuple[Person, ...], tuple[Territory, ...]]:
    """The people of a file and the territories that they are in. A `.csv` is read as NPPES, anything else in the sample's format.

    Raises LibraryError or RegisterUnusableError where the file cannot be used.
    """
    if path.suffix.lower() == ".csv":
        with nppes.opened(path) as rows:
            registered = [_registered(row) for row in rows if isinstance(row, RegisteredPerson)]
        return furnish(behaviour.population, registered, seed=seed, start=start, markets=library.markets)
    sample = read_sample(path)
    shared = _shared(sample.people)
    return tuple(_sampled(person, shared[person.ref]) for person in sample.people), tuple(_territories(sample))


def _registered(row: RegisteredPerson) -> Person:
    return Person(id=f"npi-{row.npi}", market=nppes.MARKET, profession=row.profession, zone=row.zone, facts={"specialty": row.specialty})


def _addresses(person: SamplePerson) -> Iterator[tuple[str, str]]:
    """By channel, as the ledger compares them: the letters of an e-mail address without regard to case."""
    yield from ((channel, address) for channel, address in (("email", (person.email or "").lower()), ("sms", person.mobile or "")) if address)


def _shared(people: Iterable[SamplePerson]) -> dict[str, dict[str, str]]:
    """Who shares an address with whom: by person and channel the first of those who have it. The address itself stays in the file."""
    having: dict[tuple[str, str], list[str]] = defaultdict(list)
    for person in people:
        for address in _addresses(person):
            having[address].append(person.ref)
    return {person.ref: {channel: having[channel, at][0] for channel, at in _addresses(person) if len(having[channel, at]) > 1} for person in people}


def _sampled(person: SamplePerson, shares: dict[str, str]) -> Person:
    facts: dict[str, Value | None] = {"specialty": person.specialty, "channel_preference": person.channel_preference}
    if person.language is not None:
        facts["language"] = person.language
    if person.commercial is not None:
        facts |= person.commercial.model_dump()
    return Person(
        id=person.ref,
        market=person.market,
        profession=person.profession,
        territory=person.territory,
        zone=person.zone,
        facts=facts,
        consents=tuple(_consents(person)),
        channels=tuple(channel for channel, _ in _addresses(person)),
        shares=shares,
        care_team=person.care_team,
    )


def _consents(person: SamplePerson) -> Iterator[ConsentAct]:
    for given in person.consents:
        told = {"act": "given", "channel": given.channel, "purpose": given.purpose, "market": person.market, "at": given.given_at}
        yield ConsentAct.model_validate({**told, "text_version": given.text_version})


def _territories(sample: Sample) -> Iterator[Territory]:
    for territory in sample.territories:
        acting = [user.role for user in sample.users if territory.id in user.territories]
        yield Territory(territory.id, territory.market, reps=acting.count(Role.REP), msls=acting.count(Role.MSL))
