"""The operators' desk from the command line: the same acts as in the API, by a user who is named, also while the API is away. What an act has to tell
runs lies in the outbox; a worker hands it over."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from datetime import datetime
from typing import Annotated, TypeVar
from uuid import uuid4

import typer
from sqlalchemy.ext.asyncio import AsyncEngine

from api.idempotency import Once
from api.paging import Batch, Slice
from api.ports.safety import Told
from api.schemas.safety import NothingToReport, SafetyAnswer, SafetyReport
from api.who import Role, Who
from journeys.safety import SafetyKind
from orchestrator import settings
from orchestrator.clock import JourneyClock
from orchestrator.store.desk.definitions import StoredDefinitions
from orchestrator.store.desk.firewall import StoredFirewall
from orchestrator.store.desk.halts import StoredHalts
from orchestrator.store.desk.judgements import StoredJudgements
from orchestrator.store.desk.migrations import StoredMigrations
from orchestrator.store.desk.operations import StoredOperations
from orchestrator.store.desk.people import StoredPeople
from orchestrator.store.desk.remarks import StoredRemarks
from orchestrator.store.desk.repairs import StoredRepairs
from orchestrator.store.desk.safety import StoredSafety
from orchestrator.store.desk.users import StoredUsers
from orchestrator.store.engine import make_engine, reach
from orchestrator.store.errors import StoreError, UserUnsuitableError
from orchestrator.store.migrations import require_migrated
from orchestrator.store.safety_watch import SafetyWatch
from orchestrator.store.unknowns import StoredUnknowns
from orchestrator.store.watch import StoredWatch

T = TypeVar("T")

STEERING = frozenset({Role.SALES, Role.MARKETING, Role.COMPLIANCE, Role.ADMIN})
CHANGING = frozenset({Role.MARKETING, Role.ADMIN})

PAGE = 100

_NONE = "none"


def _known(heard: str) -> str:
    if heard not in {_NONE, *SafetyKind}:
        raise typer.BadParameter(f"one of {_NONE}, {', '.join(SafetyKind)}")
    return heard


Heard = Annotated[
    str,
    typer.Option(
        "--safety",
        callback=_known,
        prompt="Does the remark tell of an adverse event, a product complaint or the like? none, or what it is",
        help="The answer to the adverse-event question about the remark: none, or what it tells of, which opens a safety case.",
    ),
]


class NotDoneError(StoreError):
    """An act was not done. The message says why."""


class Desk:
    """What the commands on running journeys need of the house."""

    def __init__(self, engine: AsyncEngine, clock: JourneyClock) -> None:
        self._engine = engine
        self.clock = clock
        self.halts, self.operations, self.migrations = StoredHalts(engine), StoredOperations(engine), StoredMigrations(engine)
        self.unknowns = StoredUnknowns(engine)
        self.definitions, self.repairs, self.watch = StoredDefinitions(engine), StoredRepairs(engine), StoredWatch(engine)
        self.people = StoredPeople(engine)
        self.firewall = StoredFirewall(engine)
        self.safety, self.safety_watch = StoredSafety(engine), SafetyWatch(engine)

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def judgements(self, channels: Collection[str]) -> StoredJudgements:
        """What the gate said and would say, where these channels are set up."""
        return StoredJudgements(self._engine, channels=channels)

    async def somebody(self, user_id: str, among: frozenset[Role]) -> Who:
        """The user who acts. Raises UserUnsuitableError where the role does not do this."""
        found = await StoredUsers(self._engine).find(user_id)
        if found is None or Role(found.role) not in among:
            raise UserUnsuitableError(user_id, wanted=f"an active user in one of the roles {', '.join(sorted(among))}")
        return Who(found.id, Role(found.role))

    async def remark(self, who: Who, words: str, once: Once, *, heard: SafetyAnswer) -> str:
        """Keep the words that were given as the reason, after the answer to the adverse-event question about them, and return their id."""
        await self.safety.told(who, Told(report=f"command:{once.key}", answer=heard, words=(words,)), once=once, now=self.now)
        return await StoredRemarks(self._engine).keep(who, words, side="commercial", once=once, now=self.now)


def answer(heard: str, remark: str) -> SafetyAnswer:
    """The answer to the adverse-event question as it was typed. What there is to report stands in the remark."""
    if heard == _NONE:
        return NothingToReport(answer="none")
    return SafetyReport(answer="yes", kind=SafetyKind(heard), words=remark)


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
