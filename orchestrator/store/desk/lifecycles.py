"""The acts of a version's life as the front desk does them: each in one transaction, once under its request."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

from api.idempotency import Once
from api.ports import Acted, AskedRelease, AskedSignature
from api.who import Who
from journeys.definitions import Definition
from journeys.lifecycle import Act, Sign
from journeys.means import Means
from journeys.signatures import Meaning
from orchestrator.clock import wall_clock
from orchestrator.store import lifecycles
from orchestrator.store.desk.versions import told
from orchestrator.store.engine import transaction
from orchestrator.store.lifecycles import Doing, Migrating, Outcome
from orchestrator.store.tables import DefinitionVersion, User


class StoredLifecycles:
    """`means` is what this installation has of what versions name. `real` is the wall clock, by which PINs are locked. Without `migrating` nobody can
    choose to migrate runs."""

    def __init__(self, engine: AsyncEngine, means: Means, *, real: Callable[[], datetime] = wall_clock, migrating: Migrating | None = None) -> None:
        self._engine = engine
        self._means = means
        self._real = real
        self._migrating = migrating

    async def draft(self, who: Who, definition: Definition, *, source: str, reason: str, once: Once, now: datetime) -> Acted:
        async with transaction(self._engine) as session:
            return await _told(session, await lifecycles.draft(session, _doing(who, reason, once, now), definition, source=source))

    async def replace(self, who: Who, definition: Definition, *, source: str, reason: str, once: Once, now: datetime) -> Acted | None:
        async with transaction(self._engine) as session:
            outcome = await lifecycles.replace(session, _doing(who, reason, once, now), definition, source=source)
            return await _told(session, outcome) if outcome is not None else None

    async def act(self, who: Who, journey: str, version: int, act: Act, *, reason: str, once: Once, now: datetime) -> Acted | None:
        doing, key = _doing(who, reason, once, now), (journey, version)
        async with transaction(self._engine) as session:
            outcome = await (lifecycles.submit(session, doing, key) if act is Act.SUBMIT else lifecycles.step(session, doing, key, act))
            return await _told(session, outcome) if outcome is not None else None

    async def sign(self, who: Who, journey: str, version: int, asked: AskedSignature, *, once: Once, now: datetime) -> Acted | None:
        doing = Doing(id=once.id("signature"), by=who.id, role=who.role, why="", now=now)
        async with transaction(self._engine) as session:
            signing = await _signing(session, who, journey, version, asked, now)
            outcome = await lifecycles.sign(session, doing, (journey, version), signing, pin=asked.pin, real=self._real())
            return await _told(session, outcome) if outcome is not None else None

    async def publish(self, who: Who, journey: str, version: int, asked: AskedRelease, *, reason: str, once: Once, now: datetime) -> Acted | None:
        doing = _doing(who, reason, once, now)
        async with transaction(self._engine) as session:
            outcome = await lifecycles.publish(session, doing, (journey, version), asked, migrating=self._migrating, means=self._means)
            return await _told(session, outcome) if outcome is not None else None


def _doing(who: Who, reason: str, once: Once, now: datetime) -> Doing:
    return Doing(id=once.id("act"), by=who.id, role=who.role, why=reason, now=now)


async def _signing(session: AsyncSession, who: Who, journey: str, version: int, asked: AskedSignature, now: datetime) -> Sign:
    user = await session.get_one(User, who.id)
    row = await session.get(DefinitionVersion, (journey, version))
    usual = Meaning.AUTHORSHIP if row is not None and who.id in row.authors else Meaning.APPROVAL
    return Sign(by=who.id, name=user.name, parties=who.parties, party=asked.party, meaning=asked.meaning or usual, digest=asked.digest, at=now)


async def _told(session: AsyncSession, outcome: Outcome) -> Acted:
    if not isinstance(outcome, DefinitionVersion):
        return outcome
    await session.flush()
    (row,) = await told(session, [outcome])
    return row
