"""The SMTP conversation, with a real server and with one that misbehaves: every way it can end is told apart, and nothing is offered twice."""

import asyncio
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from activities.ports import Handover, Message
from orchestrator.channels.journal import InboxJournal
from orchestrator.channels.smtp import Limits
from orchestrator.embedded import ports
from orchestrator.embedded.inbox import Inbox
from tests.activities.orders import MESSAGE_ID, a_message
from tests.builders import NOW
from tests.orchestrator.channels.servers import HANG_UP, QUICK, SILENCE, a_channel, a_postbox, a_server_that_says

UNSUBSCRIBE = f"https://dirigent.example/u/{'a' * 120}.{'b' * 43}"


async def test_a_message_arrives_as_it_was_composed() -> None:
    """One envelope; text and HTML as alternatives; the headers that were asked for; dated in journey time."""
    headers = {"List-Unsubscribe": f"<{UNSUBSCRIBE}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click", "Content-Language": "en"}
    async with a_postbox() as box:
        assert (await a_channel(box.port).send(a_message(headers=headers))).result is Handover.ACCEPTED
        (envelope,) = box.envelopes
    mail = box.mail()
    assert (envelope.mail_from, envelope.rcpt_tos) == ("no-reply@dirigent.example", ["astrid@clinic.example"])
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert (mail["From"], mail["To"], mail["Subject"]) == ("no-reply@dirigent.example", "astrid@clinic.example", "Our talk")
    assert (mail["Message-ID"], mail["MIME-Version"]) == (MESSAGE_ID, "1.0")
    assert parsedate_to_datetime(mail["Date"]) == NOW
    assert {name: mail[name] for name in headers} == headers


async def test_the_unsubscribe_address_stands_in_one_piece() -> None:
    """A long address is neither folded nor encoded on the wire: a mail program must find it with one look (RFC 8058)."""
    async with a_postbox() as box:
        await a_channel(box.port).send(a_message(headers={"List-Unsubscribe": f"<{UNSUBSCRIBE}>"}))
    assert f"\r\nList-Unsubscribe: <{UNSUBSCRIBE}>\r\n".encode() in box.raw()


async def test_swedish_reads_as_swedish() -> None:
    """A long subject and both bodies survive with their letters, though only ASCII goes over the wire."""
    subject = "Åsa, vårt samtal om hjärtsvikt på Östermalm: nästa steg för dina äldre patienter, och några frågor som vi lämnade öppna"
    text, html = "Hej Åsa Öberg!\n\nVänliga hälsningar", "<p>Hej Åsa Öberg!</p>"
    async with a_postbox() as box:
        await a_channel(box.port).send(a_message(subject=subject, text=text, html=html, language="sv"))
    assert box.mail()["Subject"] == subject
    plain, rich = box.mail().iter_parts()
    assert (plain.get_content().strip(), rich.get_content().strip()) == (text.replace("\n", "\r\n"), html)
    assert box.raw().isascii()


@pytest.mark.parametrize(
    "text",
    ["." * 3, ".\n.\n..\nfirst\n.last", "x" * 5000, ("å" * 900 + "\n") * 3, "a\r\n.\r\nMAIL FROM:<x@y.example>\r\n", "From here on\n>From there", "tail "],
    ids=["only dots", "leading dots", "a long line", "long lines of Swedish", "smuggling", "From", "a space at the end"],
)
async def test_every_text_comes_through(text: str) -> None:
    """Dots at the beginning of a line, long lines and lines that look like commands arrive as text, in lines that SMTP allows."""
    async with a_postbox() as box:
        assert (await a_channel(box.port).send(a_message(text=text))).result is Handover.ACCEPTED
    plain, _ = box.mail().iter_parts()
    assert plain.get_content().splitlines() == text.splitlines()
    assert max(map(len, box.raw().split(b"\r\n"))) <= 998
    assert b"\n" not in box.raw().replace(b"\r\n", b"")


async def test_an_address_in_other_letters_is_written_to() -> None:
    """Where the server speaks SMTPUTF8 (RFC 6531), the address goes into envelope and header as it is."""
    async with a_postbox() as box:
        assert (await a_channel(box.port).send(a_message(to="åsa@läkare.example"))).result is Handover.ACCEPTED
    assert box.envelopes[0].rcpt_tos == ["åsa@läkare.example"]
    assert "\r\nTo: åsa@läkare.example\r\n".encode() in box.raw()


async def test_an_address_that_the_server_cannot_write_is_refused() -> None:
    """Without SMTPUTF8 it will never be taken; a message to another address is none the worse."""
    async with a_postbox(utf8=False) as box:
        channel = a_channel(box.port)
        assert (await channel.send(a_message(to="åsa@clinic.example"))).result is Handover.REFUSED
        assert (await channel.send(a_message())).result is Handover.ACCEPTED


@pytest.mark.parametrize(
    "to",
    [
        "astrid@clinic.example\r\nBcc: all@clinic.example",
        "astrid@clinic.example>\r\nRCPT TO:<all@clinic.example",
        "a b@clinic.example",
        "",
        "<>",
        "\x00@x.example",
    ],
)
async def test_an_address_cannot_smuggle_anything(to: str) -> None:
    """What is no address is refused for good; not a second recipient, not a header, not a command comes of it."""
    async with a_postbox() as box:
        assert (await a_channel(box.port).send(a_message(to=to))).result is Handover.REFUSED
    assert box.envelopes == []


@pytest.mark.parametrize("field", ["subject", "message_id", "sender"])
async def test_a_line_break_in_a_header_is_refused(field: str) -> None:
    """A header is one line, whoever wrote it."""
    async with a_postbox() as box:
        for ending in ("\r\nBcc: all@clinic.example", "\r", "\n"):
            message = a_message(**{field: f"<one@x.example>{ending}"})
            assert (await a_channel(box.port).send(message)).result is Handover.REFUSED
    assert box.envelopes == []


MISBEHAVIOUR: list[tuple[str, Mapping[str, str | None], Handover, int]] = [
    ("greets with 421", {"connect": "421 too busy"}, Handover.DOWN, 0),
    ("greets with 554", {"connect": "554 no service"}, Handover.DOWN, 0),
    ("hangs up at once", {"connect": HANG_UP}, Handover.DOWN, 0),
    ("says nothing at all", {"connect": SILENCE}, Handover.DOWN, 0),
    ("speaks another language", {"connect": "SSH-2.0-OpenSSH"}, Handover.DOWN, 0),
    ("knows no EHLO", {"EHLO": "502 what", "HELO": "250 hello"}, Handover.ACCEPTED, 1),
    ("hangs up at EHLO", {"EHLO": HANG_UP}, Handover.DOWN, 0),
    ("does not know the sender now", {"MAIL": "451 later"}, Handover.DOWN, 0),
    ("will not have our sender", {"MAIL": "550 not yours"}, Handover.DOWN, 0),
    ("wants a log-in", {"MAIL": "530 log in first"}, Handover.DOWN, 0),
    ("refuses the recipient for good", {"RCPT": "550 no such user"}, Handover.REFUSED, 0),
    ("refuses the recipient for now", {"RCPT": "450 greylisted"}, Handover.DOWN, 0),
    ("wants a log-in at the recipient", {"RCPT": "530 log in first"}, Handover.DOWN, 0),
    ("closes down at the recipient", {"RCPT": "421 closing"}, Handover.DOWN, 0),
    ("hangs up at the recipient", {"RCPT": HANG_UP}, Handover.DOWN, 0),
    ("falls silent at the recipient", {"RCPT": SILENCE}, Handover.DOWN, 0),
    ("does not want a text now", {"DATA": "451 later"}, Handover.DOWN, 0),
    ("does not want a text", {"DATA": "554 no valid recipients"}, Handover.REFUSED, 0),
    ("hangs up before the text", {"DATA": HANG_UP}, Handover.DOWN, 0),
    ("falls silent before the text", {"DATA": SILENCE}, Handover.DOWN, 0),
    ("refuses the text for good", {".": "554 spam"}, Handover.REFUSED, 1),
    ("refuses the text for now", {".": "452 disk full"}, Handover.DOWN, 1),
    ("closes down instead of taking it", {".": "421 closing"}, Handover.DOWN, 1),
    ("hangs up after the text", {".": HANG_UP}, Handover.UNKNOWN, 1),
    ("falls silent after the text", {".": SILENCE}, Handover.UNKNOWN, 1),
    ("mumbles after the text", {".": "???"}, Handover.UNKNOWN, 1),
]


@pytest.mark.parametrize(("script", "result", "texts"), [case[1:] for case in MISBEHAVIOUR], ids=[case[0] for case in MISBEHAVIOUR])
async def test_every_end_of_a_conversation_is_told_apart(script: Mapping[str, str | None], result: Handover, texts: int) -> None:
    """One connection and at most one text each, within the time limits; nothing in the log that names the recipient."""
    async with a_server_that_says(script) as server:
        with capture_logs() as lines:
            started = time.monotonic()
            assert (await a_channel(server.port).send(a_message())).result is result
            assert time.monotonic() - started < QUICK.opening + QUICK.text + 0.5
    assert (server.connections, server.texts) == (1, texts)
    assert [line["result"] for line in lines] == ([] if result is Handover.ACCEPTED else [result])
    assert "astrid" not in str(lines)


async def test_a_server_that_dribbles_is_not_waited_for() -> None:
    """Each answer comes in time, all of them together do not: the opening as a whole has its limit."""

    async def dribble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(20):
            writer.write(b"220-still here\r\n")
            await asyncio.sleep(0.05)
        writer.close()

    server = await asyncio.start_server(dribble, "127.0.0.1", 0)
    async with server:
        started = time.monotonic()
        limits = Limits(answer=5, opening=0.2, text=0.2)
        assert (await a_channel(server.sockets[0].getsockname()[1], limits=limits).send(a_message())).result is Handover.DOWN
        assert time.monotonic() - started < 0.8


async def test_the_limits_stay_below_that_of_the_activity() -> None:
    """A conversation ends by itself before Temporal gives the attempt up, with time left for the two transactions around it."""
    assert Limits().opening + Limits().text <= 25


async def test_a_refused_connection_is_a_channel_that_is_down() -> None:
    """Nobody listens there: nothing was taken, and the message may be offered again."""
    with capture_logs() as lines:
        assert (await a_channel(ports.free()).send(a_message())).result is Handover.DOWN
    assert [(line["log_level"], line["trouble"]) for line in lines] == [("warning", "SMTPConnectError")]


async def test_tls_that_is_not_offered_is_not_done_without() -> None:
    """Where encryption is asked for, a server without it gets no message."""
    async with a_postbox() as box:
        assert (await a_channel(box.port, smtp_starttls=True).send(a_message())).result is Handover.DOWN
    assert box.envelopes == []


async def test_a_log_in_is_made_where_one_is_set() -> None:
    """With the right password the server takes the message."""
    async with a_postbox(password="open sesame") as box:
        channel = a_channel(box.port, smtp_username="dirigent", smtp_password=SecretStr("open sesame"))
        assert (await channel.send(a_message())).result is Handover.ACCEPTED
        assert (await a_channel(box.port).send(a_message())).result is Handover.DOWN


async def test_a_wrong_password_is_said_aloud() -> None:
    """It is the house's trouble, not the message's: held, and logged as an error that names the settings and not the password."""
    async with a_postbox(password="open sesame") as box:
        with capture_logs() as lines:
            channel = a_channel(box.port, smtp_username="dirigent", smtp_password=SecretStr("wrong"))
            assert (await channel.send(a_message())).result is Handover.DOWN
    (line,) = lines
    assert (line["log_level"], line["trouble"], line["code"]) == ("error", "SMTPAuthenticationError", 535)
    assert "DIRIGENT_SMTP_PASSWORD" in line["check"]
    assert "wrong" not in str(lines)


async def test_the_server_s_words_stay_out_of_the_log() -> None:
    """They may repeat the recipient's address; the code is enough to know what it was."""
    async with a_server_that_says({"RCPT": "550 <astrid@clinic.example>: no such user"}) as server:
        with capture_logs() as lines:
            await a_channel(server.port).send(a_message())
    (line,) = lines
    assert line == {"event": "smtp", "log_level": "warning", "result": "refused", "trouble": "SMTPRecipientRefused", "code": 550}


async def test_a_cancelled_conversation_ends_with_the_attempt() -> None:
    """A worker that stops does not leave a text half-written to be finished behind its back."""
    async with a_server_that_says({"RCPT": SILENCE}) as server:
        sending = asyncio.create_task(a_channel(server.port, limits=Limits()).send(a_message()))
        while "RCPT TO:<astrid@clinic.example>" not in server.heard:
            await asyncio.sleep(0.01)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
    assert server.texts == 0


async def test_messages_to_many_go_out_side_by_side() -> None:
    """Each has a conversation of its own."""
    async with a_postbox() as box:
        messages: list[Message] = [a_message(message_id=f"<{number}@mail.example>") for number in range(20)]
        channel = a_channel(box.port, limits=Limits())
        assert {handed.result for handed in await asyncio.gather(*map(channel.send, messages))} == {Handover.ACCEPTED}
    assert len(box.envelopes) == 20


async def test_smtp_itself_cannot_be_asked(tmp_path: object) -> None:
    """Without a journal nobody knows whether a message arrived."""
    assert await a_channel(1).arrived(MESSAGE_ID) is None


async def test_a_journal_can_be_asked(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The embedded inbox knows what it took, by its Message-ID."""
    inbox = Inbox(tmp_path_factory.mktemp("inbox"))
    channel = a_channel(1, journal=InboxJournal(inbox))
    assert await channel.arrived(MESSAGE_ID) is False
    inbox.keep(f"Message-ID: {MESSAGE_ID}\r\n\r\nhello\r\n".encode())
    assert await channel.arrived(MESSAGE_ID) is True
