"""The store's part in sweeps: pages, counts, results for each person, and what happens to the others when one fails or the database goes away."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.sweeps import BeginOrder, Doing, FinishOrder, NextOpening, OpeningsOrder, Page, PageOrder
from journeys.selections import Selection
from orchestrator.store import library, sweeps, tables
from orchestrator.store.engine import transaction
from orchestrator.store.openings import StoredOpenings
from orchestrator.store.sweeping import StoredSweeps
from tests.builders import NOW, a_journey, a_market
from tests.orchestrator.store.desk.filling import ASTRID, AWAY, BO, HOME, a_person, add, every, the_world
from tests.orchestrator.store.forcing import put_in_force
from tests.orchestrator.store.sending import change

EVERYBODY = Selection(markets=("SE", "UK"))


@pytest.fixture
async def world(engine: AsyncEngine) -> AsyncEngine:
    """Astrid, Bo in another market, and seven more pioneers at home, of whom the fourth is retired."""
    await the_world(engine)
    for number in range(7):
        person = a_person(id=f"person-{number}", family_name=f"Number {number}", status="retired" if number == 3 else "active")
        await add(engine, person, tables.CommercialProfile(person_id=person.id, persona="pioneer", updated_at=NOW))
    return engine


async def _begin(engine: AsyncEngine, selection: Selection = EVERYBODY, *, kind: str = sweeps.CONDITION, journey: str = "heart-failure-pioneer") -> str:
    async with transaction(engine) as session:
        sweep = await sweeps.begin(session, journey, selection, asked=sweeps.Asked(kind, by="user-marketing", role="marketing"), now=NOW)
        assert sweep is not None
        return sweep.id


async def _sweep(engine: AsyncEngine, sweep_id: str, *, per_second: float = 3.0) -> list[Page]:
    """Every page of a sweep until the last."""
    store, pages, after = StoredSweeps(engine, per_second=per_second), list[Page](), None
    while not pages or not pages[-1].last:
        pages.append(await store.take(PageOrder(sweep=sweep_id, after=after), now=NOW))
        after = pages[-1].after
        assert len(pages) < 50
    await store.finish(FinishOrder(sweep=sweep_id, doing=pages[-1].doing, tally={}), now=NOW)
    return pages


async def _results(engine: AsyncEngine) -> dict[str, str]:
    return {row.person_id: row.reason or row.result for row in await every(engine, tables.SweepResult)}


async def test_everybody_of_the_selection_is_entered_or_refused_with_the_reason(world: AsyncEngine) -> None:
    """A page enters as many as the pace allows for a second, and rests for the time that they should take."""
    pages = await _sweep(world, await _begin(world))
    assert [sum(page.tally.get(each, 0) for each in ("entered", "queued")) for page in pages] == [3, 3, 1]
    assert all(0 < page.rest <= 1 for page in pages)
    results = await _results(world)
    assert results == {ASTRID: "entered", BO: "wrong_market", **{f"person-{number}": "suppressed" if number == 3 else "entered" for number in range(7)}}
    assert len(await every(world, tables.Enrolment)) == 7
    (sweep,) = await every(world, tables.Sweep)
    assert (sweep.state, sweep.ended_at) == ("done", NOW)


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (Selection(territories=(AWAY,)), {BO}),
        (Selection(people=(ASTRID, "person-1", "nobody")), {ASTRID, "person-1"}),
        (Selection.model_validate({"when": {"fact": "tier", "is": "A"}}), {ASTRID}),
        (Selection.model_validate({"when": {"not": {"fact": "persona", "is": "pioneer"}}, "markets": ["UK"]}), {BO}),
        (Selection.model_validate({"when": {"all": [{"fact": "decile", "at_least": 5}]}, "territories": [HOME]}), {ASTRID}),
    ],
)
async def test_a_selection_means_those_who_meet_all_of_it(world: AsyncEngine, selection: Selection, expected: set[str]) -> None:
    """Condition, places and list narrow each other down; nobody else is looked at or written about."""
    await _sweep(world, await _begin(world, selection))
    assert set(await _results(world)) == expected


async def test_a_count_enters_nobody(world: AsyncEngine) -> None:
    """It says how many would enter and how many would be refused, by code; nothing is written about anybody."""
    store, sweep_id = StoredSweeps(world, per_second=3.0), await _begin(world, kind=sweeps.BULK)
    page = await store.take(PageOrder(sweep=sweep_id), now=NOW)
    assert (page.doing, page.last, page.tally) == (Doing.COUNTING, True, {"entered": 7, "suppressed": 1, "wrong_market": 1})
    await store.finish(FinishOrder(sweep=sweep_id, doing=page.doing, tally=page.tally), now=NOW)
    (sweep,) = await every(world, tables.Sweep)
    assert (sweep.state, sweep.counted) == ("counted", page.tally)
    assert await every(world, tables.Enrolment) == await every(world, tables.SweepResult) == []
    assert (await store.take(PageOrder(sweep=sweep_id), now=NOW)).doing is Doing.COUNTED


async def test_failure_7_a_failing_person_does_not_stop_or_repeat_the_batch(world: AsyncEngine) -> None:
    """Failure 7: a record that cannot be read is a failed result with its kind, and everybody after it is entered, once."""
    broken: dict[str, Any] = {"channel": "email", "purpose": "promotional", "market": "SE", "text_version": "1", "method": "paper", "captured_by": "x"}
    await add(world, tables.Consent(id="broken", person_id="person-2", act="perhaps", at=NOW, recorded_at=NOW, **broken))
    entry = {"when": {"any": [{"fact": "persona", "is": "pioneer"}, {"fact": "email_consent", "is": True}]}}
    await put_in_force(world, a_journey(journey="careful", entry=entry))
    await _sweep(world, await _begin(world, journey="careful"))
    results = await _results(world)
    assert results["person-2"].startswith("failed_")
    assert [results[f"person-{number}"] for number in (1, 4, 5, 6)] == ["entered"] * 4
    assert len(await every(world, tables.Enrolment)) == 6


async def test_failure_7_a_page_that_was_cut_off_is_taken_again_and_nobody_twice(world: AsyncEngine) -> None:
    """Failure 7 and the lost page: what the first attempt did stays, the repetition does the rest."""
    store, sweep_id = StoredSweeps(world, per_second=3.0), await _begin(world)
    first = await store.take(PageOrder(sweep=sweep_id), now=NOW)
    again = await store.take(PageOrder(sweep=sweep_id), now=NOW)
    assert first.tally["entered"] == again.tally["entered"] == 3
    assert len(await every(world, tables.Enrolment)) == 6
    assert len(await every(world, tables.SweepResult)) == len({row.person_id for row in await every(world, tables.SweepResult)})


_GOES_AWAY = """
    CREATE FUNCTION go_away() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'going down' USING ERRCODE = 'admin_shutdown'; END $$;
    CREATE TRIGGER go_away BEFORE INSERT ON sweep_result FOR EACH ROW WHEN (NEW.person_id = 'person-0') EXECUTE FUNCTION go_away()
"""


async def test_a_database_that_goes_away_fails_the_page_and_not_the_people(world: AsyncEngine) -> None:
    """The page raises, so that it is taken again when the database is back; nobody is written down as failed, nobody is lost."""
    sweep_id = await _begin(world)
    for statement in _GOES_AWAY.split(";\n"):
        await change(world, statement)
    with pytest.raises(OperationalError):
        await StoredSweeps(world, per_second=3.0).take(PageOrder(sweep=sweep_id), now=NOW)
    await change(world, "DROP TRIGGER go_away ON sweep_result")
    await _sweep(world, sweep_id)
    assert set((await _results(world)).values()) == {"entered", "suppressed", "wrong_market"}
    assert len(await _results(world)) == 9


@pytest.mark.parametrize(("acts", "state"), [(["stop"], "stopped"), (["pause"], "paused"), (["pause", "resume"], "running"), (["pause", "stop"], "stopped")])
async def test_a_sweep_is_told_what_to_do_and_it_is_audited(world: AsyncEngine, acts: list[str], state: str) -> None:
    """Each act wakes the sweep; a page of one that is paused or stopped takes nobody."""
    sweep_id = await _begin(world)
    async with transaction(world) as session:
        sweep = await session.get_one(tables.Sweep, sweep_id)
        assert [await sweeps.act(session, sweep, act, by="user-comp", role="compliance", now=NOW) for act in acts] == [True] * len(acts)
        assert not await sweeps.act(session, sweep, "confirm", by="user-comp", role="compliance", now=NOW)
    page = await StoredSweeps(world, per_second=1).take(PageOrder(sweep=sweep_id), now=NOW)
    assert (page.doing, bool(page.tally)) == (state, state == "running")
    assert len([row for row in await every(world, tables.Outbox) if row.kind == "sweep"]) == 1 + len(acts)
    audited = [entry.action for entry in await every(world, tables.AuditEntry) if entry.subject == f"sweep:{sweep_id}"]
    assert len(audited) == 1 + len(acts)


async def test_a_journey_without_a_version_sweeps_nobody(world: AsyncEngine) -> None:
    """The sweep is over at once, and says so."""
    (page,) = await _sweep(world, await _begin(world, journey="nowhere"))
    assert list(page.tally) == ["no_version"]


async def test_publishing_a_journey_that_enters_by_itself_sweeps_its_markets(world: AsyncEngine) -> None:
    """Whoever meets the condition already is not forgotten; its openings are looked up besides."""
    entry = {"when": {"fact": "persona", "is": "pioneer"}, "automatic": True}
    await put_in_force(world, a_journey(journey="by-itself", entry=entry))
    assert sorted(row.kind for row in await every(world, tables.Outbox)) == ["openings", "sweep"]
    (sweep,) = await every(world, tables.Sweep)
    assert (sweep.kind, sweep.journey, sweep.state, sweep.selection["markets"]) == ("condition", "by-itself", "running", ["SE"])


async def _publish_scheduled(engine: AsyncEngine, entry: dict[str, Any], *, since: datetime | None = None) -> None:
    async with transaction(engine) as session:
        await library.publish_market(session, a_market("UK", zone="Europe/London"), now=NOW)
    journey = a_journey(journey="timed", markets=["SE", "UK"], entry={"when": {"fact": "persona", "is": "pioneer"}, **entry})
    await put_in_force(engine, journey, since=since)


async def test_an_opening_comes_by_the_clock_of_each_market(world: AsyncEngine) -> None:
    """At nine in Stockholm it is eight in London: the one market first, then the other; across the change of the clocks too."""
    await _publish_scheduled(world, {"schedule": {"at": "09:00", "on": ["mon"]}})
    openings, after = StoredOpenings(world), NOW
    found = []
    for _ in range(8):
        opening = await openings.next(OpeningsOrder(journey="timed", after=after), now=NOW)
        assert opening is not None
        found.append((opening.at.strftime("%d %H:%M"), opening.markets))
        after = opening.at
    assert found[:3] == [("08 08:00", ("SE",)), ("08 09:00", ("UK",)), ("15 08:00", ("SE",))]
    assert found[6:] == [("29 07:00", ("SE",)), ("29 08:00", ("UK",))]


async def test_a_window_opens_once(world: AsyncEngine) -> None:
    """A schedule that is a window is swept when it begins to be open, and not all the time that it is."""
    await _publish_scheduled(world, {"schedule": {"between": ["08:00", "17:00"]}})
    opening = await StoredOpenings(world).next(OpeningsOrder(journey="timed"), now=NOW)
    assert opening is not None
    assert opening.at == NOW.replace(hour=7) + timedelta(days=1)


async def test_a_condition_is_looked_at_once_a_day_and_nothing_else_is(world: AsyncEngine) -> None:
    """A fact may come true by the passing of time alone; a journey that neither enters by itself nor has a schedule has no openings."""
    await _publish_scheduled(world, {"automatic": True})
    opening = await StoredOpenings(world).next(OpeningsOrder(journey="timed"), now=NOW)
    assert opening is not None
    assert opening.at == NOW.replace(hour=5) + timedelta(days=1)
    assert await StoredOpenings(world).next(OpeningsOrder(journey="heart-failure-pioneer"), now=NOW) is None


async def test_an_opening_begins_one_sweep_for_each_market_and_once(world: AsyncEngine) -> None:
    """A repetition after a crash begins nothing anew."""
    await _publish_scheduled(world, {"schedule": {"at": "09:00"}})
    order = BeginOrder(journey="timed", opening=NextOpening(at=NOW, markets=("SE", "UK")))
    for _ in range(2):
        await StoredOpenings(world).begin(order, now=NOW)
    assert sorted(sweep.selection["markets"][0] for sweep in await every(world, tables.Sweep)) == ["SE", "UK"]


async def test_that_a_version_takes_effect_is_an_opening_too(world: AsyncEngine) -> None:
    """Published for tomorrow, it sweeps nobody today; the moment itself sweeps those who meet its condition, before the first morning."""
    tomorrow = NOW + timedelta(days=1)
    await _publish_scheduled(world, {"automatic": True}, since=tomorrow)
    assert await every(world, tables.Sweep) == []
    openings = StoredOpenings(world)
    first = await openings.next(OpeningsOrder(journey="timed"), now=NOW)
    assert first == NextOpening(at=tomorrow, markets=("SE", "UK"))
    await openings.begin(BeginOrder(journey="timed", opening=first), now=tomorrow)
    assert len(await every(world, tables.Sweep)) == 2
    second = await openings.next(OpeningsOrder(journey="timed", after=tomorrow), now=tomorrow)
    assert second is not None
    assert second.at == NOW.replace(hour=5) + timedelta(days=2)
