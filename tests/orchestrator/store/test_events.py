"""Events of the outside on a real PostgreSQL: stored once, judged, visible with what they led to, and told only to the runs that they concern."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from api.cloudevents import CloudEvent
from api.paging import Slice
from api.rows import EventRow
from api.schemas.events import NewEvent
from orchestrator.store import tables
from orchestrator.store.desk.events import StoredEvents
from orchestrator.store.runs import StoredRuns
from tests.builders import NOW, a_journey, an_exit
from tests.orchestrator.store.desk.filling import ADMIN, ASTRID, COMPLIANCE, add, every, the_world
from tests.orchestrator.store.forcing import an_event, declare, put_in_force
from tests.orchestrator.store.test_runs import _open_order

WAIT = {"wait": {"event": "appointment_moved", "where": {"place": "clinic"}, "same_key": True, "up_to": "30 days"}, "next": "done"}


@pytest.fixture
async def world(engine: AsyncEngine) -> AsyncEngine:
    """A journey that an appointment at a clinic enters by its key, and that hears when it is moved."""
    await the_world(engine)
    await add(engine, tables.ExternalId(source="crm", value="0031", person_id=ASTRID))
    entry = {"when": {"fact": "profession", "is": "physician"}, "on": {"event": "appointment_booked", "where": {"place": "clinic"}}, "again": "by_key"}
    steps = {"moved": WAIT, "done": an_exit()}
    await declare(engine, *(an_event(name, key="appointment_id", place="code") for name in ("appointment_booked", "appointment_moved")))
    await declare(engine, *(an_event(name, place="code") for name in ("contract_ended", "webinar_attended")))
    await put_in_force(engine, a_journey(journey="reminder", entry=entry, steps=steps, exit_on=[{"event": "contract_ended"}]))
    return engine


async def _take(engine: AsyncEngine, event: str = "appointment_booked", **told: Any) -> tuple[EventRow, bool]:
    given = {"source": "booking", "id": "evt-1", "event": event, "key": 4711, "person": ASTRID, "at": NOW, "fields": {"place": "clinic"}, **told}
    if "external" in told:
        del given["person"]
    return await StoredEvents(engine).take(NewEvent.model_validate(given), now=NOW)


def _effects(row: EventRow) -> list[tuple[str, str | None]]:
    return [(effect.effect, effect.reason) for effect in row.effects]


async def test_the_same_event_again_gets_the_same_answer_and_nothing_follows(world: AsyncEngine) -> None:
    """Five times at once and once more: one row, one run, one answer."""
    answers = await asyncio.gather(*(_take(world) for _ in range(5)))
    answers.append(await _take(world))
    assert sorted(repeated for _, repeated in answers) == [False, True, True, True, True, True]
    assert {(row.id, row.standing, *_effects(row)) for row, _ in answers} == {(answers[0][0].id, "taken", ("entered", None))}
    assert len(await every(world, tables.OutsideEvent)) == len(await every(world, tables.Enrolment)) == 1


async def test_a_run_knows_the_event_that_it_began_with(world: AsyncEngine) -> None:
    """Its key and its fields are there when the run opens, and where the person fell among 100."""
    await _take(world)
    (enrolment,) = await every(world, tables.Enrolment)
    opened = await StoredRuns(world).open(_open_order(enrolment.id))
    assert opened.entered is not None
    assert (opened.entered.event, opened.entered.key, opened.entered.fields["place"]) == ("appointment_booked", "4711", "clinic")
    assert opened.hundredth == enrolment.hundredth
    assert enrolment.entry_key == "4711"


async def test_one_run_for_each_key_side_by_side(world: AsyncEngine) -> None:
    """Another appointment is another run; the same one is refused, as under way and after it has ended."""
    await _take(world)
    assert _effects((await _take(world, id="evt-2", key="4712"))[0]) == [("entered", None)]
    assert _effects((await _take(world, id="evt-3", key="4711"))[0]) == [("refused", "already_enrolled")]
    assert sorted(run.entry_key for run in await every(world, tables.Enrolment)) == ["4711", "4712"]


async def test_an_event_whose_fields_are_others_enters_nobody(world: AsyncEngine) -> None:
    """It is taken and concerned no journey."""
    row, _ = await _take(world, fields={"place": "hospital"})
    assert (row.standing, row.effects) == ("taken", ())
    assert await every(world, tables.Enrolment) == []


async def test_an_event_is_told_to_the_run_that_it_concerns_and_to_no_other(world: AsyncEngine) -> None:
    """Of two appointments only the one that was moved hears of it; a field that does not fit is not told either."""
    await _take(world)
    await _take(world, id="evt-2", key=4712)
    row, _ = await _take(world, "appointment_moved", id="evt-3", key="4712")
    (effect,) = row.effects
    told = [outbox for outbox in await every(world, tables.Outbox) if outbox.kind == "fact"]
    assert [(outbox.enrolment_id, outbox.payload["key"]) for outbox in told] == [(effect.enrolment_id, "4712")]
    assert _effects((await _take(world, "appointment_moved", id="evt-4", fields={"place": "hospital"}))[0]) == []
    assert _effects((await _take(world, "contract_ended", id="evt-5", key=None))[0]) == [("told", None), ("told", None)]


async def test_a_person_is_found_by_another_system_s_id(world: AsyncEngine) -> None:
    """Through the crosswalk."""
    row, _ = await _take(world, external={"source": "crm", "value": "0031"})
    assert (row.person_id, row.standing) == (ASTRID, "taken")


async def test_failure_2_an_event_of_an_unknown_person_is_kept_and_looked_at_again(world: AsyncEngine) -> None:
    """It says why it was not taken; told again when the person is known, it is taken."""
    row, repeated = await _take(world, external={"source": "crm", "value": "0099"})
    assert (row.standing, repeated, row.effects) == ("unknown_person", False, ())
    await add(world, tables.ExternalId(source="crm", value="0099", person_id=ASTRID))
    row, repeated = await _take(world, external={"source": "crm", "value": "0099"})
    assert (row.standing, repeated, _effects(row)) == ("taken", False, [("entered", None)])
    assert len(await every(world, tables.OutsideEvent)) == 1


async def test_failure_2_an_event_that_nothing_names_is_kept_without_its_fields(world: AsyncEngine) -> None:
    """What is not declared may hold anything, also somebody's name: that it came and why it was not taken is enough."""
    row, _ = await _take(world, "horoscope_read", fields={"name": "Astrid"})
    assert row.standing == "unknown_event"
    (kept,) = await every(world, tables.OutsideEvent)
    assert kept.fields == {}


async def test_a_late_event_counts_and_is_marked(world: AsyncEngine) -> None:
    """More than a day after it happened is late."""
    row, _ = await _take(world, at=NOW - timedelta(days=2))
    assert (row.late, _effects(row)) == (True, [("entered", None)])
    on_time, _ = await _take(world, id="evt-2", key=1, at=NOW - timedelta(hours=2))
    assert not on_time.late
    events = StoredEvents(world)
    page = await events.page(COMPLIANCE, standing="taken", event=None, person_id=ASTRID, late=True, cut=Slice())
    assert [event.id for event in page.rows] == [row.id]
    assert await events.find(COMPLIANCE, row.id) == row


async def test_an_event_by_which_a_journey_is_left_ends_what_waits_in_the_queue(world: AsyncEngine) -> None:
    """It has no run that could be told; what it would have waited for comes too early for it, and both are on record."""
    entry = {"when": {"fact": "profession", "is": "physician"}, "on": {"event": "webinar_attended"}}
    await put_in_force(world, a_journey(journey="first", priority=90, entry=entry))
    await _take(world, "webinar_attended", id="evt-0", key=None)
    assert _effects((await _take(world))[0]) == [("queued", None)]
    assert _effects((await _take(world, "appointment_moved", id="evt-2"))[0]) == [("refused", "not_begun")]
    assert _effects((await _take(world, "contract_ended", id="evt-3"))[0]) == [("left", None)]
    (run,) = [run for run in await every(world, tables.Enrolment) if run.journey == "reminder"]
    assert (run.status, run.end_kind, run.end_reason) == ("ended", "exit_event", "contract_ended")


@pytest.mark.parametrize(
    ("told", "standing"),
    [({"key": None}, "missing_field"), ({"fields": {"place": 7}}, "wrong_type"), ({"fields": {"place": "clinic", "name": "Astrid"}}, "unknown_field")],
)
async def test_an_event_that_is_not_as_declared_is_kept_with_what_is_wrong(world: AsyncEngine, told: dict[str, Any], standing: str) -> None:
    """Nothing follows from it, and none of its fields is kept."""
    row, _ = await _take(world, **told)
    assert (row.standing, row.effects) == (standing, ())
    (kept,) = await every(world, tables.OutsideEvent)
    assert kept.fields == {}


async def test_the_key_may_be_told_as_the_field_that_it_is(world: AsyncEngine) -> None:
    """By itself or as the declared field, as a number or as a text: the same key."""
    row, _ = await _take(world, key=None, fields={"appointment_id": 4711, "place": "clinic"})
    assert (row.standing, row.key) == ("taken", "4711")
    assert _effects((await _take(world, id="evt-2", key="4711"))[0]) == [("refused", "already_enrolled")]


async def test_a_medical_event_moves_no_journey_and_is_read_by_compliance_alone(world: AsyncEngine) -> None:
    """The wall holds also where a definition that names it was let through."""
    await declare(world, an_event("trial_joined", wall="medical"))
    entry = {"when": {"fact": "profession", "is": "physician"}, "on": {"event": "trial_joined"}}
    await put_in_force(world, a_journey(journey="leaking", entry=entry))
    row, _ = await _take(world, "trial_joined", key=None, fields={})
    assert (row.standing, row.effects) == ("taken", ())
    events = StoredEvents(world)
    assert await events.find(ADMIN, row.id) is None
    assert await events.find(COMPLIANCE, row.id) is not None
    assert (await events.page(ADMIN, standing=None, event=None, person_id=None, late=None, cut=Slice())).rows == ()


async def test_an_event_of_an_unknown_person_is_taken_when_the_person_is_known(world: AsyncEngine) -> None:
    """In bulk, the one that waited longest first, with an audit line; by whom it was named is forgotten then."""
    for number in (1, 2):
        await _take(world, id=f"evt-{number}", key=number, external={"source": "crm", "value": f"0099-{number}"})
    await add(world, tables.ExternalId(source="crm", value="0099-2", person_id=ASTRID))
    standing = await StoredEvents(world).judge_again(ADMIN, source="booking", most=10, remark="remark-1", now=NOW)
    assert standing == {"taken": 1, "unknown_person": 1}
    still, taken = sorted(await every(world, tables.OutsideEvent), key=lambda event: event.source_id)
    assert (still.named, taken.named, taken.person_id) == ({"source": "crm", "value": "0099-1"}, None, ASTRID)
    assert [run.entry_key for run in await every(world, tables.Enrolment)] == ["2"]
    (line,) = [line for line in await every(world, tables.AuditEntry) if line.action == "events.judged_again"]
    assert line.details == {"source": "booking", "remark": "remark-1", "standing": {"taken": 1, "unknown_person": 1}}


async def test_a_cloud_event_is_the_event_that_declares_its_type(world: AsyncEngine) -> None:
    """Its subject is found by the crosswalk, its fields where the library says they are; nothing else of its data is read."""
    cloud = {"types": ["com.example.booked.v2"], "persons": "crm", "fields": {"appointment_id": "booking.id", "place": "booking.where"}}
    await declare(world, an_event("appointment_booked", key="appointment_id", place="code", cloud=cloud))
    data = {"booking": {"id": 4711, "where": "clinic", "who": "Astrid Lindqvist"}, "remark": "Call her at home."}
    told = CloudEvent(id="ce-1", source="/booking", type="com.example.booked.v2", subject="0031", time=NOW, data=data)
    row, repeated = await StoredEvents(world).take_cloud(told, now=NOW)
    assert (row.event, row.standing, row.key, repeated, _effects(row)) == ("appointment_booked", "taken", "4711", False, [("entered", None)])
    assert (await StoredEvents(world).take_cloud(told, now=NOW))[1]
    (kept,) = await every(world, tables.OutsideEvent)
    assert kept.fields == {"appointment_id": 4711, "place": "clinic"}


async def test_a_cloud_event_that_nothing_declares_is_kept_by_its_type(world: AsyncEngine) -> None:
    """With the reason, and without its data; one whose type is an event's own name is that event, its subject the person."""
    odd = CloudEvent(id="ce-1", source="/s", type="com.example.unheard", subject=ASTRID, data=b"\x00\x01")
    row, _ = await StoredEvents(world).take_cloud(odd, now=NOW)
    assert (row.event, row.standing) == ("com.example.unheard", "unknown_event")
    plain = CloudEvent(id="ce-2", source="/s", type="contract_ended", subject=ASTRID, data={"place": "clinic", "who": "x"})
    row, _ = await StoredEvents(world).take_cloud(plain, now=NOW)
    assert (row.standing, row.at) == ("taken", NOW)
