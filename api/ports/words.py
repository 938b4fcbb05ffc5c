"""Restricted words."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from api.who import Who
from journeys.restricted import Hit, RestrictedWord


class RestrictedWords(Protocol):
    async def listed(self, who: Who) -> tuple[RestrictedWord, ...]:
        """The words of the markets in which the asker works: a field user's own, every market's for all others."""
        ...

    async def note(self, who: Who, path: str, found: Sequence[tuple[str, Hit]], *, now: datetime) -> None:
        """Write down for compliance that restricted words were taken: where, by whom and which, and nothing of what stands around them."""
        ...
