"""Signing PINs, the second component of a signature (21 CFR 11.200): hashed with argon2, and locked for a while when they are missed too often.

A lock counts in real time, whatever pace journeys are played at.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlmodel.ext.asyncio.session import AsyncSession

from journeys.lifecycle import Refusal, Refused
from orchestrator.store import audit
from orchestrator.store.tables import SigningPin

MISSES = 5
"""Wrong tries in a row that lock a PIN."""
LOCKED_FOR = timedelta(minutes=15)

_PROVEN = "proven_pins"

_hasher = PasswordHasher()


@dataclass(frozen=True)
class By:
    """Who sets or tries a PIN. `now` is the house's clock, for the audit; `real` the wall clock, for the lock."""

    id: str
    role: str
    now: datetime
    real: datetime


async def set_pin(session: AsyncSession, user_id: str, pin: str, *, by: By) -> None:
    """Give the user this PIN, audited; a lock is lifted."""
    hashed = await asyncio.to_thread(_hasher.hash, pin)
    await session.merge(SigningPin(user_id=user_id, hash=hashed, misses=0, locked_until=None, changed_at=by.now))
    await _note(session, user_id, "pin.set", by)


async def prove(session: AsyncSession, user_id: str, pin: str, *, by: By) -> Refused | None:
    """None where the PIN is the user's. A miss is counted and audited: the caller must commit what this wrote, also when it refuses."""
    row = await session.get(SigningPin, user_id, with_for_update=True, populate_existing=True)
    if row is None:
        return Refused(code=Refusal.PIN_NOT_SET, detail="You have no signing PIN yet: an administrator sets the first one with you, `dirigent users pin`.")
    if row.locked_until is not None and row.locked_until > by.real:
        return _locked(row.locked_until)
    session.add(row)
    if await _proven(session, row.hash, pin):
        row.misses, row.locked_until = 0, None
        return None
    return await _missed(session, row, by)


async def _proven(session: AsyncSession, hashed: str, pin: str) -> bool:
    """Whether it is the PIN of this hash. argon2 is slow on purpose: who signs for many strategies in one transaction pays for the first, and the session
    that remembers it ends with the transaction."""
    proven: set[tuple[str, str]] = session.info.setdefault(_PROVEN, set())
    if (hashed, pin) not in proven:
        if not await asyncio.to_thread(_matches, hashed, pin):
            return False
        proven.add((hashed, pin))
    return True


async def _missed(session: AsyncSession, row: SigningPin, by: By) -> Refused:
    row.misses += 1
    if row.misses < MISSES:
        await _note(session, row.user_id, "pin.missed", by)
        return Refused(code=Refusal.PIN_WRONG, detail=f"This is not your signing PIN; {MISSES - row.misses} more tries until it is locked.")
    row.misses, row.locked_until = 0, by.real + LOCKED_FOR
    await _note(session, row.user_id, "pin.locked", by)
    return _locked(row.locked_until)


def _locked(until: datetime) -> Refused:
    return Refused(code=Refusal.PIN_LOCKED, detail=f"The signing PIN was missed {MISSES} times in a row and is locked until {until:%H:%M:%S} UTC.")


def _matches(hashed: str, pin: str) -> bool:
    try:
        return _hasher.verify(hashed, pin)
    except VerifyMismatchError:
        return False


async def _note(session: AsyncSession, user_id: str, action: str, by: By) -> None:
    await audit.record(session, by=by.id, role=by.role, action=action, subject=f"user:{user_id}", now=by.now)
