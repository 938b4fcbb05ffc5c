"""What providers tell, on a real PostgreSQL: stored once, found its touch, told to the run, and visible where nobody could place it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from api.codes import Code
from api.paging import Slice
from api.ports import Brought, NotLetIn
from api.rows import FactInRow
from orchestrator.store import tables
from orchestrator.store.desk.facts_in import StoredFactsIn
from orchestrator.webhooks.mailgun import Mailgun
from orchestrator.webhooks.sendgrid import SendGrid
from orchestrator.webhooks.telling import Delivery, Provider
from tests.builders import NOW
from tests.orchestrator.counting import Counted, counting
from tests.orchestrator.store.desk.filling import ADMIN, ASTRID, MESSAGE_ID, TOUCH, a_touch, add, every
from tests.orchestrator.webhooks.signers import from_mailgun, from_sendgrid, sendgrid_public

A_DAY = timedelta(days=1)
OURS = MESSAGE_ID.strip("<>")


def the_desk(engine: AsyncEngine) -> StoredFactsIn:
    providers: dict[str, Provider] = {"sendgrid": SendGrid(sendgrid_public(), tolerance=A_DAY), "mailgun": Mailgun("mailgun-key", tolerance=A_DAY)}
    return StoredFactsIn(engine, providers, dict.fromkeys(providers, A_DAY), real=lambda: NOW)


async def bring(engine: AsyncEngine, given: Delivery, provider: str = "sendgrid") -> Mapping[str, int] | NotLetIn:
    return await the_desk(engine).bring(provider, Brought(given.headers, given.body, given.target), now=NOW)


def a_row(event: str = "delivered", number: int = 1, **told: Any) -> dict[str, Any]:
    return {"event": event, "sg_event_id": f"sg-{number}", "timestamp": int(NOW.timestamp()) - 60, "dirigent_message": OURS, **told}


async def told(engine: AsyncEngine, **asked: Any) -> list[FactInRow]:
    everything: dict[str, Any] = {"standing": None, "source": None, "kind": None, "person_id": None, "late": None, **asked}
    return list((await the_desk(engine).page(ADMIN, **everything, cut=Slice())).rows)


@pytest.fixture
async def sent(world: AsyncEngine) -> AsyncEngine:
    """An e-mail to Astrid has gone out."""
    await add(world, a_touch())
    return world


async def test_a_batch_is_taken_row_by_row(sent: AsyncEngine) -> None:
    """What is heard is told to the run; a word that nobody knows, a message that nobody sent and a row that cannot be read stop nothing."""
    batch = [a_row(), a_row("open", 2), a_row("levitated", 3), a_row("click", 4, dirigent_message="other@mail.example"), {"no": "event"}, a_row("processed", 5)]
    risen: Counted = {}
    with counting(risen):
        taken = await bring(sent, from_sendgrid(batch, at=NOW))
    assert taken == {"heard": 2, "unknown_event": 1, "unknown_touch": 1, "noted": 1, "unread": 1}
    assert risen == {("heard", "unread"): 1, ("heard", "unknown_event"): 1, ("heard", "unknown_touch"): 1}
    facts = [row.payload["heard"] for row in await every(sent, tables.Outbox) if row.payload.get("is_") == "touch_heard"]
    assert sorted(facts) == ["delivered", "opened"]
    assert {row.standing for row in await told(sent, person_id=ASTRID)} == {"heard", "noted", "unknown_event"}
    assert [row.source_id for row in await told(sent, standing="unknown_touch")] == ["sg-4"]


async def test_the_same_batch_again_changes_nothing_and_is_counted(sent: AsyncEngine) -> None:
    """It is signed and fresh, so it is let in; every row is known by its id."""
    given = from_sendgrid([a_row(), a_row("open", 2)], at=NOW)
    await bring(sent, given)
    assert await bring(sent, given) == {"repeated": 2}
    assert [row.repeats for row in await told(sent)] == [1, 1]
    assert len(await every(sent, tables.HeardFact)) == 2


async def test_the_same_thing_of_a_touch_by_another_id_is_known(sent: AsyncEngine) -> None:
    """A second opening is no second event of the run."""
    await bring(sent, from_sendgrid([a_row("open", 1)], at=NOW))
    assert await bring(sent, from_sendgrid([a_row("open", 2)], at=NOW)) == {"known": 1}


async def test_what_a_machine_opened_was_not_opened(sent: AsyncEngine) -> None:
    """It is on record, and the run hears nothing of an opening."""
    await bring(sent, from_sendgrid([a_row("open", 1, sg_machine_open=True)], at=NOW))
    (row,) = await told(sent)
    assert row.kind == "machine_opened"
    assert [fact for fact in await every(sent, tables.HeardFact) if fact.heard == "opened"] == []


@pytest.mark.parametrize(("event", "method"), [("unsubscribe", "provider_unsubscribe"), ("spamreport", "complaint")])
async def test_who_unsubscribes_at_the_provider_or_complains_gets_no_more(sent: AsyncEngine, event: str, method: str) -> None:
    """The consent is withdrawn once, and every run of the person is told."""
    for number in (1, 1, 2):
        await bring(sent, from_sendgrid([a_row(event, number)], at=NOW))
    acts = [act for act in await every(sent, tables.Consent) if act.act == "withdrawn"]
    assert {(act.channel, act.purpose, act.method, act.proof) for act in acts} == {("email", "promotional", method, f"touch:{TOUCH}")}
    assert any(row.payload.get("is_") == "consent_withdrawn" for row in await every(sent, tables.Outbox))


async def test_a_fact_that_came_before_its_touch_is_placed_later(world: AsyncEngine) -> None:
    """Looked at again when the touch is known: in bulk, with an audit line; what cannot be placed stays."""
    await bring(world, from_sendgrid([a_row(), a_row("open", 2, dirigent_message="nobody@mail.example")], at=NOW))
    await add(world, a_touch())
    assert await the_desk(world).judge_again(ADMIN, source=None, most=10, remark="remark-1", now=NOW) == {"heard": 1, "unknown_touch": 1}
    (line,) = [line for line in await every(world, tables.AuditEntry) if line.action == "facts.judged_again"]
    assert line.details["standing"] == {"heard": 1, "unknown_touch": 1}
    assert [row.standing for row in await told(world, person_id=ASTRID)] == ["heard"]


async def test_a_late_fact_counts_and_is_marked(sent: AsyncEngine) -> None:
    """More than a day after it happened."""
    await bring(sent, from_sendgrid([a_row(timestamp=int((NOW - timedelta(days=3)).timestamp()))], at=NOW))
    (row,) = await told(sent, late=True)
    assert row.standing == "heard"


async def test_a_token_of_mailgun_is_taken_once(sent: AsyncEngine) -> None:
    """The vendor does not sign what is told: an overheard token cannot bring other words."""
    event = {"event": "opened", "id": "m-1", "timestamp": NOW.timestamp(), "user-variables": {"dirigent_message": OURS}}
    assert await bring(sent, from_mailgun(event, at=NOW), "mailgun") == {"heard": 1}
    risen: Counted = {}
    with counting(risen):
        again = await bring(sent, from_mailgun({**event, "event": "unsubscribed", "id": "m-2"}, at=NOW), "mailgun")
    assert isinstance(again, NotLetIn)
    assert (again.code, risen) == (Code.REPLAYED, {("webhook", "replayed"): 1})
    assert [act for act in await every(sent, tables.Consent) if act.act == "withdrawn"] == []


async def test_what_is_not_proved_leaves_no_trace(sent: AsyncEngine) -> None:
    """Not signed, too old, or from a provider that is not set up: refused, counted, and nothing is stored."""
    given = from_sendgrid([a_row()], at=NOW)
    forged = Delivery(given.headers, given.body.replace(b"delivered", b"unsubscribe"))
    refused = [await bring(sent, forged), await bring(sent, from_sendgrid([a_row()], at=NOW - timedelta(days=2))), await bring(sent, given, "pigeon")]
    assert [each.code for each in refused if isinstance(each, NotLetIn)] == [Code.SIGNATURE_INVALID, Code.STALE, Code.NOT_FOUND]
    assert await told(sent) == []
