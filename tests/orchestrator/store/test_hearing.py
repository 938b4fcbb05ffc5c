"""What is heard of a touch, on a real PostgreSQL: once, in any order, with what must follow, and as the proof of what nobody knew."""

import itertools
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select

from activities.ports import Handed, Handover
from activities.touches import TouchActivities
from api.paging import Slice
from journeys.reasons import Reason
from journeys.touches import LISTENED, TouchEvent
from orchestrator.store import tables
from orchestrator.store.desk.people import StoredPeople
from orchestrator.store.desk.touches import StoredTouches
from orchestrator.store.engine import transaction
from orchestrator.store.hearing import bounces, digest_of, hear
from orchestrator.store.outbox import Kind
from tests.activities.fakes import FakeChannel, FakeCounts, StoppedClock
from tests.builders import NOW
from tests.orchestrator.counting import Counted, counting
from tests.orchestrator.store.desk.filling import ADMIN, ASTRID, TOUCH, a_touch, add, every
from tests.orchestrator.store.lettering import KEY, LETTER, a_letter, ask_for, deliver, furnish
from tests.orchestrator.store.sending import a_ledger, a_touch_order, change, handed, the_touch

_numbers = itertools.count(1)


async def _sent(world: AsyncEngine, answer: Handover = Handover.ACCEPTED) -> TouchActivities:
    """The e-mail of Astrid's run is out, or nobody knows."""
    touching = TouchActivities(a_ledger(world), {"email": FakeChannel(answer)}, StoppedClock(), FakeCounts())
    await touching.deliver(a_touch_order())
    return touching


async def _hear(world: AsyncEngine, heard: TouchEvent, *, key: str = TOUCH, source_id: str | None = None) -> bool:
    async with transaction(world) as session:
        touch = await session.get_one(tables.Touch, key)
        told = source_id or f"event-{next(_numbers)}"
        return await hear(session, touch, heard, source="provider-x", source_id=told, at=NOW - timedelta(minutes=1), now=NOW)


async def _entries(world: AsyncEngine, key: str = TOUCH) -> list[tuple[int, str, str]]:
    async with transaction(world) as session:
        rows = await session.exec(select(tables.LedgerEntry).where(tables.LedgerEntry.touch_key == key).order_by(col(tables.LedgerEntry.id)))
        return [(row.attempt, row.state, row.source) for row in rows]


async def _told(world: AsyncEngine) -> list[str]:
    rows = sorted(await every(world, tables.Outbox), key=lambda row: row.id or 0)
    return [row.payload["heard"] for row in rows if row.kind == Kind.FACT and "heard" in row.payload]


@pytest.mark.parametrize("order", list(itertools.permutations([TouchEvent.DELIVERED, TouchEvent.OPENED, TouchEvent.CLICKED]))[::2])
async def test_what_comes_out_of_order_is_all_there(world: AsyncEngine, order: tuple[TouchEvent, ...]) -> None:
    """A click before the delivery, a delivery days later: each is stored with its own time and told, and the touch stands as it stood."""
    await _sent(world)
    assert [await _hear(world, heard) for heard in order] == [True] * 3
    assert {fact.heard for fact in await every(world, tables.HeardFact)} == set(order)
    assert await _told(world) == list(order)
    assert (await the_touch(world)).state == Handover.ACCEPTED


async def test_each_kind_is_stored_once_and_each_event_once(world: AsyncEngine) -> None:
    """The same event again, and another event of the same kind, change nothing and are counted."""
    await _sent(world)
    counts: Counted = {}
    with counting(counts):
        taken = [await _hear(world, TouchEvent.OPENED, source_id=told) for told in ("a", "a", None)]
    assert (taken, len(await _told(world)), counts["heard", "repeated"]) == ([True, False, False], 1, 2)


async def test_every_passage_of_a_touch_is_booked(world: AsyncEngine) -> None:
    """Reserved, handed over, put off; reserved again, handed over, accepted: each attempt is in the books, with who says so."""
    down = TouchActivities(a_ledger(world), {"email": FakeChannel(Handover.DOWN)}, StoppedClock(), FakeCounts())
    await down.deliver(a_touch_order())
    await _sent(world)
    first = [(1, "reserved", "house"), (1, "handed_over", "house"), (1, "deferred", "provider")]
    assert await _entries(world) == [*first, (2, "reserved", "house"), (2, "handed_over", "house"), (2, "accepted", "provider")]


@pytest.mark.parametrize("heard", [heard for heard in TouchEvent if heard not in (TouchEvent.ATTENDED, TouchEvent.MISSED)])
async def test_what_is_heard_proves_that_the_message_was_taken(world: AsyncEngine, heard: TouchEvent) -> None:
    """Nobody knew whether it went out; what could only happen to a message that did settles it, with who said so, and it is asked about no more."""
    await _sent(world, Handover.UNKNOWN)
    assert (await the_touch(world)).ask_at is not None
    await _hear(world, heard)
    touch = await the_touch(world)
    assert (touch.state, touch.ask_at) == (Handover.ACCEPTED, None)
    assert (await _entries(world))[-1] == (1, "accepted", "provider-x")


async def test_who_came_proves_nothing_of_the_letter(world: AsyncEngine) -> None:
    """An HCP may come without having read the invitation."""
    await _sent(world, Handover.UNKNOWN)
    await _hear(world, TouchEvent.ATTENDED)
    assert (await the_touch(world)).state == Handover.UNKNOWN


async def test_what_is_heard_while_the_message_is_handed_over_decides_an_unknown_result(world: AsyncEngine) -> None:
    """The provider's event comes before the broken conversation is noticed: then the result is known after all."""
    ledger = a_ledger(world)
    handed((await ledger.reserve(a_touch_order(), now=NOW)).message)
    await _hear(world, TouchEvent.DELIVERED)
    assert (await the_touch(world)).state == "reserved"
    await ledger.settle(TOUCH, Handed(result=Handover.UNKNOWN, provider_id="p-1"), now=NOW)
    touch = await the_touch(world)
    assert (touch.state, touch.provider_id) == (Handover.ACCEPTED, "p-1")


async def test_a_touch_that_was_put_off_and_yet_delivered_goes_out_no_second_time(world: AsyncEngine) -> None:
    """The channel said that nothing was taken, and the provider tells of its delivery: the next attempt sends nothing."""
    await _sent(world, Handover.DOWN)
    await _hear(world, TouchEvent.DELIVERED)
    channel = FakeChannel()
    again = TouchActivities(a_ledger(world), {"email": channel}, StoppedClock(), FakeCounts())
    assert ((await again.deliver(a_touch_order(move=2))).result, channel.offered) == ("sent", [])


async def test_a_hard_bounce_closes_the_address_until_there_is_another(world: AsyncEngine) -> None:
    """It is shown beside the acceptance, the gate refuses the address in whatever case it is written, and takes the next one."""
    await _sent(world)
    await _hear(world, TouchEvent.BOUNCED)
    assert (await the_touch(world)).state == Handover.ACCEPTED
    await change(world, "UPDATE person SET email = upper(email)")
    blocked = (await a_ledger(world).reserve(a_touch_order(passage=2, move=2), now=NOW)).blocked
    assert blocked is not None
    assert blocked.reason == Reason.ADDRESS_BOUNCED
    await change(world, "UPDATE person SET email = 'new@clinic.example' WHERE id = 'person-astrid'")
    assert (await a_ledger(world).reserve(a_touch_order(passage=3, move=3), now=NOW)).message is not None


async def test_a_closed_address_is_opened_again_and_closed_anew(world: AsyncEngine) -> None:
    """By somebody, audited, once; a late word of what went out before changes nothing, and what goes out after and comes back closes it."""
    await _sent(world)
    await _hear(world, TouchEvent.BOUNCED)
    desk, later = StoredPeople(world), NOW + timedelta(hours=1)
    assert [person.closed for person in (await desk.page(ADMIN, market=None, persona=None, name="Lindq", cut=Slice())).rows] == [("email",)]
    assert [await desk.reopen(ADMIN, ASTRID, "email", remark="remark-1", now=later) for _ in range(2)] == [True, False]
    assert (await a_ledger(world).reserve(a_touch_order(passage=2, move=2), now=later + timedelta(days=9))).message is not None
    for key, at, closed in (("before", NOW, False), ("after", later + timedelta(minutes=1), True)):
        await add(world, a_touch(key=key, message_id=None, at=at, address=digest_of("astrid@clinic.example", "email")))
        await _hear(world, TouchEvent.BOUNCED, key=key)
        async with transaction(world) as session:
            assert await bounces(session, "astrid@clinic.example", "email") == closed
    assert [line.action for line in await every(world, tables.AuditEntry)].count("address.reopened") == 1


async def test_a_bounce_of_an_old_address_does_not_close_the_new_one(world: AsyncEngine) -> None:
    """The provider is days late, and the person has moved meanwhile."""
    await _sent(world)
    await change(world, "UPDATE person SET email = 'new@clinic.example' WHERE id = 'person-astrid'")
    await _hear(world, TouchEvent.BOUNCED)
    assert (await a_ledger(world).reserve(a_touch_order(passage=2, move=2), now=NOW)).message is not None


async def test_a_soft_bounce_is_told_as_a_bounce_and_closes_nothing(world: AsyncEngine) -> None:
    """Its step hears that the letter came back; the address may be good."""
    await _sent(world)
    await _hear(world, TouchEvent.SOFT_BOUNCED)
    assert (await _told(world), await every(world, tables.Undeliverable)) == (["bounced"], [])


@pytest.mark.parametrize(("heard", "method"), [(TouchEvent.COMPLAINED, "complaint"), (TouchEvent.UNSUBSCRIBED, "provider_unsubscribe")])
async def test_a_complaint_withdraws_the_consent_to_the_channel(world: AsyncEngine, heard: TouchEvent, method: str) -> None:
    """Once, with its method and the touch as its proof; runs are told of the withdrawal, and not of a kind of hearing that they do not know."""
    await _sent(world)
    await _hear(world, heard)
    (act,) = [consent for consent in await every(world, tables.Consent) if consent.act == "withdrawn"]
    assert (act.method, act.channel, act.purpose, act.proof) == (method, "email", "promotional", f"touch:{TOUCH}")
    assert await _told(world) == []
    blocked = (await a_ledger(world).reserve(a_touch_order(passage=2, move=2), now=NOW)).blocked
    assert blocked is not None
    assert blocked.reason == Reason.CONSENT_WITHDRAWN


def test_every_kind_that_journeys_know_is_among_those_that_can_be_heard() -> None:
    """What a journey waits for can be reported; what it cannot wait for is the house's own business."""
    assert set(TouchEvent) - LISTENED.keys() == {TouchEvent.COMPLAINED, TouchEvent.UNSUBSCRIBED}


async def test_what_is_heard_of_a_letter_outside_a_journey_is_in_the_story(world: AsyncEngine) -> None:
    """There is no run to tell; the person's story has it, and an unknown result is settled by it."""
    await furnish(world)
    await ask_for(world, a_letter())
    await deliver(world, FakeChannel(Handover.UNKNOWN))
    await _hear(world, TouchEvent.OPENED, key=KEY)
    async with transaction(world) as session:
        assert (await session.get_one(tables.Dispatch, LETTER)).state == "sent"
    lines = [line for line in await every(world, tables.TimelineEntry) if line.dispatch_id == LETTER]
    assert [(line.what, line.way, line.to) for line in sorted(lines, key=lambda line: line.line)] == [
        ("sent", "transactional", "unknown"),
        ("sent", "transactional", None),
        ("heard", "opened", None),
    ]


async def test_the_one_click_withdraws_once_and_is_heard_of_its_touch(world: AsyncEngine) -> None:
    """One record of consent and one event, however often the link is followed; the repeat is counted as such."""
    await _sent(world)
    touches, counts = StoredTouches(world), Counted()
    with counting(counts):
        assert [await touches.unsubscribe(TOUCH, now=NOW) for _ in range(2)] == [True, True]
    assert [act.method for act in await every(world, tables.Consent) if act.act == "withdrawn"] == ["one_click"]
    assert [fact.heard for fact in await every(world, tables.HeardFact)] == ["unsubscribed"]
    assert counts == {("unsubscription", "repeated"): 1}


async def test_the_one_click_stops_promotion_whatever_the_message_was_for(world: AsyncEngine) -> None:
    """A link to unsubscribe does what its page says, in a letter that promotes nothing as well."""
    await add(world, a_touch(purpose="transactional"))
    assert await StoredTouches(world).unsubscribe(TOUCH, now=NOW)
    assert [(act.purpose, act.channel) for act in await every(world, tables.Consent) if act.act == "withdrawn"] == [("promotional", "email")]
