"""The life of versions in a house of dictionaries: the pure life cycle over the world's versions, with the linter and the PINs of the test."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from api.idempotency import Once
from api.paging import Batch, Slice
from api.ports import Acted, AskedRelease, AskedSignature
from api.rows import ActRow, Unclean, VersionRow
from api.who import Who
from journeys import lifecycle as life
from journeys.admission import in_effect
from journeys.definitions import Definition
from journeys.library import Library
from journeys.lifecycle import Act, Refusal, Refused
from journeys.linting import lint_text
from journeys.personas import Persona
from journeys.signatures import Meaning
from journeys.versions import RELEASED, Version, VersionState
from tests.api.slicing import sliced

if TYPE_CHECKING:
    from tests.api.fakes import World


def a_row(definition: Definition, source: str, *, now: datetime, world: "World", **changes: Any) -> VersionRow:
    """A version as it is drafted, unless told otherwise."""
    told: dict[str, Any] = {"journey": definition.journey, "version": definition.version, "digest": definition.digest, "markets": definition.markets}
    version = Version(**{**told, "authors": ("user-marketing",), **changes})
    return VersionRow(definition, source, version, world.policies, now, None, None, None, 0)


class FakeDefinitions:
    def __init__(self, world: "World") -> None:
        self.world = world

    async def page(
        self, *, journey: str | None, states: frozenset[VersionState], product: str | None, persona: str | None, now: datetime, cut: Slice
    ) -> Batch[VersionRow]:
        rows = [row for row in self.world.definitions.values() if row.life.state in states and journey in {None, row.life.journey}]
        rows = [row for row in rows if product in {None, row.definition.product} and persona in {None, row.definition.persona}]
        return sliced(sorted(rows, key=lambda row: (row.life.journey, -row.life.version)), cut)

    async def find(self, journey: str, version: int | None, *, now: datetime) -> VersionRow | None:
        if version is not None:
            return self.world.definitions.get((journey, version))
        rows = {row.life.version: row for row in self.world.definitions.values() if row.life.journey == journey and row.life.state in RELEASED}
        entered = in_effect((row.life for row in rows.values()), now)
        return rows[entered.version if entered else max(rows)] if rows else None

    async def history(self, journey: str, version: int) -> tuple[ActRow, ...]:
        return tuple(act for key, act in self.world.acts_of_versions if key == (journey, version))

    async def read(self, keys: Sequence[tuple[str, int]]) -> Mapping[tuple[str, int], Definition]:
        return {key: self.world.definitions[key].definition for key in keys if key in self.world.definitions}

    async def personas(self) -> Mapping[str, Persona]:
        return self.world.personas

    async def library(self) -> Library:
        return self.world.library


class FakeLifecycles:
    def __init__(self, world: "World") -> None:
        self.world = world

    async def draft(self, who: Who, definition: Definition, *, source: str, reason: str, once: Once, now: datetime) -> Acted:
        key = (definition.journey, definition.version)
        if key in self.world.definitions:
            return Refused(code=Refusal.VERSION_EXISTS, detail="It is on record.")
        row = a_row(definition, source, now=now, world=self.world, authors=(who.id,))
        return self._keep(who, "drafted", row, row.life, reason, now)

    async def replace(self, who: Who, definition: Definition, *, source: str, reason: str, once: Once, now: datetime) -> Acted | None:
        row = self.world.definitions.get((definition.journey, definition.version))
        if row is None:
            return None
        step = life.Replace(by=who.id, digest=definition.digest, markets=definition.markets)
        return self._do(who, replace(row, definition=definition, source=source), step, reason, now)

    async def act(self, who: Who, journey: str, version: int, act: Act, *, reason: str, once: Once, now: datetime) -> Acted | None:
        row = self.world.definitions.get((journey, version))
        if row is None:
            return None
        if act is Act.SUBMIT and (found := self._errors(row, now)) is not None:
            return found
        steps: dict[Act, life.Step] = {
            Act.SUBMIT: life.Submit(),
            Act.SEND_BACK: life.SendBack(),
            Act.WITHDRAW: life.Withdraw(),
            Act.DRAIN: life.Drain(since=now, now=now),
            Act.RETIRE: life.Retire(open_runs=row.open_runs),
        }
        return self._do(who, row, steps[act], reason, now)

    async def sign(self, who: Who, journey: str, version: int, asked: AskedSignature, *, once: Once, now: datetime) -> Acted | None:
        row = self.world.definitions.get((journey, version))
        if row is None:
            return None
        meaning = asked.meaning or (Meaning.AUTHORSHIP if who.id in row.life.authors else Meaning.APPROVAL)
        name = self.world.users[who.id].name
        step = life.Sign(by=who.id, name=name, parties=who.parties, party=asked.party, meaning=meaning, digest=asked.digest, at=now)
        if self.world.pins.get(who.id) != asked.pin:
            return Refused(code=Refusal.PIN_WRONG, detail="Not the PIN.")
        return self._do(who, row, step, meaning, now)

    async def publish(self, who: Who, journey: str, version: int, asked: AskedRelease, *, reason: str, once: Once, now: datetime) -> Acted | None:
        row = self.world.definitions.get((journey, version))
        if row is None:
            return None
        released = [each.life.version for each in self.world.definitions.values() if each.life.journey == journey and each.life.state in RELEASED]
        told: dict[str, Any] = {"running": asked.running, "mapping": dict(asked.mapping), "can_migrate": True}
        step = life.Publish(digest=row.definition.digest, effective_from=asked.since or now, now=now, latest=max(released, default=None), **told)
        return self._do(who, replace(row, running=asked.running, published_by=who.id, published_at=now), step, reason, now)

    def _errors(self, row: VersionRow, now: datetime) -> Unclean | None:
        judged = lint_text(row.source, name="journey.yaml", library=self.world.library, now=now)
        return None if judged.ok else Unclean(judged.findings)

    def _do(self, who: Who, row: VersionRow, step: life.Step, reason: str, now: datetime) -> Acted:
        after = life.perform(row.life, step, row.policies)
        return after if isinstance(after, Refused) else self._keep(who, type(step).__name__.lower(), row, after, reason, now)

    def _keep(self, who: Who, what: str, row: VersionRow, after: Version, reason: str, now: datetime) -> VersionRow:
        key = (after.journey, after.version)
        self.world.definitions[key] = replace(row, life=after)
        self.world.acts_of_versions.append((key, ActRow(f"definition.{what}", who.id, None, who.role, reason, now)))
        self.world.audit.append((who.id, f"definition.{what}"))
        return self.world.definitions[key]
