"""The house from the command line: reads versions of journeys, and acts on them as a user who is named. Whoever may run it holds the keys already, so
nobody signs in; a role does what it does in the API and no more, and a signature needs its PIN."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncEngine

from api.idempotency import Once
from api.paging import MOST, Cursor, Slice
from api.ports import Acted, AskedRelease, AskedSignature
from api.ports.safety import Told
from api.rows import ActRow, Unclean, VersionRow
from api.schemas.operations import MigrationPreview, PlanMigration
from api.who import DOERS, Role, Who
from journeys.definitions import ContentRef
from journeys.lifecycle import Act
from journeys.linting import lint_text
from journeys.loading import Finding
from journeys.means import Means
from journeys.signatures import Meaning, Party
from journeys.versions import RELEASED, VersionState
from orchestrator import settings
from orchestrator.clock import JourneyClock, wall_clock
from orchestrator.means import means_of
from orchestrator.store import audit, pins
from orchestrator.store.desk.definitions import StoredDefinitions
from orchestrator.store.desk.lifecycles import StoredLifecycles
from orchestrator.store.desk.migrations import StoredMigrating, StoredMigrations
from orchestrator.store.desk.safety import StoredSafety
from orchestrator.store.desk.users import StoredUsers
from orchestrator.store.desk.words import allow
from orchestrator.store.engine import make_engine, reach, transaction
from orchestrator.store.errors import StoreError, UserUnsuitableError
from orchestrator.store.migrations import require_migrated
from orchestrator.typed_safety import Typed

T = TypeVar("T")


class ActRefusedError(StoreError):
    """An act was not done. The message says why and, line by line, what the linter found."""


class House:
    """What the commands on journeys and users need of the house. Every act raises ActRefusedError or UserUnsuitableError where it is not done."""

    def __init__(self, engine: AsyncEngine, means: Means, clock: JourneyClock) -> None:
        self._engine, self._now = engine, clock.now()
        self._definitions, self._lives = StoredDefinitions(engine), StoredLifecycles(engine, means, migrating=StoredMigrating(clock.pace))
        self._migrations, self._safety = StoredMigrations(engine), StoredSafety(engine)

    async def every(self, *, journey: str | None, states: frozenset[VersionState]) -> list[VersionRow]:
        """The versions in these states, by journey, the latest first."""
        rows: list[VersionRow] = []
        after: Cursor | None = None
        while True:
            cut = Slice(MOST, after)
            batch = await self._definitions.page(journey=journey, states=states, product=None, persona=None, now=self._now, cut=cut)
            rows += batch.rows
            if batch.next is None:
                return rows
            after = batch.next

    async def find(self, ref: ContentRef) -> VersionRow:
        """A version. Raises ActRefusedError where there is none."""
        return _good(await self._definitions.find(ref.id, ref.version, now=self._now), ref)

    async def history(self, ref: ContentRef) -> tuple[ActRow, ...]:
        """Everything that was done with a version."""
        return await self._definitions.history(ref.id, ref.version)

    async def draft(self, as_: str, text: str, *, name: str, replace: bool, why: Typed) -> tuple[VersionRow, tuple[Finding, ...]]:
        """Put a text on record as a draft, or in the place of the one that is, with what the linter says of it."""
        who = await self._somebody(as_, Act.REPLACE if replace else Act.DRAFT)
        once = await self._heard(who, why)
        judged = lint_text(text, name=name, library=await self._definitions.library(), now=self._now)
        if judged.definition is None:
            raise _unclean(judged.findings)
        ref = ContentRef(judged.definition.journey, judged.definition.version)
        write = self._lives.replace if replace else self._lives.draft
        return _good(await write(who, judged.definition, source=text, reason=why.words, once=once, now=self._now), ref), judged.findings

    async def act(self, as_: str, ref: ContentRef, act: Act, *, why: Typed) -> VersionRow:
        """Submit, send back, withdraw, drain or retire."""
        who = await self._somebody(as_, act)
        once = await self._heard(who, why)
        return _good(await self._lives.act(who, ref.id, ref.version, act, reason=why.words, once=once, now=self._now), ref)

    async def sign(self, as_: str, ref: ContentRef, *, party: Party, meaning: Meaning | None, digest: str, pin: str) -> VersionRow:
        """Sign what was read under this digest."""
        who = await self._somebody(as_, Act.SIGN)
        asked = AskedSignature(party=party, meaning=meaning, digest=digest, pin=pin)
        return _good(await self._lives.sign(who, ref.id, ref.version, asked, once=_once(who), now=self._now), ref)

    async def foresee(self, ref: ContentRef, mapping: Mapping[str, str]) -> tuple[tuple[int, MigrationPreview], ...]:
        """Who would move where if a version were published with `migrate`: a preview for each earlier version that was released."""
        earlier = [row.life.version for row in await self.every(journey=ref.id, states=RELEASED) if row.life.version < ref.version]
        await self.find(ref)
        plans = [PlanMigration(journey=ref.id, source=source, target=ref.version, mapping=dict(mapping)) for source in sorted(earlier)]
        return tuple([(plan.source, await self._migrations.preview(plan)) for plan in plans])

    async def publish(self, as_: str, ref: ContentRef, asked: AskedRelease, *, why: Typed) -> VersionRow:
        """Put a signed version in force."""
        who = await self._somebody(as_, Act.PUBLISH)
        once = await self._heard(who, why)
        return _good(await self._lives.publish(who, ref.id, ref.version, asked, reason=why.words, once=once, now=self._now), ref)

    async def set_pin(self, user_id: str, pin: str) -> str:
        """Give a user a signing PIN, and return the user's name. Raises UserUnsuitableError."""
        user = await StoredUsers(self._engine).find(user_id)
        if user is None:
            raise UserUnsuitableError(user_id, wanted="an active user")
        async with transaction(self._engine) as session:
            await pins.set_pin(session, user.id, pin, by=pins.By(audit.HOUSE, audit.SYSTEM, self._now, wall_clock()))
        return user.name

    async def _heard(self, who: Who, why: Typed) -> Once:
        """Keep the answer to the adverse-event question before anything else is made of the words, and refuse those that may not be used. What is done with
        them is done under what this returns."""
        once = _once(who)
        await self._safety.told(who, Told(report=f"command:{once.key}", answer=why.safety, words=(why.words,)), once=once, now=self._now)
        await allow(self._engine, who, why.words)
        return once

    async def _somebody(self, user_id: str, act: Act) -> Who:
        found = await StoredUsers(self._engine).find(user_id)
        if found is None or Role(found.role) not in DOERS[act]:
            raise UserUnsuitableError(user_id, wanted=f"an active user who may {act.replace('_', ' ')}: {', '.join(sorted(DOERS[act]))}")
        return Who(found.id, Role(found.role))


def in_the_house(work: Callable[[House], Awaitable[T]]) -> T:
    """Do it on the database that the settings name. Raises StoreError."""
    return asyncio.run(_opened(settings.load(), work))


async def _opened(given: settings.Settings, work: Callable[[House], Awaitable[T]]) -> T:
    engine = make_engine(given.database_url.get_secret_value())
    try:
        await reach(engine)
        await require_migrated(engine)
        return await work(House(engine, means_of(given), JourneyClock.of(given)))
    finally:
        await engine.dispose()


def _once(who: Who) -> Once:
    """A command that is typed is a request of its own."""
    return Once(who.id, uuid4().hex, "command line")


def _good(answer: Acted | None, ref: ContentRef) -> VersionRow:
    match answer:
        case VersionRow():
            return answer
        case None:
            raise ActRefusedError(f"There is no version {ref}.")
        case Unclean(findings=findings):
            raise _unclean(findings)
        case _:
            allowed = f" ({', '.join(answer.allowed)})" if answer.allowed else ""
            raise ActRefusedError(f"{answer.code}: {answer.detail}{allowed}")


def _unclean(findings: tuple[Finding, ...]) -> ActRefusedError:
    return ActRefusedError("\n".join([*map(str, findings), "The journey has errors: mend them first."]))
