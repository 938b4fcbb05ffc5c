"""How fast journey time runs against the wall clock: at 1 in real life; faster in the embedded runtime, so that a month can be played in minutes."""

from datetime import datetime

from pydantic import Field

from journeys.shapes import Instant, Stored


class Pace(Stored):
    """At `origin` both clocks show the same; from there journey time runs `speed` times as fast."""

    speed: float = Field(1.0, gt=0)
    origin: Instant

    def journey(self, wall: datetime) -> datetime:
        """The journey time at a wall-clock instant."""
        return self.origin + (wall - self.origin) * self.speed if self.speed != 1.0 else wall

    def wall(self, journey: datetime) -> datetime:
        """The wall-clock instant of a journey time."""
        return self.origin + (journey - self.origin) / self.speed if self.speed != 1.0 else journey
