"""What a rehearsal counts while it plays: plain counters, made into a report at the end."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from journeys.state import Ending


@dataclass
class JourneyTally:
    """The counts of one strategy."""

    entered: int = 0
    not_entered: Counter[str] = field(default_factory=Counter)
    stood_back: int = 0
    """Runs that waited for their turn, before they began or in the middle."""
    ends: Counter[tuple[str, str]] = field(default_factory=Counter)
    going_on: int = 0
    oldest_days: float = 0.0
    """For how long the oldest of those has been going on."""
    standing: Counter[str] = field(default_factory=Counter)
    """Where the runs stand that have not ended."""
    passages: Counter[str] = field(default_factory=Counter)
    ways: Counter[tuple[str, str]] = field(default_factory=Counter)
    arms: Counter[tuple[str, str]] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    deferred: Counter[str] = field(default_factory=Counter)
    blocked: Counter[str] = field(default_factory=Counter)
    hand_overs: Counter[str] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)
    requests: Counter[tuple[str, str]] = field(default_factory=Counter)
    goal_days: list[float] = field(default_factory=list)

    def end(self, ending: Ending, began: datetime, now: datetime) -> None:
        self.ends[ending.kind, ending.reason] += 1
        if ending.kind == "goal":
            self.goal_days.append((now - began).total_seconds() / 86400)


@dataclass
class Tally:
    """The counts of all. A week is counted from the start of the rehearsal, 0 being the first."""

    start: datetime
    journeys: defaultdict[str, JourneyTally] = field(default_factory=lambda: defaultdict(JourneyTally))
    hcps: int = 0
    """People to whom the strategies were offered."""
    entered: int = 0
    """Those of them who came into at least one."""
    colleagues: int = 0
    """People who were touched without being offered anything: the nurses of a care team."""
    touches: Counter[tuple[str, int]] = field(default_factory=Counter)
    tasks: Counter[tuple[str, str, str, int]] = field(default_factory=Counter)
    """By territory, side, what became of them (opened, done, overdue) and week."""
    per_hcp: Counter[int] = field(default_factory=Counter)
    """How many people were touched so often; colleagues only where they were touched at all."""
    in_window: Counter[int] = field(default_factory=Counter)
    """How many of them had this many touches at most in any period of their market's cap."""
    sent_over_cap: int = 0
    """Promotional touches that the gate let out although the cap was reached. There are none; that is what it counts them for."""
    heard: Counter[str] = field(default_factory=Counter)
    happened: Counter[str] = field(default_factory=Counter)

    def week(self, now: datetime) -> int:
        return (now - self.start).days // 7
