"""Journeys take turns with an HCP, on a real PostgreSQL: who begins, who waits, who is paused or ends, and what holds when all want the HCP at once."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.orders import JourneyOrder
from api.ports import NotEnrolled
from api.rows import EnrolmentRow
from journeys.commands import Note, StartJourney, StopJourney, What
from orchestrator.store import library, tables
from orchestrator.store.desk.enrolments import StoredEnrolments
from orchestrator.store.engine import transaction
from orchestrator.store.room import RoomLook
from orchestrator.store.runs import StoredRuns
from tests.activities.fakes import StoppedClock
from tests.builders import NOW, a_journey, a_market
from tests.orchestrator.store.desk.filling import MARKETING, add, astrid, every, once, the_world
from tests.orchestrator.store.forcing import put_in_force
from tests.orchestrator.store.sending import an_end, an_entry


async def _allow(engine: AsyncEngine, at_once: int) -> None:
    async with transaction(engine) as session:
        await library.publish_market(session, a_market(journeys_at_once=at_once), now=NOW)


async def _enrol(engine: AsyncEngine, journey: str, *, now: Any = NOW, **changes: Any) -> EnrolmentRow | NotEnrolled:
    definition = a_journey(journey=journey, **changes)
    await put_in_force(engine, definition)
    return await StoredEnrolments(engine).create(MARKETING, await astrid(engine), definition, once=once(f"key-{journey}"), now=now)


async def _end(engine: AsyncEngine, enrolment_id: str, **changes: Any) -> None:
    """The run says that it has ended."""
    await StoredRuns(engine).record(an_entry(Note(what=What.ENDED), enrolment=enrolment_id, position=an_end(**changes)))


async def _standing(engine: AsyncEngine) -> dict[str, str]:
    """Each journey with what it does: its status, or how it waits for its turn."""
    waiting = {turn.enrolment_id: turn for turn in await every(engine, tables.Turn) if not turn.active}
    return {run.journey: "paused" if run.id in waiting and waiting[run.id].begun else run.status for run in await every(engine, tables.Enrolment)}


async def _told(engine: AsyncEngine) -> list[tuple[str, str]]:
    """What lies in the outbox for whom, in its order."""
    journeys = {run.id: run.journey for run in await every(engine, tables.Enrolment)}
    rows = sorted(await every(engine, tables.Outbox), key=lambda row: row.id)
    return [(journeys[row.enrolment_id], row.payload.get("is_", row.kind)) for row in rows]


@pytest.fixture
async def world(engine: AsyncEngine) -> AsyncEngine:
    """The world without a run."""
    await the_world(engine)
    return engine


async def test_an_equal_waits_in_the_queue_and_starts_by_itself(world: AsyncEngine) -> None:
    """It is enrolled with the reason and the journey it waits for, and begins in the transaction in which that one ends."""
    first, second = await _enrol(world, "first"), await _enrol(world, "second")
    assert isinstance(first, EnrolmentRow)
    assert isinstance(second, EnrolmentRow)
    assert (first.status, second.status, second.busy_with) == ("requested", "queued", "first")
    assert await _told(world) == [("first", "start")]
    seen = await StoredEnrolments(world).find(MARKETING, second.id)
    assert seen is not None
    assert seen.busy_with == "first"
    await _end(world, first.id)
    assert await _standing(world) == {"first": "ended", "second": "requested"}
    assert await _told(world) == [("first", "start"), ("second", "start")]


async def test_one_that_gives_way_is_refused_with_the_journey_that_has_the_hcp(world: AsyncEngine) -> None:
    """Nothing of it stays."""
    await _enrol(world, "first")
    refused = await _enrol(world, "second", when_busy="give_way")
    assert isinstance(refused, NotEnrolled)
    assert refused.code == "busy"
    assert "first" in refused.detail
    assert await _standing(world) == {"first": "requested"}


async def test_a_higher_one_begins_and_the_lower_is_paused_until_it_has_ended(world: AsyncEngine) -> None:
    """The pause is named for the run that it makes room for; afterwards every deadline of the lower one is shifted by its length."""
    await _enrol(world, "low", priority=10)
    high = await _enrol(world, "high", priority=90)
    assert isinstance(high, EnrolmentRow)
    assert await _standing(world) == {"low": "paused", "high": "requested"}
    await _end(world, high.id)
    assert await _standing(world) == {"low": "requested", "high": "ended"}
    assert await _told(world) == [("low", "start"), ("low", "paused"), ("high", "start"), ("low", "resumed")]
    facts = [row.payload for row in await every(world, tables.Outbox) if row.kind == "fact"]
    assert {fact["pause"] for fact in facts} == {f"busy.{high.id}"}
    assert len({fact["id"] for fact in facts}) == 2
    assert facts[1]["catch_up"] == "shift"


async def test_a_lower_one_that_gives_way_ends_for_a_higher_one(world: AsyncEngine) -> None:
    """It is told to leave, with the reason; it has no claim any more, so that it does not come back."""
    await _enrol(world, "low", priority=10, when_busy="give_way")
    await _enrol(world, "high", priority=90)
    assert await _told(world) == [("low", "start"), ("low", "leave"), ("high", "start")]
    (leave,) = [row.payload for row in await every(world, tables.Outbox) if row.kind == "command"]
    assert leave["reason"] == "gave_way"
    assert [turn.journey for turn in await every(world, tables.Turn)] == ["high"]


@pytest.mark.parametrize("purpose", ["safety", "transactional"])
async def test_what_is_not_promotional_waits_for_nobody(world: AsyncEngine, purpose: str) -> None:
    """A safety letter begins beside everything, and makes nobody wait."""
    await _enrol(world, "first")
    letter = await _enrol(world, "letter", purpose=purpose, priority=0)
    assert isinstance(letter, EnrolmentRow)
    assert letter.status == "requested"
    assert [turn.journey for turn in await every(world, tables.Turn)] == ["first"]


async def test_who_is_kept_out_makes_nobody_wait(world: AsyncEngine) -> None:
    """A held-out run speaks to nobody, so it has no claim; where the person fell among 100 is on record."""
    held = await _enrol(world, "held", entry={"when": {"fact": "persona", "is": "pioneer"}, "hold_out": 90})
    (run,) = await every(world, tables.Enrolment)
    assert isinstance(held, EnrolmentRow)
    assert run.hundredth is not None
    assert run.hundredth < 90
    assert await every(world, tables.Turn) == []


async def test_one_that_waits_can_be_taken_out_of_the_queue(world: AsyncEngine) -> None:
    """It ends with the reason and never begins; one that has begun is no longer in the queue."""
    first, second = await _enrol(world, "first"), await _enrol(world, "second")
    assert isinstance(first, EnrolmentRow)
    assert isinstance(second, EnrolmentRow)
    enrolments = StoredEnrolments(world)
    assert await enrolments.leave_queue(MARKETING, second.id, reason="strategy_changed", now=NOW)
    assert not await enrolments.leave_queue(MARKETING, first.id, reason="strategy_changed", now=NOW)
    await _end(world, first.id)
    assert await _standing(world) == {"first": "ended", "second": "ended"}


async def test_the_oldest_of_the_highest_goes_on_when_the_hcp_comes_free(world: AsyncEngine) -> None:
    """Priority first, then who asked first, also before one that is paused and lower."""
    first = await _enrol(world, "first", priority=50)
    for place, (journey, priority) in enumerate([("young", 40), ("old", 30), ("best", 50)]):
        await _enrol(world, journey, priority=priority, now=NOW + timedelta(minutes=place))
    assert isinstance(first, EnrolmentRow)
    await _end(world, first.id)
    assert [turn.journey for turn in await every(world, tables.Turn) if turn.active] == ["best"]


@pytest.mark.parametrize("at_once", [1, 2, 3])
async def test_at_most_as_many_as_the_market_allows_have_the_hcp_at_once(world: AsyncEngine, at_once: int) -> None:
    """Eight journeys want the HCP in eight transactions at the same time, and end at the same time: never are there more, never fewer than could be."""
    await _allow(world, at_once)
    rows = await asyncio.gather(*(_enrol(world, f"journey-{number}", priority=number % 3) for number in range(8)))
    assert all(isinstance(row, EnrolmentRow) for row in rows)
    left = 8
    while left:
        active = [turn for turn in await every(world, tables.Turn) if turn.active]
        assert len(active) == min(at_once, left)
        best = sorted((turn.priority for turn in await every(world, tables.Turn)), reverse=True)[:at_once]
        assert sorted((turn.priority for turn in active), reverse=True) == best
        await asyncio.gather(*(_end(world, turn.enrolment_id) for turn in active))
        left -= len(active)
    assert await every(world, tables.Turn) == []


async def test_entries_and_endings_at_the_same_time_do_not_stand_in_each_others_way(world: AsyncEngine) -> None:
    """The lock of the run and the lock of the person are taken in one order: nobody waits for ever, nobody is lost."""
    await _allow(world, 4)
    running = [row for number in range(4) if isinstance(row := await _enrol(world, f"old-{number}"), EnrolmentRow)]
    await asyncio.gather(
        *(_end(world, row.id) for row in running),
        *(_enrol(world, f"new-{number}", priority=90) for number in range(4)),
    )
    standing = await _standing(world)
    assert standing == {f"old-{number}": "ended" for number in range(4)} | {f"new-{number}": "requested" for number in range(4)}


async def _begin_within(engine: AsyncEngine, outer: str, journey: str, *, move: int = 1, awaited: bool = False, **changes: Any) -> str | None:
    """A step of the run begins the journey. Returns the code of what stood in the way."""
    await put_in_force(engine, a_journey(journey=journey, **changes))
    started = StartJourney(key=f"{outer}.{journey}.1", journey=journey, awaited=awaited)
    return await StoredRuns(engine).start_journey(JourneyOrder(entry=an_entry(enrolment=outer, move=move), journey=started), now=NOW)


async def _run(engine: AsyncEngine, journey: str) -> tables.Enrolment:
    (run,) = [run for run in await every(engine, tables.Enrolment) if run.journey == journey]
    assert isinstance(run, tables.Enrolment)
    return run


async def test_what_a_step_began_is_paused_and_goes_on_with_its_run(world: AsyncEngine) -> None:
    """It speaks in that run's turn: both make room for a higher journey, and both take up where they stood when it has ended."""
    outer = await _enrol(world, "outer", priority=50)
    assert isinstance(outer, EnrolmentRow)
    assert await _begin_within(world, outer.id, "inner", priority=10) is None
    assert await _standing(world) == {"outer": "requested", "inner": "requested"}
    high = await _enrol(world, "high", priority=90)
    assert isinstance(high, EnrolmentRow)
    assert await _standing(world) == {"outer": "paused", "inner": "paused", "high": "requested"}
    assert {turn.busy_with for turn in await every(world, tables.Turn) if not turn.active} == {"high"}
    await _end(world, high.id)
    assert await _standing(world) == {"outer": "requested", "inner": "requested", "high": "ended"}
    told = await _told(world)
    assert [fact for journey, fact in told if journey == "inner"] == ["start", "paused", "resumed"]
    assert [fact for journey, fact in told if journey == "outer"] == ["start", "paused", "resumed"]


async def test_the_turn_passes_to_what_a_step_began_when_its_run_has_ended(world: AsyncEngine) -> None:
    """Nobody awaits it, and it goes on: the HCP is not free until it has ended as well."""
    outer = await _enrol(world, "outer")
    assert isinstance(outer, EnrolmentRow)
    await _begin_within(world, outer.id, "inner")
    waiting = await _enrol(world, "waiting")
    assert isinstance(waiting, EnrolmentRow)
    assert waiting.busy_with == "outer"
    await StoredRuns(world).record(an_entry(Note(what=What.ENDED), enrolment=outer.id, move=2, position=an_end()))
    assert await _standing(world) == {"outer": "ended", "inner": "requested", "waiting": "queued"}
    assert {turn.busy_with for turn in await every(world, tables.Turn) if not turn.active} == {"inner"}
    await _end(world, (await _run(world, "inner")).id)
    assert await _standing(world) == {"outer": "ended", "inner": "ended", "waiting": "requested"}


async def test_what_an_answer_begins_asks_for_a_turn_like_any_newcomer(world: AsyncEngine) -> None:
    """A run that takes no turns has none to speak in: the journey waits in the queue, or is refused where it gives way."""
    answer = await _enrol(world, "answer", purpose="transactional")
    assert isinstance(answer, EnrolmentRow)
    speaking = await _enrol(world, "speaking")
    assert isinstance(speaking, EnrolmentRow)
    assert await _begin_within(world, answer.id, "inner") is None
    assert await _begin_within(world, answer.id, "modest", move=2, when_busy="give_way") == "busy"
    assert await _standing(world) == {"answer": "requested", "speaking": "requested", "inner": "queued"}
    await _end(world, speaking.id)
    assert await _standing(world) == {"answer": "requested", "speaking": "ended", "inner": "requested"}


async def test_one_that_waits_in_the_queue_leaves_it_when_nobody_awaits_it_any_more(world: AsyncEngine) -> None:
    """It has no run that could be told; the reason is on record and it never begins."""
    answer = await _enrol(world, "answer", purpose="transactional")
    assert isinstance(answer, EnrolmentRow)
    await _enrol(world, "speaking")
    await _begin_within(world, answer.id, "inner", awaited=True)
    stop = StopJourney(key=f"{answer.id}.inner.1")
    await StoredRuns(world).record(an_entry(enrolment=answer.id, move=2).model_copy(update={"acts": (stop,)}))
    inner = await _run(world, "inner")
    assert (inner.status, inner.end_kind, inner.end_reason) == ("ended", "left", "no_longer_awaited")
    assert [turn.journey for turn in await every(world, tables.Turn)] == ["speaking"]
    assert ("inner", "start") not in await _told(world)


async def test_one_that_is_taken_out_of_the_queue_tells_who_awaits_it(world: AsyncEngine) -> None:
    """So that the step does not wait for a run that never begins."""
    answer = await _enrol(world, "answer", purpose="transactional")
    assert isinstance(answer, EnrolmentRow)
    await _enrol(world, "speaking")
    await _begin_within(world, answer.id, "inner", awaited=True)
    inner = await _run(world, "inner")
    assert await StoredEnrolments(world).leave_queue(MARKETING, inner.id, reason="strategy_changed", now=NOW)
    (fact,) = [row for row in await every(world, tables.Outbox) if row.payload.get("is_") == "journey_ended"]
    assert (fact.enrolment_id, fact.payload["key"], fact.payload["way"]) == (answer.id, f"{answer.id}.inner.1", "ended")


async def test_one_that_is_told_to_end_gives_its_turn_up_at_once(world: AsyncEngine) -> None:
    """What the run was begun for is over, so nobody waits until it has heard of it."""
    answer = await _enrol(world, "answer", purpose="transactional")
    assert isinstance(answer, EnrolmentRow)
    await _begin_within(world, answer.id, "inner", awaited=True)
    await _enrol(world, "waiting")
    assert await _standing(world) == {"answer": "requested", "inner": "requested", "waiting": "queued"}
    stop = StopJourney(key=f"{answer.id}.inner.1")
    await StoredRuns(world).record(an_entry(enrolment=answer.id, move=2).model_copy(update={"acts": (stop,)}))
    assert [turn.journey for turn in await every(world, tables.Turn) if turn.active] == ["waiting"]
    assert ("inner", "leave") in await _told(world)


async def test_a_hand_over_keeps_the_turn_of_the_run_that_it_follows(world: AsyncEngine) -> None:
    """The strategy of the other persona begins at once, where nothing of a higher priority waits."""
    ordinary = a_journey(journey="ordinary", persona="ordinary", entry={"when": {"fact": "persona", "is": "ordinary"}})
    first = await _enrol(world, "first")
    assert isinstance(first, EnrolmentRow)
    await add(world, tables.Persona(id="ordinary", body={}, digest="", published_at=NOW))
    await put_in_force(world, ordinary)
    async with transaction(world) as session:
        profile = await session.get_one(tables.CommercialProfile, first.person_id)
        profile.persona = "ordinary"
        session.add(profile)
    await _enrol(world, "waiting", purpose="promotional", entry={"when": {"fact": "profession", "is": "physician"}})
    await _end(world, first.id, continue_with="ordinary")
    assert await _standing(world) == {"first": "ended", "waiting": "queued", "ordinary": "requested"}


async def test_who_waits_begins_when_the_market_allows_more(world: AsyncEngine) -> None:
    """Nobody enters and nobody ends: a look of a worker gives as many their turn as there is room for, once."""
    for minutes, journey in enumerate(("first", "second", "third", "fourth")):
        await _enrol(world, journey, now=NOW + timedelta(minutes=minutes))
    look = RoomLook(world, StoppedClock())
    assert await look.look() == 0
    await _allow(world, 3)
    assert [await look.look() for _ in range(2)] == [1, 0]
    assert await _standing(world) == {"first": "requested", "second": "requested", "third": "requested", "fourth": "queued"}
    assert await _told(world) == [(journey, "start") for journey in ("first", "second", "third")]
