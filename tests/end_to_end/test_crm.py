"""A CRM beside the whole house: what a rep logs there completes the visit here, and what a rep does here stands there."""

from datetime import UTC, datetime, timedelta

from journeys.calls import CallWords
from orchestrator.channels.conversation import new_client
from orchestrator.clock import JourneyClock
from orchestrator.crm.exchange import Exchange
from orchestrator.crm.making import make_crm
from orchestrator.crm.records import Kind, external_id
from orchestrator.store import tables
from orchestrator.store.crm.arrivals import StoredArrivals
from orchestrator.store.engine import transaction
from tests.builders import a_journey, a_visit, an_exit
from tests.end_to_end.conftest import Opening
from tests.orchestrator.crm.vendors import Vault, opened
from tests.orchestrator.store.desk.filling import a_version


async def test_a_call_there_is_a_visit_here_and_a_visit_here_is_a_call_there(open_house: Opening) -> None:
    """Two visits of one run: the first is logged in the CRM and moves the run on; the second is completed here and becomes a call of the CRM. The first is
    never written back."""
    steps = {"first-visit": a_visit(next="second-visit"), "second-visit": a_visit(next="done"), "done": an_exit()}
    async with opened(Vault()) as vault, open_house() as house, new_client() as client:
        assert isinstance(vault, Vault)
        anna = house.desk("rep-anna")
        person = await anna.person("Tallmark")
        async with transaction(house.engine) as session:
            session.add(a_version(a_journey(journey="called", start="first-visit", steps=steps), effective_from=datetime.now(UTC)))
            session.add(tables.ExternalId(source="crm", value="V4T1", person_id=person))
            session.add(tables.UserExternalId(source="crm", value="V0D1", user_id="rep-anna"))
        exchange = Exchange(
            house.engine,
            "crm",
            make_crm(vault.account(), client),
            StoredArrivals(house.engine, "crm", CallWords()),
            JourneyClock.of(house.settings),
            since=datetime.now(UTC) - timedelta(hours=1),
            real=lambda: datetime.now(UTC) + timedelta(minutes=2),
        )
        run = await anna.enrol(person, "called")
        first = await anna.task(run, "first-visit")
        await exchange.look()
        assert ("suggestion__v", external_id(Kind.SUGGESTION, first)) in vault.rows
        vault.call(1, datetime.now(UTC))
        await exchange.look()
        second = await anna.task(run, "second-visit")
        assert (await anna.get(f"/tasks/{first}"))["status"] == "done"
        await anna.complete(second, "interested", "face_to_face")
        await anna.standing(run, "ended")
        await exchange.look()
        await exchange.look()
        calls = {external: row for (kind, external), row in vault.rows.items() if kind == "call2__v"}
        assert set(calls) == {external_id(Kind.CALL, second)}
        assert calls[external_id(Kind.CALL, second)]["outcome__c"] == "interested"
        assert {row["marked_as_complete__v"] for (kind, _), row in vault.rows.items() if kind == "suggestion__v"} == {1}
        records = await house.desk("comp-ines").all("/crm/records", state="written")
        assert {(row["kind"], row["key"]) for row in records} >= {("call", second), ("suggestion", first)}
