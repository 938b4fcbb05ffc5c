"""The seals over the audit, on a real PostgreSQL: whoever owns the database may take the trigger away, and the chain tells of it."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from orchestrator.store import audit, seals, tables
from orchestrator.store.engine import transaction
from orchestrator.store.seals import AuditSeals, Broken, Verified
from tests.builders import NOW
from tests.database import owning
from tests.orchestrator.store.desk.filling import every


async def _write(world: AsyncEngine, *subjects: str) -> list[int]:
    """Lines of the audit, by their ids."""
    async with transaction(world) as session:
        for number, subject in enumerate(subjects):
            await audit.record(session, by="user-rep", role="rep", action="test.done", subject=subject, details={"n": [number, None, 0.5]}, now=NOW)
    return [line.id for line in await every(world, tables.AuditEntry) if line.subject in subjects]


async def _owner(world: AsyncEngine, *statements: str) -> None:
    """What only the owner of the database can do: without its triggers, nobody is refused."""
    async with owning(world) as session:
        await (await session.connection()).execute(text("SET LOCAL session_replication_role = replica"))
        for statement in statements:
            await (await session.connection()).execute(text(statement))


async def _verified(world: AsyncEngine, head: str | None = None) -> Verified:
    return await AuditSeals(world).verify(head=head)


async def test_what_is_sealed_is_verified(world: AsyncEngine) -> None:
    """Link by link, each line once; a second look with nothing new seals nothing, and the head of before stays one of the chain's."""
    await _write(world, "a:1", "a:2")
    assert await AuditSeals(world).seal() >= 2
    first = await _verified(world)
    assert (first.broken, first.waiting, first.links) == ([], 0, 1)
    assert await AuditSeals(world).seal() == 0
    await _write(world, "a:3")
    assert (await _verified(world)).waiting == 1
    assert await AuditSeals(world).seal() == 1
    then = await _verified(world, first.head)
    assert (then.broken, then.links, then.lines) == ([], 2, first.lines + 1)
    assert then.head != first.head


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("UPDATE audit SET reason = 'another' WHERE id = {}", "changed"),
        ("UPDATE audit SET at = at - interval '1 microsecond' WHERE id = {}", "changed"),
        ("UPDATE audit SET details = '{{\"n\": [0, null, 0.25]}}' WHERE id = {}", "changed"),
        ("DELETE FROM audit WHERE id = {}", "missing"),
    ],
)
async def test_a_line_that_was_changed_or_taken_away_is_named(world: AsyncEngine, statement: str, what: str) -> None:
    """By its id, and no other."""
    line, _ = await _write(world, "a:1", "a:2")
    await AuditSeals(world).seal()
    await _owner(world, statement.format(line))
    assert (await _verified(world)).broken == [Broken(what, str(line))]


async def test_who_changes_the_line_and_its_digest_breaks_the_chain(world: AsyncEngine) -> None:
    """The link is over the digest, and the next link over that link."""
    await _write(world, "a:1")
    await AuditSeals(world).seal()
    await _write(world, "a:2")
    await AuditSeals(world).seal()
    await _owner(world, "UPDATE sealed_line SET digest = 'x' WHERE seal = 1", "UPDATE audit_seal SET digest = 'y' WHERE number = 1")
    assert {each.which for each in (await _verified(world)).broken if each.what == "broken"} == {"1", "2"}


async def test_an_end_that_was_cut_off_is_noticed_by_a_head_that_was_kept(world: AsyncEngine) -> None:
    """The rest of the chain fits by itself: only what was kept elsewhere shows that there was more."""
    await _write(world, "a:1")
    await AuditSeals(world).seal()
    await _write(world, "a:2")
    await AuditSeals(world).seal()
    head = (await _verified(world)).head
    gone = "DELETE FROM audit USING sealed_line WHERE audit_id = id AND seal = 2"
    await _owner(world, gone, "DELETE FROM sealed_line WHERE seal = 2", "DELETE FROM audit_seal WHERE number = 2")
    assert (await _verified(world)).broken == []
    assert (await _verified(world, head)).broken == [Broken("unknown", head)]


async def test_several_workers_seal_each_line_once(world: AsyncEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Link by link of a few lines, whoever is first."""
    monkeypatch.setattr(seals, "PAGE", 3)
    await _write(world, *(f"a:{number}" for number in range(10)))
    before = len(await every(world, tables.AuditEntry))
    assert sum(await asyncio.gather(*(AuditSeals(world).seal() for _ in range(4)))) == before
    found = await _verified(world)
    assert (found.broken, found.lines, found.waiting) == ([], before, 0)


async def test_a_line_whose_transaction_ended_late_is_sealed_by_a_later_link(world: AsyncEngine) -> None:
    """Its id is lower than those that were sealed before; only below what is long settled nothing is looked for any more."""
    async with transaction(world) as slow:
        await audit.record(slow, by="user-rep", role="rep", action="test.done", subject="a:slow", now=NOW)
        await _write(world, "a:quick")
        await AuditSeals(world).seal()
    assert await AuditSeals(world).seal() == 1
    found = await _verified(world)
    assert (found.broken, found.waiting, found.links) == ([], 0, 2)
    await _owner(world, "UPDATE audit_seal SET at = at - interval '2 hours'")
    await _write(world, "a:next")
    assert await AuditSeals(world).seal() == 1


@pytest.mark.parametrize("statement", ["UPDATE audit_seal SET lines = 0", "DELETE FROM sealed_line", "TRUNCATE sealed_line"])
async def test_seals_are_append_only(world: AsyncEngine, statement: str) -> None:
    """As the audit itself is."""
    await _write(world, "a:1")
    await AuditSeals(world).seal()
    with pytest.raises(DBAPIError, match="append-only"):
        async with owning(world) as session:
            await (await session.connection()).execute(text(statement))
