"""Of whom an invented population consists, as authors write it: shares and weights, by market, territory, profession and persona."""

from typing import Annotated, Literal

from pydantic import Field

from journeys.durations import Duration
from journeys.rehearsal.delays import Chance, Weights
from journeys.shapes import Authored, Market, Slug


class InventedTerritory(Authored):
    """`weight`: how many of the HCPs are here, compared with other territories."""

    id: str
    market: Market
    weight: Annotated[float, Field(gt=0)] = 1.0
    reps: Annotated[int, Field(ge=0)]
    msls: Annotated[int, Field(ge=0)]
    zones: Weights = {}
    """Where HCPs live in other zones than the market's; the weights of the IANA names."""


class Mixture(Authored):
    """The commercial facts of a persona: the weights of the values of each ladder or code."""

    weight: Annotated[float, Field(ge=0)]
    facts: dict[Slug, Weights] = {}


class Consents(Authored):
    """Of those who can be reached: how many have consented to a channel, how many have withdrawn."""

    given: Chance
    withdrawn: Chance


class Population(Authored):
    """Who is there. `professions` are weights; personas and their facts are those of physicians, other professions have the persona all the same."""

    territories: Annotated[tuple[InventedTerritory, ...], Field(min_length=1)]
    professions: dict[Literal["physician", "nurse", "pharmacist", "other"], Annotated[float, Field(ge=0)]]
    personas: Annotated[dict[Slug, Mixture], Field(min_length=1)]
    facts: dict[Slug, Weights] = {}
    """Facts that do not depend on the persona, as weights of their values."""
    flags: dict[Slug, Chance] = {}
    """Facts that are true or false."""
    numbers: dict[Slug, tuple[int, int]] = {}
    """Facts that are numbers, as the least and the most."""
    dates: dict[Slug, tuple[Duration, Duration]] = {}
    """Facts that are days to come: how far ahead of the start of the rehearsal, at least and at most."""
    known: dict[Slug, Chance] = {}
    """How often a fact is known; one that is not named here always is."""
    tags: dict[Slug, Chance] = {}
    reachable: Chance
    """How many have an e-mail address."""
    mobile: Chance
    """How many have a mobile number."""
    consents: dict[Slug, Consents]
    objected: Chance
    suppressed: Chance
    twice: Chance = 0.0
    """How many HCPs are on record twice, with the same addresses: both records are offered the strategies, and one gets a copy."""
    nurse_in_care_team: Chance
    """How many physicians are supported by a nurse."""
