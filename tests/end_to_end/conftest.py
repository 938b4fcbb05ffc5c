"""The house that end-to-end tests act in: one per test, on a copy of a database with the library and the sample in it, in seconds of one loop."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from temporalio.testing import WorkflowEnvironment

from api.links import Links
from journeys.content import EMAIL
from journeys.library import PACKAGED, read_library
from journeys.means import Means
from orchestrator.channels.making import make_channels
from orchestrator.clock import JourneyClock
from orchestrator.embedded import answering, inbox, ports
from orchestrator.embedded.postgres import Postgres
from orchestrator.mail.compose import Composer
from orchestrator.mail.links import MailLinks
from orchestrator.requests.asking import SignedRequests
from orchestrator.requests.conversation import new_client
from orchestrator.safety.ways import make_ways
from orchestrator.settings import Settings
from orchestrator.store.engine import make_engine, transaction
from orchestrator.store.last_look import StoredLastLook
from orchestrator.store.launching import launch
from orchestrator.store.outbox import Relay
from orchestrator.store.requests import RequestBook
from orchestrator.store.sample import load_sample, read_sample
from orchestrator.temporal.client import connect
from orchestrator.temporal.gateway import Gateway
from orchestrator.temporal.safety import make_safety_officer
from orchestrator.temporal.worker import keep_relaying, make_worker
from orchestrator.wiring_api import make_api
from tests.end_to_end.house import House
from tests.end_to_end.waiting import eventually

Opening = Callable[..., AbstractAsyncContextManager[House]]
"""Opens a house; `speed` is how many times faster than the wall clock its journeys run, the rest are settings."""

_FURNISHED = "furnished"
_numbers = count(1)


@pytest_asyncio.fixture(scope="session")
async def furnished_template(postgres_server: Postgres, migrated_template: str) -> str:
    """The name of a database with the sample loaded and the library in force, that nobody connects to."""
    engine = make_engine(postgres_server.create_database(_FURNISHED, template=migrated_template))
    now = datetime.now(UTC)
    async with transaction(engine) as session:
        await load_sample(session, read_sample(), now=now)
        await launch(session, read_library(PACKAGED), read_sample(), means=Means(channels=("email", "sms"), endpoints=answering.NAMES), now=now, real=now)
    await engine.dispose()
    return _FURNISHED


@pytest.fixture
def furnished(postgres_server: Postgres, furnished_template: str) -> Iterator[str]:
    """The address of a furnished database of the test's own."""
    name = f"house_{next(_numbers)}"
    yield postgres_server.create_database(name, template=furnished_template)
    postgres_server.drop_database(name)


@pytest.fixture
def open_house(furnished: str, temporal_dev: WorkflowEnvironment, tmp_path: Path) -> Opening:
    """Opens a house at a pace of the test's choice, once."""

    @asynccontextmanager
    async def opened(*, speed: float = 1.0, **more: Any) -> AsyncIterator[House]:
        address = temporal_dev.client.service_client.config.target_host
        settings = _settings(furnished, temporal=address, folder=tmp_path / "inbox", speed=speed, **more)
        async with _inbox(settings, tmp_path / "inbox"), _running(settings, tmp_path / "inbox") as house:
            yield house

    return opened


@pytest_asyncio.fixture
async def house(open_house: Opening) -> AsyncIterator[House]:
    """A house whose journeys run in real time."""
    async with open_house() as opened:
        yield opened


def _settings(database: str, *, temporal: str, folder: Path, speed: float, **more: Any) -> Settings:
    given = {
        "embedded": True,
        "database_url": database,
        "temporal_address": temporal,
        "task_queue": f"journeys-{next(_numbers)}",
        "smtp_host": "127.0.0.1",
        "smtp_port": ports.free(),
        "smtp_starttls": False,
        "mail_from": "no-reply@dirigent.test",
        "mail_domain": "dirigent.test",
        "safety_inbox": "safety@dirigent.test",
        "message_gateways": "sms=sms.dirigent.test",
        "public_url": "http://dirigent.test",
        "signing_key": "the-signing-key-of-end-to-end-tests",
        "inbox_dir": folder,
        "clock_speed": speed,
        "clock_origin": datetime.now(UTC),
    }
    return Settings.model_validate({**given, **more})


@asynccontextmanager
async def _inbox(settings: Settings, folder: Path) -> AsyncIterator[None]:
    serving = asyncio.create_task(inbox.serve(folder, port=settings.smtp_port))

    async def greets() -> bool | None:
        try:
            return await inbox.greets(settings.smtp_port) or None
        except OSError:
            return None

    try:
        await eventually(greets, "the SMTP inbox")
        yield
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)


@asynccontextmanager
async def _running(settings: Settings, folder: Path) -> AsyncIterator[House]:
    """The worker with its relay and the API, each over connections of its own as in two processes."""
    clock = JourneyClock.of(settings)
    engine, desk_engine = (make_engine(settings.database_url.get_secret_value()) for _ in range(2))
    client = await connect(settings, lazy=False)
    links = MailLinks(Links(settings.signing_key.get_secret_value()), public_url=str(settings.public_url))
    others, channels = new_client(), make_channels(settings, clock, StoredLastLook(engine, clock))
    worker = make_worker(
        client,
        task_queue=settings.task_queue,
        engine=engine,
        channels=channels,
        requests=SignedRequests(RequestBook(engine), settings.endpoints, others, clock, public_url=str(settings.public_url)),
        composer=Composer(links, sender=settings.mail_from, domain=settings.mail_domain),
        clock=clock,
    )
    ways = make_ways(settings, channels[EMAIL], others)
    officer = make_safety_officer(client, task_queue=settings.task_queue, engine=engine, ways=ways, pace=clock.pace)
    transport = httpx.ASGITransport(make_api(settings, desk_engine, client))
    stop = asyncio.Event()
    async with others, worker, officer, httpx.AsyncClient(transport=transport, base_url="http://dirigent.test") as http:
        relaying = asyncio.create_task(keep_relaying(Relay(engine, Gateway(client, task_queue=settings.task_queue, pace=clock.pace)), stop))
        try:
            yield House(settings=settings, engine=engine, temporal=client, http=http, folder=folder)
        finally:
            stop.set()
            await relaying
    await engine.dispose()
    await desk_engine.dispose()
