"""The audit: who did what to which record, when and why. It is written in the transaction of the act itself, so neither exists without the other."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from orchestrator.store.tables import AuditEntry

HOUSE = "dirigent"
"""Who acts when a command of the house does: no user, and the role `system`."""
SYSTEM = "system"


async def record(
    session: AsyncSession,
    *,
    by: str,
    role: str,
    action: str,
    subject: str,
    now: datetime,
    reason: str | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Write one line. `action` is a noun and a verb, such as `consent.withdrawn`; `subject` the kind and id of the record, such as `person:…`.
    `details` holds codes, ids and JSON values only: no name, no address, no free text. The line can never be changed."""
    session.add(AuditEntry(by=by, role=role, action=action, subject=subject, reason=reason, details=dict(details or {}), at=now))
    await session.flush()
