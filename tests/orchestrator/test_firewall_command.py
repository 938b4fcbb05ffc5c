"""`dirigent firewall report`: the crossings of the wall as a table."""

import asyncio
import csv

from orchestrator.store.desk.people import StoredPeople
from orchestrator.store.engine import make_engine
from tests.builders import NOW
from tests.database import Dirigent
from tests.orchestrator.store.desk.filling import ASTRID, COMPLIANCE, MSL, REP, the_world

WHO = ("firewall", "report", "--as", COMPLIANCE.id)


def _two_crossings(database: str) -> None:
    async def work() -> None:
        engine = make_engine(database)
        await the_world(engine)
        for who in (MSL, COMPLIANCE):
            await StoredPeople(engine).medical(who, ASTRID, now=NOW)
        await engine.dispose()

    asyncio.run(work())


def test_the_report_is_a_table_of_crossings(database: str, dirigent: Dirigent) -> None:
    """One line for each, of the person, user and period that are asked for; it is made for compliance alone."""
    _two_crossings(database)
    asked = dirigent(*WHO, "--user", MSL.id, "--person", ASTRID, "--since", f"{NOW:%Y-%m-%d}").out
    head, *lines = list(csv.reader(asked.splitlines()))
    assert head == ["at", "by", "role", "crossing", "subject", "person", "why"]
    assert lines == [[NOW.isoformat(), MSL.id, "msl", "medical_profile.read", f"person:{ASTRID}", ASTRID, "medical_work"]]
    assert len(dirigent(*WHO).out.splitlines()) == 3
    assert len(dirigent(*WHO, "--until", f"{NOW:%Y-%m-%d}").out.splitlines()) == 1
    refused = dirigent("firewall", "report", "--as", REP.id)
    assert (refused.code, "compliance" in refused.err) == (1, True)
