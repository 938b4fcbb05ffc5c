"""A mailbox is looked into over a real socket, by a server that speaks IMAP4rev1: what is unseen is taken once, and what breaks stops nothing."""

import imaplib
import re
import socketserver
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from orchestrator.replies import mailbox
from orchestrator.replies.doors import MailboxDoor
from orchestrator.replies.letters import Letter
from orchestrator.replies.mailbox import ImapMailbox, look
from tests.orchestrator.replies.letters import a_letter

PASSWORD = "open sesame"


class Inbox(socketserver.ThreadingTCPServer):
    """The messages by number, and which of them were seen."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, messages: dict[str, bytes]) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.messages = messages
        self.marked: list[str] = []


class _Session(socketserver.StreamRequestHandler):
    server: Inbox

    def handle(self) -> None:
        self.wfile.write(b"* OK IMAP4rev1\r\n")
        for line in self.rfile:
            tag, _, command = line.decode().strip().partition(" ")
            good = self._answer(command)
            self.wfile.write(f"{tag} {'OK' if good else 'NO'} done\r\n".encode())

    def _answer(self, command: str) -> bool:
        inbox = self.server
        match command.split(" ", maxsplit=1)[0].upper():
            case "CAPABILITY":
                self.wfile.write(b"* CAPABILITY IMAP4rev1\r\n")
            case "LOGIN":
                return PASSWORD in command
            case "SELECT":
                self.wfile.write(f"* {len(inbox.messages)} EXISTS\r\n".encode())
            case "LOGOUT":
                self.wfile.write(b"* BYE\r\n")
            case "UID":
                self._uid(command)
            case _:
                return False
        return True

    def _uid(self, command: str) -> None:
        inbox = self.server
        if "SEARCH" in command:
            self.wfile.write(f"* SEARCH {' '.join(uid for uid in inbox.messages if uid not in inbox.marked)}\r\n".encode())
            return
        found = re.search(r"UID (FETCH|STORE) (\d+) ", command)
        assert found is not None
        raw = inbox.messages[found[2]]
        if found[1] == "STORE":
            inbox.marked.append(found[2])
        elif "SIZE" in command:
            self.wfile.write(f"* 1 FETCH (UID {found[2]} RFC822.SIZE {len(raw)})\r\n".encode())
        else:
            part = raw.partition(b"\n\n")[0] + b"\n\n" if "HEADER" in command else raw
            self.wfile.write(f"* 1 FETCH (UID {found[2]} BODY[] {{{len(part)}}}\r\n".encode() + part + b")\r\n")


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    """Three messages; the second is nothing that could be read."""
    with Inbox({"3": a_letter("One").as_bytes(), "5": b"", "8": a_letter("Two", Message_ID="<answer-2@clinic.example>").as_bytes()}) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield server
        server.shutdown()


def _open(inbox: Inbox, *, largest: int = mailbox.LARGEST, **changes: Any) -> ImapMailbox:
    told = {"host": "127.0.0.1", "port": inbox.server_address[1], "username": "replies", "password": PASSWORD, "tls": False, **changes}
    return ImapMailbox(MailboxDoor.model_validate(told), largest=largest)


async def test_what_is_unseen_is_taken_once(inbox: Inbox) -> None:
    """And marked when it is stored; a second look finds nothing."""
    taken: list[Letter] = []

    async def take(letter: Letter) -> str:
        taken.append(letter)
        return "replied"

    await look(lambda: _open(inbox), take)
    await look(lambda: _open(inbox), take)
    assert [letter.words for letter in taken if letter.words] == ["One", "Two"]
    assert inbox.marked == ["3", "5", "8"]


async def test_what_could_not_be_stored_stays_unseen(inbox: Inbox) -> None:
    """It is there at the next look."""

    async def away(_: Letter) -> str:
        raise ConnectionError("the database is away")

    with pytest.raises(ConnectionError):
        await look(lambda: _open(inbox), away)
    assert inbox.marked == []


async def test_one_that_cannot_be_stored_holds_up_no_other(inbox: Inbox) -> None:
    """It stays unseen, for whoever looks into the mailbox; those behind it are taken."""

    async def take(letter: Letter) -> str:
        if letter.words == "One":
            raise ValueError("something in it that nobody foresaw")
        return "replied"

    await look(lambda: _open(inbox), take)
    assert inbox.marked == ["5", "8"]


async def test_of_a_message_that_is_too_large_only_the_headers_are_fetched(inbox: Inbox) -> None:
    """That it came is known, and that it was cut."""
    taken: list[Letter] = []

    async def take(letter: Letter) -> str:
        taken.append(letter)
        return "replied"

    await look(lambda: _open(inbox, largest=100), take)
    assert [(letter.words, letter.cut) for letter in taken if letter.names] == [("", True), ("", True)]


async def test_a_wrong_password_is_an_error_and_not_an_empty_mailbox(inbox: Inbox) -> None:
    """Nobody should believe that no one writes back."""

    async def take(_: Letter) -> str:
        return "replied"

    with pytest.raises(imaplib.IMAP4.error):
        await look(lambda: _open(inbox, password="guess"), take)
