"""Safety cases on a real server whose clock runs ahead, over the real store and real SMTP: deadline, reminders, escalation, and a mailbox that is away."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import uuid4

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer

from activities.ports import Channel, Handed, Message
from api.ports.safety import Told
from api.schemas.safety import SafetyReport
from journeys.pace import Pace
from journeys.safety import SafetyKind
from orchestrator.requests import signing
from orchestrator.requests.conversation import new_client
from orchestrator.safety.office import Way
from orchestrator.safety.ways import Mailbox, SafetySystem
from orchestrator.store import tables
from orchestrator.store.desk.safety import StoredSafety
from orchestrator.store.outbox import Relay
from orchestrator.temporal.gateway import Gateway
from orchestrator.temporal.payloads import PAYLOADS
from orchestrator.temporal.safety import make_safety_officer
from orchestrator.temporal.sandbox import sandboxed
from tests.orchestrator.channels.servers import Postbox, a_channel, a_postbox
from tests.orchestrator.requests.others import SECRET, another_system, reply
from tests.orchestrator.store.desk.filling import ASTRID, ENROLMENT, REP, a_run, a_task, add, every, once, the_world
from workflows.run import safety_id
from workflows.safety_case import SafetyCase

WORDS = "A patient of hers had a rash."
YES = SafetyReport(answer="yes", kind=SafetyKind.ADVERSE_EVENT, words=WORDS)
HOUR = timedelta(hours=1)
HALT: dict[str, Any] = {"kind": "stop", "scope": "market", "value": "SE", "reason": "other", "by": "user-admin", "concerned": 1}


class Rerouted:
    """A mail channel that leads elsewhere from one moment to the next: to a port where nobody listens, or to a server."""

    def __init__(self, to: Channel) -> None:
        self.to = to

    async def send(self, message: Message) -> Handed:
        return await self.to.send(message)

    async def arrived(self, message_id: str) -> bool | None:
        return await self.to.arrived(message_id)


class House:
    """The office at work, and what a test needs to look at it."""

    def __init__(self, engine: AsyncEngine, server: WorkflowEnvironment, gateway: Gateway, client: Client) -> None:
        self.engine, self.server, self.gateway, self.client = engine, server, gateway, client
        self.safety = StoredSafety(engine)

    async def report(self) -> str:
        """The rep reports a visit and says yes; the relay hands the outbox on."""
        case = await self.safety.told(REP, Told(report="task:enr1.first-visit.1", answer=YES), once=once(uuid4().hex), now=await self.now())
        await Relay(self.engine, self.gateway).nudge()
        assert case is not None
        return case

    async def now(self) -> datetime:
        return (await self.server.get_current_time()).replace(tzinfo=UTC)

    def workflow(self, case: str) -> WorkflowHandle[Any, Any]:
        return self.client.get_workflow_handle(safety_id(case))

    async def acknowledge(self, case: str) -> None:
        await self.safety.acknowledge(case, by="user-safety", role="safety", reference="2026-1", now=await self.now())
        await Relay(self.engine, self.gateway).nudge()
        await self.workflow(case).result()

    async def row(self, case: str) -> tables.SafetyCaseRow:
        found: tables.SafetyCaseRow = next(row for row in await every(self.engine, tables.SafetyCaseRow) if row.id == case)
        return found


@asynccontextmanager
async def an_office(engine: AsyncEngine, server: WorkflowEnvironment, ways: Sequence[Way]) -> AsyncIterator[House]:
    await the_world(engine)
    await a_run(engine)
    await add(engine, a_task())
    pace, queue = Pace(origin=datetime(2026, 1, 1, tzinfo=UTC)), f"safety-{uuid4().hex}"
    client = Client(**{**server.client.config(), "data_converter": PAYLOADS})  # type: ignore[arg-type]  # its own configuration, but for one part
    async with make_safety_officer(client, task_queue=queue, engine=engine, ways=ways, pace=pace):
        yield House(engine, server, Gateway(client, task_queue=queue, pace=pace), client)


def _mailbox(mail: Channel) -> Mailbox:
    return Mailbox(mail, to="drug-safety@company.example", sender="no-reply@dirigent.example", domain="mail.example", public_url="https://dirigent.example/")


def _subjects(box: Postbox) -> list[str]:
    return [line for envelope in box.envelopes for line in (envelope.original_content or b"").decode().split("\r\n") if line.startswith("Subject:")]


async def test_a_case_is_told_again_and_escalated_until_it_is_acknowledged_whatever_becomes_of_the_journey(
    engine: AsyncEngine, time_skipping: WorkflowEnvironment
) -> None:
    """Every four hours to the mailbox, before and at the deadline to the colleagues whom the market names. Meanwhile the journey ends, the market is
    stopped, the HCP objects and is deactivated. No name and no word of the report is in an e-mail or in the history, which can be replayed."""
    async with a_postbox() as box, an_office(engine, time_skipping, [_mailbox(a_channel(box.port))]) as house:
        case = await house.report()
        await time_skipping.sleep(HOUR / 2)
        assert len(box.envelopes) == 1
        async with engine.begin() as connection:
            await connection.execute(text("UPDATE enrolment SET status = 'ended', ended_at = now()"))
            await connection.execute(text("UPDATE person SET status = 'deactivated'"))
        now = await house.now()
        await add(engine, tables.Halt(id="halt", at=now, **HALT), tables.Objection(id="no", person_id=ASTRID, method="letter", captured_by="user-rep", at=now))
        await time_skipping.sleep(HOUR * 17)
        assert sorted((row.user_id, row.step) for row in await every(engine, tables.SafetyNotice)) == [
            ("user-medical", "due_in_8_hours"),
            ("user-safety", "due_in_8_hours"),
        ]
        await time_skipping.sleep(HOUR * 8)
        told = {(row.user_id, row.step) for row in await every(engine, tables.SafetyNotice)}
        assert {user for user, step in told if step == "overdue"} == {"user-safety", "user-medical", "user-compliance"}
        subjects = _subjects(box)
        assert (len(subjects), [subject.startswith("Subject: OVERDUE: ") for subject in subjects]) == (7, [False] * 6 + [True])
        sent = "".join((envelope.original_content or b"").decode() for envelope in box.envelopes)
        assert not [word for word in ("Astrid", "Lindqvist", "rash", ASTRID, "user-rep") if word in sent]
        await house.acknowledge(case)
        await time_skipping.sleep(HOUR * 9)
        assert len(box.envelopes) == 7
        history = await house.workflow(case).fetch_history()
        assert not [word for word in ("Astrid", "rash", ASTRID, ENROLMENT) if word in history.to_json()]
        await Replayer(workflows=[SafetyCase], workflow_runner=sandboxed(), data_converter=PAYLOADS).replay_workflow(history)


async def test_a_mailbox_that_is_away_loses_nothing(engine: AsyncEngine, time_skipping: WorkflowEnvironment) -> None:
    """While nobody listens each attempt rests longer than the one before, and colleagues are told all the same; when the server is back the case arrives."""
    mail = Rerouted(a_channel(1))
    async with a_postbox() as box, an_office(engine, time_skipping, [_mailbox(mail)]) as house:
        case = await house.report()
        await time_skipping.sleep(HOUR * 25)
        row = await house.row(case)
        tried = sorted(each.at for each in await every(engine, tables.SafetySending))
        rests = [after - before for before, after in pairwise(tried)]
        assert (row.sent_at, row.failures, box.envelopes) == (None, len(tried), [])
        assert rests[:3] == sorted(rests[:3])
        assert max(rests) <= timedelta(minutes=16)
        assert "overdue" in {each.step for each in await every(engine, tables.SafetyNotice)}
        mail.to = a_channel(box.port)
        await time_skipping.sleep(HOUR)
        row = await house.row(case)
        assert (row.sent_at is not None, row.failures, len(box.envelopes)) == (True, 0, 1)
        await house.acknowledge(case)


async def test_the_safety_system_is_asked_until_it_acknowledges(engine: AsyncEngine, time_skipping: WorkflowEnvironment) -> None:
    """Signed, with what was reported, under the case's id; busy it is asked again, and its answer ends the case."""
    async with another_system(reply(503), reply(200, {"answer": "acknowledged"})) as other, new_client() as client:
        way = SafetySystem(client, other.endpoint, public_url="https://dirigent.example/")
        async with an_office(engine, time_skipping, [way]) as house:
            case = await house.report()
            await house.workflow(case).result()
            row = await house.row(case)
        assert (row.acknowledged_by, [each.result for each in await every(engine, tables.SafetySending)]) == ("adapter", ["not_taken", "acknowledged"])
        asked = other.heard[1]
        assert (asked.told["id"], asked.told["words"], asked.told["callback"]) == (case, [WORDS], f"https://dirigent.example/api/v1/safety-cases/{case}/answer")
        assert signing.genuine(SECRET, asked.stamp, case, asked.body, now=datetime.now(UTC))


async def test_a_house_without_an_inbox_keeps_trying(engine: AsyncEngine, time_skipping: WorkflowEnvironment) -> None:
    """Nothing is configured: the case stays unsent and open, says so, and goes on."""
    async with an_office(engine, time_skipping, []) as house:
        case = await house.report()
        await time_skipping.sleep(HOUR)
        assert {each.trouble for each in await every(engine, tables.SafetySending)} == {"no_inbox"}
        assert (await house.workflow(case).describe()).status is WorkflowExecutionStatus.RUNNING
        await house.acknowledge(case)
