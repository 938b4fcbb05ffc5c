"""What must be known of an HCP before a run of a journey can begin."""

from journeys.conditions import Value
from journeys.durations import Calendar
from journeys.shapes import Stored
from journeys.state import Entered


class Arrival(Stored):
    """The HCP as the conductor sees them at the door."""

    calendar: Calendar
    facts: dict[str, Value | None]
    withdrawn: tuple[str, ...] = ()
    """The channels whose promotional use the HCP has withdrawn."""
    objected: bool = False
    entered: Entered | None = None
    """The event that brought the HCP in, where one did."""
    hundredth: int | None = None
    """Where the person falls among 100 for this journey (`journeys.draws.hundredth`); those below the hold-out are kept out."""
