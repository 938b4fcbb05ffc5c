"""The monitor reads the unsubscribe page as a recipient would, through the real pages, and says what is wrong with it."""

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from api.app import create_app
from api.links import Links
from orchestrator.mail.links import MailLinks
from orchestrator.store import tables
from orchestrator.way_out import WayOut
from tests.api.fakes import World, ports
from tests.orchestrator.counting import Counted, counting
from tests.orchestrator.store.desk.filling import TOUCH, a_run, every, the_world

KEY = "k" * 32


def _way_out(engine: AsyncEngine, transport: httpx.AsyncBaseTransport, key: str = KEY) -> WayOut:
    return WayOut(engine, MailLinks(Links(key), public_url="https://dirigent.example"), transport=transport)


@pytest.fixture
def app() -> FastAPI:
    """The public pages, over a house that knows Astrid's letter."""
    world = World()
    world.touches = {TOUCH: {}}
    return create_app(ports(world), signing_key=KEY, version="0")


async def test_a_page_that_works_is_no_trouble_and_nothing_is_taken_back(engine: AsyncEngine, app: FastAPI) -> None:
    """Before anything was sent there is nothing to look at; then the page is read, and reading it unsubscribes nobody."""
    await the_world(engine)
    assert await _way_out(engine, httpx.ASGITransport(app)).trouble() is None
    await a_run(engine)
    assert await _way_out(engine, httpx.ASGITransport(app)).trouble() is None
    assert await every(engine, tables.Consent) == []


async def test_a_page_that_does_not_work_is_told_by_a_code(engine: AsyncEngine, app: FastAPI) -> None:
    """Links of another signing key, a proxy that answers for the API, or nobody there."""
    await the_world(engine)
    await a_run(engine)

    def away(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("nobody there", request=request)

    told = [
        await _way_out(engine, httpx.ASGITransport(app), key="x" * 32).trouble(),
        await _way_out(engine, httpx.MockTransport(lambda _: httpx.Response(200, text="Welcome to nginx"))).trouble(),
        await _way_out(engine, httpx.MockTransport(away)).trouble(),
    ]
    assert told == ["http_404", "no_button", "connecterror"]


async def test_a_worker_tells_of_what_it_finds_at_two_looks_running(engine: AsyncEngine) -> None:
    """Each time from the second on; a page that works again in between begins the count anew, so that a restart of the API alarms nobody."""
    await the_world(engine)
    await a_run(engine)
    pages = iter([502, 200, 502, 502, 502])
    way_out = _way_out(engine, httpx.MockTransport(lambda _: httpx.Response(next(pages), text='name="List-Unsubscribe"')))
    counts = Counted()
    with counting(counts):
        for _ in range(5):
            await way_out.look()
    assert counts == {("look", "way_out_http_502"): 2}
