"""Fakes of content and of what goes out with it, and of what comes of that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal

from api.idempotency import Once
from api.paging import Batch, Slice
from api.ports import NotSettled
from api.rows import (
    ClickTarget,
    InvitationRow,
    Rescheduled,
    Unchangeable,
)
from api.schemas.content import ContentLine
from api.schemas.expiring import ExpiringLine
from api.schemas.touches import CopyRead, HoldCopies, SettleTouch, TouchLine, TouchRead
from api.who import Who
from journeys.content import ContentVersion
from journeys.definitions import ContentRef, Heard
from journeys.touches import TouchEvent
from tests.api.of_world import OfWorld
from tests.api.slicing import sliced

TOUCH = "enr1.follow-up.1"
"""The touch that the ledger knows."""


class FakeContents(OfWorld):
    async def page(self, *, state: str | None, product: str | None, expires_before: datetime | None, now: datetime, cut: Slice) -> Batch[ContentLine]:
        lines = [_line(version, now) for version in self.world.contents.values()]
        return sliced([line for line in lines if state is None or line.state == state], cut)

    async def find(self, ref: ContentRef, *, now: datetime) -> ContentLine | None:
        return _line(self.world.contents[ref], now) if ref in self.world.contents else None

    async def expiring(self, *, within: timedelta, now: datetime, cut: Slice) -> Batch[ExpiringLine]:
        return sliced([], cut)

    async def versions(self, refs: Sequence[ContentRef]) -> Mapping[ContentRef, ContentVersion]:
        return {ref: self.world.contents[ref] for ref in refs if ref in self.world.contents}


def _line(version: ContentVersion, now: datetime) -> ContentLine:
    told = {name: getattr(version, name) for name in ContentLine.model_fields if name not in {"state", "approval", "expires", "languages"}}
    return ContentLine(**told, languages=tuple(version.letters or version.texts), state=version.state_at(now))


class FakeTouches(OfWorld):
    async def heard(
        self, *, source: str, source_id: str, touch: str | None, message_id: str | None, heard: TouchEvent, at: datetime, now: datetime
    ) -> Literal["stored", "repeated", "unknown"]:
        if touch not in self.world.touches:
            return "unknown"
        before = len(self.world.heard)
        self.world.heard.add((touch or "", heard))
        return "stored" if len(self.world.heard) > before else "repeated"

    async def click(self, touch: str, link: str, *, now: datetime) -> ClickTarget | None:
        address = self.world.touches.get(touch, {}).get(link)
        if address is None:
            return None
        self.world.heard.add((touch, Heard.CLICKED))
        return ClickTarget(address)

    async def named(self, code: str) -> str | None:
        return self.world.codes.get(code)

    async def channel_of(self, touch: str) -> str | None:
        return self.world.channels.get(touch, "email") if touch in self.world.touches else None

    async def invitation(self, touch: str, *, now: datetime) -> InvitationRow | None:
        return self.world.invitations.get(touch)

    async def answer(self, touch: str, answer: Heard, *, now: datetime) -> Heard:
        self.world.heard.add((touch, answer))
        return Heard.DECLINED if (touch, Heard.DECLINED) in self.world.heard else answer

    async def unsubscribe(self, touch: str, *, now: datetime) -> bool:
        if touch in self.world.touches and touch not in self.world.withdrawn:
            self.world.withdrawn.append(touch)
        return touch in self.world.touches


class FakeTouchBook(OfWorld):
    """One touch, whose result nobody knows."""

    def _one(self) -> TouchRead:
        told = {"key": TOUCH, "person_id": "person-astrid", "channel": "email", "purpose": "promotional", "product": "cardiolex", "state": "unknown"}
        return TouchRead.model_validate({**told, "attempt": 1, "at": self.world.now, "events": ()})

    async def page(self, who: Who, *, state: str | None, channel: str | None, person: str | None, alarm: bool, cut: Slice) -> Batch[TouchLine]:
        return sliced([TouchLine.model_validate(self._one().model_dump())] if state in {None, "unknown"} else [], cut)

    async def find(self, who: Who, key: str) -> TouchRead | None:
        return self._one() if key == TOUCH else None

    async def settle(self, who: Who, key: str, order: SettleTouch, *, remark: str, now: datetime) -> TouchRead | NotSettled | None:
        if key != TOUCH or order.again:
            return "not_repeatable" if key == TOUCH else None
        if (who.id, "touch.settled") in self.world.audit:
            return "touch_known"
        self.world.audit.append((who.id, "touch.settled"))
        return self._one().model_copy(update={"state": "accepted" if order.as_ == "sent" else "refused"})

    async def copies(self, who: Who, key: str, *, now: datetime) -> tuple[CopyRead, ...] | None:
        if key != TOUCH:
            return None
        if self.world.trouble is not None:
            raise self.world.trouble
        self.world.audit.append((who.id, "copy.read"))
        return ()

    async def hold(self, who: Who, key: str, order: HoldCopies, *, remark: str, now: datetime) -> int | None:
        return 1 if key == TOUCH else None


class FakeOccasions(OfWorld):
    async def change(self, who: Who, touch: str, *, starts: datetime | None, reason: str, once: Once, now: datetime) -> Rescheduled | Unchangeable:
        known = self.world.invitations.get(touch)
        if known is None:
            return Unchangeable.NO_INVITATION
        if known.called_off:
            return Unchangeable.CALLED_OFF
        begins = starts or known.starts
        self.world.invitations[touch] = InvitationRow(starts=begins, when=known.when, language=known.language, called_off=starts is None)
        return Rescheduled(touch, 1, begins, begins + timedelta(hours=1), called_off=starts is None)
