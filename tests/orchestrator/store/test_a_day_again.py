"""A whole day of facts, events, calls and replies told again, shuffled and doubled: no table is another, but for how often a source repeated itself."""

from datetime import timedelta
from random import Random
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import SQLModel

from api.cloudevents import CloudEvent
from api.schemas.call_reports import NewCallReport
from orchestrator.replies.letters import read
from orchestrator.store import facts_in, tables
from orchestrator.store.desk.calls import StoredCallReports
from orchestrator.store.desk.events import StoredEvents
from orchestrator.store.desk.replies import StoredReplies
from orchestrator.store.engine import transaction
from orchestrator.webhooks.telling import Told, Unread
from tests.builders import NOW, a_journey, a_visit, an_exit
from tests.orchestrator.replies.letters import a_letter, a_report
from tests.orchestrator.store.desk.filling import ASTRID, INTEGRATION, a_task, a_touch, add, an_enrolment, every, the_world
from tests.orchestrator.store.forcing import an_event, declare, put_in_force
from tests.orchestrator.webhooks.test_parsers import IDS, MESSAGE, SAID

TOLD_AGAIN = "repeat"
MESSAGES = 6

Item = tuple[str, Any]


async def _a_world(engine: AsyncEngine) -> None:
    """Six e-mails of one run, a visit to do, and a journey that an appointment enters."""
    journey = a_journey(steps={"first-visit": a_visit(), "done": an_exit()})
    await the_world(engine, journey)
    await add(engine, an_enrolment(), a_task(due=NOW + timedelta(days=7), opened_at=NOW))
    await add(engine, *(a_touch(key=f"enr1.follow-up.{number}", message_id=f"<{number}.{MESSAGE}>") for number in range(MESSAGES)))
    await add(engine, tables.ExternalId(source="crm", value="0031", person_id=ASTRID))
    await declare(engine, an_event("appointment_booked", key="appointment_id", place="code"))
    entry = {"when": {"fact": "profession", "is": "physician"}, "on": {"event": "appointment_booked"}, "again": "by_key"}
    await put_in_force(engine, a_journey(journey="reminder", entry=entry, steps={"done": an_exit()}))


def _a_day() -> list[Item]:
    said = [*(rows for rows, _, _ in SAID[::3]), *(rows for rows, _ in IDS)]
    rows = [row for rows in said for row in rows if not isinstance(row, Unread)]
    facts: list[Item] = [
        ("fact", row._replace(source_id=f"{message}.{number}", message=f"{message}.{MESSAGE}"))
        for number, row in enumerate(rows)
        for message in (number % MESSAGES, MESSAGES + 1)  # one that we sent, and one that nobody knows
    ]
    event: dict[str, Any] = {"source": "/booking", "type": "appointment_booked", "subject": ASTRID, "time": NOW}
    events: list[Item] = [("event", CloudEvent(**event, id=f"ce-{number}", data={"appointment_id": str(number % 4), "place": "x"})) for number in range(8)]
    events += [("event", CloudEvent(**{**event, "subject": "nobody"}, id="ce-nobody")), ("event", CloudEvent(**{**event, "type": "unheard"}, id="ce-odd"))]
    call = {"source": "crm", "external": {"source": "crm", "value": "0031"}, "rep": "user-rep", "product": "cardiolex", "channel": "face_to_face"}
    calls: list[Item] = []
    for number in range(6):
        told = {**call, "id": str(number), "outcome": "interested", "at": NOW + timedelta(hours=number), "notes": f"The call number {number}."}
        calls.append(("call", NewCallReport.model_validate({**told, "revised_at": NOW + timedelta(hours=number)})))
        if number % 2:
            calls.append(("call", NewCallReport.model_validate({**told, "status": "cancelled", "revised_at": NOW + timedelta(days=1)})))
    calls.append(("call", NewCallReport.model_validate({**told, "id": "odd", "external": {"source": "crm", "value": "0099"}, "revised_at": NOW})))
    letters = [a_letter(f"Answer {number}", Message_ID=f"<a{number}@x>", In_Reply_To=f"<{number}.{MESSAGE}>").as_bytes() for number in range(MESSAGES + 1)]
    letters += [a_letter("STOP", Message_ID="<stop@x>", In_Reply_To=f"<0.{MESSAGE}>").as_bytes(), a_report(original=f"1.{MESSAGE}")]
    return [*facts, *events, *calls, *(("letter", read(letter)) for letter in letters)]


async def _tell(engine: AsyncEngine, item: Item, *, later: timedelta) -> None:
    """One thing in a transaction of its own, as it comes in."""
    now = NOW + timedelta(days=2) + later
    what, told = item
    match what:
        case "fact":
            assert isinstance(told, Told)
            async with transaction(engine) as session:
                await facts_in.take(session, "sendgrid", told, now=now)
        case "event":
            await StoredEvents(engine).take_cloud(told, now=now)
        case "call":
            await StoredCallReports(engine, {}).take(INTEGRATION, told, now=now)
        case "letter":
            await StoredReplies(engine, {}, {}, mail_domain="mail.example").take(told, now=now)
        case _:
            raise AssertionError(what)


async def _everything(engine: AsyncEngine) -> dict[str, list[str]]:
    """Every row of every table."""
    found = {}
    async with engine.connect() as connection:
        for table in SQLModel.metadata.sorted_tables:
            rows = await connection.execute(text(f"SELECT t::text FROM {table.fullname} t"))  # noqa: S608 - our own names
            found[table.fullname] = sorted(row[0] for row in rows)
    return found


async def test_a_day_told_again_changes_nothing(engine: AsyncEngine) -> None:
    """Two days later, in another order, each thing twice: every table is as it was. How often each was repeated is counted."""
    await _a_world(engine)
    day = _a_day()
    for item in day:
        await _tell(engine, item, later=timedelta())
    before = await _everything(engine)
    assert all(
        before[name] for name in ("fact_in", "heard_fact", "outbox", "outside_event", "event_effect", "call_report", "call_revision", "reply", "consent")
    )
    again = day * 2
    Random(8).shuffle(again)  # noqa: S311 - any order will do, the same each time
    for item in again:
        await _tell(engine, item, later=timedelta(days=2))
    after = await _everything(engine)
    assert {name for name in after if after[name] != before[name]} == {TOLD_AGAIN}
    repeats = await every(engine, tables.Repeat)
    assert sum(row.times for row in repeats) == len(again)
    assert {row.what for row in repeats} == {"fact", "event", "call", "reply"}
