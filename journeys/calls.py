"""Which open visit a call that the CRM tells of was: of this HCP, by this rep, about this product, and near enough in time. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from pydantic import Field

from journeys.shapes import Authored

CHANNELS = ("face_to_face", "remote", "phone")


class CallWords(Authored):
    """How one CRM speaks, as an installation tells: its own outcomes and channels in ours, and how far apart a call and its visit may lie."""

    outcomes: Mapping[str, str] = {}
    """Those that are not named stand for themselves."""
    channels: Mapping[str, str] = {}
    days_before: int = Field(3, ge=0, le=60)
    """A call may have been so long before the visit was asked for: the rep went there before the journey did."""
    days_after: int = Field(14, ge=0, le=180)
    """Or so long after it was due."""

    def outcome(self, told: str | None) -> str | None:
        return self.outcomes.get(told, told) if told is not None else None

    def channel(self, told: str) -> str | None:
        """Where it took place; None for a word that is none of ours."""
        found = self.channels.get(told, told)
        return found if found in CHANNELS else None


class Visit(NamedTuple):
    """A visit that was asked for."""

    task: str
    product: str
    rep: str | None
    """Whose it is; anybody's of the territory, where nobody's."""
    opened_at: datetime
    due: datetime


class Call(NamedTuple):
    product: str
    rep: str | None
    at: datetime


def matching(call: Call, visits: Iterable[Visit], words: CallWords) -> tuple[Visit, ...]:
    """The visits that the call may have been, the nearest to its due time first; of two that are as near, the one that was asked for first."""
    fitting = [visit for visit in visits if _fits(call, visit, words)]
    return tuple(sorted(fitting, key=lambda visit: (abs(call.at - visit.due), visit.opened_at, visit.task)))


def _fits(call: Call, visit: Visit, words: CallWords) -> bool:
    mine = call.rep is not None and visit.rep in {None, call.rep}
    in_time = visit.opened_at - timedelta(days=words.days_before) <= call.at <= visit.due + timedelta(days=words.days_after)
    return mine and in_time and visit.product == call.product
