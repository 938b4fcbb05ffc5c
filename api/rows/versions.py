"""A version of a journey, what was done in its life, and why it cannot go on."""

from dataclasses import dataclass
from datetime import datetime

from journeys.definitions import Definition
from journeys.lifecycle import Running
from journeys.loading import Finding
from journeys.versions import Policies, Version


@dataclass(frozen=True)
class VersionRow:
    """One version of a journey: what it says, where its life stands, and how many runs are in it."""

    definition: Definition
    source: str
    life: Version
    policies: Policies
    """Whom the markets that have a policy ask to sign, as they stand now."""
    created_at: datetime
    published_by: str | None
    published_at: datetime | None
    running: Running | None
    open_runs: int


@dataclass(frozen=True)
class ActRow:
    """One act of a version's life. `reason` holds the words that were given, or a code where the act needs none."""

    action: str
    by: str
    name: str | None
    role: str
    reason: str | None
    at: datetime


@dataclass(frozen=True)
class Unclean:
    """A text that has errors: what the linter found."""

    findings: tuple[Finding, ...]
