"""Where one version of a journey stands: its state, its signatures, and who still has to sign.

It fails closed: a market without a policy takes no part in any step forward.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from journeys.shapes import Instant, Stored
from journeys.signatures import ALWAYS, Party, Signature

Policies = Mapping[str, Sequence[Party]]
"""The markets that have a policy, each with the parties it asks to sign."""


class VersionState(StrEnum):
    DRAFT = "draft"
    IN_REVIEW = "in_review"
    SIGNED = "signed"
    PUBLISHED = "published"
    DRAINING = "draining"
    RETIRED = "retired"
    WITHDRAWN = "withdrawn"


RELEASED = frozenset({VersionState.PUBLISHED, VersionState.DRAINING, VersionState.RETIRED})
"""What runs may be on. Such a version never changes."""


class Version(Stored):
    """Where one version of a journey stands."""

    journey: str
    version: int
    digest: str
    markets: tuple[str, ...]
    authors: tuple[str, ...]
    """Everybody whose hand is in the text, the first author first."""
    state: VersionState = VersionState.DRAFT
    round: int = 1
    """Which review this is, or will be: being sent back begins the next, in which no earlier signature counts."""
    signatures: tuple[Signature, ...] = ()
    """All that were ever given, those of earlier rounds too."""
    effective_from: Instant | None = None
    drains_from: Instant | None = None


def required(version: Version, policies: Policies) -> tuple[Party, ...]:
    """Who signs this version: the three who always do and whom any of its markets asks for. A market without a policy adds nobody and blocks all."""
    asked = {*ALWAYS, *(party for market in version.markets for party in policies.get(market, ()))}
    return tuple(party for party in Party if party in asked)


def unknown_markets(version: Version, policies: Policies) -> tuple[str, ...]:
    """The markets that have no policy."""
    return tuple(market for market in version.markets if market not in policies)


def current(version: Version) -> tuple[Signature, ...]:
    """The signatures that count: of this review, over this very text."""
    return tuple(given for given in version.signatures if (given.round, given.digest) == (version.round, version.digest))


def missing(version: Version, policies: Policies) -> tuple[Party, ...]:
    """Who still has to sign."""
    signed = {given.party for given in current(version)}
    return tuple(party for party in required(version, policies) if party not in signed)


def complete(version: Version, policies: Policies) -> bool:
    """Whether everybody has signed that must, somebody among them who is no author, for markets that all have a policy."""
    others = any(given.by not in version.authors for given in current(version))
    return others and not missing(version, policies) and not unknown_markets(version, policies)
