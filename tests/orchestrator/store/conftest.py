"""A database in which an e-mail may go out, made once and copied for every test that asks for it."""

from collections.abc import AsyncIterator
from itertools import count

import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

from orchestrator.embedded.postgres import Postgres
from orchestrator.store.engine import make_engine
from tests.orchestrator.store.sending import fill

_TEMPLATE = "filled"
_numbers = count(1)


@pytest_asyncio.fixture(scope="session")
async def filled_template(postgres_server: Postgres, migrated_template: str) -> str:
    """The name of a database with the world of `sending.py`, to which nobody connects."""
    engine = make_engine(postgres_server.create_database(_TEMPLATE, template=migrated_template))
    await fill(engine)
    await engine.dispose()
    return _TEMPLATE


@pytest_asyncio.fixture
async def world(postgres_server: Postgres, filled_template: str) -> AsyncIterator[AsyncEngine]:
    """An engine on a copy of that world, of the test's own."""
    name = f"world_{next(_numbers)}"
    engine = make_engine(postgres_server.create_database(name, template=filled_template))
    yield engine
    await engine.dispose()
    postgres_server.drop_database(name)
