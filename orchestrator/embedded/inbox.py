"""The SMTP inbox of the embedded runtime: it accepts every mail and keeps each as one file, so that a person can read what was sent and a check can ask
whether a message arrived, and how often. A repeated message is kept again: hiding it would hide the very fault one looks for."""

import asyncio
import email.policy
import hashlib
import itertools
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.embedded import ports, programs

if TYPE_CHECKING:
    from aiosmtpd.smtp import SMTP, Envelope, Session

_MOST_BYTES = 10 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Mail:
    """One accepted message. `arrived` is the wall clock's."""

    file: Path
    arrived: datetime
    message: EmailMessage

    @property
    def message_id(self) -> str:
        return str(self.message["Message-ID"] or "").strip()


class Inbox:
    """The folder of accepted messages: `<digest of the Message-ID>-<n>.eml`, where n counts the arrivals of that Message-ID from 1."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, content: bytes) -> Path:
        """Store a message whole or not at all, and return its file."""
        self._folder.mkdir(parents=True, exist_ok=True)
        digest = _digest(str(_headers(content)["Message-ID"] or ""))
        draft = self._folder / f".{digest}.{id(content)}.draft"
        draft.write_bytes(content)
        for n in itertools.count(1):
            file = self._folder / f"{digest}-{n:04d}.eml"
            try:
                file.hardlink_to(draft)  # unlike a rename, it never replaces an earlier arrival
            except FileExistsError:
                continue
            draft.unlink()
            return file
        raise AssertionError

    def arrivals(self, message_id: str) -> int:
        """How often a message with this Message-ID arrived."""
        return len(list(self._folder.glob(f"{_digest(message_id)}-*.eml")))

    def mails(self) -> list[Mail]:
        """Every message, in the order of arrival."""
        files = sorted(self._folder.glob("*.eml"), key=lambda file: (file.stat().st_mtime_ns, file.name))
        return [_read(file) for file in files]


class _Keeper:
    """aiosmtpd's handler: it says 250 only when the message is stored."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox

    async def handle_DATA(self, server: "SMTP", session: "Session", envelope: "Envelope") -> str:  # noqa: N802, ARG002 - the framework's signature
        content = envelope.original_content or b""
        await asyncio.to_thread(self._inbox.keep, content)
        return "250 kept"


async def serve(folder: Path, *, port: int) -> None:
    """Accept mails on the local port until cancelled. Raises PortInUseError, and ProgramMissingError without the package."""
    programs.require_smtp()
    from aiosmtpd.smtp import SMTP  # noqa: PLC0415 - of the embedded extra: reading the inbox must not need it

    ports.require(port, purpose="the SMTP inbox", variable="DIRIGENT_INBOX_PORT")
    keeper = _Keeper(Inbox(folder))
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(keeper, loop=loop, data_size_limit=_MOST_BYTES, enable_SMTPUTF8=True), "127.0.0.1", port)
    async with server:
        await server.serve_forever()


async def greets(port: int) -> bool:
    """Whether an SMTP server answers on the local port."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        return (await reader.readline()).startswith(b"220")
    finally:
        writer.close()


def _digest(message_id: str) -> str:
    return hashlib.sha256(message_id.strip().encode()).hexdigest()


def _headers(content: bytes) -> EmailMessage:
    return BytesParser(EmailMessage, policy=email.policy.SMTP).parsebytes(content, headersonly=True)


def _read(file: Path) -> Mail:
    message = BytesParser(EmailMessage, policy=email.policy.SMTP).parsebytes(file.read_bytes())
    return Mail(file=file, arrived=datetime.fromtimestamp(file.stat().st_mtime, UTC), message=message)
