"""A database per test in a few milliseconds: the schema is migrated once, and every test gets a copy of that template, which it may fill and break."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from itertools import count
from typing import NamedTuple

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession
from typer.testing import CliRunner

from orchestrator.embedded.postgres import Postgres
from orchestrator.main import app
from orchestrator.store.engine import make_engine
from orchestrator.store.migrations import migrate

_TEMPLATE = "migrated"
_numbers = count(1)


class Said(NamedTuple):
    """What a command came to."""

    code: int
    out: str
    err: str


Dirigent = Callable[..., Said]
"""Runs a command as it is typed after `dirigent`."""


@pytest.fixture(scope="session")
def migrated_template(postgres_server: Postgres) -> str:
    """The name of a migrated, empty database that nobody connects to."""
    migrate(postgres_server.create_database(_TEMPLATE))
    return _TEMPLATE


@pytest.fixture
def database(postgres_server: Postgres, migrated_template: str) -> Iterator[str]:
    """The address of a migrated, empty database of the test's own."""
    name = f"test_{next(_numbers)}"
    yield postgres_server.create_database(name, template=migrated_template)
    postgres_server.drop_database(name)


@pytest_asyncio.fixture
async def engine(database: str) -> AsyncIterator[AsyncEngine]:
    """An engine on the test's own database."""
    made = make_engine(database)
    yield made
    await made.dispose()


@asynccontextmanager
async def owning(engine: AsyncEngine) -> AsyncIterator[AsyncSession]:
    """A transaction of the tables' owner, for whom there is no wall: tests fill both sides and look at both."""
    async with AsyncSession(engine, expire_on_commit=False) as session, session.begin():
        yield session


@pytest.fixture
def dirigent(database: str, monkeypatch: pytest.MonkeyPatch) -> Dirigent:
    """The command line, with settings that lead to the test's own database and to nothing else."""
    given = {
        "DATABASE_URL": database,
        "TEMPORAL_ADDRESS": "127.0.0.1:1",
        "SMTP_HOST": "127.0.0.1",
        "MAIL_FROM": "no-reply@dirigent.test",
        "MAIL_DOMAIN": "dirigent.test",
        "PUBLIC_URL": "http://127.0.0.1",
        "SIGNING_KEY": "x" * 32,
    }
    for name, value in given.items():
        monkeypatch.setenv(f"DIRIGENT_{name}", value)

    def run(*arguments: str) -> Said:
        result = CliRunner().invoke(app, arguments)
        return Said(result.exit_code, result.stdout, result.stderr)

    return run
