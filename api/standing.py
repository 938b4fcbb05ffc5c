"""Tells where a version of a journey stands, to whoever asks: its signatures, who must still sign, and what the asker may do with it now."""

from typing import Any

from starlette.concurrency import run_in_threadpool

from api.codes import Code
from api.ports import Acted, Ports
from api.problems import Problem, act_refused, unknown
from api.rows import Unclean, VersionRow
from api.schemas.definitions import ActLine, DefinitionLine, DefinitionRead, DefinitionStanding, FindingLine, SignatureLine
from api.who import REVIEWERS, Who
from journeys.definitions import Definition
from journeys.drawing import mermaid
from journeys.lifecycle import Act, acts_in
from journeys.linting import lint_text
from journeys.loading import Finding
from journeys.signatures import Party
from journeys.versions import RELEASED, current, missing, required, unknown_markets


def line(row: VersionRow) -> DefinitionLine:
    """A version as it is listed."""
    return DefinitionLine(**_listed(row))


def standing(row: VersionRow, who: Who) -> DefinitionStanding:
    """A version as it stands for this user."""
    return DefinitionStanding(**_standing(row, who))


def seen(row: VersionRow | None, who: Who) -> VersionRow:
    """A version that this user may look at. Raises Problem where there is none, or none yet for those who do not review."""
    if row is None or (who.role not in REVIEWERS and row.life.state not in RELEASED):
        raise unknown("definition")
    return row


async def read(house: Ports, who: Who, row: VersionRow | None) -> DefinitionRead:
    """A version with all that is known of it. Raises Problem as `seen` does."""
    row = seen(row, who)
    acts = await house.definitions.history(row.life.journey, row.life.version) if who.role in REVIEWERS else ()
    body = row.definition.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    history = tuple(ActLine.model_validate(act) for act in acts)
    return DefinitionRead(**_standing(row, who), body=body, source=row.source, mermaid=mermaid(row.definition), history=history)


def acted(done: Acted, who: Who) -> DefinitionStanding:
    """The version after an act. Raises Problem where the act was not done."""
    match done:
        case VersionRow():
            return standing(done, who)
        case Unclean():
            raise unclean(done.findings)
        case _:
            raise act_refused(done)


async def judged(house: Ports, text: str) -> tuple[Definition, tuple[FindingLine, ...]]:
    """A text as a definition, with what the linter says of it. Raises Problem where it is not even well formed."""
    library, now = await house.definitions.library(), house.clock.now()
    result = await run_in_threadpool(lambda: lint_text(text, name="journey.yaml", library=library, now=now))
    if result.definition is None:
        raise unclean(result.findings)
    return result.definition, findings(result.findings)


def unclean(found: tuple[Finding, ...]) -> Problem:
    """The problem of a text with errors."""
    return Problem(Code.NOT_LINT_CLEAN, "The journey has errors: mend them first.", findings=[one.model_dump() for one in findings(found)])


def findings(found: tuple[Finding, ...]) -> tuple[FindingLine, ...]:
    """What the linter found, as it is told."""
    return tuple(FindingLine.model_validate(one) for one in found)


def _listed(row: VersionRow) -> dict[str, Any]:
    said = ("journey", "version", "title", "persona", "markets", "product", "purpose", "priority")
    lived = ("digest", "state", "authors", "effective_from", "drains_from")
    kept = ("created_at", "published_by", "published_at", "running", "open_runs")
    return {
        **{name: getattr(row.definition, name) for name in said},
        **{name: getattr(row.life, name) for name in lived},
        **{name: getattr(row, name) for name in kept},
        "required": required(row.life, row.policies),
        "missing": missing(row.life, row.policies),
    }


def _standing(row: VersionRow, who: Who) -> dict[str, Any]:
    mine = _may_sign_for(row, who)
    return _listed(row) | {
        "signatures": tuple(SignatureLine.model_validate(given) for given in current(row.life)),
        "no_policy": unknown_markets(row.life, row.policies),
        "may": tuple(act for act in acts_in(row.life.state) if who.may(act) and _possible(act, row, mine)),
        "may_sign_for": mine,
    }


def _may_sign_for(row: VersionRow, who: Who) -> tuple[Party, ...]:
    if Act.SIGN not in acts_in(row.life.state) or any(given.by == who.id for given in current(row.life)):
        return ()
    return tuple(party for party in missing(row.life, row.policies) if party in who.parties)


def _possible(act: Act, row: VersionRow, mine: tuple[Party, ...]) -> bool:
    """Whether the state of things, beside the version's own, lets it be done."""
    blocked = bool(unknown_markets(row.life, row.policies))
    match act:
        case Act.SIGN:
            return bool(mine) and not blocked
        case Act.SUBMIT:
            return not blocked
        case Act.PUBLISH:
            return not blocked and not missing(row.life, row.policies)
        case Act.RETIRE:
            return not row.open_runs
        case _:
            return True
