"""SMTP servers for tests: a real one that keeps what it takes, and one that plays a script, to misbehave exactly as told."""

import asyncio
import warnings
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP as POLICY
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope
from pydantic import HttpUrl, SecretStr

from orchestrator.channels.smtp import Limits, SmtpChannel
from orchestrator.settings import Settings
from tests.activities.fakes import StoppedClock

QUICK = Limits(answer=0.3, opening=0.5, text=0.4)
HANG_UP = ""
"""In a script: close the connection instead of answering."""
SILENCE = None
"""In a script: never answer."""


def the_settings(**settings: Any) -> Settings:
    """Settings of a house whose mail stays on this machine, without TLS."""
    told: dict[str, Any] = {"smtp_host": "127.0.0.1", "smtp_starttls": False, "mail_from": "no-reply@dirigent.example"}
    told |= {"mail_domain": "mail.example", "database_url": SecretStr("postgresql://nobody@127.0.0.1/none"), "temporal_address": "127.0.0.1:1"}
    told |= {"public_url": HttpUrl("https://dirigent.example"), "signing_key": SecretStr("k" * 32)}
    return Settings(**{**told, **settings})


def a_channel(port: int, *, limits: Limits = QUICK, journal: Any = None, **settings: Any) -> SmtpChannel:
    """The channel under test, pointed at a server of this machine."""
    return SmtpChannel(the_settings(smtp_port=port, **settings), StoppedClock(), journal, limits=limits)


@dataclass
class Postbox:
    """aiosmtpd's handler: takes everything, and keeps the envelopes."""

    port: int = 0
    envelopes: list[Envelope] = field(default_factory=list)

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802 - the framework's name
        self.envelopes.append(envelope)
        return "250 kept"

    def raw(self) -> bytes:
        """The one message that came, as it is when the dots are taken out again."""
        (envelope,) = self.envelopes
        content = envelope.original_content
        assert isinstance(content, bytes)
        return content

    def mail(self) -> EmailMessage:
        return BytesParser(EmailMessage, policy=POLICY).parsebytes(self.raw())


@asynccontextmanager
async def a_postbox(box: Postbox | None = None, *, utf8: bool = True, password: str | None = None) -> AsyncIterator[Postbox]:
    """A real server on a free port. With a password it takes nothing from those who do not log in with it."""
    box = box or Postbox()
    loop = asyncio.get_running_loop()

    def authenticate(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=data.password == (password or "").encode(), handled=False)

    def speak() -> SMTP:
        auth: dict[str, Any] = {"authenticator": authenticate, "auth_required": True, "auth_require_tls": False} if password else {}
        with warnings.catch_warnings(action="ignore"):  # a password without TLS is well worth its warning; here it stays on this machine
            return SMTP(box, loop=loop, enable_SMTPUTF8=utf8, **auth)

    server = await loop.create_server(speak, "127.0.0.1", 0)
    async with server:
        box.port = server.sockets[0].getsockname()[1]
        yield box


@dataclass
class Scripted:
    """What a scripted server was told, line by line, and how often somebody connected."""

    port: int = 0
    heard: list[str] = field(default_factory=list)
    connections: int = 0

    @property
    def texts(self) -> int:
        """How often a whole text came."""
        return self.heard.count(".")


_CIVIL: dict[str, str | None] = {"connect": "220 hello", "EHLO": "250 hello", "MAIL": "250 ok", "RCPT": "250 ok", "DATA": "354 go ahead", ".": "250 taken"}


@asynccontextmanager
async def a_server_that_says(script: Mapping[str, str | None]) -> AsyncIterator[Scripted]:
    """A server that answers each command by the script, and civilly where that is silent."""
    told, answers = Scripted(), {**_CIVIL, **script}
    open_connections: set[asyncio.Task[None]] = set()

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        told.connections += 1
        in_text, command = False, "connect"
        while True:
            answer = answers.get(command, "500 what?")
            if answer == HANG_UP:
                break
            if answer is not None and (not in_text or command == "."):
                writer.write(f"{answer}\r\n".encode())
                in_text = command == "DATA" and answer.startswith("354")
            line = await reader.readline()
            if not line:
                break
            told.heard.append(line.decode().rstrip("\r\n"))
            command = told.heard[-1] if in_text else told.heard[-1].partition(" ")[0]
        writer.close()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(converse(reader, writer))
        open_connections.add(task)
        task.add_done_callback(open_connections.discard)

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        told.port = server.sockets[0].getsockname()[1]
        yield told
    finally:
        server.close()
        for task in list(open_connections):
            task.cancel()
        await asyncio.gather(*open_connections, return_exceptions=True)
