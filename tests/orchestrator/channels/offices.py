"""Providers on this machine: each checks log-in and fields as its documentation has them, answers in its own form, counts what it takes, and misbehaves
exactly as told."""

import asyncio
import base64
import json
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from pydantic import HttpUrl

from orchestrator.channels import accounts

WAIT = timedelta(seconds=7)
"""For how long a throttling office wants to be left alone."""


class Manner(StrEnum):
    """How an office behaves."""

    TAKES = "takes the message"
    THROTTLES = "throttles"
    UNAVAILABLE = "is unavailable and says for how long"
    REFUSES = "refuses the recipient"
    LOCKED = "does not know us"
    SENDS_ON = "redirects"
    BREAKS = "breaks down before it takes the message"
    BREAKS_AFTER = "takes the message and breaks down"
    SILENT = "takes the message and says nothing"
    HALF_CLOSED = "takes the message and closes its side"
    GARBAGE = "takes the message and mumbles"
    DRIBBLES = "takes the message and never ends its answer"
    TRUNCATED = "takes the message and breaks off in its answer"
    ABSENT = "is not there"
    HEADLESS = "hangs up before the message has come"


_TAKING = frozenset({Manner.TAKES, Manner.BREAKS_AFTER, Manner.SILENT, Manner.HALF_CLOSED, Manner.GARBAGE, Manner.DRIBBLES, Manner.TRUNCATED})


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.body)
        return told

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    @property
    def query(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}

    @property
    def parts(self) -> dict[str, bytes]:
        """The fields of a multipart form."""
        mail = BytesParser(EmailMessage, policy=SMTP).parsebytes(f"Content-Type: {self.headers['content-type']}\r\n\r\n".encode() + self.body)
        return {str(part.get_param("name", header="content-disposition")): part.get_payload(decode=True) or _raw(part) for part in mail.iter_parts()}  # type: ignore[misc]


def _raw(part: Any) -> bytes:
    payload = part.get_payload()
    return payload[0].as_bytes() if isinstance(payload, list) else b""


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any = None
    headers: tuple[tuple[str, str], ...] = ()

    def bytes(self) -> bytes:
        text = self.body if isinstance(self.body, str) else json.dumps(self.body) if self.body is not None else ""
        headers = "".join(f"{name}: {value}\r\n" for name, value in self.headers)
        return f"HTTP/1.1 {self.status} So\r\nContent-Length: {len(text.encode())}\r\nConnection: close\r\n{headers}\r\n{text}".encode()


class Office(ABC):
    """One provider. `taken` counts messages by our id of each."""

    SENT_TO: str
    BREAKS_WITH = Answer(500, "Internal Server Error")
    MUMBLES = Answer(200, "<html>hello</html>")
    LOCKED = Answer(401, {"message": "who are you"})

    def __init__(self) -> None:
        self.manner = Manner.TAKES
        self.taken: Counter[str] = Counter()
        self.asked: list[Asked] = []
        self.port = 0

    @property
    def url(self) -> HttpUrl:
        return HttpUrl(f"http://127.0.0.1:{self.port}")

    @abstractmethod
    def account(self, patience: float) -> accounts.AnyAccount: ...

    @abstractmethod
    def knows(self, asked: Asked) -> bool:
        """Whether the log-in is right."""

    @abstractmethod
    def message_of(self, asked: Asked) -> str:
        """Our id of the message, of a request in which nothing is missing; raises otherwise."""

    @abstractmethod
    def accepted(self) -> Answer: ...

    @abstractmethod
    def refused(self) -> Answer: ...

    def throttled(self) -> Answer:
        return Answer(429, {"message": "too many"}, (("Retry-After", str(int(WAIT.total_seconds()))),))

    def shown(self, asked: Asked) -> Answer:
        """The answer to a question for a message."""
        raise AssertionError(f"{asked.path} is nothing that this provider is asked")

    def answer(self, asked: Asked) -> Answer:
        """By the manner; a request that is wrong is told so, whatever the manner."""
        self.asked.append(asked)
        if not self.knows(asked):
            return self.LOCKED
        if asked.method == "GET":
            return self.shown(asked)
        assert urlsplit(asked.path).path == self.SENT_TO
        message = self.message_of(asked)
        if self.manner in _TAKING:
            self.taken[message] += 1
        return {
            Manner.THROTTLES: self.throttled(),
            Manner.UNAVAILABLE: Answer(503, "", (("Retry-After", str(int(WAIT.total_seconds()))),)),
            Manner.REFUSES: self.refused(),
            Manner.LOCKED: self.LOCKED,
            Manner.SENDS_ON: Answer(302, None, (("Location", "https://elsewhere.example/"),)),
            Manner.BREAKS: self.BREAKS_WITH,
            Manner.BREAKS_AFTER: self.BREAKS_WITH,
            Manner.GARBAGE: self.MUMBLES,
        }.get(self.manner, self.accepted())

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._converse(reader, writer)
        finally:
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()
        if self.manner is Manner.HEADLESS:
            return
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        method, path, _ = head[0].split(" ")
        said = self.answer(Asked(method, path, headers, body)).bytes()
        if method == "GET":
            writer.write(said)
        elif self.manner is Manner.SILENT:
            await reader.read()  # until the other side gives up
        elif self.manner is Manner.DRIBBLES:
            writer.write(said[:-5] if said[-1:] == b"}" else said.replace(b"Content-Length: 0", b"Content-Length: 9"))
            await reader.read()
        elif self.manner is Manner.TRUNCATED:
            writer.write(said[:-5] if said[-1:] == b"}" else said[: said.index(b"\r\n")])
        elif self.manner is not Manner.HALF_CLOSED:
            writer.write(said)
        await writer.drain()


@asynccontextmanager
async def opened(office: Office) -> AsyncIterator[Office]:
    """It listens on a port of its own until the end of the block."""
    server = await asyncio.start_server(office.serve, "127.0.0.1", 0)
    office.port = server.sockets[0].getsockname()[1]
    try:
        yield office
    finally:
        server.close()


def basic(user: str, secret: str) -> str:
    """The header of HTTP's basic scheme."""
    return "Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode()
