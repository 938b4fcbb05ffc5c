"""One voice at the API: a user with a token, or a recipient with no more than a link. When the system is away it asks again under the same key, as any
careful client would; and it keeps what it asked for and what it was told, because that is what the claims are checked against."""

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from uuid import uuid4

import httpx
from pydantic import BaseModel, TypeAdapter

_PATIENCE_SECONDS = 120.0
"""How long the system may stay away: several dead children, one after the other."""
_AGAIN_AFTER_SECONDS = 0.3
_SLOW_SECONDS = 3.0
"""An answer that takes longer is a disturbance: at the pace of the demo that is a day of journey time."""

Answer = TypeVar("Answer", bound=BaseModel)


class DemoError(Exception):
    """The month cannot be played on. The message says what was asked and what came back."""


@dataclass(frozen=True)
class Disturbance:
    """Something kept the system from answering as it does at rest. `at` is journey time."""

    at: datetime
    what: str


@dataclass(frozen=True)
class Given:
    """One command and what it came to, however often it had to be asked. `code` is the refusal's, None where it was carried out."""

    by: str
    path: str
    body: Mapping[str, Any]
    key: str
    status: int
    code: str | None
    replayed: bool
    answer: Any

    @property
    def task(self) -> str | None:
        """The task it was given for."""
        return self.path.split("/")[1] if self.path.startswith("tasks/") else None

    @property
    def verb(self) -> str:
        return self.path.rsplit("/", 1)[-1]


@dataclass
class Weather:
    """What disturbed the month so far; `now` is the journey clock."""

    now: Callable[[], datetime]
    seen: list[Disturbance] = field(default_factory=list)

    def note(self, what: str) -> None:
        self.seen.append(Disturbance(self.now(), what))


class Caller:
    def __init__(self, http: httpx.AsyncClient, weather: Weather, *, user: str, token: str | None = None) -> None:
        self.user = user
        self.given: list[Given] = []
        self.heard: set[str] = set()
        """Every answer's text, once."""
        self._http = http
        self._weather = weather
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    async def read(self, path: str, answer: type[Answer], **query: str) -> Answer:
        """One thing of the API. Raises DemoError where it is not there."""
        return answer.model_validate(_good(await self.ask("GET", f"/api/v1/{path}", query=query)).json())

    async def everything(self, path: str, item: type[Answer], **query: str) -> tuple[Answer, ...]:
        """A list to its last page."""
        items: list[Answer] = []
        cursor: dict[str, str] = {}
        while True:
            page = _good(await self.ask("GET", f"/api/v1/{path}", query={**query, **cursor, "limit": "100"})).json()
            items += TypeAdapter(list[item]).validate_python(page["items"])  # type: ignore[valid-type]
            if page["next"] is None:
                return tuple(items)
            cursor = {"cursor": page["next"]}

    async def give(self, path: str, body: Mapping[str, Any], *, key: str | None = None) -> Given:
        """Give a command once, under one key; a refusal is an answer like any other, and the caller looks at its code."""
        key = key or uuid4().hex
        answered = await self.ask("POST", f"/api/v1/{path}", body=body, headers={"Idempotency-Key": key})
        told = answered.json()
        code = None if answered.is_success else str(told.get("code"))
        given = Given(self.user, path, body, key, answered.status_code, code, answered.headers.get("Idempotency-Replayed") == "true", told)
        self.given.append(given)
        return given

    async def ask(
        self,
        method: str,
        url: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Ask until there is an answer. Raises DemoError when there is none for two minutes."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            began = time.monotonic()
            try:
                answered = await self._http.request(method, url, params=query, json=body, data=form, headers={**self._headers, **(headers or {})})
                trouble = "503" if answered.status_code == httpx.codes.SERVICE_UNAVAILABLE else None
            except httpx.TransportError as error:
                trouble = type(error).__name__
            if trouble is None:
                self._took(time.monotonic() - began)
                self.heard.add(_text(answered))
                return answered
            self._weather.note(f"no answer ({trouble})")
            if time.monotonic() > deadline:
                raise DemoError(f"{method} {url} had no answer for {_PATIENCE_SECONDS:.0f} s, the last time {trouble}.")
            await asyncio.sleep(_AGAIN_AFTER_SECONDS)

    def _took(self, seconds: float) -> None:
        if seconds > _SLOW_SECONDS:
            self._weather.note(f"an answer took {seconds:.0f} s")


def _good(answered: httpx.Response) -> httpx.Response:
    if answered.is_success:
        return answered
    raise DemoError(f"{answered.request.method} {answered.request.url.path} was answered with {answered.status_code}: {answered.text[:300]}")


def _text(answered: httpx.Response) -> str:
    """The answer as text in which no letter is written as an escape, so that words can be looked for in it."""
    try:
        return json.dumps(answered.json(), ensure_ascii=False)
    except ValueError:
        return answered.text
