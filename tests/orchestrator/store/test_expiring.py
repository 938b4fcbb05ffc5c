"""Warnings of approvals that end, on a real PostgreSQL: once for each threshold, before marketing, with the journeys, steps and people."""

import asyncio
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from api.paging import Slice
from api.rows import NotificationRow
from api.who import Who
from journeys.content import ContentVersion
from journeys.pace import Pace
from orchestrator.clock import JourneyClock
from orchestrator.store import library, tables
from orchestrator.store.desk.contents import StoredContents
from orchestrator.store.desk.notifications import StoredNotifications
from orchestrator.store.engine import transaction
from orchestrator.store.expiring import warn
from orchestrator.warning import ExpiryLook
from tests.builders import NOW, a_content
from tests.orchestrator.store.desk.filling import MARKETING, MEDICAL, REP, every

DAY = timedelta(days=1)


async def expires(engine: AsyncEngine, days: int, ref: str = "hf-dialogue@2") -> None:
    """Have review give the content that many days from now."""
    links = {"study": "https://dirigent.example/study"} if ref == "hf-dialogue@2" else {}
    content = a_content(ref, approval={"id": "MLR-1", "expires": NOW + days * DAY}, links=links)
    async with transaction(engine) as session:
        await library.publish_content(session, ContentVersion.model_validate(content), now=NOW)


async def warned(engine: AsyncEngine, days: int = 0) -> list[tuple[str, int]]:
    async with transaction(engine) as session:
        return [(f"{each.content_id}@{each.version}", each.days) for each in await warn(session, now=NOW + days * DAY)]


async def test_each_threshold_is_warned_of_once(world: AsyncEngine) -> None:
    """However often anybody looks; a renewal has warnings of its own."""
    await expires(world, 59)
    assert [await warned(world, day) for day in (0, 0, 28, 29, 30, 52, 53, 58, 59)] == [
        *([("hf-dialogue@2", 60)], [], [], [("hf-dialogue@2", 30)], []),
        *([("hf-dialogue@2", 7)], [], [], []),
    ]
    await expires(world, 100)
    assert await warned(world, 60) == [("hf-dialogue@2", 60)]


async def test_marketing_is_told_whom_it_concerns(world: AsyncEngine) -> None:
    """The journeys, steps and people of that day; nobody else is told, and what no journey names is only listed."""
    await expires(world, 20)
    await expires(world, 20, ref="hf-nobody@1")
    await warned(world)
    desk = StoredNotifications(world)

    async def of(who: Who) -> list[object]:
        return list((await desk.page(who, unread=None, cut=Slice())).rows)

    (line,) = (await desk.page(MARKETING, unread=True, cut=Slice())).rows
    assert (await of(MEDICAL), await of(REP)) == ([], [])
    assert isinstance(line, NotificationRow)
    assert line.warning is not None
    assert (line.warning.content, line.warning.days, line.warning.expires) == ("hf-dialogue@2", 30, NOW + 20 * DAY)
    (journey,) = line.warning.reach.journeys
    assert (journey.journey, journey.steps, journey.runs, line.warning.reach.people) == ("heart-failure-pioneer", ("follow-up",), 1, 1)
    assert (await desk.read(MARKETING, line.id, now=NOW)) is not None
    assert (await desk.page(MARKETING, unread=True, cut=Slice())).rows == ()


async def test_what_expires_is_listed_the_first_first(world: AsyncEngine) -> None:
    """With the thresholds that were warned of, page by page; what has expired, or is withdrawn, is not there."""
    await expires(world, 20)
    await expires(world, 5, ref="hf-nobody@1")
    await expires(world, 0, ref="hf-over@1")
    await warned(world)
    contents = StoredContents(world)
    first = await contents.expiring(within=30 * DAY, now=NOW, cut=Slice(1))
    second = await contents.expiring(within=30 * DAY, now=NOW, cut=Slice(1, first.next))
    assert [(line.content, line.days_left, line.warned) for line in (*first.rows, *second.rows)] == [("hf-nobody@1", 5, ()), ("hf-dialogue@2", 20, (30,))]
    assert second.next is None
    assert (await contents.expiring(within=10 * DAY, now=NOW, cut=Slice())).rows == first.rows


async def test_of_two_workers_one_warns(world: AsyncEngine) -> None:
    """Both look, each in its loop; the look is once an hour of journey time, and never more than once a minute."""
    await expires(world, 7)
    looks = [ExpiryLook(world, JourneyClock(Pace(speed=speed, origin=NOW))) for speed in (1.0, 1000.0)]
    assert sorted(await asyncio.gather(*(warned(world) for _ in looks))) == [[], [("hf-dialogue@2", 7)]]
    assert [look.rest for look in looks] == [3600.0, 60.0]
    assert len(await every(world, tables.Notification)) == 1
