"""Notifications as their one reader gets them: those not read yet first, the latest of each first."""

from datetime import datetime
from typing import Any

from sqlalchemy import case, true, tuple_, update
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select

from api.paging import Batch, Slice
from api.ports.safety import SafetyNoticeRow
from api.rows import NotificationRow, ReplyRow
from api.schemas.expiring import ContentWarned
from api.who import Who
from orchestrator.store.desk.people import person_rows
from orchestrator.store.desk.scope import in_scope, visible
from orchestrator.store.engine import transaction
from orchestrator.store.roles import SAFETY
from orchestrator.store.tables import ContentWarning, Notification, Person, Reply, SafetyCaseRow, SafetyNotice

_COPIED = tuple(name for name in NotificationRow.__dataclass_fields__ if name not in {"person", "warning", "reply"})
_OF_REPLY = tuple(name for name in ReplyRow.__dataclass_fields__ if name != "safety")


_Row = NotificationRow | SafetyNoticeRow


class StoredNotifications:
    """Those of journeys and those of safety cases, in one list."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def page(self, who: Who, *, unread: bool | None, cut: Slice) -> Batch[_Row]:
        rows: list[_Row] = [*await self._rows(_cut(_mine(who), Notification, cut, unread=unread), who)]
        rows += await self._of_safety(_cut(_my_safety(who), SafetyNotice, cut, unread=unread))
        rows.sort(key=_place, reverse=True)
        return Batch.of(rows[: cut.limit + 1], cut, _place)

    async def read(self, who: Who, notification_id: str, *, now: datetime) -> _Row | None:
        mine, of_safety = _mine(who).where(Notification.id == notification_id), _my_safety(who).where(SafetyNotice.id == notification_id)
        async with transaction(self._engine, role=SAFETY) as session:
            for table, theirs in ((Notification, visible(Notification.side, who)), (SafetyNotice, true())):
                unread = (col(table.id) == notification_id, col(table.user_id) == who.id, col(table.read_at).is_(None), theirs)
                await session.exec(update(table).where(*unread).values(read_at=now))
        found: list[_Row] = [*await self._rows(mine, who), *await self._of_safety(of_safety)]
        return next(iter(found), None)

    async def _of_safety(self, wanted: Any) -> list[SafetyNoticeRow]:
        async with transaction(self._engine, role=SAFETY) as session:
            found = (await session.exec(wanted)).all()
        return [SafetyNoticeRow(row.id, row.case_id, row.step, due, acknowledged, row.at, row.read_at) for row, due, acknowledged in found]

    async def _rows(self, wanted: Any, who: Who) -> list[NotificationRow]:
        """With the person, where the reader may see them: a rep does not, of an HCP who has left the territory."""
        async with transaction(self._engine) as session:
            found = (await session.exec(wanted)).all()
            seen = await session.exec(select(Person).where(col(Person.id).in_([row.person_id for row in found]), in_scope(who)))
            people = {row.id: row for row in await person_rows(session, seen)}
            wanted_warnings = [row.warning_id for row in found if row.warning_id is not None]
            warnings = {row.id: row for row in await session.exec(select(ContentWarning).where(col(ContentWarning.id).in_(wanted_warnings)))}
            answers = await session.exec(select(Reply).where(col(Reply.id).in_([row.reply_id for row in found if row.reply_id is not None])))
            replies = {row.id: row for row in answers}
        return [
            NotificationRow(
                **{name: getattr(row, name) for name in _COPIED},
                person=people.get(row.person_id or ""),
                warning=_warned(warnings.get(row.warning_id)),
                reply=_answered(replies.get(row.reply_id)),
            )
            for row in found
        ]


def _warned(row: ContentWarning | None) -> ContentWarned | None:
    if row is None:
        return None
    return ContentWarned(content=f"{row.content_id}@{row.version}", **row.model_dump(include={"expires", "days", "reach"}))


def _answered(row: Reply | None) -> ReplyRow | None:
    return ReplyRow(**{name: getattr(row, name) for name in _OF_REPLY}, safety=bool(row.hints)) if row is not None else None


def _mine(who: Who) -> Any:
    """Of a user who has changed sides, those of the side they are on now."""
    return select(Notification).where(Notification.user_id == who.id, visible(Notification.side, who))


def _my_safety(who: Who) -> Any:
    """With when the case is due and when it was acknowledged."""
    of_case = (col(SafetyCaseRow.due_at), col(SafetyCaseRow.acknowledged_at))
    return select(SafetyNotice, *of_case).join(SafetyCaseRow, col(SafetyCaseRow.id) == col(SafetyNotice.case_id)).where(SafetyNotice.user_id == who.id)


def _cut(wanted: Any, table: type[Notification | SafetyNotice], cut: Slice, *, unread: bool | None) -> Any:
    order = (case((col(table.read_at).is_(None), 1), else_=0), col(table.at), col(table.id))
    wanted = wanted.order_by(*(each.desc() for each in order)).limit(cut.limit + 1)
    if unread is not None:
        wanted = wanted.where(col(table.read_at).is_(None) if unread else col(table.read_at).is_not(None))
    if cut.after is not None:
        wanted = wanted.where(tuple_(*order) < (cut.after.number(0), cut.after.instant(1), cut.after.text(2)))
    return wanted


def _place(row: _Row) -> tuple[int, datetime, str]:
    return (int(row.read_at is None), row.at, row.id)
