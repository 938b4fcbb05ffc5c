"""The real servers that tests share: each is started by the first test that asks for it, once for the process, and all of them are stopped at the end."""

import logging
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from orchestrator.embedded import kept, programs
from orchestrator.embedded.postgres import Postgres
from orchestrator.embedded.remains import Remains
from orchestrator.embedded.supervisor import Supervisor
from orchestrator.main import settle
from tests.database import database, dirigent, engine, migrated_template

__all__ = ["database", "dirigent", "engine", "migrated_template"]  # one template for all: a fixture is shared where it is defined once


@pytest.fixture(autouse=True)
def _logs() -> Iterator[None]:
    """A command that a test runs in its own process sends the logs to that command's standard error, which is closed when it ends."""
    yield
    root = logging.getLogger()
    root.handlers[:] = [handler for handler in root.handlers if not getattr(getattr(handler, "stream", None), "closed", False)]


@pytest.fixture(scope="session")
def short_tmp() -> Iterator[Path]:
    """A folder with a short path that a dropped-to user may enter; pytest's own folders are for one user only."""
    with tempfile.TemporaryDirectory(prefix="dirigent-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@pytest_asyncio.fixture(scope="session")
async def postgres_server(short_tmp: Path) -> AsyncIterator[Postgres]:
    """An embedded PostgreSQL: `create_database(name, template=…)`, `drop_database(name)`, `url(name)`."""
    for name in ("logs", "run"):
        (short_tmp / name).mkdir(exist_ok=True)
    server = Postgres(short_tmp / "postgres", password=kept.secret(), durable=False)
    server.initialise()
    supervisor = Supervisor(logs=short_tmp / "logs", remains=Remains(short_tmp / "run"))
    try:
        await supervisor.start(server.child())
        yield server
    finally:
        await supervisor.stop()


@pytest.fixture(scope="session")
def postgres_url(postgres_server: Postgres) -> str:
    """The address of an empty database that the whole session shares."""
    return postgres_server.ensure_database("shared")


@pytest_asyncio.fixture(scope="session")
async def temporal_dev() -> AsyncIterator[WorkflowEnvironment]:
    """A real Temporal development server in memory, on a free port."""
    async with await WorkflowEnvironment.start_local(dev_server_existing_path=str(programs.temporal())) as environment:
        yield environment


@pytest.fixture
def temporal_client(temporal_dev: WorkflowEnvironment) -> Client:
    """A client of the development server."""
    return temporal_dev.client


@pytest_asyncio.fixture(scope="session")
async def time_skipping() -> AsyncIterator[WorkflowEnvironment]:
    """A Temporal server whose clock runs ahead while a result is awaited. Its time is shared by all tests and only goes forward."""
    async with await WorkflowEnvironment.start_time_skipping(test_server_existing_path=str(programs.temporal_test_server())) as environment:
        yield environment


LONGEST = (
    "end_to_end/test_nppes.py",
    "end_to_end/test_kills.py",
    "orchestrator/demo/test_demo.py",
    "end_to_end/test_second_start.py",
    "end_to_end/test_refusals.py",
    "workflows/test_scenarios.py",
    "docs/test_tour.py",
    "workflows/test_migration.py",
)
"""The files that take half a minute and more. They go first, so that at the end no process stands idle while another still has one of them before it."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All others keep their order. xdist takes files as they come, where it is told not to reorder them by the number of their tests."""
    first = {Path(__file__).parent / file: place for place, file in enumerate(LONGEST)}
    items.sort(key=lambda item: first.get(item.path, len(first)))


def pytest_unconfigure(config: pytest.Config) -> None:
    """A test run must not report a false failure because Temporal's client is torn down late."""
    settle()
