"""Notifications: what journeys want colleagues to know, approvals that end, and answers to one's messages, each read by the one it is for."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api import expiring
from api.briefs import person_line
from api.house import House
from api.paging import Slice, asked, encode
from api.ports.safety import SafetyNoticeRow
from api.problems import responses, unknown
from api.rows import NotificationRow, ReplyRow
from api.schemas.notifications import (
    NotificationForCommercial,
    NotificationForMedical,
    NotificationOfContent,
    NotificationOfReply,
    NotificationOfSafety,
    NotificationRead,
)
from api.schemas.shapes import Page
from api.security import SignedIn
from api.telling import moment, plain
from api.who import Who
from journeys.content import EMAIL
from journeys.definitions import Definition, NotifyStep
from journeys.facts import Wall

router = APIRouter(prefix="/notifications", tags=["notifications"])


@router.get("", summary="List notifications", responses=responses(401, 422))
async def list_notifications(
    who: SignedIn,
    house: House,
    cut: Annotated[Slice, Depends(asked)],
    unread: Annotated[bool | None, Query(description="Those not read yet only, or those read only.")] = None,
) -> Page[NotificationRead]:
    """One's own: those not read yet first, the latest of them first."""
    found = await house.notifications.page(who, unread=unread, cut=cut)
    definitions = await house.definitions.read(sorted({key for row in found.rows if (key := _version(row)) is not None}))
    items = tuple(_told(row, definitions, who) for row in found.rows)
    return Page(items=items, next=encode(found.next) if found.next else None)


@router.post("/{notification_id}/read", summary="Mark a notification as read", responses=responses(401, 404))
async def read_notification(notification_id: str, who: SignedIn, house: House) -> NotificationRead:
    """It goes below those not read yet. Again changes nothing."""
    row = await house.notifications.read(who, notification_id, now=house.clock.now())
    if row is None:
        raise unknown("notification of yours")
    key = _version(row)
    return _told(row, await house.definitions.read([key]) if key is not None else {}, who)


def _version(row: NotificationRow | SafetyNoticeRow) -> tuple[str, int] | None:
    """The version of a journey whose line it is; None of a warning of content or a safety case."""
    if isinstance(row, SafetyNoticeRow):
        return None
    return (row.journey, row.version) if row.journey is not None and row.version is not None else None


def _told(row: NotificationRow | SafetyNoticeRow, definitions: Mapping[tuple[str, int], Definition], who: Who) -> NotificationRead:
    if isinstance(row, SafetyNoticeRow):
        return NotificationOfSafety(id=row.id, text=_of_safety(row), case_id=row.case_id, at=row.at, read_at=row.read_at)
    if row.warning is not None:
        return NotificationOfContent(id=row.id, text=expiring.told(row.warning), warning=row.warning, at=row.at, read_at=row.read_at)
    if row.reply is not None:
        person = person_line(row.person) if row.person is not None else None
        same = {name: getattr(row, name) for name in ("id", "enrolment_id", "at", "read_at")}
        return NotificationOfReply(**same, text=_of_reply(row.reply), reply_id=row.reply.id, person=person)
    key = _version(row)
    definition = definitions.get(key) if key is not None else None
    step = definition.steps.get(row.step or "") if definition is not None else None
    shared = {name: getattr(row, name) for name in ("id", "enrolment_id", "at", "read_at")}
    shared |= {"text": step.notify.message if isinstance(step, NotifyStep) else "", "person": person_line(row.person) if row.person is not None else None}
    if not who.sees(Wall.COMMERCIAL):
        return NotificationForMedical(**shared)
    return NotificationForCommercial(**shared, journey=row.journey or "", version=row.version or 0, step=row.step or "")


def _of_reply(reply: ReplyRow) -> str:
    by = "e-mail" if reply.channel == EMAIL else plain(reply.channel)
    return f"The HCP has answered by {by}" + (" and asks for no more of that." if reply.standing == "unsubscribed" else ".")


def _of_safety(row: SafetyNoticeRow) -> str:
    if row.acknowledged_at is not None:
        return f"A safety case was acknowledged at {moment(row.acknowledged_at)}."
    if row.at >= row.due_at:
        return f"A safety case is overdue since {moment(row.due_at)}: drug safety has not acknowledged it."
    return f"A safety case is due at {moment(row.due_at)}: drug safety has not acknowledged it."
