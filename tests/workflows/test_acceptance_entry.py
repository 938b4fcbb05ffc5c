"""Entry and exit as the open engines' own tests have them, on a real server and the real store: keyed entry, keys alike, waiting for a condition,
re-entry, and leaving from wherever a run is."""

from collections.abc import AsyncIterator
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.testing import WorkflowEnvironment

from orchestrator.store import tables
from orchestrator.store.consents import add_act
from orchestrator.store.engine import transaction
from tests.builders import a_pause, an_email, an_exit
from tests.orchestrator.store.desk.filling import ASTRID, a_person, add, every
from tests.orchestrator.store.sending import change
from tests.workflows.doors import BERIT, DAY, House, consent, one_message, open_doors

_ADDRESS = "astrid@clinic.example"


@pytest_asyncio.fixture
async def house(engine: AsyncEngine, temporal_dev: WorkflowEnvironment) -> AsyncIterator[House]:
    """A house in real time: what is to happen at once happens at once."""
    async with open_doors(engine, temporal_dev) as opened:
        yield opened


@pytest_asyncio.fixture
async def fast(engine: AsyncEngine, temporal_dev: WorkflowEnvironment) -> AsyncIterator[House]:
    """A house in which a day takes less than half a second."""
    async with open_doors(engine, temporal_dev, speed=200_000) as opened:
        yield opened


async def test_a1_the_same_key_twice_is_one_run_and_one_message(house: House) -> None:
    """Entry by key with re-entry off: the same appointment reported under two ids of its source sends once; another appointment sends once more."""
    await house.publish(**one_message("reminder", {"on": {"event": "appointment_booked"}, "again": "by_key"}))
    first = await house.report("appointment_booked", key="4711")
    again = await house.report("appointment_booked", key="4711")
    assert [effect.effect for effect in first.effects] == ["entered"]
    assert [(effect.effect, effect.reason) for effect in again.effects] in ([("refused", "already_enrolled")], [("refused", "never_again")])
    await house.ended("reminder")
    late = await house.report("appointment_booked", key="4711")
    assert [(effect.effect, effect.reason) for effect in late.effects] == [("refused", "never_again")]
    assert house.sent == {_ADDRESS: 1}
    await house.report("appointment_booked", key="4712")
    await house.ended("reminder", count=2)
    assert house.sent == {_ADDRESS: 2}


async def test_a3_keys_that_are_numbers_and_keys_that_are_texts_match_alike(house: House) -> None:
    """An appointment booked as 4711 is the one that is booked again as "4711", and is cancelled as "4711"; 4712 is another."""
    steps = {"wait": {"wait": {"event": "appointment_cancelled", "same_key": True, "up_to": "300 days"}, "next": {"happened": "mail", "timeout": "done"}}}
    entry = {"on": {"event": "appointment_booked"}, "again": "by_key"}
    await house.publish(**one_message("cancellation", entry) | {"steps": {**steps, "mail": an_email(), "done": an_exit()}})
    await house.report("appointment_booked", key=4711)
    assert (await house.report("appointment_booked", key="4711")).effects[0].effect == "refused"
    await house.see("cancellation", lambda run: run.doing == "waiting")
    assert (await house.report("appointment_cancelled", key=4712)).effects == ()
    await house.report("appointment_cancelled", key=" 4711 ")
    await house.ended("cancellation")
    assert house.sent == {_ADDRESS: 1}


async def test_a4_who_meets_a_condition_already_and_who_meets_it_later_both_get_the_message(house: House) -> None:
    """A wait for a condition passes whoever meets it at once, and lets the other through at the moment the fact changes."""
    wait = {"wait": {"when": {"fact": "adoption_stage", "at_least": "trial"}, "up_to": "300 days"}, "next": {"met": "mail", "timeout": "done"}}
    entry = {"on": {"event": "webinar_attended"}}
    await house.publish(**one_message("trial", entry) | {"steps": {"wait": wait, "mail": an_email(), "done": an_exit()}})
    await house.learn(ASTRID, adoption_stage="user")
    await house.report("webinar_attended", person=ASTRID)
    await house.report("webinar_attended", person=BERIT)
    await house.ended("trial", person=ASTRID)
    await house.see("trial", lambda run: run.step == "wait", person=BERIT)
    assert house.sent == {_ADDRESS: 1}
    await house.learn(BERIT, adoption_stage="trial")
    await house.ended("trial", person=BERIT)
    assert house.sent == {_ADDRESS: 1, "berit@clinic.example": 1}


@pytest.mark.parametrize(("again", "messages"), [("after_exit", 2), ("never", 1)])
async def test_a6_a_journey_is_entered_again_where_it_says_so(house: House, again: str, messages: int) -> None:
    """The second event enters after the first run has ended, or is refused with the reason."""
    await house.publish(**one_message("welcome", {"on": {"event": "webinar_attended"}, "again": again}))
    await house.report("webinar_attended")
    await house.ended("welcome")
    second = await house.report("webinar_attended")
    assert [(effect.effect, effect.reason) for effect in second.effects] == [("entered", None) if messages == 2 else ("refused", "never_again")]
    await house.ended("welcome", count=messages)
    assert house.sent == {_ADDRESS: messages}


async def test_a6_whoever_still_meets_the_condition_enters_again_and_whoever_does_not_stays_out(fast: House) -> None:
    """A journey by condition: in the segment, in; at the next look, in again; out of the segment, out."""
    entry = {"when": {"fact": "adoption_stage", "is": "trial"}, "automatic": True, "again": "after_exit"}
    await fast.publish(**one_message("trial", entry))
    await fast.learn(ASTRID, adoption_stage="trial")
    await fast.ended("trial", count=2)
    await fast.learn(ASTRID, adoption_stage="user")
    await fast.at_rest()
    entered = len(await fast.runs("trial"))
    await fast.pass_time(5 * DAY)
    assert len(await fast.runs("trial")) == entered
    assert entered >= 2


async def test_failure_10_re_entry_while_in_flight_neither_stalls_nor_doubles(house: House) -> None:
    """Failure 10: an event that would enter a run that is under way is refused with its reason, and the run goes on."""
    steps = {"pause": a_pause("300 days", next="done"), "done": an_exit()}
    await house.publish(**one_message("long", {"on": {"event": "webinar_attended"}, "again": "after_exit"}) | {"steps": steps})
    await house.report("webinar_attended")
    await house.see("long", lambda run: run.doing == "waiting")
    second = await house.report("webinar_attended")
    assert [(effect.effect, effect.reason) for effect in second.effects] == [("refused", "already_enrolled")]
    (run,) = await house.runs("long")
    assert (run.status, run.doing) == ("running", "waiting")


async def test_a12_a_second_event_makes_the_hcp_leave_in_the_middle_of_a_wait(house: House) -> None:
    """The run leaves at once from wherever it is, with the event as its reason; nothing later is sent."""
    steps = {"pause": a_pause("1 days", next="mail"), "mail": an_email(), "done": an_exit()}
    leaving = [{"event": "contract_ended", "where": {"kind": "clinic"}}]
    await house.publish(**one_message("long", {"on": {"event": "webinar_attended"}}) | {"steps": steps, "exit_on": leaving})
    await house.report("webinar_attended")
    await house.see("long", lambda run: run.doing == "waiting")
    other = await house.report("contract_ended", fields={"kind": "pharmacy"})
    assert other.effects == ()
    await house.report("contract_ended", fields={"kind": "clinic"})
    (run,) = await house.ended("long")
    assert (run.end_kind, run.end_reason) == ("exit_event", "contract_ended")
    assert house.sent == {}


async def test_a_goal_that_is_reached_ends_the_run_in_the_middle_of_a_wait(house: House) -> None:
    """A fact that changes is told at once to the runs that name it, and only to them."""
    steps = {"pause": a_pause("300 days", next="mail"), "mail": an_email(), "done": an_exit()}
    for journey, goal in (("aiming", {"fact": "adoption_stage", "is": "advocate"}), ("other", {"fact": "tier", "is": "D"})):
        await house.publish(**one_message(journey, {"on": {"event": "webinar_attended"}}) | {"steps": steps, "goal": goal, "purpose": "transactional"})
    await house.report("webinar_attended")
    await house.see("other", lambda run: run.doing == "waiting")
    await house.learn(ASTRID, adoption_stage="advocate")
    (run,) = await house.ended("aiming")
    assert run.end_kind == "goal"
    (other,) = await house.runs("other")
    assert other.status == "running"
    assert len([row for row in await every(house.engine, tables.Outbox) if row.kind == "fact"]) == 1


@pytest.mark.parametrize(("channel", "fact"), [("email", "email_consent"), ("sms", "sms_consent")])
async def test_a_consent_is_a_fact_that_changes(house: House, channel: str, fact: str) -> None:
    """Whoever takes a consent back leaves the journey that stands on it at once, and whoever gives one enters the journey that waits for it."""
    steps = {"pause": a_pause("300 days", next="done"), "done": an_exit()}
    known = {"fact": fact, "is": True}
    await house.publish(**{**one_message("standing", {}), "entry": {"when": known, "automatic": True}, "exit_when": {"not": known}, "steps": steps})
    await house.swept("standing")
    before = len(await house.runs("standing", ASTRID))
    assert before == (1 if channel == "email" else 0)
    async with transaction(house.engine) as session:
        await add_act(session, consent(ASTRID, channel=channel, id="given", at=house.clock.now()), by="user-rep", role="rep")
    run = await house.see("standing", lambda run: run.doing == "waiting", person=ASTRID)
    async with transaction(house.engine) as session:
        await add_act(session, consent(ASTRID, channel=channel, id="taken", act="withdrawn", at=house.clock.now()), by="user-rep", role="rep")
    (ended,) = await house.ended("standing", person=ASTRID)
    assert (ended.id, ended.end_kind) == (run.id, "exit_condition")


async def test_a_noisy_source_does_not_grow_a_history(house: House) -> None:
    """Failure 11: events that no step of the run waits for, and those of another key, are kept on record and never told to it."""
    wait = {"wait": {"event": "appointment_cancelled", "same_key": True, "up_to": "300 days"}, "next": "done"}
    await house.publish(**one_message("quiet", {"on": {"event": "appointment_booked"}, "again": "by_key"}) | {"steps": {"wait": wait, "done": an_exit()}})
    await house.publish(**one_message("noisy", {"on": {"event": "page_viewed", "where": {"page": "nowhere"}}}))
    await house.report("appointment_booked", key="mine")
    run = await house.see("quiet", lambda run: run.doing == "waiting")
    await house.at_rest()
    before = await house.length(run.id)
    for number in range(100):
        await house.report("page_viewed", key=number)
        await house.report("appointment_cancelled", key=f"another-{number}")
    await house.at_rest()
    assert await house.length(run.id) == before
    assert len(await every(house.engine, tables.OutsideEvent)) == 201


async def test_a8_the_zone_is_the_persons_then_the_hcos_then_the_countrys(engine: AsyncEngine, house: House) -> None:
    """Three who wait for nine in the morning: each until it is nine where the best that is known says they are."""
    await add(
        engine,
        tables.Organisation(id="york", name="York", market="SE", zone="America/New_York"),
        *(tables.Affiliation(person_id=person, organisation_id="york", role="physician") for person in (ASTRID, BERIT)),
        a_person(id="carin", family_name="Carlsson"),
    )
    await change(engine, "UPDATE person SET zone = 'Asia/Tokyo' WHERE id = 'person-astrid'")
    steps = {"nine": {"wait": {"local": {"at": "09:00"}}, "next": "done"}, "done": an_exit()}
    await house.publish(**one_message("mornings", {"on": {"event": "webinar_attended"}}, purpose="transactional") | {"steps": steps})
    expected = {ASTRID: "Asia/Tokyo", BERIT: "America/New_York", "carin": "Europe/Stockholm"}
    for person in expected:
        await house.report("webinar_attended", person=person)
    for person, zone in expected.items():
        run = await house.see("mornings", lambda run: run.doing == "waiting", person=person)
        assert run.until is not None
        assert f"{run.until.astimezone(ZoneInfo(zone)):%H:%M}" == "09:00", person
