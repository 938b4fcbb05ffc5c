"""Notifications as their one reader gets them: those not read yet first, the latest of each first."""

from datetime import datetime
from typing import Any

from sqlalchemy import case, tuple_
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select

from api.paging import Batch, Slice
from api.rows import NotificationRow
from api.schemas.expiring import ContentWarned
from api.who import Who
from orchestrator.store.desk.people import person_rows
from orchestrator.store.desk.scope import in_scope, visible
from orchestrator.store.engine import transaction
from orchestrator.store.tables import ContentWarning, Notification, Person

_COPIED = tuple(name for name in NotificationRow.__dataclass_fields__ if name not in {"person", "warning"})


class StoredNotifications:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def page(self, who: Who, *, unread: bool | None, cut: Slice) -> Batch[NotificationRow]:
        is_unread = case((col(Notification.read_at).is_(None), 1), else_=0)
        order = (is_unread, col(Notification.at), col(Notification.id))
        wanted = _mine(who).order_by(*(each.desc() for each in order)).limit(cut.limit + 1)
        if unread is not None:
            wanted = wanted.where(col(Notification.read_at).is_(None) if unread else col(Notification.read_at).is_not(None))
        if cut.after is not None:
            wanted = wanted.where(tuple_(*order) < (cut.after.number(0), cut.after.instant(1), cut.after.text(2)))
        return Batch.of(await self._rows(wanted, who), cut, lambda row: (int(row.read_at is None), row.at, row.id))

    async def read(self, who: Who, notification_id: str, *, now: datetime) -> NotificationRow | None:
        wanted = _mine(who).where(Notification.id == notification_id)
        async with transaction(self._engine) as session:
            row = (await session.exec(wanted.with_for_update())).first()
            if row is not None and row.read_at is None:
                row.read_at = now
                session.add(row)
        return next(iter(await self._rows(wanted, who)), None)

    async def _rows(self, wanted: Any, who: Who) -> list[NotificationRow]:
        """With the person, where the reader may see them: a rep does not, of an HCP who has left the territory."""
        async with transaction(self._engine) as session:
            found = (await session.exec(wanted)).all()
            seen = await session.exec(select(Person).where(col(Person.id).in_([row.person_id for row in found]), in_scope(who)))
            people = {row.id: row for row in await person_rows(session, seen)}
            wanted_warnings = [row.warning_id for row in found if row.warning_id is not None]
            warnings = {row.id: row for row in await session.exec(select(ContentWarning).where(col(ContentWarning.id).in_(wanted_warnings)))}
        return [
            NotificationRow(
                **{name: getattr(row, name) for name in _COPIED}, person=people.get(row.person_id or ""), warning=_warned(warnings.get(row.warning_id))
            )
            for row in found
        ]


def _warned(row: ContentWarning | None) -> ContentWarned | None:
    if row is None:
        return None
    return ContentWarned(content=f"{row.content_id}@{row.version}", **row.model_dump(include={"expires", "days", "reach"}))


def _mine(who: Who) -> Any:
    """Of a user who has changed sides, those of the side they are on now."""
    return select(Notification).where(Notification.user_id == who.id, visible(Notification.side, who))
