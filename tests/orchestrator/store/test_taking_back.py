"""Taking back, on a real PostgreSQL: a withdrawal reaches every record of the address and is seen while the mail server still dawdles; an objection is known
again wherever the record comes from, and nobody profiles who objected."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select

from activities.touches import TouchActivities
from journeys.commands import Learn
from journeys.events import Settled
from journeys.reasons import Reason
from orchestrator.channels.smtp import Limits, SmtpChannel
from orchestrator.store import tables
from orchestrator.store.acts import perform
from orchestrator.store.consents import add_act
from orchestrator.store.desk.people import StoredPeople
from orchestrator.store.engine import transaction
from orchestrator.store.facts import has_objected, load_facts
from orchestrator.store.last_look import StoredLastLook
from orchestrator.store.objections import object_to_marketing
from tests.activities.fakes import FakeCounts, StoppedClock
from tests.builders import NOW, a_journey
from tests.orchestrator.channels.servers import Postbox, a_postbox, the_settings
from tests.orchestrator.store.desk.filling import ASTRID, BO, ENROLMENT, REP, a_person, a_version, add, an_enrolment, every
from tests.orchestrator.store.sending import a_consent, a_ledger, a_touch_order, a_withdrawal, the_touch

TWIN = "person-twin"
AT_MOST = timedelta(seconds=5)
"""How long after a withdrawal the last touch may be."""


async def _act(engine: AsyncEngine, act: tables.Consent) -> None:
    async with transaction(engine) as session:
        await add_act(session, act, by="user-rep", role="rep")


async def _object(engine: AsyncEngine, person: str = ASTRID) -> datetime:
    async with transaction(engine) as session:
        new = tables.Objection(id=f"objection-{person}", person_id=person, method="letter", captured_by="user-rep", at=NOW)
        return await object_to_marketing(session, new, role="rep")


async def _told(engine: AsyncEngine) -> set[tuple[str, str]]:
    """Which run was told what, changes of facts apart."""
    told = {(row.enrolment_id, row.payload["is_"]) for row in await every(engine, tables.Outbox)}
    return {(run, what) for run, what in told if what != "facts_changed"}


async def _objected(engine: AsyncEngine, person: str) -> bool:
    async with transaction(engine) as session:
        return await has_objected(session, person)


@pytest_asyncio.fixture
async def twins(world: AsyncEngine) -> AsyncEngine:
    """A second record of Astrid's, of another source, with her e-mail address in capitals and a consent and a run of its own."""
    await add(
        world,
        a_person(id=TWIN, email="ASTRID@clinic.example"),
        a_consent(id="consent-twin", person_id=TWIN),
        an_enrolment(id="enr-twin", person_id=TWIN, journey="another-journey"),
    )
    return world


async def test_what_is_taken_back_on_one_record_is_taken_back_on_all_of_the_address(twins: AsyncEngine) -> None:
    """Both runs are told and the other record's gate refuses, until the one who took it back gives again; another channel's address is another's matter."""
    await _act(twins, a_withdrawal())
    assert await _told(twins) == {(ENROLMENT, "consent_withdrawn"), ("enr-twin", "consent_withdrawn")}
    blocked = (await a_ledger(twins).reserve(a_touch_order("enr-twin"), now=NOW)).blocked
    assert blocked is not None
    assert blocked.reason is Reason.CONSENT_WITHDRAWN
    await _act(twins, a_consent(id="twin-again", person_id=TWIN, at=NOW + timedelta(hours=1)))
    later = NOW + timedelta(hours=3)
    assert (await a_ledger(twins).reserve(a_touch_order("enr-twin", move=2), now=later)).blocked is not None
    await _act(twins, a_consent(id="astrid-again", at=NOW + timedelta(hours=2)))
    assert (await a_ledger(twins).reserve(a_touch_order("enr-twin", move=3), now=later)).blocked is None


async def test_a_withdrawal_for_one_product_leaves_the_others(world: AsyncEngine) -> None:
    """Only the run of that product is told, and the fact stands for each journey's own product."""
    await add(world, an_enrolment(id="enr-other", journey="another-journey", product="nephrolex"))
    await _act(world, a_withdrawal(product="cardiolex"))
    assert await _told(world) == {(ENROLMENT, "consent_withdrawn")}
    async with transaction(world) as session:
        stands = [(await load_facts(session, ASTRID, ["email_consent"], now=NOW, product=product))["email_consent"] for product in ("cardiolex", "nephrolex")]
    assert stands == [False, True]


class _Dawdling(Postbox):
    """A server that keeps its answer back until it may go on: to the recipient, or to the text that it has taken in."""

    def __init__(self, at: str) -> None:
        super().__init__()
        self.at = at
        self.reached, self.go_on = asyncio.Event(), asyncio.Event()
        self.took: datetime | None = None
        """When it had the whole text, by the machine's clock."""

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802 - the framework's name
        if self.at == "recipient":
            self.reached.set()
            await self.go_on.wait()
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - likewise
        self.took = datetime.now(UTC)
        if self.at == "text":
            self.reached.set()
            await self.go_on.wait()
        return await super().handle_DATA(server, session, envelope)


async def _sent_while(engine: AsyncEngine, box: _Dawdling, act: Any) -> tuple[Settled, datetime]:
    """Send the touch; when the server dawdles, do the act, note when that was on the machine's own clock, and let the server go on."""
    async with a_postbox(box):
        look = StoredLastLook(engine, StoppedClock())
        channel = SmtpChannel(the_settings(smtp_port=box.port), StoppedClock(), limits=Limits(), last_look=look)
        activities = TouchActivities(a_ledger(engine), {"email": channel}, StoppedClock(), FakeCounts())
        sending = asyncio.create_task(activities.send(a_touch_order()))
        await box.reached.wait()
        await act()
        done = datetime.now(UTC)
        box.go_on.set()
        return await sending, done


@pytest.mark.parametrize(
    ("on", "act", "reason"),
    [(ASTRID, "withdraw", Reason.CONSENT_WITHDRAWN), (TWIN, "withdraw", Reason.CONSENT_WITHDRAWN), (ASTRID, "object", Reason.OBJECTED)],
    ids=["withdrawal", "withdrawal on another record", "objection"],
)
async def test_a_message_under_way_is_kept_back(twins: AsyncEngine, on: str, act: str, reason: Reason) -> None:
    """Taken back while a slow server has not let us give the text: it is never given, and the run hears why; nothing counts as sent."""

    async def take_back() -> None:
        await (_act(twins, a_withdrawal(person_id=on)) if act == "withdraw" else _object(twins, on))

    box = _Dawdling("recipient")
    settled, _ = await _sent_while(twins, box, take_back)
    assert (settled.result, settled.reason) == ("refused", reason)
    assert (box.envelopes, box.took) == ([], None)
    assert (await the_touch(twins)).state == "deferred"


async def test_a_text_that_was_given_before_cannot_be_recalled(world: AsyncEngine) -> None:
    """The server had the whole text when it was taken back: that touch is the last one, and no later than the limit, by the machine's own clock."""
    box = _Dawdling("text")
    settled, taken_back = await _sent_while(world, box, lambda: _act(world, a_withdrawal()))
    assert settled.result == "sent"
    assert box.took is not None
    assert box.took - taken_back <= AT_MOST
    assert (await a_ledger(world).reserve(a_touch_order(passage=2, move=2), now=NOW)).blocked is not None


@pytest_asyncio.fixture
async def remembered(world: AsyncEngine) -> AsyncEngine:
    """Astrid, who has a number in the register and a mobile, has objected."""
    await add(world, tables.ExternalId(source="npi", value="1234567893", person_id=ASTRID))
    async with transaction(world) as session:
        (await session.get_one(tables.Person, ASTRID)).mobile = "+46701740605"
    assert await _object(world) == NOW
    return world


@pytest.mark.parametrize(
    ("person", "external_id", "known"),
    [
        ({"email": "Astrid@Clinic.example"}, None, True),
        ({"email": None, "mobile": "+46701740605"}, None, True),
        ({"email": "new@clinic.example"}, ("npi", "1234567893"), True),
        ({"email": "new@clinic.example"}, ("crm", "1234567893"), False),
        ({"email": "new@clinic.example", "mobile": "+46701740606"}, ("npi", "1234567810"), False),
    ],
    ids=["the address", "the mobile", "the register's number", "that number elsewhere", "somebody else"],
)
async def test_a_record_that_is_made_anew_is_an_objectors(
    remembered: AsyncEngine, person: dict[str, Any], external_id: tuple[str, str] | None, *, known: bool
) -> None:
    """Whatever became of the old record, and by whatever way the new one comes in: no path has to think of it."""
    async with remembered.begin() as connection:
        await connection.exec_driver_sql("UPDATE external_id SET value = 'gone'")
        await connection.exec_driver_sql(f"UPDATE person SET email = NULL, mobile = NULL WHERE id = '{ASTRID}'")  # noqa: S608 - a name of this suite
    await add(remembered, a_person(**{"id": "person-new", **person}))
    if external_id is not None:
        await add(remembered, tables.ExternalId(source=external_id[0], value=external_id[1], person_id="person-new"))
    assert await _objected(remembered, "person-new") is known


async def test_the_stop_list_names_nobody(remembered: AsyncEngine) -> None:
    """It holds hashes alone, and they depend on a key that only this database has."""
    listed = await every(remembered, tables.Suppression)
    assert len(listed) == 3
    assert all(len(entry.hash) == 64 and entry.at == NOW for entry in listed)
    async with remembered.begin() as connection:
        before = (await connection.exec_driver_sql("SELECT suppression_hash('email', 'a@b.example')")).scalar_one()
        await connection.exec_driver_sql("UPDATE suppression_key SET key = 'another'")
        assert (await connection.exec_driver_sql("SELECT suppression_hash('email', 'a@b.example')")).scalar_one() != before


async def test_an_objection_reaches_the_other_records_of_the_address(twins: AsyncEngine) -> None:
    """Both are told, each has it on record and in the audit; whose act it was stays told apart."""
    await _object(twins)
    assert await _told(twins) == {(ENROLMENT, "objected"), ("enr-twin", "objected")}
    assert {row.person_id: row.method for row in await every(twins, tables.Objection)} == {ASTRID: "letter", TWIN: "remembered"}
    recorded = {row.subject: row.details for row in await every(twins, tables.AuditEntry) if row.action == "objection.recorded"}
    assert recorded == {f"person:{ASTRID}": {}, f"person:{TWIN}": {"objected_as": ASTRID}}
    assert await _object(twins) == NOW
    assert await _object(twins, TWIN) == NOW


async def test_a_number_that_turns_out_to_be_an_objectors_stops_its_new_record(remembered: AsyncEngine) -> None:
    """A mobile that is put on record later is compared too, and the runs are told; a new address of an objector goes on the list."""
    await add(remembered, an_enrolment(id="enr-bo", person_id=BO))
    people = StoredPeople(remembered)
    await people.set_mobile(REP, BO, "+46701740605", now=NOW)
    assert await _objected(remembered, BO)
    assert ("enr-bo", "objected") in await _told(remembered)
    await people.set_mobile(REP, ASTRID, "+46700000000", now=NOW)
    await add(remembered, a_person(id="person-new", email=None, mobile="+46700000000"))
    assert await _objected(remembered, "person-new")


async def test_nobody_profiles_who_objected(remembered: AsyncEngine) -> None:
    """No journey that enters by itself considers them for promotion, none proposes a stage or gives a tag, and a search by persona does not find them."""
    automatic = a_journey(journey="by-itself", entry={"when": {"fact": "persona", "is": "pioneer"}, "automatic": True})
    await add(remembered, a_version(automatic), tables.Stimulus(journey="by-itself", version=1, kind="automatic"))
    async with transaction(remembered) as session:
        enrolment = await session.get_one(tables.Enrolment, ENROLMENT)
        await perform(session, enrolment, Learn(key=f"{ENROLMENT}.learn.1", add_tags=("hf",), propose_stage="user", channel_preference="phone"), at=NOW)
    async with transaction(remembered) as session:
        assert (await session.get_one(tables.Person, ASTRID)).channel_preference == "phone"
        assert (await session.exec(select(tables.Enrolment).where(tables.Enrolment.journey == "by-itself"))).all() == []
    assert await every(remembered, tables.Proposal) == await every(remembered, tables.PersonTag) == []
