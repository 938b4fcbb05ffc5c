"""What a pause or a stop may cover: a journey, one version of it, a product, a market, a content, a territory, or one HCP."""

from enum import StrEnum

from journeys.definitions import ContentRef


class HaltKind(StrEnum):
    """A pause freezes runs until it is lifted; a stop ends them. Both keep touches back and turn new enrolments away while they hold."""

    PAUSE = "pause"
    STOP = "stop"


class Scope(StrEnum):
    JOURNEY = "journey"
    VERSION = "version"
    """`heart-failure-pioneer@3`."""
    PRODUCT = "product"
    MARKET = "market"
    CONTENT = "content"
    """`hf-dialogue`, or one version of it, `hf-dialogue@2`."""
    TERRITORY = "territory"
    HCP = "hcp"


Covered = tuple[Scope, str]
"""A scope and its value."""


def of_run(*, journey: str, version: int, product: str, market: str, territory: str | None, hcp: str) -> tuple[Covered, ...]:
    """Every scope in which a run lies, its contents apart."""
    named = ((Scope.JOURNEY, journey), (Scope.VERSION, f"{journey}@{version}"), (Scope.PRODUCT, product), (Scope.MARKET, market), (Scope.HCP, hcp))
    return (*named, (Scope.TERRITORY, territory)) if territory is not None else named


def of_content(ref: ContentRef) -> tuple[Covered, ...]:
    """Every scope in which a content lies."""
    return ((Scope.CONTENT, ref.id), (Scope.CONTENT, str(ref)))
