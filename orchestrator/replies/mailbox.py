"""A mailbox of our own, looked into over IMAP (RFC 3501): every message that nobody has seen is read, taken, and marked as seen after that.

The standard library's client in a thread: one look a minute needs no more, and a message is marked only when it is stored, so a crash costs nothing.
"""

import asyncio
import contextlib
import imaplib
import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import structlog
from sqlalchemy.exc import SQLAlchemyError

from orchestrator.counts import Dropped, count
from orchestrator.pacing import keep
from orchestrator.replies.doors import MailboxDoor
from orchestrator.replies.letters import Letter, read
from orchestrator.store.engine import UNREACHABLE
from orchestrator.webhooks.telling import UNREADABLE

LARGEST = 10 * 1024 * 1024
"""Bytes of a message that are fetched. Of a larger one only the headers are."""
AT_ONCE = 100
_PATIENCE = 30
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")

log = structlog.get_logger()


class Fetched(NamedTuple):
    uid: str
    raw: bytes
    whole: bool


class ImapMailbox:
    """One look into the mailbox, from log-in to log-out. Every call waits for the server, so all of it runs in a thread."""

    def __init__(self, door: MailboxDoor, *, largest: int = LARGEST) -> None:
        self._largest = largest
        made = imaplib.IMAP4_SSL if door.tls else imaplib.IMAP4
        self._imap = made(door.host, door.port, timeout=_PATIENCE)
        self._imap.login(door.username, door.password.get_secret_value())
        self._ask("SELECT", self._imap.select(f'"{door.folder}"'))

    def unseen(self) -> Iterator[Fetched]:
        (found,) = self._ask("SEARCH", self._imap.uid("SEARCH", "UNSEEN"))
        for uid in (found or b"").decode().split()[:AT_ONCE]:
            size = _SIZE.search(b" ".join(_flat(self._ask("FETCH", self._imap.uid("FETCH", uid, "(RFC822.SIZE)")))))
            whole = size is not None and int(size[1]) <= self._largest
            part = "(BODY.PEEK[])" if whole else "(BODY.PEEK[HEADER])"
            parts = [part[1] for part in self._ask("FETCH", self._imap.uid("FETCH", uid, part)) if isinstance(part, tuple)]
            if parts:
                yield Fetched(uid, parts[0], whole)

    def seen(self, uid: str) -> None:
        self._ask("STORE", self._imap.uid("STORE", uid, "+FLAGS.SILENT", r"(\Seen)"))

    def close(self) -> None:
        with contextlib.suppress(imaplib.IMAP4.error, OSError):
            self._imap.logout()

    @staticmethod
    def _ask(what: str, answer: tuple[str, list[Any]]) -> list[Any]:
        status, data = answer
        if status != "OK":
            raise imaplib.IMAP4.error(f"{what}: {status}")
        return data


async def look(open_mailbox: Callable[[], ImapMailbox], take: Callable[[Letter], Awaitable[str]]) -> int:
    """Look once: take every unseen message and mark it. One that cannot be read is counted and marked too, so that it does not come again and again; one
    that could not be stored stays unseen. Returns how many were taken."""
    mailbox = await asyncio.to_thread(open_mailbox)
    taken = 0
    try:
        messages = mailbox.unseen()
        while (one := await asyncio.to_thread(next, messages, None)) is not None:
            letter = await asyncio.to_thread(_letter, one)  # of ten megabytes, it takes a while
            if letter is None or await _taken(take, letter):
                taken += letter is not None
                await asyncio.to_thread(mailbox.seen, one.uid)
    finally:
        await asyncio.to_thread(mailbox.close)
    return taken


async def _taken(take: Callable[[Letter], Awaitable[str]], letter: Letter) -> bool:
    """Whether it was stored. Where nothing can be stored now, the next look tries again; one that cannot be stored by itself stays unseen and is counted, and
    holds up none of those behind it."""
    try:
        await take(letter)
    except (*UNREACHABLE, OSError):
        raise
    except (SQLAlchemyError, *UNREADABLE) as error:
        log.warning("mailbox", trouble=type(error).__name__)
        count(Dropped.REPLY, "unstored")
        return False
    return True


async def keep_looking(door: MailboxDoor, take: Callable[[Letter], Awaitable[str]], stop: asyncio.Event) -> None:
    """Look again and again until told to stop. A mailbox that is away is looked into later; what is in it waits there. Whatever stands in the way, the
    worker lives on: what others write to us must not stop what we do."""
    await keep(lambda: look(lambda: ImapMailbox(door), take), stop, rest=door.every_seconds, name="mailbox", trouble=(Exception,))


def _letter(one: Fetched) -> Letter | None:
    try:
        letter = read(one.raw)
    except UNREADABLE as error:
        log.warning("mailbox", trouble=type(error).__name__)
        count(Dropped.REPLY, "unread")
        return None
    return letter if one.whole else replace(letter, cut=True)


def _flat(parts: list[Any]) -> Iterator[bytes]:
    for part in parts:
        yield from (each for each in (part if isinstance(part, tuple) else (part,)) if isinstance(each, bytes))
