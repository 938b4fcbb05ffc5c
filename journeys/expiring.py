"""Approvals that end: when a warning is due, and which content of a journey needs a plan before the journey is published."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from journeys.content import ContentState, ContentVersion
from journeys.definitions import ContentRef

WARNINGS: Final = (60, 30, 7)
"""Days before its expiry at which content is warned of, the earliest first: the time that a renewal is commonly given, and what remains of it."""

SOON = timedelta(days=WARNINGS[0])

ACKNOWLEDGED: Final = "acknowledged"
"""A plan that names no successor: whoever publishes knows that the approval ends."""


def warning_due(content: ContentVersion, now: datetime) -> int | None:
    """The latest threshold that has been reached, in days; None where none has, and where the content is not, or no longer, approved."""
    if content.state_at(now) is not ContentState.APPROVED or content.approval is None:
        return None
    left = content.approval.expires - now
    return min((days for days in WARNINGS if left <= timedelta(days=days)), default=None)


def ending(refs: Iterable[ContentRef], contents: Mapping[ContentRef, ContentVersion], now: datetime) -> tuple[ContentRef, ...]:
    """Those of these contents whose approval ends soon, each once."""
    known = (contents[ref] for ref in dict.fromkeys(refs) if ref in contents)
    return tuple(content.ref for content in known if warning_due(content, now) is not None)
