"""The catalogue from which journeys are written: which facts there are, and what may be asked of them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends

from api.house import House
from api.problems import responses
from api.schemas.catalogue import CataloguedFact, FactCatalogue
from api.security import only
from api.who import REVIEWERS, Who
from journeys.fact_values import wanted
from journeys.facts import CATALOGUE, PERSONA, Fact, Wall
from journeys.linting.rules.conditions import ALLOWED

router = APIRouter(prefix="/catalogue", tags=["catalogue"])

Author = Annotated[Who, Depends(only(*REVIEWERS))]


@router.get("/facts", summary="List the facts that conditions may name", responses=responses(401, 403))
async def list_facts(who: Author, house: House) -> FactCatalogue:
    """Each fact with its type, unit, values and source, and whose it is, for editors to offer and check. It tells of no HCP. Medical facts, which no
    commercial journey may name, are told to the roles that see that side of the firewall alone."""
    library = await house.definitions.library()
    listed = {PERSONA: tuple(sorted(library.personas))}
    return FactCatalogue(facts=tuple(_told(fact, listed) for fact in CATALOGUE.values() if fact.wall is not Wall.MEDICAL or who.sees(Wall.MEDICAL)))


def _told(fact: Fact, listed: Mapping[str, tuple[str, ...]]) -> CataloguedFact:
    """`listed` are values that the library says."""
    known = replace(fact, values=fact.values or listed.get(fact.name, ()))
    return CataloguedFact(
        name=known.name,
        kind=known.kind,
        wall=known.wall,
        source=known.source,
        unit=known.unit or None,
        values=known.values,
        wanted=wanted(known),
        comparisons=ALLOWED[known.kind],
    )
