"""Journey definitions: what is in force, what is wrong with a text, and publishing from the library."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from starlette.concurrency import run_in_threadpool

from api.codes import Code
from api.house import House, Shelf
from api.paging import Slice, asked, page
from api.problems import Problem, responses, unknown
from api.rows import PublishedDefinition
from api.schemas.definitions import DefinitionLine, DefinitionRead, FindingLine, LintReport, LintText, Publish, PublishReport
from api.schemas.shapes import Page
from api.security import only
from api.who import Role, Who
from journeys.drawing import mermaid
from journeys.library import Library, LibraryError
from journeys.linting import LintResult, lint_text
from journeys.loading import Finding

router = APIRouter(prefix="/definitions", tags=["definitions"])

Reader = Annotated[Who, Depends(only(Role.REP, Role.MARKETING, Role.MEDICAL, Role.COMPLIANCE, Role.ADMIN))]
Linter = Annotated[Who, Depends(only(Role.MARKETING, Role.MEDICAL, Role.COMPLIANCE, Role.ADMIN))]
Publisher = Annotated[Who, Depends(only(Role.MARKETING, Role.ADMIN))]
Version = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("", summary="List definitions", responses=responses(401, 403, 422))
async def list_definitions(_: Reader, house: House, cut: Annotated[Slice, Depends(asked)]) -> Page[DefinitionLine]:
    """Every published version, by journey, the latest version first."""
    return page(await house.definitions.page(cut=cut), _line)


@router.get("/{journey}", summary="Read the latest version", responses=responses(401, 403, 404))
async def read_latest(journey: str, _: Reader, house: House) -> DefinitionRead:
    """The latest published version of a journey, with its picture."""
    return _read(await house.definitions.find(journey, None))


@router.get("/{journey}/{version}", summary="Read a version", responses=responses(401, 403, 404, 422))
async def read_version(journey: str, version: Version, _: Reader, house: House) -> DefinitionRead:
    """One published version of a journey, with its picture."""
    return _read(await house.definitions.find(journey, version))


@router.post("/lint", summary="Lint a text", responses=responses(401, 403, 422))
async def lint(body: LintText, _: Linter, house: House, shelf: Shelf) -> LintReport:
    """What is wrong with a journey's text, with line and column and a suggestion. Nothing is stored."""
    result = await run_in_threadpool(lambda: lint_text(body.text, name=body.name, library=shelf(), now=house.clock.now()))
    picture = mermaid(result.definition) if result.definition is not None else None
    return LintReport(ok=result.ok, findings=_findings(result.findings), mermaid=picture)


@router.post("/publish", summary="Publish from the library", responses=responses(401, 403, 404, 409, 422))
async def publish(body: Publish, who: Publisher, house: House, shelf: Shelf) -> PublishReport:
    """Put the library's text of a journey in force under its version, which never changes afterwards. Publishing it again changes nothing."""
    source, result = await run_in_threadpool(_judge, body.journey, shelf, house)
    known = await house.definitions.find(body.journey, result.definition.version) if result.definition is not None else None
    if known is not None and result.definition is not None and known.digest == result.definition.digest:
        # What is in force stays so, also after its content has expired: people are on it.
        return PublishReport(result="unchanged", definition=_line(known), findings=_findings(result.findings))
    if not result.ok or result.definition is None:
        raise _unclean(result.findings)
    published = await house.definitions.publish(who, result.definition, source=source, now=house.clock.now())
    if published.result == "conflict":
        name = f"{body.journey} version {result.definition.version}"
        raise Problem(Code.VERSION_EXISTS, f"{name} is published with another meaning. Raise `version` in the library to publish this text.")
    return PublishReport(result=published.result, definition=_line(published.on_record), findings=_findings(result.findings))


def _judge(journey: str, shelf: Shelf, house: House) -> tuple[str, LintResult]:
    library = _open(shelf)
    source = library.strategy_texts.get(journey)
    if source is None and library.findings:
        raise _unclean(library.findings)
    if source is None:
        raise unknown("journey in the library")
    return source, lint_text(source, name=f"{journey}.yaml", library=library, now=house.clock.now())


def _open(shelf: Shelf) -> Library:
    try:
        return shelf()
    except LibraryError as broken:
        raise _unclean(broken.findings) from None


def _unclean(findings: tuple[Finding, ...]) -> Problem:
    return Problem(Code.NOT_LINT_CLEAN, "The journey has errors: mend them, then publish.", findings=[found.model_dump() for found in _findings(findings)])


def _findings(findings: tuple[Finding, ...]) -> tuple[FindingLine, ...]:
    return tuple(FindingLine.model_validate(found) for found in findings)


def _line(row: PublishedDefinition) -> DefinitionLine:
    return DefinitionLine(**_told(row))


def _read(row: PublishedDefinition | None) -> DefinitionRead:
    if row is None:
        raise unknown("published definition")
    body = row.definition.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return DefinitionRead(**_told(row), body=body, source=row.source, mermaid=mermaid(row.definition))


def _told(row: PublishedDefinition) -> dict[str, Any]:
    definition = row.definition
    named = ("journey", "version", "title", "persona", "markets", "product", "purpose", "priority")
    return {name: getattr(definition, name) for name in named} | {
        "digest": row.digest,
        "published_by": row.published_by,
        "published_at": row.published_at,
    }
