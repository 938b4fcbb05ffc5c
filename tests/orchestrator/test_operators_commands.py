"""What an operator types: the same acts as in the API, by a user who is named, with a count before and a message where it is not done."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import SQLModel

from orchestrator.commands.operations import LATEST
from orchestrator.operating import PAGE
from orchestrator.store import tables
from orchestrator.store.engine import make_engine, transaction
from orchestrator.store.hearing import digest_of
from tests.builders import NOW
from tests.database import Dirigent
from tests.orchestrator.store.desk.filling import a_touch, every
from tests.orchestrator.store.operating import a_standing, several_runs

JOURNEY = "heart-failure-pioneer"
WHO = ("--as", "user-marketing", "--remark", "As agreed.", "--safety", "none")


@pytest.fixture
def house(database: str) -> str:
    """Seven runs of one journey, one of them with a held letter, and one alarm."""
    letter = a_standing("run0", line="side", step="mail", doing="held", reason="no_consent")
    fill(database, letter, tables.AlarmRow(enrolment_id="run1", kind="overslept", since=NOW, seen_at=NOW))
    return database


def fill(database: str, *more: SQLModel) -> None:
    async def work() -> None:
        engine = make_engine(database)
        await several_runs(engine)
        async with transaction(engine) as session:
            session.add_all(more)
        await engine.dispose()

    asyncio.run(work())


def fill_more(database: str, *more: SQLModel) -> None:
    async def work() -> None:
        engine = make_engine(database)
        async with transaction(engine) as session:
            session.add_all(more)
        await engine.dispose()

    asyncio.run(work())


def rows(database: str, table: type[Any]) -> list[Any]:
    async def read() -> list[Any]:
        engine: AsyncEngine = make_engine(database)
        found = await every(engine, table)
        await engine.dispose()
        return found

    return asyncio.run(read())


def test_a_pause_is_counted_made_listed_and_lifted(house: str, dirigent: Dirigent) -> None:
    """From the count to the end, with ids that the next command takes."""
    assert dirigent("halts", "count", "market", "SE").out == "7 runs under way, 0 waiting for their turn\n"
    made = dirigent("halts", "pause", "market", "SE", *WHO, "--yes")
    assert (made.code, "7 runs" in made.out) == (0, True)
    (halt,) = rows(house, tables.Halt)
    assert halt.id in dirigent("halts", "list").out
    lifted = dirigent("halts", "lift", halt.id, *WHO, "--catch-up", "drop")
    assert (lifted.code, dirigent("halts", "list").out) == (0, "")
    assert "lifted before" in dirigent("halts", "lift", halt.id, *WHO).out
    assert "There is no halt" in dirigent("halts", "lift", "nothing", *WHO).err


def test_a_migration_is_previewed_begun_held_and_reported(house: str, dirigent: Dirigent) -> None:
    """Who would stay is told before; the operation is steered by its id."""
    seen = dirigent("migrations", "preview", JOURNEY, "1", "2")
    assert "stays on its version: step_gone" in seen.out
    assert "-> call, anew" in dirigent("migrations", "preview", JOURNEY, "1", "2", "--map", "pause=call").out
    assert "no step 'nowhere'" in dirigent("migrations", "preview", JOURNEY, "1", "2", "--map", "pause=nowhere").err
    assert "no step 'nowhere'" in dirigent("migrations", "preview", JOURNEY, "1", "2", "--map", "nowhere=call").err
    assert "has no version 9" in dirigent("migrations", "preview", JOURNEY, "1", "9").err
    begun = dirigent("migrations", "begin", JOURNEY, "1", "2", *WHO, "--map", "pause=call")
    (operation,) = rows(house, tables.Operation)
    assert (begun.out, operation.kind) == (f"operation {operation.id}: 7 runs\n", "migrate")
    assert "held" in dirigent("operations", "hold", operation.id, *WHO).out
    assert "running" in dirigent("operations", "go-on", operation.id, *WHO).out
    assert "7 left_out" in dirigent("operations", "stop", operation.id, *WHO).out
    assert dirigent("operations", "go-on", operation.id, *WHO).code == 1
    assert len(dirigent("operations", "report", operation.id).out.splitlines()) == 7
    assert "There is no operation" in dirigent("operations", "report", "nothing").err


def test_troubles_are_listed_and_repaired(house: str, dirigent: Dirigent) -> None:
    """By what holds them; an act that does not exist is refused in words, and nothing is done without a reason."""
    assert "run0.mail.1  held  no_consent" in dirigent("repairs", "list", "--kind", "held", "--held-because", "no_consent").out
    assert dirigent("repairs", "list", "--held-because", "channel_down").out == ""
    assert ": 1 runs" in dirigent("repairs", "repair", "retry", JOURNEY, *WHO, "--reason", "data_problem", "--held-because", "no_consent").out
    assert dirigent("repairs", "repair", "mend", JOURNEY, *WHO, "--reason", "stuck").code == 1
    assert dirigent("repairs", "repair", "retry", JOURNEY, *WHO).code == 2
    assert dirigent("repairs", "list", "--kind", "odd").code == 1
    (operation,) = rows(house, tables.Operation)
    (audited,) = [row for row in rows(house, tables.AuditEntry) if row.action == "run.retry"]
    assert (operation.reason, audited.reason, audited.details["held_because"]) == ("data_problem", "data_problem", "no_consent")
    assert [row.words for row in rows(house, tables.Remark)] == ["As agreed."]


def test_troubles_are_told_by_their_age(database: str, dirigent: Dirigent) -> None:
    """The clock is the journeys' own; a length of time that is none is refused in words."""
    now = datetime.now(UTC)
    fill(database, *(a_standing(f"run{days}", line="side", step="mail", doing="held", since=now - timedelta(days=days)) for days in (1, 3, 5)))
    assert [line.split(".")[0] for line in dirigent("repairs", "list", "--kind", "held", "--older-than", "2 days").out.splitlines()] == ["run5", "run3"]
    assert ": 1 runs" in dirigent("repairs", "repair", "go_on", JOURNEY, *WHO, "--reason", "stuck", "--older-than", "4 days").out
    assert '"5 days"' in dirigent("repairs", "list", "--older-than", "a while").err


def test_lists_show_everything(database: str, dirigent: Dirigent) -> None:
    """Also what lies beyond the first page."""
    many = [a_standing("run0", line=f"side{number}", step=f"mail{number}", doing="held") for number in range(PAGE + 1)]
    pauses = [
        tables.Halt(id=f"h{number}", kind="pause", scope="hcp", value="x", reason="other", by="user-admin", at=NOW, concerned=0) for number in range(PAGE + 1)
    ]
    fill(database, *many, *pauses)
    assert len(dirigent("repairs", "list", "--kind", "held").out.splitlines()) == PAGE + 1
    assert len(dirigent("halts", "list").out.splitlines()) == PAGE + 1


def test_the_list_of_operations_says_that_there_are_earlier_ones(database: str, dirigent: Dirigent) -> None:
    """It shows the latest; every one is there for the asking."""
    told: dict[str, Any] = {"kind": "retry", "subject": "s", "orders": {}, "reason": "stuck", "by": "user-admin", "per_second": 1, "created_at": NOW}
    fill(database, *(tables.Operation(id=f"op{number}", **told) for number in range(LATEST + 1)))
    shown = dirigent("operations", "list")
    assert (len(shown.out.splitlines()), "--all" in shown.err) == (LATEST, True)
    assert len(dirigent("operations", "list", "--all").out.splitlines()) == LATEST + 1


def test_alarms_are_listed_and_end_with_1(house: str, dirigent: Dirigent) -> None:
    """So that a scheduled job can call it."""
    seen = dirigent("monitor", "--no-look")
    assert (seen.code, "run1  overslept" in seen.out, "1 alarms" in seen.out) == (1, True, True)


def test_who_may_not_does_not(house: str, dirigent: Dirigent) -> None:
    """A rep pauses nothing from the command line either, and nobody does so with an odd scope."""
    refused = dirigent("halts", "pause", "market", "SE", "--as", "user-rep", "--remark", "No.", "--safety", "none", "--yes")
    assert (refused.code, "roles" in refused.err) == (1, True)
    assert rows(house, tables.Halt) == []
    assert dirigent("halts", "pause", "version", "no-number", *WHO, "--yes").code == 1


def test_why_tells_the_past_and_now(house: str, dirigent: Dirigent) -> None:
    """Check by check with what each saw and its source; a step is judged as if it were sent now; what cannot be told is said."""
    checks = [
        {"rule": "consent", "verdict": "allowed", "saw": "given on 2027-01-01 for email in SE", "source": "Opt-in."},
        {"rule": "cap", "verdict": "deferred", "reason": "weekly_cap", "until": "2027-03-08T09:00:00Z", "told": "the cap is reached", "saw": "2 of 2"},
    ]
    judged: dict[str, Any] = {
        "verdict": "deferred",
        "reason": "weekly_cap",
        "asked": {"channel": "email", "content": "hf-dialogue@2", "purpose": "promotional", "market": "SE"},
    }

    async def work() -> None:
        engine = make_engine(house)
        async with transaction(engine) as session:
            told: dict[str, Any] = {"enrolment_id": "run0", "person_id": "person-0", "checks": checks, "at": NOW}
            session.add(tables.Judgement(id="j1", touch_key="run0.mail.1", **judged, **told))
        await engine.dispose()

    asyncio.run(work())
    past = dirigent("why", "person-0", "--journey", JOURNEY, "--step", "mail").out
    assert "run0.mail.1): Held because the cap of touches" in past
    assert "promotional hf-dialogue@2 by email in SE" in past
    assert "  consent: given on 2027-01-01 for email in SE -> allowed\n    Opt-in.\n" in past
    assert "  cap: 2 of 2 -> deferred until 2027-03-08 09:00 because the cap is reached" in past
    assert dirigent("why", "person-1").out == "The gate was never asked for such a touch.\n"
    assert "sends nothing at visit" in dirigent("why", "person-0", "--journey", JOURNEY, "--step", "visit", "--now").err
    assert "There is no person nobody" in dirigent("why", "nobody").err
    assert "name --journey and --step" in dirigent("why", "person-0", "--now").err


def test_what_could_not_be_placed_is_looked_at_again(house: str, dirigent: Dirigent) -> None:
    """Of the kinds that are named, by an administrator, with a reason that is kept."""
    told: dict[str, Any] = {"id": "call-1", "source": "crm", "source_id": "1", "status": "submitted", "standing": "unknown_person", "product": "cardiolex"}
    told |= {"channel": "remote", "named": {"source": "crm", "value": "V4T1", "rep": "V0D1"}, "hints": []}
    told |= dict.fromkeys(("revised_at", "at", "arrived_at", "judged_at"), NOW)
    fill_more(house, tables.CallReport(**told))
    why = ("--remark", "The crosswalk is there.", "--safety", "none")
    assert dirigent("facts", "judge-again", "calls", "replies", "--as", "user-marketing", *why).code == 1
    assert dirigent("facts", "judge-again", "calls", "replies", "--as", "user-admin", *why).out == "calls: 1 unknown_person\nreplies: none\n"
    fill_more(house, tables.ExternalId(source="crm", value="V4T1", person_id="person-bo"))
    again = dirigent("facts", "judge-again", "--as", "user-admin", *why).out.splitlines()
    assert [line for line in again if line[:1] in "cefr"] == ["facts: none", "events: none", "calls: 1 recorded", "replies: none"]


def test_a_closed_address_is_opened_again(house: str, dirigent: Dirigent) -> None:
    """By whoever keeps addresses, with a reason; again, nothing is done."""
    closed = tables.Undeliverable(address=digest_of("astrid@clinic.example", "email"), touch_key="touch-1", at=NOW)
    fill_more(house, a_touch(key="touch-1", enrolment_id=None))
    fill_more(house, closed)
    how = ("people", "reopen", "person-astrid", "--remark", "She says that it arrives.", "--safety", "none")
    assert dirigent(*how, "--as", "user-marketing").code == 1
    assert dirigent(*how, "--as", "user-rep").out == "The address of email is open again.\n"
    assert dirigent(*how, "--as", "user-rep").out == "The address of email is not closed: nothing was done.\n"
    assert [row.reopened_at is not None for row in rows(house, tables.Undeliverable)] == [True]
