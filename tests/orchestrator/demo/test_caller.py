"""A caller of the demo: asks again when the system is away, and keeps what it was told."""

import json
from datetime import UTC, datetime

import httpx
import pytest

from api.schemas.people import PersonLine
from orchestrator.demo import caller as calling
from orchestrator.demo.caller import Caller, DemoError, Weather


def _caller(*answers: httpx.Response | httpx.TransportError) -> tuple[Caller, Weather, list[httpx.Request]]:
    """A caller whose system gives these answers, one after the other."""
    asked: list[httpx.Request] = []
    left = list(answers)

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        said = left.pop(0)
        if isinstance(said, httpx.TransportError):
            raise said
        return said

    weather = Weather(lambda: datetime(2026, 3, 2, tzinfo=UTC))
    http = httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://dirigent.test")
    return Caller(http, weather, user="rep-eva", token="signed"), weather, asked


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "_AGAIN_AFTER_SECONDS", 0.0)


async def test_a_command_is_asked_again_under_the_same_key() -> None:
    """A broken line and a 503 are followed by the same request; both are noted as disturbances, and the command counts once."""
    caller, weather, asked = _caller(httpx.ConnectError("away"), httpx.Response(503), httpx.Response(200, json={"happened": []}))
    given = await caller.give("tasks/t.1/complete", {"outcome": "neutral"})
    assert (given.code, given.task, given.verb) == (None, "t.1", "complete")
    assert len({request.headers["Idempotency-Key"] for request in asked}) == 1
    assert [disturbance.what for disturbance in weather.seen] == ["no answer (ConnectError)", "no answer (503)"]
    assert len(caller.given) == 1


async def test_a_refusal_is_an_answer() -> None:
    """It is kept with its code and not asked again."""
    caller, weather, asked = _caller(httpx.Response(409, json={"code": "task_not_open"}))
    assert (await caller.give("tasks/t.1/skip", {})).code == "task_not_open"
    assert (len(asked), weather.seen) == (1, [])


async def test_a_mistake_of_the_system_is_not_asked_away() -> None:
    """A 500 stops the month: nothing may hide it."""
    caller, _, asked = _caller(httpx.Response(500, text="oh"))
    with pytest.raises(DemoError, match="GET /api/v1/people was answered with 500: oh"):
        await caller.everything("people", PersonLine)
    assert len(asked) == 1


async def test_a_system_that_stays_away_ends_the_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """After two minutes the demo says what it asked for in vain."""
    monkeypatch.setattr(calling, "_PATIENCE_SECONDS", 0.0)
    caller, _, _ = _caller(httpx.Response(503))
    with pytest.raises(DemoError, match="had no answer"):
        await caller.ask("GET", "/inbox/messages.json")


async def test_a_list_is_walked_to_its_last_page() -> None:
    """Each page after the first is asked for by the cursor of the one before."""
    person = {"id": "p1", "given_name": "Astrid", "family_name": "Lindqvist", "profession": "physician", "market": "SE", "status": "active"}
    caller, _, asked = _caller(httpx.Response(200, json={"items": [person], "next": "c"}), httpx.Response(200, json={"items": [person], "next": None}))
    assert len(await caller.everything("people", PersonLine)) == 2
    assert [request.url.params.get("cursor") for request in asked] == [None, "c"]


async def test_what_was_told_is_kept_in_letters() -> None:
    """A word that the answer wrote as escapes is found all the same."""
    caller, _, _ = _caller(httpx.Response(200, content=json.dumps({"detail": "Förfrågan"}).encode()))
    await caller.ask("GET", "/")
    assert any("Förfrågan" in text for text in caller.heard)
