"""What content systems say, written down: states and expiries follow review, a withdrawal is a recall, and what was withdrawn stays so. Every change is
audited; whatever changes nothing, or cannot, is counted by why."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import NAMESPACE_URL, uuid5

from sqlmodel.ext.asyncio.session import AsyncSession

from journeys.content import ContentState
from journeys.shapes import Stored
from journeys.syncing import Fields, Said, read_item
from orchestrator.counts import Dropped, count_in
from orchestrator.store import audit
from orchestrator.store.contents import current
from orchestrator.store.recalling import Withdrawing, withdraw
from orchestrator.store.tables import ContentSource, ContentVersion


class Mapped(Protocol):
    """How a system's items are read."""

    @property
    def fields(self) -> Fields: ...

    @property
    def states(self) -> dict[str, ContentState]: ...


class Applied(Stored):
    """What came of the items of one look: how many changed something, how many said what was known, and the others by why."""

    changed: int = 0
    unchanged: int = 0
    dropped: dict[str, int] = {}
    trouble: str | None = None

    def plus(self, other: "Applied") -> "Applied":
        dropped = dict(Counter(self.dropped) + Counter(other.dropped))
        return Applied(changed=self.changed + other.changed, unchanged=self.unchanged + other.unchanged, dropped=dropped)


async def source_of(session: AsyncSession, name: str) -> ContentSource:
    """How far the system has been read."""
    row = await session.get(ContentSource, name, with_for_update=True)
    if row is None:
        row = ContentSource(name=name, failures=0)
        session.add(row)
        await session.flush()
    return row


async def apply_items(session: AsyncSession, name: str, system: Mapped, items: Sequence[Any], *, cursor: str | None, now: datetime) -> Applied:
    """Take a page whole, and the cursor after it."""
    row = await source_of(session, name)
    came: Counter[str] = Counter()
    for item in items:
        said = read_item(item, system.fields, system.states) if isinstance(item, dict) else "no_content"
        if isinstance(said, Said):
            came[await apply(session, said, source=name, now=now)] += 1
            if said.lack is not None:
                came[said.lack] += 1
        else:
            came[said] += 1
    row.cursor, row.read_at, row.failures, row.trouble = cursor, now, 0, None
    session.add(row)
    changed, unchanged = came.pop("changed", 0), came.pop("unchanged", 0)
    for why, times in came.items():
        count_in(session, Dropped.CONTENT_SYNC, why, times=times)
    return Applied(changed=changed, unchanged=unchanged, dropped=dict(came))


async def apply(session: AsyncSession, said: Said, *, source: str, now: datetime) -> str:
    """Write one thing down: `changed` or `unchanged`, or why it does not count: `unknown_version`, `withdrawn_for_good`, `no_approval`."""
    row = await session.get(ContentVersion, (said.ref.id, said.ref.version), with_for_update=True, populate_existing=True)
    if row is None:
        return "unknown_version"
    if row.state == ContentState.WITHDRAWN:
        return "unchanged" if said.state is ContentState.WITHDRAWN else "withdrawn_for_good"
    if said.state is ContentState.WITHDRAWN:
        name = uuid5(NAMESPACE_URL, f"{source} {said.ref}").hex
        await withdraw(session, Withdrawing(id=name, ref=said.ref, reason="content_system", by=source, role=audit.SYSTEM, source=source, now=now))
        return "changed"
    if said.state is ContentState.APPROVED and current(row).approval is None:
        return "no_approval"
    before = {"state": row.state, "expires": row.expires.isoformat() if row.expires is not None else None}
    row.state, row.expires = said.state, said.expires or row.expires
    after = {"state": row.state, "expires": row.expires.isoformat() if row.expires is not None else None}
    if before == after:
        return "unchanged"
    row.updated_at = now
    session.add(row)
    details = {"before": before, "after": after, "as_said": said.as_said, "lack": said.lack}
    await audit.record(session, by=source, role=audit.SYSTEM, action="content.state_changed", subject=f"content:{said.ref}", details=details, now=now)
    return "changed"


async def keep_trouble(session: AsyncSession, name: str, trouble: str, *, now: datetime) -> None:
    """Note that the system could not be read, for whoever looks; its cursor stays."""
    row = await source_of(session, name)
    row.failures, row.trouble, row.read_at = row.failures + 1, trouble, now
    session.add(row)
