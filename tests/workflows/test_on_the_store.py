"""The same parts on the real store: what a run leaves in PostgreSQL, and that Temporal learns nobody's name."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client, WorkflowHandle
from temporalio.testing import WorkflowEnvironment

from journeys import events as on
from journeys.commands import What
from journeys.definitions import Definition
from journeys.pace import Pace
from journeys.state import Ending
from orchestrator.clock import JourneyClock
from orchestrator.mail.compose import Composer
from orchestrator.store import outbox, tables
from orchestrator.store.consents import add_act
from orchestrator.store.engine import transaction
from orchestrator.temporal.gateway import Gateway
from orchestrator.temporal.worker import make_worker
from tests.builders import a_rep_email, a_wait
from tests.orchestrator.store.desk.filling import HOME, a_person, add, an_enrolment, every, the_world
from tests.replay.history import payloads, replay
from tests.workflows.links import PlainLinks
from tests.workflows.memory import MemoryChannel, MemoryRequests, MemoryRuns
from tests.workflows.scenarios import LATE, late_visit, steps
from tests.workflows.stages import PATIENCE, speaking_pydantic
from workflows.journey import Journey
from workflows.run import workflow_id

GIVEN, FAMILY, ADDRESS = "Xanthippe", "Quistgaard", "x.quistgaard@ward-nine.example"
WORDS = "She asked for the registry data."


@dataclass
class Ward:
    """A worker over the real store with one enrolled HCP, and the hands that act on the run."""

    engine: AsyncEngine
    client: Client
    gateway: Gateway
    relay: outbox.Relay
    channel: MemoryChannel
    enrolment: str

    @property
    def handle(self) -> WorkflowHandle[Journey, Ending]:
        return self.client.get_workflow_handle_for(Journey.run, workflow_id(self.enrolment))

    async def see(self, table: type[Any], true: Callable[[Any], bool]) -> Any:
        """Wait until a row of the table is as it should be, and return it."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            rows = [row for row in await every(self.engine, table) if true(row)]
            if rows:
                return rows[0]
            await asyncio.sleep(0.02)
        raise AssertionError(f"waited in vain for a row of {table.__name__}: {await every(self.engine, table)}")

    async def complete(self, step: str, **told: Any) -> None:
        task = await self.see(tables.Task, lambda task: task.step == step and task.status == "open")
        await self.gateway.command(self.enrolment, on.Complete(**{"id": f"command-{step}", "by": "user-rep", "task": task.id, **told}))

    async def withdraw(self) -> None:
        async with transaction(self.engine) as session:
            await add_act(session, a_consent("withdrawn"), by="user-rep", role="rep")
        await self.relay.nudge()


def the_journey() -> Definition:
    return steps(
        visit=late_visit(next="mail"),
        mail=a_rep_email(email=LATE, next="reading"),
        reading=a_wait("clicked", wait={"up_to": "300 days"}, next={"clicked": "second-mail", "otherwise": "done"}),
        second_mail=a_rep_email(email=LATE, blocked={"no_consent": "last"}, next="done"),
        last=late_visit(),
    )


def a_consent(act: str = "given") -> tables.Consent:
    now = datetime.now(UTC) - (timedelta(days=1) if act == "given" else timedelta())
    told: dict[str, Any] = {
        "channel": "email",
        "purpose": "promotional",
        "market": "SE",
        "method": "paper",
        "captured_by": "user-rep",
        "text_version": "1",
        "language": "en",
    }
    return tables.Consent(id=f"consent-{act}", person_id="person-77", act=act, proof="scan-1", at=now, recorded_at=now, **told)


@pytest_asyncio.fixture
async def ward(engine: AsyncEngine, temporal_dev: WorkflowEnvironment) -> AsyncIterator[Ward]:
    """The HCP with the distinctive name, who consented to e-mail, is enrolled; the start of the run lies in the outbox."""
    journey, enrolment = the_journey(), f"enr{uuid4().hex}"
    await the_world(engine, journey)
    await add(
        engine,
        a_person(id="person-77", given_name=GIVEN, family_name=FAMILY, email=ADDRESS, territory_id=HOME),
        tables.CommercialProfile(person_id="person-77", persona="pioneer", updated_at=datetime.now(UTC)),
        tables.Remark(id="remark-1", by="user-rep", words=WORDS, at=datetime.now(UTC)),
        a_consent(),
        an_enrolment(id=enrolment, person_id="person-77", status="requested", digest=journey.digest, conductor="user-rep", territory_id=HOME),
    )
    clock, client, channel = JourneyClock(Pace(speed=1.0, origin=datetime.now(UTC))), speaking_pydantic(temporal_dev), MemoryChannel()
    composer = Composer(PlainLinks(), sender="house@dirigent.example", domain="dirigent.example")
    gateway = Gateway(client, task_queue=engine.url.database or "", pace=clock.pace)
    queue, requests = engine.url.database or "", MemoryRequests(MemoryRuns())
    async with make_worker(client, task_queue=queue, engine=engine, channels={"email": channel}, requests=requests, composer=composer, clock=clock):
        yield Ward(engine, client, gateway, outbox.Relay(engine, gateway), channel, enrolment)


async def play(ward: Ward) -> None:
    """A visit with remarks, an e-mail, its click, an e-mail that a withdrawal takes back, a last visit."""
    async with transaction(ward.engine) as session:
        await outbox.start(session, ward.enrolment)
    await ward.relay.nudge()
    await ward.complete("visit", outcome="interested", channel="face_to_face", persona="pioneer", remark="remark-1")
    await ward.complete("mail", outcome="sent")
    touch = await ward.see(tables.Touch, lambda touch: touch.step == "mail" and touch.state == "accepted")
    await ward.gateway.tell(ward.enrolment, on.TouchHeard.model_validate({"id": "heard-1", "touch": touch.key, "heard": "clicked"}))
    await ward.see(tables.Task, lambda task: task.step == "second-mail" and task.status == "open")
    await ward.withdraw()
    await ward.complete("last", outcome="interested", channel="face_to_face")
    await ward.see(tables.Enrolment, lambda enrolment: enrolment.id == ward.enrolment and enrolment.status == "ended")


async def test_tables_and_timeline_tell_one_story(ward: Ward) -> None:
    """Each move is on the timeline once and in order, each task has its end, and the ledger holds what the channel took."""
    await play(ward)
    told = await every(ward.engine, tables.TimelineEntry)
    lines = sorted((line for line in told if line.enrolment_id is not None), key=lambda line: (line.move, line.line))
    ways = [(line.way, line.to) for line in lines if line.what == What.MOVED]
    assert ways == [("interested", "mail"), ("sent", "reading"), ("clicked", "second-mail"), ("blocked", "last"), ("interested", "done")]
    tasks = {task.step: task.status for task in await every(ward.engine, tables.Task)}
    assert tasks == {"visit": "done", "mail": "done", "second-mail": "cancelled", "last": "done"}
    touches = {touch.step: touch.state for touch in await every(ward.engine, tables.Touch) if touch.enrolment_id == ward.enrolment}
    assert touches == {"visit": "accepted", "mail": "accepted", "last": "accepted"}
    assert [message.to for message in ward.channel.sent] == [ADDRESS]


async def test_temporal_learns_nobodys_name(ward: Ward) -> None:
    """Neither history nor workflow id, memo or search attribute holds the HCP's name, address or the rep's words; the message that went out did."""
    await play(ward)
    assert FAMILY in ward.channel.sent[0].text
    await ward.handle.result()
    history, described = await ward.handle.fetch_history(), await ward.handle.describe()
    await replay(history)
    written = history.to_json_dict()
    everything = [
        ward.handle.id,
        json.dumps(written),
        *payloads(written),
        str(await described.memo()),
        str(described.typed_search_attributes),
        str(described.raw_info),
    ]
    assert any("open_task" in text for text in everything)
    assert any(ward.enrolment in text for text in payloads(written))
    for secret in (GIVEN, FAMILY, ADDRESS, "ward-nine", WORDS):
        assert [text for text in everything if secret.lower() in text.lower()] == []
