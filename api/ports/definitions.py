"""Versions of journeys: what there is of them, and the acts of their lives."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from api.idempotency import Once
from api.paging import Batch, Slice
from api.rows import ActRow, Unclean, VersionRow
from api.who import Who
from journeys.definitions import Definition
from journeys.drawing import Layout, Picture
from journeys.library import Library
from journeys.lifecycle import Act, Running
from journeys.lifecycle import Refused as ActRefused
from journeys.personas import Persona
from journeys.signatures import Meaning, Party
from journeys.versions import VersionState


class Definitions(Protocol):
    """Versions of journeys as they are read. Whoever looks at one sees what time has brought to it until `now`."""

    async def page(
        self, *, journey: str | None, states: frozenset[VersionState], product: str | None, persona: str | None, now: datetime, cut: Slice
    ) -> Batch[VersionRow]:
        """The versions in these states, by journey, latest version first."""
        ...

    async def find(self, journey: str, version: int | None, *, now: datetime) -> VersionRow | None:
        """A version; where none is named the one that an HCP enters now, else the latest that was published."""
        ...

    async def history(self, journey: str, version: int) -> tuple[ActRow, ...]:
        """Every act of the version's life with its reason, the first one first."""
        ...

    async def read(self, keys: Sequence[tuple[str, int]]) -> Mapping[tuple[str, int], Definition]:
        """The definitions of several versions at once. Published ones never change, so the store may keep them at hand."""
        ...

    async def personas(self) -> Mapping[str, Persona]:
        """The personas of the library as last imported, by id."""
        ...

    async def library(self) -> Library:
        """What a text is judged against: the library as runs meet it now."""
        ...


@dataclass(frozen=True, kw_only=True)
class AskedSignature:
    """What somebody asks to sign: for whom, in which capacity, which text, and the PIN that proves who asks."""

    party: Party
    meaning: Meaning | None
    """None: authorship for an author, approval for anybody else."""
    digest: str
    pin: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class AskedRelease:
    """How a version is to be put in force."""

    since: datetime | None = None
    """From when HCPs may enter; now, where it is None."""
    running: Running | None = None
    """What becomes of those who are in earlier versions."""
    mapping: Mapping[str, str] = field(default_factory=dict)
    """Where those go who migrate and whose step is gone."""
    plan: Mapping[str, str] = field(default_factory=dict)
    """What comes after each content whose approval ends soon: a version, or `acknowledged`."""


Acted = VersionRow | ActRefused | Unclean
"""The version after the act, or why the act was not done."""


class Lifecycles(Protocol):
    """The acts of a version's life, each in one transaction with its audit line, and once under its request. None: there is no such version."""

    async def draft(self, who: Who, definition: Definition, *, source: str, reason: str, once: Once, now: datetime) -> Acted: ...

    async def replace(self, who: Who, definition: Definition, *, source: str, reason: str, once: Once, now: datetime) -> Acted | None:
        """Give a draft another text."""
        ...

    async def act(self, who: Who, journey: str, version: int, act: Act, *, reason: str, once: Once, now: datetime) -> Acted | None:
        """Submit, send back, withdraw, drain or retire."""
        ...

    async def sign(self, who: Who, journey: str, version: int, asked: AskedSignature, *, once: Once, now: datetime) -> Acted | None: ...

    async def publish(self, who: Who, journey: str, version: int, asked: AskedRelease, *, reason: str, once: Once, now: datetime) -> Acted | None:
        """Put a signed version in force."""
        ...


Arrange = Callable[[Picture], Layout]
"""Finds the places of a picture. The same picture gets the same places."""
