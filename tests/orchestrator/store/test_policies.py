"""A market's rules that change while journeys run: what they held is put before the gate again at once, at a pace, and nothing else is touched."""

from datetime import timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from journeys.events import Retry
from journeys.reasons import Reason
from orchestrator.store import tables
from orchestrator.store.engine import transaction
from orchestrator.store.library import publish_market
from orchestrator.store.policies import RULES_CHANGED, set_policy
from tests.builders import NOW, a_market
from tests.orchestrator.store.desk.filling import add, every
from tests.orchestrator.store.operating import FakeHands, a_standing, carried_out, several_runs
from tests.orchestrator.store.sending import change

LATER = NOW + timedelta(hours=1)
HELD: dict[str, Any] = {"line": "held", "step": "mail", "doing": "held"}


async def _changed(engine: AsyncEngine, market: str = "SE", **rules: Any) -> str | None:
    async with transaction(engine) as session:
        return await set_policy(session, a_market(market, **rules), by="user-compliance", remark="remark-1", now=LATER)


async def test_what_the_rules_held_is_put_before_the_gate_again(engine: AsyncEngine) -> None:
    """Every held touch of the market once, whatever rule held it, in the name of whoever changed the rules."""
    runs = await several_runs(engine, 4)
    reasons = (Reason.WEEKLY_CAP, Reason.QUIET_HOURS, Reason.NO_CONSENT, Reason.OTHERS_FIRST)
    await add(engine, *(a_standing(run, reason=reason, **HELD) for run, reason in zip(runs, reasons, strict=True)))
    operation = await _changed(engine, weekly_cap=9)
    assert operation is not None
    hands = FakeHands()
    await carried_out(engine, hands, operation)
    assert [run for run, _ in hands.commands] == runs
    for run, command in hands.commands:
        assert isinstance(command, Retry)
        assert (command.passage, command.reason, command.by, command.remark) == (f"{run}.mail.1", RULES_CHANGED, "user-compliance", "remark-1")
    assert [(row.kind, row.subject) for row in await every(engine, tables.Operation)] == [("retry", "market:SE")]


async def test_what_no_rule_of_this_market_held_is_left_alone(engine: AsyncEngine) -> None:
    """What is paused, what a channel or another system holds, what waits for something else, what has ended, and what is of another market."""
    runs = await several_runs(engine, 5)
    for run, reason in zip(runs, (Reason.PAUSED, Reason.CHANNEL_DOWN, Reason.UNANSWERED, Reason.WEEKLY_CAP, Reason.WEEKLY_CAP), strict=True):
        await add(engine, a_standing(run, reason=reason, **HELD))
    await change(engine, "UPDATE enrolment SET status = 'ended' WHERE id = 'run3'")
    await change(engine, "UPDATE enrolment SET market = 'UK' WHERE id = 'run4'")
    await change(engine, "UPDATE person SET market = 'UK' WHERE id = 'person-4'")
    assert await _changed(engine, weekly_cap=9) is None
    assert await every(engine, tables.Operation) == []
    assert await _changed(engine, "UK", weekly_cap=9) is not None


async def test_the_release_before_finds_a_cap_in_what_is_kept(engine: AsyncEngine) -> None:
    """It knows one cap over all touches; with several, the first that is about all of them."""
    await several_runs(engine, 1)
    await _changed(engine, caps=[{"at_most": 1, "per": "day", "channel": "email"}, {"at_most": 4, "per": "month"}])
    (row,) = await every(engine, tables.Market)
    assert (row.body["weekly_cap"], row.body["cap_period"]) == (4, "30 days")


async def test_an_import_acts_on_running_journeys_where_it_changes_something(engine: AsyncEngine) -> None:
    """The same file again puts nothing before the gate."""
    (run, *_) = await several_runs(engine, 2)
    await add(engine, a_standing(run, reason=Reason.WEEKLY_CAP, **HELD))
    for at_most, operations in ((2, 0), (5, 1), (5, 1)):
        async with transaction(engine) as session:
            await publish_market(session, a_market(weekly_cap=at_most), by="mkt-lena", now=LATER)
        assert len(await every(engine, tables.Operation)) == operations


async def test_a_letter_that_the_rules_hold_is_looked_at_again_too(engine: AsyncEngine) -> None:
    """One outside a journey, of this market; not one that a pause or its channel holds, nor one that is over."""
    await several_runs(engine, 1)
    told: dict[str, Any] = {"person_id": "person-0", "channel": "email", "purpose": "transactional", "product": "cardiolex", "content_id": "c"}
    rows = (("a", "SE", "held", "cap"), ("b", "UK", "held", "cap"), ("c", "SE", "held", "paused"), ("d", "SE", "sent", None))
    letters = [
        tables.Dispatch(id=name, market=market, state=state, reason=reason, content_version=1, created_at=NOW, **told) for name, market, state, reason in rows
    ]
    await add(engine, *letters)
    assert await _changed(engine, weekly_cap=9) is None
    assert [(row.kind, row.enrolment_id) for row in await every(engine, tables.Outbox)] == [("dispatch", "a")]
