"""Approved content, each version in the state that review and the calendar give it now."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, tuple_
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.paging import Batch, Slice
from api.schemas.content import ContentLine
from api.schemas.expiring import ExpiringLine
from journeys.content import ContentState, ContentVersion
from journeys.definitions import ContentRef
from orchestrator.store import tables
from orchestrator.store.contents import current
from orchestrator.store.engine import transaction
from orchestrator.store.expiring import ending_by
from orchestrator.store.reach import reach

_OPEN = ("title", "made_for", "product", "purpose", "audience", "markets", "above_the_brand")


class StoredContents:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def page(self, *, state: str | None, product: str | None, expires_before: datetime | None, now: datetime, cut: Slice) -> Batch[ContentLine]:
        row = tables.ContentVersion
        order = (col(row.id), col(row.version))
        wanted = select(row).order_by(*order).limit(cut.limit + 1)
        if state is not None:
            wanted = wanted.where(_in_state(ContentState(state), now))
        if product is not None:
            wanted = wanted.where(row.product == product)
        if expires_before is not None:
            wanted = wanted.where(col(row.expires) < expires_before)
        if cut.after is not None:
            wanted = wanted.where(tuple_(*order) > (cut.after.text(0), cut.after.number(1)))
        async with transaction(self._engine) as session:
            lines = [_line(found, now) for found in await session.exec(wanted)]
        return Batch.of(lines, cut, lambda line: (line.content, line.version))

    async def find(self, ref: ContentRef, *, now: datetime) -> ContentLine | None:
        async with transaction(self._engine) as session:
            row = await session.get(tables.ContentVersion, (ref.id, ref.version))
        return _line(row, now) if row is not None else None

    async def expiring(self, *, within: timedelta, now: datetime, cut: Slice) -> Batch[ExpiringLine]:
        after = (cut.after.instant(0), cut.after.text(1)) if cut.after is not None else None
        async with transaction(self._engine) as session:
            ending = [each for each in await ending_by(session, now + within, now=now) if after is None or _place(each) > after]
            lines = [await _expiring(session, each, now) for each in ending[: cut.limit + 1]]
        return Batch.of(lines, cut, lambda line: (line.expires, line.content))

    async def versions(self, refs: Sequence[ContentRef]) -> Mapping[ContentRef, ContentVersion]:
        row = tables.ContentVersion
        wanted = select(row).where(tuple_(col(row.id), col(row.version)).in_([(ref.id, ref.version) for ref in refs]))
        async with transaction(self._engine) as session:
            found = [current(each) for each in await session.exec(wanted)] if refs else []
        return {version.ref: version for version in found}


def _place(content: ContentVersion) -> tuple[datetime, str]:
    return (content.approval.expires if content.approval is not None else datetime.max.replace(tzinfo=UTC), str(content.ref))


async def _expiring(session: AsyncSession, content: ContentVersion, now: datetime) -> ExpiringLine:
    expires = _place(content)[0]
    warned = select(tables.ContentWarning.days).where(
        tables.ContentWarning.content_id == content.content, tables.ContentWarning.version == content.version, tables.ContentWarning.expires == expires
    )
    return ExpiringLine(
        content=str(content.ref),
        title=content.title,
        product=content.product,
        approval=content.approval.id if content.approval is not None else "",
        expires=expires,
        days_left=(expires - now).days,
        warned=tuple(sorted(await session.exec(warned), reverse=True)),
        reach=await reach(session, content.ref),
    )


def _in_state(state: ContentState, now: datetime) -> ColumnElement[bool]:
    """The same as `ContentVersion.state_at`, for the database to select by; `expires` is null where there is no approval."""
    row = tables.ContentVersion
    stored, expires = col(row.state), col(row.expires)
    approved = stored == ContentState.APPROVED
    match state:
        case ContentState.APPROVED:
            return and_(approved, expires > now)
        case ContentState.EXPIRED:
            return or_(stored == ContentState.EXPIRED, and_(approved, expires <= now))
        case ContentState.DRAFT:
            return or_(stored == ContentState.DRAFT, and_(approved, expires.is_(None)))
        case ContentState.IN_REVIEW | ContentState.WITHDRAWN:
            return stored == state


def _line(row: tables.ContentVersion, now: datetime) -> ContentLine:
    version = current(row)
    return ContentLine(
        **{name: getattr(version, name) for name in _OPEN},
        content=version.content,
        version=version.version,
        languages=tuple(sorted({*version.letters, *version.texts, *version.material})),
        state=version.state_at(now),
        approval=version.approval.id if version.approval else None,
        expires=version.approval.expires if version.approval else None,
    )
