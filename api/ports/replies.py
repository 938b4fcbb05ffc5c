"""Replies: what people write back by e-mail or text."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from api.paging import Batch, Slice
from api.ports.facts_in import Brought, NotLetIn
from api.rows import ReplyRow
from api.who import Who


class Replies(Protocol):
    async def bring(self, provider: str, brought: Brought, *, now: datetime) -> str | NotLetIn:
        """Prove who speaks, then take the message that somebody wrote, once. Tells where it stands."""
        ...

    async def page(self, who: Who, *, standing: str | None, unread: bool | None, safety: bool | None, cut: Slice) -> Batch[ReplyRow]:
        """Replies of the asker's sides and territories, the latest first, without their words."""
        ...

    async def judge_again(self, who: Who, *, source: str | None, most: int, remark: str, now: datetime) -> Mapping[str, int]:
        """Look again at what nobody could place, those first that were looked at longest ago; audited. Tells how many stand where now."""
        ...

    async def read(self, who: Who, reply_id: str, *, now: datetime) -> tuple[ReplyRow, str] | None:
        """A reply with its words; the first reading by whom it was given to is noted, and every reading of medical's words is audited."""
        ...
