"""Facts in: what providers bring to the door, and what is on record of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from api.codes import Code
from api.paging import Batch, Slice
from api.rows import FactInRow
from api.who import Who


@dataclass(frozen=True)
class Brought:
    """A request as a provider made it: names of headers in small letters, the body as the bytes that were signed, path and query as asked."""

    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    target: str


@dataclass(frozen=True)
class NotLetIn:
    """Why what was brought is not taken."""

    code: Code
    detail: str


class FactsIn(Protocol):
    async def bring(self, provider: str, brought: Brought, *, now: datetime) -> Mapping[str, int] | NotLetIn:
        """Prove who speaks, then take every row that can be read, each once. Tells how many stand where."""
        ...

    async def page(
        self, who: Who, *, standing: str | None, source: str | None, kind: str | None, person_id: str | None, late: bool | None, cut: Slice
    ) -> Batch[FactInRow]:
        """What is on record, the latest first."""
        ...

    async def judge_again(self, who: Who, *, source: str | None, most: int, remark: str, now: datetime) -> Mapping[str, int]:
        """Look again at what could not be placed, those first that waited longest; audited. Tells how many stand where now."""
        ...
