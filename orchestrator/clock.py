"""Journey time for the processes of the house: the wall clock, or the faster clock of the embedded runtime."""

from datetime import UTC, datetime, timedelta

from journeys.pace import Pace
from orchestrator.settings import Settings


class JourneyClock:
    def __init__(self, pace: Pace) -> None:
        self.pace = pace

    @classmethod
    def of(cls, settings: Settings) -> "JourneyClock":
        return cls(Pace(speed=settings.clock_speed, origin=settings.clock_origin or datetime(2026, 1, 1, tzinfo=UTC)))

    def now(self) -> datetime:
        """Journey time now."""
        return self.pace.journey(datetime.now(UTC))

    def later(self, real: timedelta) -> datetime:
        """What journey time will be after that much real time."""
        return self.pace.journey(datetime.now(UTC) + real)


def wall_clock() -> datetime:
    """Real time, whatever pace journeys are played at."""
    return datetime.now(UTC)
