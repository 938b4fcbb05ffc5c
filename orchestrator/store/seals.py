"""Tamper evidence of the audit (21 CFR 11.10(e)): a chain of digests over its lines. A trigger refuses to change a line; whoever owns the database could
take the trigger away, and then the chain tells. Each link seals the lines that have come since, whatever the order in which their transactions ended, and is
over the link before it. The latest digest, the head, is told in the log of the workers: whoever keeps it elsewhere also notices where the end of the chain
was cut off."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import structlog
from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from journeys.digests import digest_of
from orchestrator.store.engine import transaction
from orchestrator.store.locks import Queue, queue_at
from orchestrator.store.tables import AuditEntry, AuditSeal, SealedLine

PAGE = 1000
"""Lines in one link."""

PAUSE = 30.0
"""Seconds between two looks of a worker."""

SETTLED = timedelta(hours=1)
"""No transaction of ours lasts that long: below the lines of a link that old there is none that has yet to come."""

GENESIS = "0" * 64

log = structlog.get_logger()


@dataclass(frozen=True)
class Broken:
    """What is wrong: a `changed` or `missing` line of the audit by its id, a `broken` link by its number, or an `unknown` head."""

    what: str
    which: str


@dataclass
class Verified:
    lines: int = 0
    links: int = 0
    head: str = GENESIS
    waiting: int = 0
    """Lines that no link seals yet."""
    broken: list[Broken] = field(default_factory=list)


class AuditSeals:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def seal(self) -> int:
        """Seal what has come. Returns how many lines were."""
        sealed = 0
        while (lines := await self._link()) > 0:
            sealed += lines
        return sealed

    async def verify(self, *, head: str | None = None) -> Verified:
        """Reckon the whole chain again from the lines as they stand now. `head` is a digest that was kept elsewhere: it must be one of the links'."""
        told = Verified()
        seen = head in (None, GENESIS)
        async with transaction(self._engine) as session:
            highest = (await session.exec(select(func.max(AuditSeal.number)))).one() or 0
        for number in range(1, highest + 1):
            async with transaction(self._engine) as session:
                await _verify_link(session, number, told)
            seen = seen or told.head == head
        if not seen:
            told.broken.append(Broken("unknown", head or ""))
        async with transaction(self._engine) as session:
            told.waiting = (await session.exec(select(func.count()).select_from(AuditEntry).where(_unsealed(0)))).one()
        return told

    async def _link(self) -> int:
        async with transaction(self._engine) as session:
            await queue_at(session, Queue.SEALING)
            now = datetime.now(UTC)
            settled = (await session.exec(select(func.max(AuditSeal.upto)).where(col(AuditSeal.at) < now - SETTLED))).one() or 0
            entries = (await session.exec(select(AuditEntry).where(_unsealed(settled)).order_by(col(AuditEntry.id)).limit(PAGE))).all()
            if not entries:
                return 0
            last = (await session.exec(select(AuditSeal).order_by(col(AuditSeal.number).desc()).limit(1))).first()
            number = last.number + 1 if last is not None else 1
            lines = [SealedLine(audit_id=entry.id or 0, seal=number, digest=_digest(entry)) for entry in entries]
            seal = AuditSeal(
                number=number, digest=_chained(last.digest if last is not None else GENESIS, lines), lines=len(lines), upto=lines[-1].audit_id, at=now
            )
            session.add(seal)
            await session.flush()
            session.add_all(lines)
        log.info("audit_sealed", number=number, lines=len(lines), head=seal.digest)
        return len(lines)


async def _verify_link(session: AsyncSession, number: int, told: Verified) -> None:
    seal = await session.get(AuditSeal, number)
    lines = (await session.exec(select(SealedLine).where(SealedLine.seal == number).order_by(col(SealedLine.audit_id)))).all()
    if seal is None or len(lines) != seal.lines or _chained(told.head, lines) != seal.digest:
        told.broken.append(Broken("broken", str(number)))
    ids = [line.audit_id for line in lines]
    entries = {entry.id: entry for entry in await session.exec(select(AuditEntry).where(col(AuditEntry.id).in_(ids)))}
    for line in lines:
        entry = entries.get(line.audit_id)
        if entry is None or _digest(entry) != line.digest:
            told.broken.append(Broken("missing" if entry is None else "changed", str(line.audit_id)))
    told.lines += len(lines)
    told.links += 1
    told.head = seal.digest if seal is not None else told.head


def _unsealed(settled: int) -> ColumnElement[bool]:
    sealed = select(SealedLine.audit_id).where(SealedLine.audit_id == AuditEntry.id)
    return (col(AuditEntry.id) > settled) & ~sealed.exists()


def _digest(entry: AuditEntry) -> str:
    told = entry.model_dump(include={"id", "by", "role", "action", "subject", "reason", "details"})
    return digest_of({**told, "at": entry.at.astimezone(UTC).isoformat()})


def _chained(before: str, lines: Iterable[SealedLine]) -> str:
    return sha256("\n".join((before, *(f"{line.audit_id} {line.digest}" for line in lines))).encode()).hexdigest()
