"""Approved content."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from api.paging import Batch, Slice
from api.schemas.content import ContentLine
from api.schemas.expiring import ExpiringLine
from journeys.content import ContentVersion
from journeys.definitions import ContentRef


class Contents(Protocol):
    async def page(self, *, state: str | None, product: str | None, expires_before: datetime | None, now: datetime, cut: Slice) -> Batch[ContentLine]:
        """Content by id and version, each in its state at `now`."""
        ...

    async def find(self, ref: ContentRef, *, now: datetime) -> ContentLine | None: ...

    async def expiring(self, *, within: timedelta, now: datetime, cut: Slice) -> Batch[ExpiringLine]:
        """Approved content whose approval ends within that time, the first first."""
        ...

    async def versions(self, refs: Sequence[ContentRef]) -> Mapping[ContentRef, ContentVersion]: ...
