"""The stored ledger and real adapters: whatever a provider does with a message, the row says what is known of it, and nothing goes out twice."""

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.touches import TouchActivities
from tests.activities.fakes import FakeCounts, StoppedClock
from tests.orchestrator.channels.contract import Subject, a_subject
from tests.orchestrator.channels.offices import Manner
from tests.orchestrator.store.sending import a_ledger, a_touch_order, the_touch


async def deliver(world: AsyncEngine, subject: Subject, manner: Manner, *, move: int) -> str:
    subject.manner = manner
    async with subject.channel() as channel:
        settled = await TouchActivities(a_ledger(world), {"email": channel}, StoppedClock(), FakeCounts()).deliver(a_touch_order(move=move))
    return settled.result


@pytest.mark.parametrize("name", ["postmark", "ses", "smtp"])
@pytest.mark.parametrize(
    ("manner", "first", "state", "again", "taken"),
    [
        (Manner.TAKES, "sent", "accepted", "sent", 1),
        (Manner.HALF_CLOSED, "unknown", "unknown", "unknown", 1),
        (Manner.SILENT, "unknown", "unknown", "unknown", 1),
        (Manner.THROTTLES, "deferred", "deferred", "sent", 1),
        (Manner.REFUSES, "refused", "refused", "sent", 1),  # nothing was taken, so an address that was put right may be written to
    ],
)
async def test_what_a_provider_does_stands_in_the_ledger(world: AsyncEngine, name: str, manner: Manner, first: str, state: str, again: str, taken: int) -> None:
    """The real gate, row and order of writing; the same order comes again, as after a dead worker or the end of a deferral."""
    subject = a_subject(name)
    assert await deliver(world, subject, manner, move=1) == first
    touch = await the_touch(world)
    assert touch.state == state
    assert (touch.provider_id is not None) == (state == "accepted" and name != "smtp")
    assert await deliver(world, subject, Manner.TAKES, move=2) == again
    assert subject.taken == taken
