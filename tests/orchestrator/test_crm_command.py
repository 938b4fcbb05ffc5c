"""`dirigent crm`: what stands how, trying again, and who is who."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from orchestrator.store import tables
from orchestrator.store.engine import make_engine
from tests.builders import NOW
from tests.database import Dirigent
from tests.orchestrator.store.desk.filling import ASTRID, add, every, the_world

CRM = {"kind": "veeva", "url": "https://crm.example", "token": "hush", "products": {"cardiolex": "V5J1"}}

A_CALL: dict[str, Any] = {"id": "call-1", "source": "crm", "source_id": "1", "status": "submitted", "standing": "unknown_person", "product": "cardiolex"}
A_CALL |= {"channel": "remote", "named": {"source": "crm", "value": "V4T1", "rep": "V0D1"}, "hints": []}
A_CALL |= dict.fromkeys(("revised_at", "at", "arrived_at", "judged_at"), NOW)


@pytest.fixture
def house(database: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """One record is refused, one waits for a crosswalk."""
    monkeypatch.setenv("DIRIGENT_CRM", json.dumps(CRM))

    async def fill() -> None:
        engine = make_engine(database)
        await the_world(engine)
        told: dict[str, Any] = {"crm": "crm", "kind": "call", "person_id": ASTRID, "since": NOW, "try_after": NOW + timedelta(days=9000)}
        await add(
            engine,
            tables.CrmRecord(key="one", state="refused", trouble="invalid_data", **told),
            tables.CrmRecord(key="two", state="waiting", trouble="unknown_account", **told),
            tables.ExternalId(source="npi", value="1003000126", person_id=ASTRID),
            tables.CallReport(**A_CALL),
            tables.CrmCursor(crm="crm", list="call", at=NOW, moved_at=NOW),
        )
        await engine.dispose()

    asyncio.run(fill())
    return database


def records(database: str) -> dict[str, tables.CrmRecord]:
    async def read() -> dict[str, tables.CrmRecord]:
        engine = make_engine(database)
        found = {row.key: row for row in await every(engine, tables.CrmRecord)}
        await engine.dispose()
        return found

    return asyncio.run(read())


def test_the_status_is_told_and_what_was_refused_is_tried_again(house: str, dirigent: Dirigent) -> None:
    """By an administrator, with a reason."""
    status = dirigent("crm", "status").out
    assert "crm  call refused  1  invalid_data  since" in status
    assert "crm  call waiting  1  unknown_account" in status
    assert "crm  call read up to" in status
    assert dirigent("crm", "retry", "--as", "user-rep", "--reason", "stuck").code == 1
    assert dirigent("crm", "retry", "--as", "user-admin", "--reason", "stuck", "--trouble", "invalid_data").out == "1 records are tried again.\n"
    assert (records(house)["one"].state, records(house)["two"].try_after > NOW + timedelta(days=8000)) == ("waiting", True)


def test_a_crosswalk_is_learnt_and_what_waited_for_it_is_due(house: str, dirigent: Dirigent, tmp_path: Path) -> None:
    """People by our id or another's, users by ours; rows that name nobody are told by number, and the call that waited for both is judged again."""
    file = tmp_path / "ids.csv"
    file.write_text("what,ours,theirs\naccount,npi:1003000126,V4T1\nuser,user-rep,V0D1\naccount,nobody,V4T2\n", encoding="utf-8")
    learnt = dirigent("crm", "crosswalk", str(file), "--as", "user-admin")
    assert (learnt.code, learnt.out.splitlines()[-1]) == (1, "2 ids learnt; judged again: 1 call recorded.")
    assert "3" in learnt.err
    assert records(house)["two"].try_after < NOW + timedelta(days=8000)
    file.write_text("what,ours,theirs\nperson,a,b\n", encoding="utf-8")
    assert dirigent("crm", "crosswalk", str(file), "--as", "user-admin").code == 1


def test_without_a_crm_there_is_nobody_to_know(dirigent: Dirigent, tmp_path: Path) -> None:
    """The status says that no worker has looked, and no crosswalk is learnt."""
    (tmp_path / "ids.csv").write_text("what,ours,theirs\n", encoding="utf-8")
    assert dirigent("crm", "status").out == "No worker has looked at a CRM yet.\n"
    assert "DIRIGENT_CRM" in dirigent("crm", "crosswalk", str(tmp_path / "ids.csv"), "--as", "user-admin").err
