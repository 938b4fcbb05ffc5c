"""The activity by which a safety case is looked after: told to drug safety, told again, and escalated, until somebody acknowledges it."""

import structlog
from temporalio import activity

from activities.ports import SafetyOffice, SafetyProgress
from journeys.shapes import Instant, Stored

__all__ = ["SafetyActivities", "SafetyOrder", "SafetyProgress"]

log = structlog.get_logger()


class SafetyOrder(Stored):
    """Which case is to be looked after, at which journey time."""

    case: str
    at: Instant


class SafetyActivities:
    """One look. What was not taken is told as such, with how long to rest, and tried again by the case's workflow for as long as it takes."""

    def __init__(self, office: SafetyOffice) -> None:
        self._office = office

    @activity.defn
    async def look_after(self, order: SafetyOrder) -> SafetyProgress:
        """Do what is due by now, and say when more is."""
        progress = await self._office.look_after(order.case, at=order.at)
        log.info("safety_case", case=order.case, over=progress.over, rest=progress.rest)
        return progress
