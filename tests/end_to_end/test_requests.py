"""Requests through the whole house: a real run asks a real server, which accepts and comes back, answers at once, or says no."""

from datetime import UTC, datetime
from typing import Any

import httpx

from journeys.definitions import Definition
from orchestrator.requests.signing import genuine, stamped
from orchestrator.store.engine import transaction
from tests.builders import a_journey, an_exit
from tests.end_to_end.conftest import Opening
from tests.end_to_end.house import House, Json
from tests.end_to_end.waiting import eventually
from tests.orchestrator.requests.others import SECRET, another_system, reply
from tests.orchestrator.store.desk.filling import a_version


def asking(**request: Any) -> Definition:
    asks = {"to": "stock", "facts": ["market"], "answers": ["in_stock", "short"], "up_to": "2 days", **request}
    leads = {"in_stock": "good", "short": "wait", "failed": "gone", "timeout": "gone"}
    ends = {name: an_exit(name) for name in ("good", "wait", "gone")}
    return a_journey(journey="asking", start="stock", steps={"stock": {"request": asks, "next": leads}, **ends})


async def enrol(house: House, definition: Definition) -> str:
    async with transaction(house.engine) as session:
        session.add(a_version(definition, effective_from=datetime.now(UTC)))
    anna = house.desk("rep-anna")
    return await anna.enrol(await anna.person("Tallmark"), "asking")


async def requests(house: House, run: str, status: str) -> Json:
    """The run's one request, once it stands so."""

    async def stands() -> Json | None:
        rows = (await house.desk("rep-anna").get(f"/enrolments/{run}/requests"))["items"]
        return rows[0] if rows and rows[0]["status"] == status else None

    return await eventually(stands, f"a request that is {status}")


async def bring(house: House, key: str, answer: str, *, secret: str = SECRET) -> httpx.Response:
    body = f'{{"answer":"{answer}"}}'.encode()
    headers = {**stamped(secret, key, body, now=datetime.now(UTC)).headers, "Content-Type": "application/json"}
    return await house.public.post(f"/api/v1/requests/{key}/answer", content=body, headers=headers)


async def test_accepted_and_answered_later(open_house: Opening) -> None:
    """Trouble first, then accepted; the answer, signed, moves the run on; brought again it is the same, and a forged one is nothing."""
    async with another_system(reply(500), reply(202)) as other, open_house(endpoints={"stock": other.endpoint}) as house:
        run = await enrol(house, asking())
        request = await requests(house, run, "accepted")
        await house.desk("rep-anna").standing(run, "waiting", "stock")
        assert [heard.told["facts"] for heard in other.heard] == [{"market": "SE"}] * 2
        assert all(genuine(SECRET, heard.stamp, request["key"], heard.body, now=datetime.now(UTC)) for heard in other.heard)
        assert (await bring(house, request["key"], "short", secret="whsec_" + "A" * 32)).status_code == 401
        replies = [await bring(house, request["key"], "in_stock") for _ in range(2)]
        assert [(each.status_code, each.json()["status"]) for each in replies] == [(200, "answered")] * 2
        assert (await house.desk("rep-anna").standing(run, "ended"))["reason"] == "good"
        assert (await bring(house, request["key"], "short")).status_code == 409


async def test_answered_at_once(open_house: Opening) -> None:
    """The reply holds the answer, and the run goes on."""
    async with another_system(reply(200, {"answer": "short"})) as other, open_house(endpoints={"stock": other.endpoint}) as house:
        run = await enrol(house, asking())
        assert (await house.desk("rep-anna").standing(run, "ended"))["reason"] == "wait"
        assert (await requests(house, run, "answered"))["answer"] == "short"


async def test_a_name_that_nobody_knows_fails_and_the_story_says_so(house: House) -> None:
    """And an answer that comes all the same is no answer of anybody's."""
    run = await enrol(house, asking())
    assert (await house.desk("rep-anna").standing(run, "ended"))["reason"] == "gone"
    (line,) = [line for line in await house.desk("rep-anna").story(run) if line["way"] == "failed"]
    assert line["reason"] == "unknown_endpoint"
    assert "unknown endpoint" in line["sentence"]
    request = await requests(house, run, "failed")
    assert (await bring(house, request["key"], "short")).status_code == 401


async def test_an_answer_after_the_time_is_late(open_house: Opening) -> None:
    """The run has gone on without; the answer is kept, and the other system is told."""
    async with another_system(reply(202)) as other, open_house(speed=100_000, endpoints={"stock": other.endpoint}) as house:
        run = await enrol(house, asking())
        assert (await house.desk("rep-anna").standing(run, "ended"))["reason"] == "gone"
        request = await requests(house, run, "accepted")
        late = await bring(house, request["key"], "in_stock")
        assert (late.status_code, late.json()["status"]) == (200, "late")
