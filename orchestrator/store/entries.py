"""The bookings of the ledger: every change of a touch's state is entered, and the touch shows the last of them."""

from datetime import UTC, datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from activities.ports import RESERVED, Handover
from orchestrator.store.tables import LedgerEntry, Touch

HOUSE, PROVIDER, OPERATOR = "house", "provider", "operator"
"""Who says how a touch stands. What was heard of it later is named by its own source."""

HANDED_OVER, DEFERRED = "handed_over", "deferred"

FIRST_QUESTION = timedelta(minutes=1)
"""How long after an unknown result the provider is first asked what became of it."""


async def book(
    session: AsyncSession,
    touch: Touch,
    state: str,
    *,
    at: datetime,
    source: str = HOUSE,
    trouble: str | None = None,
    by: str | None = None,
    reason: str | None = None,
) -> None:
    """Enter a state of the touch's present attempt, and let the touch stand there. The caller has the touch, or its recipient, locked."""
    entry = LedgerEntry(touch_key=touch.key, attempt=touch.attempt, state=state, source=source, trouble=trouble, by=by, at=at, recorded_at=datetime.now(UTC))
    session.add(touch)
    await session.flush()  # the touch first: its entries refer to it
    session.add(entry)
    if state == HANDED_OVER:  # a passage on the way to its result
        return
    touch.state, touch.reason = state, reason
    touch.settled_at = None if state == RESERVED else at
    touch.ask_at = at + FIRST_QUESTION if state == Handover.UNKNOWN else None
    touch.alarm, touch.alarmed_at = None, None
