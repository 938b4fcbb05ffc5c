"""Touches, as their recipients reach them by links."""

from datetime import datetime
from typing import Literal, Protocol

from api.rows import ClickTarget, InvitationRow
from journeys.definitions import Heard
from journeys.touches import TouchEvent


class Touches(Protocol):
    async def heard(
        self, *, source: str, source_id: str, touch: str | None, message_id: str | None, heard: TouchEvent, at: datetime, now: datetime
    ) -> Literal["stored", "repeated", "unknown"]:
        """Store what was heard of a touch, once by its source's id and once per touch and kind, and tell the run. What is heard of invitations
        alone is unknown of any other touch."""
        ...

    async def click(self, touch: str, link: str, *, now: datetime) -> ClickTarget | None:
        """Note the first click and say where the link leads; None where there is no such touch or link."""
        ...

    async def named(self, code: str) -> str | None:
        """The key of the touch with this short code."""
        ...

    async def channel_of(self, touch: str) -> str | None:
        """The name of the channel by which the touch went out; None where there is no such touch."""
        ...

    async def invitation(self, touch: str, *, now: datetime) -> InvitationRow | None:
        """What the touch invites to; None where there is no such touch or it is no invitation."""
        ...

    async def answer(self, touch: str, answer: Heard, *, now: datetime) -> Heard:
        """Store the answer to an invitation, once, tell the run, and return the answer that stands: who has declined has declined."""
        ...

    async def unsubscribe(self, touch: str, *, now: datetime) -> bool:
        """Withdraw the recipient's consent for the touch's channel and purpose, if it is not withdrawn already. False: no such touch."""
        ...
