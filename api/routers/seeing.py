"""Journey definitions to look at: the picture of a version, its account in sentences, and what it changes against an earlier one."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response
from starlette.concurrency import run_in_threadpool

from api import standing
from api.house import House
from api.problems import responses
from api.security import only
from api.who import REVIEWERS, Role, Who
from journeys.comparing import Comparison
from journeys.comparing import compare as compared
from journeys.definitions import Definition
from journeys.drawing import Layout, picture, svg
from journeys.explaining import Explanation, shown_in
from journeys.explaining import explain as explained
from journeys.library import Library

router = APIRouter(prefix="/definitions", tags=["definitions"])

Reader = Annotated[Who, Depends(only(Role.REP, *REVIEWERS))]
Version = Annotated[int, Path(ge=1, le=2**31 - 1)]
Since = Annotated[int, Query(ge=1, le=2**31 - 1, description="The version to compare it with.")]

_SVG = "image/svg+xml"
_SAFE = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'", "X-Content-Type-Options": "nosniff"}
"""A picture opened by itself runs nothing and loads nothing, whatever an author may have written."""


@router.get("/{journey}/{version}/graph", summary="Draw a version", responses=responses(401, 403, 404, 422))
async def draw(journey: str, version: Version, who: Reader, house: House) -> Layout:
    """Every step as a box and every way as a line through points, in pixels from the top left corner, for an editor to draw."""
    return await _arranged(await _found(house, who, journey, version), house)


@router.get(
    "/{journey}/{version}/graph.svg",
    summary="Draw a version as SVG",
    response_class=Response,
    responses={**responses(401, 403, 404, 422), 200: {"content": {_SVG: {"schema": {"type": "string"}}}}},
)
async def draw_svg(journey: str, version: Version, who: Reader, house: House) -> Response:
    """The same picture as one self-contained file: no script, nothing from elsewhere, in light and dark."""
    layout = await _arranged(await _found(house, who, journey, version), house)
    return Response(svg(layout), media_type=_SVG, headers=_SAFE)


@router.get("/{journey}/{version}/explanation", summary="Tell a version in sentences", responses=responses(401, 403, 404, 422))
async def explain(journey: str, version: Version, who: Reader, house: House) -> Explanation:
    """Who enters, what happens at each step and what leads where, what is shown and how it ends, for a sign-off. Content and personas go by
    their titles as last published."""
    definition = await _found(house, who, journey, version)
    known = Library(
        personas=dict(await house.definitions.personas()),
        contents=dict(await house.contents.versions(shown_in(definition))),
    )
    return explained(definition, library=known)


@router.get("/{journey}/{version}/changes", summary="Compare a version with an earlier one", responses=responses(401, 403, 404, 422))
async def compare(journey: str, version: Version, who: Reader, house: House, since: Since) -> Comparison:
    """What is different, by meaning, and what each difference does to the people who are in the journey."""
    after = await _found(house, who, journey, version)
    before = await _found(house, who, journey, since)
    return compared(before, after)


async def _found(house: House, who: Who, journey: str, version: int) -> Definition:
    row = await house.definitions.find(journey, version, now=house.clock.now())
    return standing.seen(row, who).definition


async def _arranged(definition: Definition, house: House) -> Layout:
    """In a thread: a large journey takes long enough to keep other requests waiting."""
    return await run_in_threadpool(lambda: house.arrange(picture(definition)))
