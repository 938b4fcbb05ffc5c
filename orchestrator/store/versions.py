"""Versions of journeys as rows: where each stands, what the calendar has brought to it, and whether it takes people now."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from journeys.admission import admission
from journeys.definitions import Definition
from journeys.lifecycle import Refusal, Refused
from journeys.markets import MarketPolicy
from journeys.shapes import read_back
from journeys.signatures import Signature
from journeys.versions import Policies, Version, VersionState
from orchestrator.store import audit
from orchestrator.store.tables import DefinitionVersion, Enrolment, Market, VersionSignature

Key = tuple[str, int]
"""A journey and its version."""


def subject_of(journey: str, version: int) -> str:
    """How the audit names a version of a journey."""
    return f"definition:{journey}@{version}"


async def policies(session: AsyncSession) -> Policies:
    """Whom each market that has a policy asks to sign, as the policies stand now."""
    rows = await session.exec(select(Market))
    return {row.id: read_back(MarketPolicy, row.body).signatures for row in rows}


async def locked(session: AsyncSession, key: Key) -> DefinitionVersion | None:
    """The row, nobody else's until the transaction ends."""
    return await session.get(DefinitionVersion, key, with_for_update=True, populate_existing=True)


async def life_of(session: AsyncSession, row: DefinitionVersion) -> Version:
    """Where the version stands, with its signatures."""
    key = (row.journey, row.version)
    return as_version(row, (await signatures(session, [key])).get(key, ()))


def as_version(row: DefinitionVersion, given: Sequence[Signature] = ()) -> Version:
    """A row in the words of the life cycle."""
    return Version(**row.model_dump(include=set(Version.model_fields)), markets=tuple(row.body["markets"]), signatures=tuple(given))


async def signatures(session: AsyncSession, keys: Iterable[Key]) -> dict[Key, tuple[Signature, ...]]:
    """Every signature that was given to these versions, in their order."""
    which = tuple_(col(VersionSignature.journey), col(VersionSignature.version)).in_(list(keys))
    rows = await session.exec(select(VersionSignature).where(which).order_by(col(VersionSignature.at), col(VersionSignature.id)))
    found: dict[Key, tuple[Signature, ...]] = {}
    for row in rows:
        key = (row.journey, row.version)
        found[key] = (*found.get(key, ()), Signature.model_validate(row.model_dump()))
    return found


async def open_runs(session: AsyncSession, keys: Iterable[Key]) -> dict[Key, int]:
    """How many runs are in each of these versions; one without is left out."""
    which = tuple_(col(Enrolment.journey), col(Enrolment.version)).in_(list(keys))
    counted = select(Enrolment.journey, Enrolment.version, func.count()).where(which, Enrolment.status != "ended")
    rows = await session.exec(counted.group_by(col(Enrolment.journey), col(Enrolment.version)))
    return {(journey, version): count for journey, version, count in rows}


async def refuses_entry(session: AsyncSession, definition: Definition, *, now: datetime) -> Refused | None:
    """Why nobody may enter this version now. The answer stays true until the transaction ends: whoever would drain the version waits."""
    row = await session.get(DefinitionVersion, (definition.journey, definition.version), with_for_update={"read": True}, populate_existing=True)
    if row is None or row.digest != definition.digest:
        return Refused(code=Refusal.NOT_PUBLISHED, detail=f"{definition.journey} version {definition.version} is not published.")
    return admission(as_version(row), now)


async def settle(session: AsyncSession, *, now: datetime, journey: str | None = None) -> None:
    """Write down what time has brought: a version whose drain has begun is draining, and a draining one in which nobody is any more retires.
    No process needs to wait for those moments, because whoever looks at a version settles it first, and so does a run that ends."""
    for row in await _found(session, _drain_begun(now), journey):
        row.state = VersionState.DRAINING
        await _note(session, row, "definition.drained", now)
    for row in await _found(session, (col(DefinitionVersion.state) == VersionState.DRAINING) & ~_somebody_is_in_it(), journey):
        row.state = VersionState.RETIRED
        await _note(session, row, "definition.retired", now)


async def settle_after_run(session: AsyncSession, key: Key, *, now: datetime) -> None:
    """The same when a run of this version has ended. Of two last runs that end at once, the later waits here and then sees the earlier."""
    begun = _drain_begun(now) | (col(DefinitionVersion.state) == VersionState.DRAINING)
    this = (col(DefinitionVersion.journey) == key[0]) & (col(DefinitionVersion.version) == key[1])
    if (await session.exec(select(DefinitionVersion.version).where(this, begun).with_for_update())).first() is not None:
        await settle(session, now=now, journey=key[0])


def _drain_begun(now: datetime) -> ColumnElement[bool]:
    return (col(DefinitionVersion.state) == VersionState.PUBLISHED) & (col(DefinitionVersion.drains_from) <= now)


def _somebody_is_in_it() -> ColumnElement[bool]:
    version = (Enrolment.journey == DefinitionVersion.journey, Enrolment.version == DefinitionVersion.version)
    return select(Enrolment.id).where(*version, Enrolment.status != "ended").exists()


async def _found(session: AsyncSession, condition: ColumnElement[bool], journey: str | None) -> Sequence[DefinitionVersion]:
    """The rows for which it holds, locked; hardly ever is there one, and then nobody is kept waiting."""
    wanted = select(DefinitionVersion).where(condition).order_by(col(DefinitionVersion.journey), col(DefinitionVersion.version))
    if journey is not None:
        wanted = wanted.where(DefinitionVersion.journey == journey)
    return (await session.exec(wanted.with_for_update().execution_options(populate_existing=True))).all()


async def _note(session: AsyncSession, row: DefinitionVersion, action: str, now: datetime) -> None:
    session.add(row)
    subject = subject_of(row.journey, row.version)
    await audit.record(session, by=audit.HOUSE, role=audit.SYSTEM, action=action, subject=subject, details={"digest": row.digest}, now=now)
