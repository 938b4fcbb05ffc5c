"""The activity that asks another system: one call, and where nothing was said, the time for the next."""

from datetime import timedelta

import pytest
from temporalio.testing import ActivityEnvironment

from activities.orders import CallOrder
from activities.ports import Unanswered
from activities.requests import FIRST, LONGEST, RequestActivities
from journeys.commands import CallOut
from journeys.events import Called
from tests.activities.fakes import StoppedClock
from tests.activities.orders import an_entry
from tests.builders import NOW

KEY = "enr1.stock.1"


class Away:
    """A system that says nothing, or only when it wishes to be asked again."""

    def __init__(self, wish: timedelta | None = None) -> None:
        self.wish = wish
        self.attempts: list[int] = []

    async def call(self, order: CallOrder, *, attempt: int) -> Called:
        self.attempts.append(attempt)
        raise Unanswered("HTTP 503", retry_after=self.wish)


def an_order(tries: int | None = None) -> CallOrder:
    call = CallOut(key=KEY, step="stock", to="stock", facts=(), answers=("yes",), until=NOW + timedelta(days=9), tries=tries)
    return CallOrder(entry=an_entry(), call=call)


async def asked(away: Away, tries: int | None = None) -> Called:
    told: Called = await ActivityEnvironment().run(RequestActivities(away, StoppedClock()).call, an_order(tries))
    return told


@pytest.mark.parametrize(("tries", "pause"), [(None, FIRST), (1, 2 * FIRST), (2, 4 * FIRST), (12, LONGEST), (100_000, LONGEST)])
async def test_what_is_not_answered_is_asked_again_later_and_later(tries: int | None, pause: timedelta) -> None:
    """The activity ends: the run decides when it asks again, and hears everything else until then. At most an hour lies between two calls."""
    away = Away()
    assert await asked(away, tries) == Called(key=KEY, result="again", retry=NOW + pause)
    assert away.attempts == [(tries or 0) + 1]


@pytest.mark.parametrize(("wish", "pause"), [(timedelta(hours=7), timedelta(hours=7)), (timedelta(), FIRST)])
async def test_the_wish_of_the_other_system_is_kept(wish: timedelta, pause: timedelta) -> None:
    """It knows best when it is back; a wish for at once is not taken at its word."""
    assert (await asked(Away(wish), 3)).retry == NOW + pause
