"""Sweeps and turns on a real server and the real store: counted, let go, paused, resumed, stopped; begun by condition and by the clock; and an HCP whom
two journeys want."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import WorkflowExecutionStatus
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer

from api.rows import SweepRow
from orchestrator.store import tables
from orchestrator.temporal.payloads import PAYLOADS
from orchestrator.temporal.sandbox import sandboxed
from tests.builders import a_pause, an_email, an_exit
from tests.orchestrator.store.desk.filling import ASTRID, HOME, MARKETING, a_person, add, every
from tests.workflows.doors import BERIT, DAY, House, one_message, open_doors
from workflows.sweep import Sweep

CROWD = 30
STOCKHOLM = ZoneInfo("Europe/Stockholm")
AT_HOME: dict[str, Any] = {"when": {"fact": "persona", "is": "ordinary"}, "territories": [HOME]}


@pytest_asyncio.fixture
async def house(engine: AsyncEngine, temporal_dev: WorkflowEnvironment) -> AsyncIterator[House]:
    """A house in real time, with a crowd of the persona `ordinary` at home."""
    async with open_doors(engine, temporal_dev) as opened:
        for number in range(CROWD):
            person = a_person(id=f"crowd-{number:02}", family_name=f"Number {number}")
            await add(engine, person, tables.CommercialProfile(person_id=person.id, persona="ordinary", updated_at=opened.clock.now()))
        yield opened


@pytest_asyncio.fixture
async def fast(engine: AsyncEngine, temporal_dev: WorkflowEnvironment) -> AsyncIterator[House]:
    """A house in which a day takes less than half a second."""
    async with open_doors(engine, temporal_dev, speed=200_000) as opened:
        yield opened


def _waiting(journey: str, **changes: Any) -> dict[str, Any]:
    """A journey that waits for a year."""
    steps = {"pause": a_pause("365 days", next="done"), "done": an_exit()}
    return {**one_message(journey, {"again": "after_exit"}), "steps": steps, "purpose": "transactional", **changes}


async def _act(house: House, row: SweepRow, act: Any) -> None:
    assert await house.sweeps.act(MARKETING, row.id, act, now=house.clock.now()) is not None


async def test_a_bulk_enrolment_is_counted_let_go_and_done(house: House) -> None:
    """The count before the act enters nobody; once confirmed, everybody who was counted has a run, and the sweep is over."""
    await house.publish(**_waiting("wide"))
    counted = await house.bulk("wide", AT_HOME)
    assert counted.counted == {"entered": CROWD}
    assert await house.runs("wide") == []
    await _act(house, counted, "confirm")
    done = await house.sweep(counted.id, "done")
    assert done.progress == {"entered": CROWD}
    await house.at_rest()
    assert len(await house.runs("wide")) == CROWD
    described = await house.client.get_workflow_handle(f"sweep-{counted.id}").describe()
    assert described.status in {WorkflowExecutionStatus.RUNNING, WorkflowExecutionStatus.COMPLETED}


async def test_a_bulk_enrolment_is_paused_resumed_and_stopped(house: House) -> None:
    """Paused, nobody more enters; resumed, it goes on after the last; stopped, it is over, and who has entered stays."""
    await house.publish(**_waiting("wide"))
    slow = await house.bulk("wide", AT_HOME, per_second=5)
    await _act(house, slow, "confirm")
    await house.see("wide", lambda _: True)
    await _act(house, slow, "pause")
    entered = await _in_the_end(house)
    assert 0 < entered < CROWD
    await _act(house, slow, "resume")
    await house.see("wide", lambda run: run.person_id == f"crowd-{entered:02}")
    await _act(house, slow, "stop")
    await house.sweep(slow.id, "stopped")
    assert entered < await _in_the_end(house) < CROWD
    stayed = await house.runs("wide")
    assert len({run.person_id for run in stayed}) == len(stayed)


async def _in_the_end(house: House) -> int:
    """How many runs there are once two seconds have brought none: a sweep that went on would have brought ten."""
    before, now = -1, 0
    while before < now:
        before = now
        await asyncio.sleep(2)
        now = len(await house.runs("wide"))
    return now


async def test_a_sweep_leaves_no_name_in_a_history_and_can_be_replayed(house: House) -> None:
    """Temporal learns the sweep's id and the ids of people, and nothing of the selection."""
    await house.publish(**_waiting("wide"))
    counted = await house.bulk("wide", AT_HOME)
    history = await house.client.get_workflow_handle(f"sweep-{counted.id}").fetch_history()
    await Replayer(workflows=[Sweep], workflow_runner=sandboxed(), data_converter=PAYLOADS).replay_workflow(history)
    written = history.to_json()
    assert "Number" not in written
    assert HOME not in written


async def test_publishing_a_journey_that_enters_by_itself_enters_who_meets_it_and_the_hook_enters_who_comes_to(house: House) -> None:
    """Those who meet the condition already are swept in; whoever comes to meet it later enters at that moment, and nobody twice."""
    entry = {"when": {"fact": "persona", "is": "ordinary"}, "automatic": True}
    await house.publish(**{**_waiting("by-itself"), "entry": entry})
    await house.swept("by-itself")
    assert len(await house.runs("by-itself")) == CROWD
    await house.learn(ASTRID, persona="ordinary")
    assert len(await house.runs("by-itself")) == CROWD + 1
    await house.learn(ASTRID, tier="B")
    assert len(await house.runs("by-itself", ASTRID)) == 1


async def test_a_scheduled_journey_is_swept_at_its_openings(fast: House) -> None:
    """Each Monday at nine whoever meets the condition enters: two Mondays, two sweeps, and who entered at the first is refused at the second."""
    entry = {"when": {"fact": "persona", "is": "pioneer"}, "schedule": {"at": "09:00", "on": ["mon"]}}
    await fast.publish(**one_message("weekly", entry))
    await fast.swept("weekly", times=2)
    sweeps = [sweep for sweep in await every(fast.engine, tables.Sweep) if sweep.journey == "weekly"]
    assert {sweep.kind for sweep in sweeps} == {"schedule"}
    assert all(any(sweep.id == _at_opening("weekly", monday) for monday in _mondays(sweep.created_at)) for sweep in sweeps)
    await fast.ended("weekly", count=2)
    assert {run.person_id for run in await fast.runs("weekly")} == {ASTRID, BERIT}
    assert fast.sent == {"astrid@clinic.example": 1, "berit@clinic.example": 1}


def _mondays(until: datetime) -> list[datetime]:
    """The last mondays at nine in Stockholm, as far back as a slow machine may have lagged behind."""
    last = (until.astimezone(STOCKHOLM) - until.astimezone(STOCKHOLM).weekday() * DAY).replace(hour=9, minute=0, second=0, microsecond=0)
    return [monday.astimezone(UTC) for week in range(8) if (monday := last - week * 7 * DAY) <= until]


def _at_opening(journey: str, at: datetime) -> str:
    """The id of the sweep that the opening begins."""
    return uuid5(NAMESPACE_URL, f"{journey}/SE/{at.isoformat()}").hex


async def test_hold_out_keeps_the_same_people_out_and_counts_them_as_entered(house: House) -> None:
    """Their runs end as held out and send nothing; the journey is not entered again by them, as by anybody who was in it."""
    entry = {"when": {"fact": "persona", "is": "ordinary"}, "hold_out": 50}
    await house.publish(**{**_waiting("compared"), "entry": entry, "steps": {"done": an_exit()}})
    for expected in ({"entered": CROWD}, {"never_again": CROWD}):
        counted = await house.bulk("compared", AT_HOME)
        assert counted.counted == expected
        await _act(house, counted, "confirm")
        await house.sweep(counted.id, "done")
        runs = await house.ended("compared", count=CROWD)
    held = {run.person_id for run in runs if run.end_kind == "held_out"}
    assert 0 < len(held) < CROWD
    assert held == {run.person_id for run in runs if run.hundredth is not None and run.hundredth < 50}


async def test_a_higher_journey_goes_first_and_the_lower_goes_on_afterwards(house: House) -> None:
    """The lower run is paused in the middle of its wait, says for whom, sends nothing, and takes up its wait where it stood."""
    steps = {"pause": a_pause("365 days", next="mail"), "mail": an_email(), "done": an_exit()}
    await house.publish(**one_message("low", {"on": {"event": "webinar_attended"}}, priority=10) | {"steps": steps})
    wait = {"wait": {"event": "contract_signed", "up_to": "30 days"}, "next": "done"}
    await house.publish(**one_message("high", {"on": {"event": "congress_attended"}}, priority=90) | {"steps": {"wait": wait, "done": an_exit()}})
    await house.report("webinar_attended")
    low = await house.see("low", lambda run: run.doing == "waiting")
    await house.report("congress_attended")
    high = await house.see("high", lambda run: run.doing == "waiting")
    paused = await house.see("low", lambda run: run.doing == "paused")
    assert paused.held_because == f"busy.{high.id}"
    await house.report("contract_signed")
    await house.ended("high")
    resumed = await house.see("low", lambda run: run.doing == "waiting")
    assert resumed.until is not None
    assert low.until is not None
    assert resumed.until > low.until
    assert house.sent == {}


async def test_what_a_step_began_is_paused_with_its_run_and_inherits_its_turn(house: House) -> None:
    """A higher journey pauses both; both go on afterwards; and when the run has ended, a journey that waits for the HCP waits for what it began."""
    await house.publish(**_signed("inner", "contract_ended", priority=5))
    begin = {"journey": {"start": "inner", "awaited": False}, "next": "wait"}
    outer = _signed("outer", "webinar_attended", priority=10, on="appointment_booked")
    await house.publish(**outer | {"steps": {"begin": begin, **outer["steps"]}})
    await house.publish(**_signed("high", "contract_signed", priority=90, on="congress_attended"))
    await house.publish(**_signed("waiting", "contract_signed", priority=1, on="page_viewed"))
    await house.report("appointment_booked", key=4711)
    await house.see("inner", lambda run: run.doing == "waiting")
    await house.report("congress_attended")
    for journey in ("outer", "inner"):
        await house.see(journey, lambda run: run.doing == "paused")
    await house.report("contract_signed")
    await house.ended("high")
    for journey in ("outer", "inner"):
        await house.see(journey, lambda run: run.doing == "waiting")
    await house.report("page_viewed")
    await house.report("webinar_attended")
    await house.ended("outer")
    assert [run.status for run in await house.runs("waiting")] == ["queued"]
    await house.report("contract_ended")
    await house.ended("inner")
    await house.see("waiting", lambda run: run.doing == "waiting")


def _signed(journey: str, until: str, *, on: str | None = None, **changes: Any) -> dict[str, Any]:
    """A promotional journey that waits for one event, and ends."""
    wait = {"wait": {"event": until, "up_to": "300 days"}, "next": "done"}
    return one_message(journey, {"on": {"event": on}} if on else {}, **changes) | {"steps": {"wait": wait, "done": an_exit()}}


async def test_a_lower_run_that_gives_way_ends_with_the_reason(house: House) -> None:
    """It leaves in the middle of its wait, and the timeline says why."""
    await house.publish(**_waiting("low", purpose="promotional", priority=10, when_busy="give_way") | {"entry": _by("webinar_attended")})
    await house.publish(**_waiting("high", purpose="promotional", priority=90) | {"entry": _by("congress_attended")})
    await house.report("webinar_attended")
    await house.see("low", lambda run: run.doing == "waiting")
    await house.report("congress_attended")
    (low,) = await house.ended("low")
    assert (low.end_kind, low.end_reason) == ("left", "gave_way")
    assert (await house.see("high", lambda run: run.doing == "waiting")).status == "running"


def _by(event: str) -> dict[str, Any]:
    return {"when": {"fact": "profession", "is": "physician"}, "on": {"event": event}}
