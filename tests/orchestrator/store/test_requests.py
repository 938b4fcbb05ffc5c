"""Requests on a real PostgreSQL: asked once under their key, settled once, answered once, and told to the run once."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.orders import CallOrder
from activities.ports import Unanswered
from api.paging import Slice
from api.ports import AnswerRefused, Stamp
from api.rows import RequestRow
from journeys.commands import CallOut, Note, What
from journeys.pace import Pace
from orchestrator.clock import JourneyClock
from orchestrator.requests.asking import SignedRequests
from orchestrator.requests.conversation import new_client
from orchestrator.requests.signing import stamped
from orchestrator.store import tables
from orchestrator.store.desk.requests import StoredRequests
from orchestrator.store.engine import transaction
from orchestrator.store.projection import project
from orchestrator.store.requests import RequestBook
from tests.orchestrator.requests.others import SECRET, Other, another_system, reply
from tests.orchestrator.store.desk.filling import ASTRID, MEDICAL, MSL, REP, every
from tests.orchestrator.store.sending import an_entry, change

KEY = "enr1.stock.1"
REAL = datetime.now(UTC)
NAMED = ("market", "kol_tier", "specialty")


def an_order(*, move: int = 1, to: str = "stock", until: datetime = REAL + timedelta(days=2)) -> CallOrder:
    call = CallOut(key=KEY, step="stock", to=to, facts=NAMED, answers=("in_stock", "short"), until=until)
    return CallOrder(entry=an_entry(Note(what=What.MOVED, step="visit", to="stock"), move=move), call=call)


def asking(engine: AsyncEngine, other: Other, client: Any) -> SignedRequests:
    clock = JourneyClock(Pace(speed=1.0, origin=REAL))
    return SignedRequests(RequestBook(engine), {"stock": other.endpoint}, client, clock, public_url="https://dirigent.example/")


@pytest_asyncio.fixture
async def client() -> AsyncIterator[Any]:
    async with new_client() as made:
        yield made


async def the_row(engine: AsyncEngine) -> Any:
    (row,) = await every(engine, tables.Request)
    return row


async def test_the_other_system_is_told_what_the_step_names(world: AsyncEngine, client: Any) -> None:
    """The one id, the named facts without what is medical, the answers it may choose from, and where to bring one; no name, no address."""
    async with another_system(reply(202)) as other:
        called = await asking(world, other, client).call(an_order(), attempt=1)
    assert called.result == "accepted"
    told = other.heard[0].told
    assert told.pop("answer_by").startswith(f"{REAL + timedelta(days=2):%Y-%m-%dT%H:%M}")
    assert told == {
        "key": KEY,
        "journey": "heart-failure-pioneer",
        "version": 1,
        "step": "stock",
        "enrolment": "enr1",
        "person": ASTRID,
        "facts": {"market": "SE", "kol_tier": None, "specialty": None},
        "answers": ["in_stock", "short"],
        "callback": f"https://dirigent.example/api/v1/requests/{KEY}/answer",
    }
    assert (await the_row(world)).status == "accepted"


async def test_trouble_and_then_a_reply_is_one_request(world: AsyncEngine, client: Any) -> None:
    """Asked twice under one key; the advance and the request are on record once, and a third attempt does not ask again."""
    async with another_system(reply(500), reply(200, {"answer": "short"})) as other:
        requests = asking(world, other, client)
        with pytest.raises(Unanswered):
            await requests.call(an_order(), attempt=1)
        assert (await the_row(world)).status == "sent"
        answers = [await requests.call(an_order(), attempt=attempt) for attempt in (2, 3)]
    assert [called.answer for called in answers] == ["short", "short"]
    assert [heard.headers["idempotency-key"] for heard in other.heard] == [KEY, KEY]
    row = await the_row(world)
    assert (row.status, row.answer, row.answered_at is not None) == ("answered", "short", True)
    assert len(await every(world, tables.TimelineEntry)) == 1


async def test_a_wish_for_later_ends_with_the_step(world: AsyncEngine, client: Any) -> None:
    """An hour is waited, a month is not: then the step's own time is up, and the request has failed."""
    async with another_system(reply(429, retry_after="3600"), reply(503, retry_after="2592000")) as other:
        requests = asking(world, other, client)
        with pytest.raises(Unanswered) as hour:
            await requests.call(an_order(), attempt=1)
        with pytest.raises(Unanswered) as month:
            await requests.call(an_order(), attempt=2)
        called = await requests.call(an_order(until=REAL), attempt=3)
    assert hour.value.retry_after == timedelta(hours=1)
    assert month.value.retry_after is not None
    assert timedelta(days=1) < month.value.retry_after <= timedelta(days=2)
    assert (called.result, called.reason, len(other.heard)) == ("failed", "no_answer", 2)


async def test_an_unknown_endpoint_fails_and_says_so(world: AsyncEngine, client: Any) -> None:
    """On record with the reason, and nobody is asked."""
    async with another_system(reply(202)) as other:
        called = await asking(world, other, client).call(an_order(to="nobody"), attempt=1)
    assert (called.result, called.reason, other.heard) == ("failed", "unknown_endpoint", [])
    assert (await the_row(world)).reason == "unknown_endpoint"


@pytest_asyncio.fixture
async def desk(world: AsyncEngine, client: Any) -> AsyncIterator[StoredRequests]:
    """The front desk after a request that was accepted."""
    async with another_system(reply(202)) as other:
        await asking(world, other, client).call(an_order(), attempt=1)
        yield StoredRequests(world, {"stock": other.endpoint}, real=lambda: REAL)


async def test_an_answer_is_taken_once(world: AsyncEngine, desk: StoredRequests) -> None:
    """The same again is the same; another is refused, and so is one that the step does not take; the run is told once."""
    first, again = [await desk.answer(KEY, "short", now=REAL) for _ in range(2)]
    assert isinstance(first, RequestRow)
    assert (first.status, first) == ("answered", again)
    other, unknown = [await desk.answer(KEY, answer, now=REAL) for answer in ("in_stock", "perhaps")]
    assert isinstance(other, AnswerRefused)
    assert isinstance(unknown, AnswerRefused)
    assert (other.code, unknown.code, unknown.allowed) == ("already_answered", "unknown_answer", ("in_stock", "short"))
    told = [row.payload for row in await every(world, tables.Outbox) if row.kind == "fact"]
    assert told == [{"is_": "request_answered", "id": f"{KEY}.answer", "key": KEY, "answer": "short"}]


@pytest.mark.parametrize("gone", ["ended", "moved", "cancelled"])
async def test_an_answer_after_the_run_moved_on_is_late(world: AsyncEngine, desk: StoredRequests, gone: str) -> None:
    """It is kept and said to be late, as often as it is brought; the run is not told."""
    if gone == "ended":
        await change(world, "UPDATE enrolment SET status = 'ended'")
    else:
        async with transaction(world) as session:
            await project(session, an_entry(Note(what=What(gone), step="stock", key=KEY, way="timeout", to="done"), move=2), now=REAL)
    for _ in range(2):
        taken = await desk.answer(KEY, "short", now=REAL)
        assert isinstance(taken, RequestRow)
        assert (taken.status, taken.answer) == ("late", "short")
    assert [row for row in await every(world, tables.Outbox) if row.kind == "fact"] == []


async def test_only_the_system_that_was_asked_may_answer(world: AsyncEngine, desk: StoredRequests) -> None:
    """Its secret, this body, this key, now; a name that is no longer in the settings has no secret."""
    body = b'{"answer":"short"}'
    stamp = Stamp(**stamped(SECRET, KEY, body, now=REAL)._asdict())
    assert await desk.genuine(KEY, stamp, body) is True
    assert await desk.genuine(KEY, stamp, b'{"answer":"in_stock"}') is False
    assert await desk.genuine("enr1.stock.2", stamp, body) is None
    assert await StoredRequests(world, {}, real=lambda: REAL).genuine(KEY, stamp, body) is False


async def test_requests_are_read_by_who_may_read_the_run(desk: StoredRequests) -> None:
    """The rep of the territory; whom a journey asks is not medical's to know."""
    cut = Slice(10, None)
    assert [row.key for row in (await desk.of_enrolment(REP, "enr1", cut=cut)).rows] == [KEY]
    assert [(await desk.of_enrolment(who, "enr1", cut=cut)).rows for who in (MSL, MEDICAL)] == [(), ()]
