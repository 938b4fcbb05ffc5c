"""Content systems read and heard, on a real PostgreSQL: page by page from the cursor, each state by the mapping, and every trouble counted."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncEngine

from api.ports import Stamp
from api.schemas.content_states import ContentStands
from journeys.content import ContentState
from journeys.definitions import ContentRef
from orchestrator.content_systems.polling import ContentPoller
from orchestrator.content_systems.systems import ContentSystem
from orchestrator.requests.signing import stamped
from orchestrator.store import tables
from orchestrator.store.desk.content_systems import StoredContentSystems
from orchestrator.store.engine import transaction
from orchestrator.store.syncing import Applied
from tests.builders import NOW
from tests.orchestrator.counting import Counted, counting
from tests.orchestrator.requests.others import SECRET
from tests.orchestrator.store.desk.filling import every

SHAPES = Path(__file__).parents[4] / "shared" / "data" / "veeva" / "vault_rest_shapes.json"
REF = ContentRef("hf-dialogue", 2)
URL = "https://vault.example/content"
VAULT: dict[str, Any] = {"url": URL, "items": "data", "next": "responseDetails.next_page", "expect": {"responseStatus": "SUCCESS"}, "states": "promomats"}


def an_item(state: str, **changes: Any) -> dict[str, Any]:
    return {"content": "hf-dialogue", "version": 2, "state": state, **changes}


def a_page(*items: Any, after: str | None = None) -> dict[str, Any]:
    return {"items": list(items), "next": after}


async def read(engine: AsyncEngine, *pages: Any, asked: list[httpx.Request] | None = None, **system: Any) -> Applied:
    """Read a system that answers with these pages, one after the other; the last of them stands."""
    waiting = list(pages)

    def answer(request: httpx.Request) -> httpx.Response:
        if asked is not None:
            asked.append(request)
        page = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        if isinstance(page, Exception):
            raise page
        return page if isinstance(page, httpx.Response) else httpx.Response(200, json=page)

    given = ContentSystem.model_validate({"url": URL, **system})
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer), timeout=5) as client:
        return await ContentPoller(engine, {"vault": given}, client, lambda: NOW).read("vault")


async def stands(engine: AsyncEngine) -> tuple[str, datetime | None]:
    async with transaction(engine) as session:
        row = await session.get_one(tables.ContentVersion, (REF.id, REF.version))
        return row.state, row.expires


async def test_a_system_is_read_on_from_its_cursor(world: AsyncEngine) -> None:
    """Page by page, with the token; what was read is not read again, and reading it again would change nothing."""
    asked: list[httpx.Request] = []
    item = an_item("approved", expires="2031-01-01T00:00:00Z")
    pages = (a_page(item, after="c1"), a_page(item, an_item("approved", content="hf-nobody"), after="c2"), a_page(after="c2"))
    came = await read(world, *pages, asked=asked, token="hush")
    assert (came.changed, came.unchanged, came.dropped, came.trouble) == (1, 1, {"unknown_version": 1}, None)
    assert [request.url.params.get("cursor") for request in asked] == [None, "c1", "c2"]
    assert {request.headers["authorization"] for request in asked} == {"Bearer hush"}
    assert await stands(world) == ("approved", datetime(2031, 1, 1, tzinfo=UTC))
    (source,) = await every(world, tables.ContentSource)
    assert (source.cursor, source.failures, source.read_at) == ("c2", 0, NOW)


@pytest.mark.parametrize(
    ("state", "becomes"),
    [
        ("Approved for Use", "approved"),
        ("In MLR Review", "in_review"),
        ("Expired", "expired"),
        ("Withdrawn", "withdrawn"),
        ("Approved for Nothing", "in_review"),
    ],
)
async def test_states_named_as_in_promomats_are_mapped(world: AsyncEngine, state: str, becomes: str) -> None:
    """In the envelope of a vault; one that nobody mapped takes approval away, and is counted."""
    risen: Counted = {}
    with counting(risen):
        page = {"responseStatus": "SUCCESS", "data": [an_item(state, expires="2031-01-01")], "responseDetails": {"next_page": ""}}
        came = await read(world, page, **VAULT)
    assert (await stands(world))[0] == becomes
    assert came.trouble is None
    assert risen == ({("content_sync", "unknown_state"): 1} if state == "Approved for Nothing" else {})


async def test_a_withdrawal_is_a_recall_and_stays(world: AsyncEngine) -> None:
    """Its account is on record, the runs are told, and no later word of the system makes it approved again."""
    await read(world, a_page(an_item("withdrawn")))
    (recall,) = await every(world, tables.Recall)
    assert (recall.source, recall.by, recall.reach["runs"]) == ("vault", "vault", 1)
    assert [row.kind for row in await every(world, tables.Operation)] == ["recall"]
    came = await read(world, a_page(an_item("approved"), an_item("withdrawn")))
    assert (came.dropped, came.unchanged, (await stands(world))[0]) == ({"withdrawn_for_good": 1}, 1, "withdrawn")


@pytest.mark.parametrize(
    ("page", "trouble"),
    [
        (httpx.Response(503), "http_503"),
        (httpx.Response(200, text="<html>"), "not_json"),
        ({"responseStatus": "FAILURE", "errors": [{"type": "INVALID_SESSION_ID"}], "items": []}, "not_a_page"),
        ({"items": "none"}, "not_a_page"),
        (["items"], "not_a_page"),
        (httpx.ConnectError("away"), "ConnectError"),
        (httpx.ReadTimeout("slow"), "ReadTimeout"),
    ],
)
async def test_what_keeps_a_system_from_being_read_is_seen(world: AsyncEngine, page: Any, trouble: str) -> None:
    """Counted, and kept beside the cursor, which stays; nothing else changes."""
    before = await stands(world)
    risen: Counted = {}
    with counting(risen):
        came = await read(world, page, expect={"responseStatus": "SUCCESS"} if isinstance(page, dict) and "responseStatus" in page else {})
    (source,) = await every(world, tables.ContentSource)
    assert (came.trouble, source.trouble, source.failures, source.cursor, risen) == (trouble, trouble, 1, None, {("content_sync", trouble): 1})
    assert await stands(world) == before


async def test_every_item_that_cannot_be_read_is_counted(world: AsyncEngine) -> None:
    """And keeps none of the others from being taken."""
    came = await read(world, a_page("nonsense", an_item("approved", version="x"), an_item("in_review")))
    assert (came.changed, came.dropped) == (1, {"no_content": 2})


async def test_what_a_system_pushes_is_proven_and_taken(world: AsyncEngine) -> None:
    """By the secret of the system that it names; the state by its mapping."""
    systems = {"vault": ContentSystem.model_validate({"secret": SECRET, "states": "promomats"})}
    desk = StoredContentSystems(world, systems, real=lambda: NOW)
    body = b'{"system": "vault"}'
    given = Stamp(**stamped(SECRET, "msg_1", body, now=NOW)._asdict())
    assert await desk.genuine("vault", given, body)
    assert not await desk.genuine("vault", given, body + b" ")
    assert not await desk.genuine("another", given, body)
    late = StoredContentSystems(world, systems, real=lambda: NOW + timedelta(minutes=6))
    assert not await late.genuine("vault", given, body)
    told = await desk.tell("vault", REF, state="Staged", expires=None, now=NOW)
    assert isinstance(told, ContentStands)
    assert (told.state, told.result, told.lack) == ("in_review", "changed", None)
    assert await desk.tell("vault", ContentRef("hf-nothing", 1), state="Staged", expires=None, now=NOW) == "unknown_version"
    unknown = await desk.tell("vault", REF, state="Approved for Nothing", expires=None, now=NOW)
    assert isinstance(unknown, ContentStands)
    assert (unknown.state, unknown.lack) == ("in_review", "unknown_state")


@pytest.mark.parametrize(
    "wrong", [{}, {"url": "http://vault.example"}, {"url": "https://a:b@vault.example"}, {"secret": "short"}, {"url": URL, "states": {"A": "approvedish"}}]
)
def test_a_system_that_cannot_be_right_is_refused(wrong: dict[str, Any]) -> None:
    """As a setting, before anything is read."""
    with pytest.raises(ValidationError):
        ContentSystem.model_validate(wrong)


@pytest.mark.real_data
@pytest.mark.skipif(not SHAPES.exists(), reason="the public extracts do not stand beside this repository (../shared/data)")
def test_the_envelope_of_a_vault_is_what_the_mapping_expects() -> None:
    """Status, data and next page stand where the example of the documents says."""
    shapes = json.loads(SHAPES.read_text(encoding="utf-8"))
    response = shapes["query"]["response"]
    assert {"responseStatus", "data", "responseDetails"} <= set(response)
    assert "next_page" in response["responseDetails"]
    assert ContentSystem.model_validate(VAULT).states["Approved for Use"] is ContentState.APPROVED
