"""Another system on this machine that plays a script of raw HTTP, to misbehave exactly as told, and keeps what it was asked."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from pydantic import HttpUrl, SecretStr

from orchestrator.requests import signing
from orchestrator.requests.endpoints import Endpoint

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
"""The secret of the examples of Standard Webhooks."""
SILENCE, HANG_UP = "silence", "hang up"


@dataclass
class Heard:
    """One request as it came."""

    headers: dict[str, str]
    body: bytes

    @property
    def told(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.body)
        return told

    @property
    def stamp(self) -> signing.Stamp:
        return signing.Stamp(*(self.headers[f"webhook-{part}"] for part in ("id", "timestamp", "signature")))


@dataclass
class Other:
    """The other system. When its script is over, the last line stands."""

    script: Sequence[str]
    port: int = 0
    heard: list[Heard] = field(default_factory=list)

    @property
    def endpoint(self) -> Endpoint:
        return Endpoint(url=HttpUrl(f"http://127.0.0.1:{self.port}/ask"), secret=SecretStr(SECRET))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()[1:]
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head if line)}
        self.heard.append(Heard(headers, await reader.readexactly(int(headers["content-length"]))))
        line = self.script[min(len(self.heard), len(self.script)) - 1]
        if line == SILENCE:
            await asyncio.sleep(5)
        elif line != HANG_UP:
            writer.write(line.encode())
            await writer.drain()
        writer.close()


def reply(status: int, body: Any = None, **headers: str) -> str:
    """A line of the script: a whole reply."""
    text = json.dumps(body) if body is not None else ""
    told = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status} So\r\nContent-Length: {len(text)}\r\nConnection: close\r\n{told}\r\n{text}"


@asynccontextmanager
async def another_system(*script: str) -> AsyncIterator[Other]:
    """It listens on a port of its own until the end of the block."""
    other = Other(script)
    server = await asyncio.start_server(other.serve, "127.0.0.1", 0)
    other.port = server.sockets[0].getsockname()[1]
    try:
        yield other
    finally:
        server.close()
