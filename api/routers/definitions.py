"""Journey definitions: what there is, where each version stands, and what is wrong with a text."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from starlette.concurrency import run_in_threadpool

from api import standing
from api.house import House
from api.paging import Slice, asked, page
from api.problems import responses
from api.schemas.definitions import DefinitionLine, DefinitionRead, LintReport, LintText
from api.schemas.shapes import Page
from api.security import only
from api.who import REVIEWERS, Role, Who
from journeys.drawing import mermaid
from journeys.linting import lint_text
from journeys.shapes import Slug, StepId
from journeys.versions import RELEASED, VersionState

router = APIRouter(prefix="/definitions", tags=["definitions"])

Reader = Annotated[Who, Depends(only(Role.REP, *REVIEWERS))]
Linter = Annotated[Who, Depends(only(*REVIEWERS))]
Version = Annotated[int, Path(ge=1, le=2**31 - 1)]
_LIVING = frozenset(VersionState) - {VersionState.RETIRED, VersionState.WITHDRAWN}


@router.get("", summary="List definitions", responses=responses(401, 403, 422))
async def list_definitions(
    who: Reader,
    house: House,
    cut: Annotated[Slice, Depends(asked)],
    state: Annotated[list[VersionState] | None, Query(description="In one of these states; all but retired and withdrawn, where none is named.")] = None,
    journey: Annotated[StepId | None, Query(description="Of this journey only.")] = None,
    product: Annotated[Slug | None, Query(description="Of this product only.", examples=["cardiolex"])] = None,
    persona: Annotated[Slug | None, Query(description="For this persona only.", examples=["pioneer"])] = None,
) -> Page[DefinitionLine]:
    """Versions by journey, the latest first. Reps see those that are or were published."""
    states = (frozenset(state) if state else _LIVING) & (RELEASED if who.role is Role.REP else frozenset(VersionState))
    found = await house.definitions.page(journey=journey, states=states, product=product, persona=persona, now=house.clock.now(), cut=cut)
    return page(found, standing.line)


@router.get("/{journey}", summary="Read the version in effect", responses=responses(401, 403, 404))
async def read_latest(journey: str, who: Reader, house: House) -> DefinitionRead:
    """The version that an HCP enters now, else the latest that was published, with its picture and its signatures."""
    return await standing.read(house, who, await house.definitions.find(journey, None, now=house.clock.now()))


@router.get("/{journey}/{version}", summary="Read a version", responses=responses(401, 403, 404, 422))
async def read_version(journey: str, version: Version, who: Reader, house: House) -> DefinitionRead:
    """One version with its picture, its signatures, who must still sign, and what you may do with it now."""
    return await standing.read(house, who, await house.definitions.find(journey, version, now=house.clock.now()))


@router.post("/lint", summary="Lint a text", responses=responses(401, 403, 422))
async def lint(body: LintText, _: Linter, house: House) -> LintReport:
    """What is wrong with a journey's text, with line and column and a suggestion. Nothing is stored."""
    library, now = await house.definitions.library(), house.clock.now()
    result = await run_in_threadpool(lambda: lint_text(body.text, name=body.name, library=library, now=now))
    picture = mermaid(result.definition) if result.definition is not None else None
    return LintReport(ok=result.ok, findings=standing.findings(result.findings), mermaid=picture)
