"""The SMTP inbox: everything that arrives is kept, repeated messages too."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import pytest
import pytest_asyncio

from orchestrator.embedded import inbox, ports
from orchestrator.embedded.errors import PortInUseError


def a_mail(message_id: str = "<touch-1@dirigent.test>", *, text: str = "Grüße från Åre") -> EmailMessage:
    mail = EmailMessage()
    mail["Message-ID"], mail["From"], mail["To"], mail["Subject"] = message_id, "rep@dirigent.test", "hcp@example.test", "Läs mer"
    mail.set_content(text)
    return mail


@pytest_asyncio.fixture
async def port(tmp_path: Path) -> AsyncIterator[int]:
    chosen = ports.free()
    serving = asyncio.create_task(inbox.serve(tmp_path / "inbox", port=chosen))
    async with asyncio.timeout(5):
        while not await _greets(chosen):
            await asyncio.sleep(0.01)
    yield chosen
    serving.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await serving


async def _greets(port: int) -> bool:
    try:
        return await inbox.greets(port)
    except OSError:
        return False


async def test_a_mail_is_kept_as_it_was_sent(tmp_path: Path, port: int) -> None:
    """A mail that was answered with 250 is on disk and reads the same."""
    await aiosmtplib.send(a_mail(), hostname="127.0.0.1", port=port, start_tls=False)
    (kept,) = inbox.Inbox(tmp_path / "inbox").mails()
    assert kept.message_id == "<touch-1@dirigent.test>"
    assert kept.message["Subject"] == "Läs mer"
    assert kept.message.get_content().strip() == "Grüße från Åre"


async def test_a_repeated_message_is_visible(tmp_path: Path, port: int) -> None:
    """The inbox hides no duplicate: it counts the arrivals of each Message-ID."""
    for message_id in ("<a@x>", "<a@x>", "<b@x>"):
        await aiosmtplib.send(a_mail(message_id), hostname="127.0.0.1", port=port, start_tls=False)
    box = inbox.Inbox(tmp_path / "inbox")
    assert [box.arrivals(message_id) for message_id in ("<a@x>", "<b@x>", "<c@x>")] == [2, 1, 0]
    assert [mail.message_id for mail in box.mails()] == ["<a@x>", "<a@x>", "<b@x>"]


async def test_a_taken_port_says_which_variable_to_change(tmp_path: Path, port: int) -> None:
    """The refusal names the port, its purpose and the setting."""
    with pytest.raises(PortInUseError, match=rf"Port {port}, meant for the SMTP inbox.*DIRIGENT_INBOX_PORT={port + 1}"):
        await inbox.serve(tmp_path, port=port)
