"""The acts of a version's life, each in the caller's transaction: the row is locked, the pure life cycle is asked, the text is linted where it goes
forward, and what was done is written with its reason into the audit. An act that is asked for twice under one id is done once."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.ports import AskedRelease
from api.rows import Unclean
from journeys.definitions import Definition
from journeys.expiring import ending
from journeys.library import Library
from journeys.lifecycle import Act, Drain, Publish, Refusal, Refused, Replace, Retire, Running, SendBack, Sign, Step, Submit, Withdraw, perform
from journeys.linting import LintResult, lint_text
from journeys.means import Means, lacking
from journeys.migration import odd_entry
from journeys.shapes import read_back
from journeys.versions import RELEASED, Version, VersionState
from orchestrator.counts import REPEATED, Dropped, count_in
from orchestrator.store import audit, pins, stimuli, sweeps
from orchestrator.store.desk.adding import added
from orchestrator.store.halts import contents_of
from orchestrator.store.shelf import library_in_force
from orchestrator.store.tables import DefinitionVersion, Remark, VersionSignature
from orchestrator.store.versions import Key, life_of, locked, open_runs, policies, settle, subject_of

Outcome = DefinitionVersion | Refused | Unclean
"""The row after the act, or why it was not done."""

_DONE = {
    Act.DRAFT: "drafted",
    Act.REPLACE: "replaced",
    Act.SUBMIT: "submitted",
    Act.SEND_BACK: "sent_back",
    Act.SIGN: "signed",
    Act.PUBLISH: "published",
    Act.DRAIN: "drained",
    Act.RETIRE: "retired",
    Act.WITHDRAW: "withdrawn",
}


@dataclass(frozen=True, kw_only=True)
class Doing:
    """One act as somebody does it: under an id that makes it happen once, and with the words that are its reason."""

    id: str
    by: str
    role: str
    why: str
    now: datetime


class Migrating(Protocol):
    """Moves the runs of earlier versions to a new one."""

    async def begin(self, session: AsyncSession, *, journey: str, version: int, mapping: Mapping[str, str], since: datetime, by: str) -> None:
        """Start the migration to a version that is being published, in the transaction that publishes it; `mapping` says where those go whose step is
        gone, `since` is when it takes effect."""
        ...


async def draft(session: AsyncSession, doing: Doing, definition: Definition, *, source: str) -> Outcome:
    """Put a new version on record as a draft."""
    key = (definition.journey, definition.version)
    new = DefinitionVersion(journey=key[0], version=key[1], authors=[doing.by], created_at=doing.now, **_text(definition, source))
    fresh = await added(session, new)
    row = await session.get_one(DefinitionVersion, key)
    if fresh:
        await _note(session, doing, Act.DRAFT, row)
    elif not await _done(session, doing):
        detail = f"{row.journey} version {row.version} is on record and is {row.state}. "
        return Refused(
            code=Refusal.VERSION_EXISTS, detail=detail + ("Replace its text." if row.state == VersionState.DRAFT else "Raise `version` in the text.")
        )
    return row


async def replace(session: AsyncSession, doing: Doing, definition: Definition, *, source: str) -> Outcome | None:
    """Give a draft another text. None: there is no such version."""
    row = await locked(session, (definition.journey, definition.version))
    if row is None or await _done(session, doing):
        return row
    after = await _after(session, row, Replace(by=doing.by, digest=definition.digest, markets=definition.markets))
    if isinstance(after, Refused):
        return after
    row.sqlmodel_update(_text(definition, source))
    return await _written(session, doing, Act.REPLACE, row, after)


async def submit(session: AsyncSession, doing: Doing, key: Key) -> Outcome | None:
    """Lock a draft's text for review, if it lints clean."""
    row = await locked(session, key)
    if row is None or await _done(session, doing):
        return row
    after = await _after(session, row, Submit())
    if isinstance(after, Refused):
        return after
    judged = await _judged(session, row, doing.now)
    return await _written(session, doing, Act.SUBMIT, row, after) if judged.ok else Unclean(judged.findings)


async def step(session: AsyncSession, doing: Doing, key: Key, act: Act) -> Outcome | None:
    """Send back, withdraw, drain or retire a version."""
    row = next((each for each in await _of_journey(session, key[0]) if each.version == key[1]), None)
    if row is None or await _done(session, doing):
        return row
    after = await _after(session, row, await _plain(session, act, key, doing.now))
    if isinstance(after, Refused):
        return after
    await _written(session, doing, act, row, after)
    await settle(session, now=doing.now, journey=row.journey)
    return row


async def sign(session: AsyncSession, doing: Doing, key: Key, asked: Sign, *, pin: str, real: datetime) -> Outcome | None:
    """Sign a version. The PIN is asked last, so that nobody learns about PINs by signing what cannot be signed; a miss is kept, so commit a refusal."""
    row = await locked(session, key)
    if row is None or await session.get(VersionSignature, doing.id) is not None:
        return row
    after = await _after(session, row, asked)
    if isinstance(after, Refused):
        return after
    unproven = await pins.prove(session, doing.by, pin, by=pins.By(doing.by, doing.role, doing.now, real))
    if unproven is not None:
        return unproven
    given = after.signatures[-1]
    session.add(VersionSignature(id=doing.id, journey=row.journey, version=row.version, **given.model_dump()))
    _apply(row, after)
    await _record(session, doing, Act.SIGN, row, reason=given.meaning, details={"party": given.party, "signature": doing.id})
    return row


async def publish(session: AsyncSession, doing: Doing, key: Key, release: AskedRelease, *, migrating: Migrating | None, means: Means) -> Outcome | None:
    """Put a signed version in force, after linting it once more; and decide what becomes of those in earlier ones."""
    versions = {row.version: row for row in await _of_journey(session, key[0])}
    row = versions.get(key[1])
    if row is None or await _done(session, doing):
        return row
    library = await library_in_force(session)
    judged = await _lint(row, library, doing.now)
    if judged.definition is None:
        return Unclean(judged.findings)
    latest = max((each.version for each in versions.values() if each.state in RELEASED), default=None)
    asked = Publish(
        digest=judged.definition.digest,
        effective_from=release.since or doing.now,
        now=doing.now,
        latest=latest,
        running=release.running,
        mapping=dict(release.mapping),
        can_migrate=migrating is not None,
        lacking=lacking(judged.definition, means),
        ending=tuple(map(str, ending(sorted(contents_of(judged.definition), key=str), library.contents, doing.now))),
        plan=dict(release.plan),
        successors=tuple(str(ref) for ref, content in library.contents.items() if content.product == judged.definition.product),
    )
    after = await _after(session, row, asked)
    if isinstance(after, Refused):
        return after
    if not judged.ok:
        return Unclean(judged.findings)
    misled = _misled(asked, versions, judged.definition)
    if misled is not None:
        return misled
    row.published_by, row.published_at, row.running = doing.by, doing.now, asked.running
    told = {"from": asked.effective_from.isoformat(), "running": asked.running, **({"mapping": asked.mapping} if asked.mapping else {})}
    told |= {"plan": asked.plan} if asked.plan else {}
    await _written(session, doing, Act.PUBLISH, row, after, details=told)
    await stimuli.keep(session, judged.definition)
    await sweeps.look_again(session, judged.definition, since=asked.effective_from, now=doing.now)
    await _decide_for_earlier(session, doing, row, asked, versions, migrating)
    await settle(session, now=doing.now, journey=row.journey)
    return row


def _misled(asked: Publish, versions: Mapping[int, DefinitionVersion], new: Definition) -> Refused | None:
    """A map that leads from or to what is no step would leave people where they are, unnoticed."""
    olds = [read_back(Definition, each.body) for each in versions.values() if each.state in RELEASED] if asked.mapping else []
    odd = odd_entry(asked.mapping, olds, new)
    return Refused(code=Refusal.UNKNOWN_STEP, detail=odd[1], allowed=odd[2]) if odd is not None else None


async def _decide_for_earlier(
    session: AsyncSession, doing: Doing, row: DefinitionVersion, asked: Publish, versions: Mapping[int, DefinitionVersion], migrating: Migrating | None
) -> None:
    if asked.running is Running.DRAIN:
        for earlier in versions.values():
            if earlier.version < row.version and earlier.state == VersionState.PUBLISHED:
                drained = await _after(session, earlier, Drain(since=asked.effective_from, now=doing.now))
                if isinstance(drained, Version):
                    _apply(earlier, drained)
                    await _record(session, doing, Act.DRAIN, earlier, reason=doing.id, details={"from": asked.effective_from.isoformat(), "for": row.version})
    elif asked.running is Running.MIGRATE and migrating is not None:
        await migrating.begin(session, journey=row.journey, version=row.version, mapping=asked.mapping, since=asked.effective_from, by=doing.by)


async def _plain(session: AsyncSession, act: Act, key: Key, now: datetime) -> Step:
    match act:
        case Act.SEND_BACK:
            return SendBack()
        case Act.WITHDRAW:
            return Withdraw()
        case Act.DRAIN:
            return Drain(since=now, now=now)
        case Act.RETIRE:
            return Retire(open_runs=(await open_runs(session, [key])).get(key, 0))
        case _:
            raise ValueError(f"{act} asks for more than a reason")


def _text(definition: Definition, source: str) -> dict[str, Any]:
    """The columns that follow from the text."""
    body = definition.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    listed = {"persona": definition.persona, "product": definition.product, "title": definition.title}
    return {"digest": definition.digest, "body": body, "source": source, **listed}


async def _judged(session: AsyncSession, row: DefinitionVersion, now: datetime) -> LintResult:
    return await _lint(row, await library_in_force(session), now)


async def _lint(row: DefinitionVersion, library: Library, now: datetime) -> LintResult:
    return await asyncio.to_thread(lint_text, row.source, name=f"{row.journey}.yaml", library=library, now=now)


async def _of_journey(session: AsyncSession, journey: str) -> list[DefinitionVersion]:
    """Every version, locked in one order."""
    wanted = select(DefinitionVersion).where(DefinitionVersion.journey == journey).order_by(col(DefinitionVersion.version))
    return list(await session.exec(wanted.with_for_update().execution_options(populate_existing=True)))


async def _after(session: AsyncSession, row: DefinitionVersion, asked: Step) -> Version | Refused:
    return perform(await life_of(session, row), asked, await policies(session))


async def _done(session: AsyncSession, doing: Doing) -> bool:
    """Whether this very act was done before: its reason is on record. The request was then cut short before it was answered."""
    if await session.get(Remark, doing.id) is None:
        return False
    count_in(session, Dropped.REQUEST, REPEATED)
    return True


async def _written(
    session: AsyncSession, doing: Doing, act: Act, row: DefinitionVersion, after: Version, *, details: Mapping[str, Any] | None = None
) -> DefinitionVersion:
    _apply(row, after)
    session.add(row)
    await _note(session, doing, act, row, details=details)
    return row


def _apply(row: DefinitionVersion, after: Version) -> None:
    row.state, row.round, row.authors = after.state, after.round, list(after.authors)
    row.effective_from, row.drains_from = after.effective_from, after.drains_from


async def _note(session: AsyncSession, doing: Doing, act: Act, row: DefinitionVersion, *, details: Mapping[str, Any] | None = None) -> None:
    """Keep the reason's words where they can be erased, and the act in the audit under their id."""
    session.add(Remark(id=doing.id, by=doing.by, side="open", words=doing.why, at=doing.now))
    await _record(session, doing, act, row, reason=doing.id, details=details)


async def _record(session: AsyncSession, doing: Doing, act: Act, row: DefinitionVersion, *, reason: str, details: Mapping[str, Any] | None = None) -> None:
    session.add(row)
    told = {"digest": row.digest, "round": row.round, **(details or {})}
    subject = subject_of(row.journey, row.version)
    await audit.record(session, by=doing.by, role=doing.role, action=f"definition.{_DONE[act]}", subject=subject, reason=reason, details=told, now=doing.now)
