"""The API over a house of dictionaries, and a caller for every role."""

import itertools
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI

from api.app import create_app
from api.security import Tokens
from api.who import Role
from tests.api.fakes import World, ports
from tests.api.worlds import a_world

KEY = "a-signing-key-for-tests-of-32-chars"
_numbers = itertools.count(1)


class Caller:
    """A client that signs in as a user and names each command anew, unless told otherwise."""

    def __init__(self, http: httpx.AsyncClient, token: str | None) -> None:
        self._http = http
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    async def get(self, path: str, **params: Any) -> httpx.Response:
        return await self._http.get(path, headers=self._headers, params=params or None)

    async def put(self, path: str, body: Any = None, *, key: str | None = None) -> httpx.Response:
        headers = {**self._headers, "Idempotency-Key": key or f"key-{next(_numbers):06d}"}
        return await self._http.put(path, headers=headers, json=body)

    async def post(self, path: str, body: Any = None, *, key: str | None = None) -> httpx.Response:
        headers = {**self._headers, "Idempotency-Key": key or f"key-{next(_numbers):06d}"}
        return await self._http.post(path, headers=headers, json=body)

    async def send(self, path: str, body: bytes, headers: dict[str, str]) -> httpx.Response:
        """A body as it is, with headers of its own."""
        return await self._http.post(path, headers={**self._headers, **headers}, content=body)


As = Callable[[Role | str | None], Caller]


@pytest.fixture
def world() -> World:
    return a_world()


@pytest.fixture(scope="session")
def desk() -> FastAPI:
    """Built once, because drawing its contract takes a while."""
    return create_app(ports(World()), signing_key=KEY, version="0")


@pytest.fixture
def app(desk: FastAPI, world: World) -> FastAPI:
    """The app over the test's own world."""
    desk.state.ports = ports(world)
    return desk


@pytest_asyncio.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://dirigent.test") as client:
        yield client


@pytest.fixture
def as_(http: httpx.AsyncClient, world: World) -> As:
    """`as_(Role.REP)`, `as_("rep-2")`, or `as_(None)` for somebody who is not signed in."""

    def caller(who: Role | str | None) -> Caller:
        if who is None:
            return Caller(http, None)
        user_id = f"user-{who}" if isinstance(who, Role) else who
        role = who if isinstance(who, Role) else Role(world.users[who].role)
        return Caller(http, Tokens(KEY).issue(user_id, role, lifetime=timedelta(hours=1), now=datetime.now(UTC)))

    return caller
