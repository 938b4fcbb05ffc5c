"""The operators' desk from the command line: the same acts as in the API, by a user who is named, also while the API is away. What an act has to tell
runs lies in the outbox; a worker hands it over."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime
from typing import TypeVar
from uuid import uuid4

import typer
from sqlalchemy.ext.asyncio import AsyncEngine

from api.idempotency import Once
from api.paging import Batch, Slice
from api.ports.safety import Told
from api.schemas.safety import SafetyAnswer
from api.who import Role, Who
from journeys.content import ContentVersion
from journeys.library import misplaced, unapproved
from journeys.loading import Loaded
from orchestrator import settings
from orchestrator.clock import JourneyClock
from orchestrator.store import audit
from orchestrator.store.crm.watching import StoredCrmWatch
from orchestrator.store.desk.contents import StoredContents
from orchestrator.store.desk.definitions import StoredDefinitions
from orchestrator.store.desk.evidence import StoredEvidence
from orchestrator.store.desk.firewall import StoredFirewall
from orchestrator.store.desk.halts import StoredHalts
from orchestrator.store.desk.judgements import StoredJudgements
from orchestrator.store.desk.migrations import StoredMigrations
from orchestrator.store.desk.operations import StoredOperations
from orchestrator.store.desk.people import StoredPeople
from orchestrator.store.desk.recalls import StoredRecalls
from orchestrator.store.desk.remarks import StoredRemarks
from orchestrator.store.desk.repairs import StoredRepairs
from orchestrator.store.desk.safety import StoredSafety
from orchestrator.store.desk.users import StoredUsers
from orchestrator.store.desk.words import allow
from orchestrator.store.engine import make_engine, reach, transaction
from orchestrator.store.errors import StoreError, UserUnsuitableError
from orchestrator.store.library import Publishing, publish_content
from orchestrator.store.migrations import require_migrated
from orchestrator.store.safety_watch import SafetyWatch
from orchestrator.store.shelf import library_in_force
from orchestrator.store.unknowns import StoredUnknowns
from orchestrator.store.watch import StoredWatch

T = TypeVar("T")

STEERING = frozenset({Role.SALES, Role.MARKETING, Role.COMPLIANCE, Role.ADMIN})
CHANGING = frozenset({Role.MARKETING, Role.ADMIN})

PAGE = 100


class NotDoneError(StoreError):
    """An act was not done. The message says why."""


class Desk:
    """What the commands on running journeys need of the house."""

    def __init__(self, engine: AsyncEngine, clock: JourneyClock) -> None:
        self.engine = engine
        self.clock = clock
        self.halts, self.operations, self.migrations = StoredHalts(engine), StoredOperations(engine), StoredMigrations(engine)
        self.unknowns = StoredUnknowns(engine)
        self.contents, self.recalls = StoredContents(engine), StoredRecalls(engine)
        self.definitions, self.repairs, self.watch = StoredDefinitions(engine), StoredRepairs(engine), StoredWatch(engine)
        self.people, self.evidence = StoredPeople(engine), StoredEvidence(engine)
        self.firewall = StoredFirewall(engine)
        self.safety, self.safety_watch = StoredSafety(engine), SafetyWatch(engine)
        self.crm = StoredCrmWatch(engine)

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def judgements(self, channels: Collection[str]) -> StoredJudgements:
        """What the gate said and would say, where these channels are set up."""
        return StoredJudgements(self.engine, channels=channels)

    async def somebody(self, user_id: str, among: frozenset[Role]) -> Who:
        """The user who acts. Raises UserUnsuitableError where the role does not do this."""
        found = await StoredUsers(self.engine).find(user_id)
        if found is None or Role(found.role) not in among:
            raise UserUnsuitableError(user_id, wanted=f"an active user in one of the roles {', '.join(sorted(among))}")
        return Who(found.id, Role(found.role))

    async def bring_in(self, loaded: Sequence[Loaded[ContentVersion]], *, by: Who | None) -> list[str]:
        """Bring in versions of content, all or none, and tell what came of each. Raises NotDoneError with everything that was found."""
        return await _bring_in(self.engine, loaded, by=by, now=self.now)

    async def remark(self, who: Who, words: str, once: Once, *, heard: SafetyAnswer) -> str:
        """Keep the words that were given as the reason, after the answer to the adverse-event question about them, and return their id. Raises
        RestrictedWordError, as the API refuses them."""
        await self.safety.told(who, Told(report=f"command:{once.key}", answer=heard, words=(words,)), once=once, now=self.now)
        await allow(self.engine, who, words)
        return await StoredRemarks(self.engine).keep(who, words, side="commercial", once=once, now=self.now)


async def _bring_in(engine: AsyncEngine, loaded: Sequence[Loaded[ContentVersion]], *, by: Who | None, now: datetime) -> list[str]:
    user, role = (by.id, by.role) if by is not None else (audit.HOUSE, audit.SYSTEM)
    async with transaction(engine) as session:
        markets = (await library_in_force(session)).markets
        read = [(each.document, each.value) for each in loaded if each.value is not None]
        found = [*(finding for each in loaded for finding in each.findings)]
        found += [finding for document, content in read for finding in (*misplaced(document, content), *unapproved(document, content, markets))]
        if found:
            raise NotDoneError("\n".join(map(str, found)))
        done = [await publish_content(session, content, now=now) for _, content in read]
        for each in done:
            if each.result is not Publishing.UNCHANGED:
                await audit.record(session, by=user, role=role, action=f"library.{each.result}", subject=each.subject, now=now)
    return [f"{each.result} {each.subject}" for each in done]


def once(who: Who) -> Once:
    """A command that is typed is a request of its own."""
    return Once(who.id, uuid4().hex, "command line")


async def every(ask: Callable[[Slice], Awaitable[Batch[T]]]) -> list[T]:
    """All rows of a list, page by page."""
    batch = await ask(Slice(PAGE))
    rows = list(batch.rows)
    while batch.next is not None:
        batch = await ask(Slice(PAGE, batch.next))
        rows += batch.rows
    return rows


def at_the_desk(work: Callable[[Desk], Awaitable[T]]) -> T:
    """Do it on the database that the settings name; what was foreseen becomes a message and exit code 1."""
    try:
        return asyncio.run(_opened(settings.load(), work))
    except StoreError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None


async def _opened(given: settings.Settings, work: Callable[[Desk], Awaitable[T]]) -> T:
    engine = make_engine(given.database_url.get_secret_value())
    try:
        await reach(engine)
        await require_migrated(engine)
        return await work(Desk(engine, JourneyClock.of(given)))
    finally:
        await engine.dispose()
