"""Acceptance case A14: a journey comes to a letter within the quiet hours of the HCP; it gives up, or sends when they are over, and not before."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.testing import WorkflowEnvironment

from orchestrator.store import tables
from tests.builders import an_email, an_exit
from tests.orchestrator.store.desk.filling import ASTRID, every
from tests.orchestrator.store.sending import change
from tests.workflows.doors import one_message, open_doors

TOKYO = ZoneInfo("Asia/Tokyo")


DAY, WINDOW = timedelta(days=1), timedelta(hours=16)


def around(now: datetime) -> dict[str, list[str]]:
    """A window of sixteen hours in Tokyo, in the middle of which it is now."""
    begins, ends = (over(now).astimezone(TOKYO) - WINDOW, over(now).astimezone(TOKYO))
    return {"between": [f"{begins:%H:%M}", f"{ends:%H:%M}"]}


def over(now: datetime) -> datetime:
    """When the window ends."""
    return (now + WINDOW / 2).replace(second=0, microsecond=0)


async def test_a14_in_quiet_hours_it_gives_up_where_it_says_so(engine: AsyncEngine, temporal_dev: WorkflowEnvironment) -> None:
    """`quiet_hours: exit`: no letter now, none later."""
    async with open_doors(engine, temporal_dev, quiet_hours=around(datetime.now(UTC))) as house:
        await change(engine, "UPDATE person SET zone = 'Asia/Tokyo'")
        steps = {"mail": an_email(blocked={"quiet_hours": "exit"}), "done": an_exit()}
        await house.publish(**one_message("news", {"on": {"event": "appointment_booked"}}) | {"steps": steps})
        await house.report("appointment_booked", key="1")
        (run,) = await house.ended("news")
        assert (run.end_kind, run.end_reason) == ("blocked", "quiet_hours")
        assert house.sent == {}


async def test_a14_in_quiet_hours_it_waits_for_their_end(engine: AsyncEngine, temporal_dev: WorkflowEnvironment) -> None:
    """One letter, at the window's end where the HCP is."""
    began = datetime.now(UTC)
    async with open_doors(engine, temporal_dev, speed=4_000, quiet_hours=around(began)) as house:
        await change(engine, "UPDATE person SET zone = 'Asia/Tokyo'")
        await house.publish(**one_message("news", {"on": {"event": "appointment_booked"}}))
        await house.report("appointment_booked", key="1")
        await house.see("news", lambda run: run.held_because == "quiet_hours")
        assert house.sent == {}
        await house.ended("news")
        assert house.sent == {"astrid@clinic.example": 1}
        (touch,) = [touch for touch in await every(engine, tables.Touch) if touch.person_id == ASTRID]
        assert touch.at >= over(began)
        assert (touch.at - over(began)) % DAY < DAY - WINDOW
