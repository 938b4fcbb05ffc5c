"""`dirigent audit verify`: the chain over the audit, reckoned again."""

import asyncio

from sqlalchemy import text

from orchestrator.store.engine import make_engine
from orchestrator.store.seals import AuditSeals
from tests.database import Dirigent, owning
from tests.orchestrator.store.desk.filling import ADMIN, COMPLIANCE, REP, the_world

WHO = ("audit", "verify", "--as", COMPLIANCE.id)


def _world(database: str, *statements: str, fill: bool = False) -> None:
    async def work() -> None:
        engine = make_engine(database)
        if fill:
            await the_world(engine)
        async with owning(engine) as session:
            for statement in ("SET LOCAL session_replication_role = replica", *statements):
                await (await session.connection()).execute(text(statement))
        await AuditSeals(engine).seal()
        await engine.dispose()

    asyncio.run(work())


def test_the_chain_is_reckoned_again(database: str, dirigent: Dirigent) -> None:
    """It tells what it reckoned and the head, which can be given again; whoever asked stands in the audit. Not for a rep."""
    _world(database, "INSERT INTO audit (by, role, action, subject, details, at) VALUES ('a', 'rep', 'x.done', 'x:1', '{}', now())", fill=True)
    first = dirigent(*WHO)
    assert first.code == 0
    lines, head = first.out.splitlines()[-2:]
    assert lines.endswith("0 not sealed yet, 0 broken")
    _world(database)
    again = dirigent("audit", "verify", "--as", ADMIN.id, "--head", head.removeprefix("head "))
    assert (again.code, " in 2 links" in again.out) == (0, True)
    refused = dirigent("audit", "verify", "--as", REP.id)
    assert (refused.code, "compliance" in refused.err) == (1, True)


def test_what_is_broken_is_named(database: str, dirigent: Dirigent) -> None:
    """With an exit code of 1, so that a nightly job can tell."""
    _world(database, "INSERT INTO audit (id, by, role, action, subject, details, at) VALUES (77, 'a', 'rep', 'x.done', 'x:1', '{}', now())", fill=True)
    _world(database, "UPDATE audit SET by = 'b' WHERE id = 77")
    found = dirigent(*WHO, "--head", "f" * 64)
    assert found.code == 1
    assert {"changed: 77", f"unknown: {'f' * 64}"} <= set(found.out.splitlines())
