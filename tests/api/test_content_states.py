"""What a content system pushes: taken by its signature alone, once for each id."""

from typing import Any

import httpx
import pytest

from journeys.definitions import ContentRef
from tests.api.fakes import World

AT = "/api/v1/content/hf-dialogue/versions/2/state"


async def pushed(http: httpx.AsyncClient, key: str = "msg_1", *, at: str = AT, signature: str = "genuine", **body: Any) -> httpx.Response:
    headers = {"webhook-id": key, "webhook-timestamp": "1", "webhook-signature": signature}
    return await http.put(at, headers=headers, json={"system": "vault", "state": "approved", **body})


async def test_what_is_signed_is_taken_once(http: httpx.AsyncClient, world: World) -> None:
    """The same id again gets the same answer; another thing under it is refused."""
    first, again = await pushed(http), await pushed(http)
    assert (first.status_code, first.json()["state"], again.json()) == (200, "approved", first.json())
    assert world.said == [("hf-dialogue@2", "approved")]
    assert (await pushed(http, state="withdrawn")).json()["code"] == "idempotency_key_reused"
    assert (await pushed(http, "msg_2", state="Approved, sort of")).json()["lack"] == "unknown_state"


@pytest.mark.parametrize("changes", [{"signature": "forged"}, {"signature": ""}, {"system": "another"}])
async def test_what_is_not_signed_is_not(http: httpx.AsyncClient, world: World, changes: dict[str, str]) -> None:
    """A system that is not known here signs nothing."""
    answer = await pushed(http, **changes)
    assert (answer.status_code, answer.json()["code"], world.said) == (401, "signature_invalid", [])


async def test_what_is_withdrawn_stays_so(http: httpx.AsyncClient, world: World) -> None:
    """A new version is approved in its place; what is not on record is not found."""
    ref = ContentRef("hf-dialogue", 2)
    world.contents[ref] = world.contents[ref].model_copy(update={"state": "withdrawn"})
    assert (await pushed(http)).json()["code"] == "already_withdrawn"
    assert (await pushed(http, at="/api/v1/content/hf-nothing/versions/1/state")).status_code == 404
