"""Crossing the wall: the only way to the schema `medical`. Whoever goes there leaves a line in the audit first: who, what, about whom and why."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from api.who import Role, Who
from orchestrator.store import audit
from orchestrator.store.roles import COMMERCIAL, MEDICAL

_AS_MEDICAL, _AS_COMMERCIAL = text(f"SET LOCAL ROLE {MEDICAL}"), text(f"SET LOCAL ROLE {COMMERCIAL}")


class Crossing(StrEnum):
    """What was read or written beyond the wall, as the action of its audit line."""

    WORDS_READ = "inquiry.read"
    SIGNATURE_READ = "inquiry.signature_read"
    ANSWERING = "inquiry.answering"
    RESPONSE_READ = "inquiry.response_read"
    """The house, to send it."""
    RESPONSE_SENT = "inquiry.response_sent"
    """The house, to delete what it no longer needs once it is sent."""
    COPY_READ = "inquiry.copy_read"
    """The sealed copy of an answer that was sent, wherever it lies."""
    CLARIFICATION_READ = "inquiry.clarification_read"
    REPLY_READ = "reply.read"
    REPLY_PLACED = "reply.placed"
    """The house, to find out what it answers, and to give its words to the side of that message."""
    PROFILE_READ = "medical_profile.read"
    PROFILE_WRITTEN = "medical_profile.written"
    REMARK_WRITTEN = "medical_remark.written"
    REMARKS_READ = "medical_remark.read"


class Why(StrEnum):
    """What somebody was about when they crossed."""

    FULFILMENT = "fulfilment"
    """It is theirs to answer."""
    COLLEAGUE = "colleague"
    """Of medical, and it is a colleague's."""
    MEDICAL_WORK = "medical_work"
    """Medical, about an HCP and no question of theirs."""
    OVERSIGHT = "oversight"
    COMPLAINT = "complaint"
    AUTHORITY = "authority"
    DATA_REQUEST = "data_request"
    """The HCP asked what is on record."""
    SENDING = "sending"
    """The house, on its way to the HCP who asked."""
    PLACING = "placing"
    """The house, with a reply that nobody could place before."""
    LOADING = "loading"
    """The house, with what was given to it to load."""


def why(who: Who) -> Why:
    """What somebody of this role is about, where nothing more is said."""
    return Why.OVERSIGHT if who.role is Role.COMPLIANCE else Why.MEDICAL_WORK


@dataclass(frozen=True)
class Traveller:
    """Who crosses, and why."""

    by: str
    role: str
    why: Why

    @classmethod
    def of(cls, who: Who, why_: Why | None = None) -> "Traveller":
        return cls(who.id, who.role, why_ or why(who))


@asynccontextmanager
async def beyond(session: AsyncSession, traveller: Traveller, crossing: Crossing, *, subject: str, person: str | None, now: datetime) -> AsyncIterator[None]:
    """Within the block the transaction is medical's, and has the schema `medical` alone. What fails in it is undone, and the way back is certain: a
    savepoint gives the role back too. Load beforehand what the block needs of the other side."""
    await session.flush()
    await audit.record(
        session, by=traveller.by, role=traveller.role, action=crossing, subject=subject, reason=traveller.why, details={"person": person}, now=now
    )
    async with session.begin_nested():
        connection = await session.connection()
        await connection.execute(_AS_MEDICAL)
        yield
        await session.flush()
        await connection.execute(_AS_COMMERCIAL)
