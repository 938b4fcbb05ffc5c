"""An e-mail that came in is read for what it answers, who wrote it and what it says, whatever it is made of."""

import json
from typing import Any
from urllib.parse import quote_from_bytes, urlencode

import pytest

from orchestrator.replies.inbound import Text, from_mailgun, from_postmark, from_sendgrid, from_twilio
from orchestrator.replies.letters import MOST_NAMES, MOST_WORDS, read
from orchestrator.replies.wording import as_text, asks_to_stop, newest
from orchestrator.webhooks.telling import Delivery, Kind, digest_of, text
from tests.orchestrator.replies.letters import OURS, a_letter, a_report

TOKEN = OURS.partition("@")[0]


def test_an_answer_names_what_it_answers() -> None:
    """By the address that it was sent to, by In-Reply-To, by References from the last; and when it was written."""
    letter = read(a_letter(References="<first@x> <second@x>", To=f"Replies <replies+{TOKEN.upper()}@mail.example>").as_bytes())
    assert letter.names == (TOKEN, OURS, "second@x", "first@x")
    assert (letter.source_id, letter.automatic, letter.report, letter.words) == ("answer-1@clinic.example", False, None, "Thank you, please come on Tuesday.")
    assert letter.at is not None
    assert letter.at.isoformat() == "2027-03-01T09:00:00+00:00"
    assert read(a_letter(To="").as_bytes(), recipients=[f"replies+{TOKEN}@mail.example"]).names[0] == TOKEN


@pytest.mark.parametrize(
    ("header", "value", "automatic"),
    [
        ("Auto_Submitted", "auto-replied", True),
        ("Auto_Submitted", "auto-generated; x", True),
        ("Auto_Submitted", "no", False),
        ("Precedence", "bulk", True),
        ("Precedence", "first-class", False),
        ("X_Autoreply", "yes", True),
        ("List_Id", "<list.example>", True),
        ("Return_Path", "<>", True),
        ("Return_Path", "<a@b>", False),
        ("Feedback_ID", "1.eu-north-1.x:AmazonSES", False),
        ("Subject", "Automatiskt svar: Heart failure", True),
        ("Subject", "=?utf-8?Q?Fr=C3=A5nvaro?=", True),
        ("Subject", "Out of Office: Heart failure", True),
        ("Subject", "Re: Automatic reply: Heart failure", False),
    ],
)
def test_a_program_s_answer_is_told_from_a_person_s(header: str, value: str, automatic: bool) -> None:
    """By its headers (RFC 3834) or how its subject begins, never by its words; a hospital's mail may go by a bulk sender's servers."""
    assert read(a_letter(**{header: value}).as_bytes()).automatic is automatic


@pytest.mark.parametrize(
    ("told", "kind", "code"),
    [
        ({}, Kind.BOUNCED, "5.1.1"),
        ({"status": "5.2.2"}, Kind.SOFT_BOUNCED, "5.2.2"),
        ({"action": "delayed", "status": "4.4.1"}, Kind.NOTED, "4.4.1"),
        ({"kind": "feedback-report"}, Kind.COMPLAINED, None),
    ],
)
def test_what_a_mail_system_reports(told: dict[str, str], kind: Kind, code: str | None) -> None:
    """With the message that it is about: it came back for good, for now, is delayed, or was called unwanted."""
    letter = read(a_report(**told))
    assert (letter.report, letter.code, letter.names) == (kind, code, (OURS,))


def test_only_the_newest_words_are_kept_and_no_attachment() -> None:
    """Without what is quoted; of HTML the words that a reader sees."""
    message = a_letter("Yes.\n\nDen mån 1 mars 2027 kl. 10:00 skrev Dirigent <no-reply@mail.example>:\n> Report side effects to us.")
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="astrid.pdf")
    letter = read(message.as_bytes())
    assert (letter.words, letter.attachments) == ("Yes.", 1)
    html = "<head><title>t</title></head><script>alert(1)</script><p>Yes &amp; <b>no</b></p><p>Bye</p><blockquote>Report side effects</blockquote>"
    assert as_text(html).startswith("Yes & no\n\nBye")
    assert newest(as_text(html)) == "Yes & no\n\nBye"
    assert newest("> all of it is quoted") == "> all of it is quoted"


def test_odd_messages_are_read() -> None:
    """No headers, a charset that nobody knows, a date that is none, more words than are kept, bytes of nothing."""
    assert len(read(b"\xff\x00\n\n").source_id) == 40
    odd = read(b"Date: yesterday\nMessage-ID: no brackets\nContent-Type: text/plain; charset=klingon\n\nHej \xe5\n")
    assert (odd.at, odd.words[:3]) == (None, "Hej")
    long = read(a_letter("a " * MOST_WORDS).as_bytes())
    assert (len(long.words), long.cut) == (MOST_WORDS, True)
    assert read(b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n\n<p>Hej").words == "Hej"


@pytest.mark.parametrize(
    "raw",
    [
        b"Message-ID: <a\xff@x>\nIn-Reply-To: <b\xfe@y>\nReferences: <c\x00@z>\n\nA rash.",
        b"Message-ID: <a\x00b@x>\nContent-Type: text/plain; charset=unicode-escape\n\nA rash. \\ud83d",
        b"Message-ID: <a@x>\nContent-Type: text/plain; charset=utf-7\n\nA rash. +2AA-",
    ],
)
def test_a_letter_can_be_written_down_whatever_it_holds(raw: bytes) -> None:
    """Names with bytes of no letter, characters that were cut in half: what it tells must not be lost because a database keeps no such thing."""
    letter = read(raw)
    told = (letter.source_id, *letter.names, letter.words)
    assert ("A rash." in letter.words, "\x00" in "".join(told)) == (True, False)
    assert "".join(told).encode()


def test_a_provider_that_cuts_a_character_in_half_is_heard_all_the_same() -> None:
    """As JSON has it, in the words, in an id, and in the message as it came."""
    half = "\ud83d"
    apart, whole = {"TextBody": f"A rash. {half}", "MessageID": f"1{half}"}, {"RawEmail": f"Message-ID: <1@x>\n\nA rash. {half}"}
    for row in (apart, whole):
        letter = from_postmark(Delivery({}, json.dumps(row).encode()))
        assert ("A rash." in letter.words, bool(f"{letter.source_id}{letter.words}".encode())) == (True, True)
    assert text(f"x{half}") == "x?"
    assert len(digest_of({"a": half})) == 40


@pytest.mark.parametrize(("words", "stops"), [("STOP", True), (" Stop. ", True), ("Avregistrera mig, tack!", True), ("Bitte abmelden", True), ("Please stop by on Tuesday", False), ("", False)])  # fmt: skip # noqa: E501
def test_who_says_nothing_but_stop_asks_to_stop(words: str, stops: bool) -> None:
    """In the languages of the markets; a word in a sentence may mean anything."""
    assert asks_to_stop(words) is stops


def _form(fields: dict[str, Any]) -> Delivery:
    return Delivery({"content-type": "application/x-www-form-urlencoded"}, urlencode(fields).encode())


def _multipart(fields: dict[str, str]) -> Delivery:
    parts = "".join(f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items())
    file = '--b\r\nContent-Disposition: form-data; name="attachment1"; filename="a.pdf"\r\nContent-Type: application/pdf\r\n\r\n%PDF\r\n--b--\r\n'
    return Delivery({"content-type": "multipart/form-data; boundary=b"}, (parts + file).encode())


def test_the_same_answer_by_each_provider() -> None:
    """Raw where the provider gives it, else by its parts."""
    message = a_letter()
    raw, pairs = message.as_string(), [[name, str(value)] for name, value in message.items()]
    body, to = message.get_content(), f"replies+{TOKEN}@mail.example"
    letters = [
        from_mailgun(_form({"body-mime": raw, "recipient": to})),
        from_mailgun(_multipart({"message-headers": json.dumps(pairs), "body-plain": body, "recipient": to, "attachment-count": "1"})),
        from_sendgrid(_multipart({"email": raw, "envelope": json.dumps({"to": [to]})})),
        from_sendgrid(_multipart({"headers": "\n".join(": ".join(pair) for pair in pairs), "text": body, "envelope": json.dumps({"to": [to]})})),
        from_postmark(Delivery({}, json.dumps({"RawEmail": raw, "OriginalRecipient": to}).encode())),
        from_postmark(Delivery({}, json.dumps({"Headers": [{"Name": n, "Value": v} for n, v in pairs], "TextBody": body, "MailboxHash": TOKEN}).encode())),
    ]
    assert {(letter.source_id, letter.names, letter.words) for letter in letters} == {
        ("answer-1@clinic.example", (TOKEN, OURS), "Thank you, please come on Tuesday.")
    }


def test_a_text_that_came_in() -> None:
    """Told from the callback of a status; WhatsApp by its prefix; the provider's own word for stop."""
    assert from_twilio(_form({"MessageSid": "SM1", "From": "whatsapp:+46701740605", "Body": "Hej", "NumMedia": "2"})) == Text(
        "SM1", "whatsapp", "+46701740605", "Hej", stops=False, attachments=2
    )
    stop = from_twilio(_form({"MessageSid": "SM1", "From": "+46701740605", "Body": "Nej", "OptOutType": "STOP"}))
    assert stop is not None
    assert (stop.channel, stop.stops) == ("sms", True)
    assert from_twilio(_form({"MessageSid": "SM1", "MessageStatus": "sent"})) is None


@pytest.mark.parametrize("charset", ["undefined", "idna", "punycode", "base64", "unicode_escape", "x" * 3000])
def test_whatever_the_charset_is_said_to_be_the_words_can_be_stored(charset: str) -> None:
    """Also where it is one of no text, or one that makes halves of characters."""
    letter = read(
        b"Message-ID: <bad\xff@x>\nDate: Fri, 31 Dec 9999 23:59:59 -1400\nContent-Type: text/plain; charset=" + charset.encode() + b"\n\nHej \xe5 \\ud800"
    )
    assert (letter.words[:3], letter.at, letter.source_id) == ("Hej", None, "bad?@x")
    assert letter.words.encode()


@pytest.mark.parametrize("piece", ["<!--", "<a ", "<a b='", "</", "<div", "<![CDATA[", "<a b=c "])
def test_html_that_never_ends_is_read_in_one_passage(piece: str) -> None:
    """What anybody may send takes no longer than it is long: the standard library takes minutes over some of these."""
    assert as_text(f"<p>Hej</p>{piece * 50_000}").startswith("Hej")


def test_an_answer_in_its_own_charset_is_read_in_it() -> None:
    """SendGrid names the charset of each field beside it; raw messages are bytes, whatever a form is in."""
    raw = b"Message-ID: <a@b>\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\nH\xe4lsningar"
    head, kind = b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n', {"content-type": "multipart/form-data; boundary=b"}
    told = head % b"text" + b"H\xe4lsningar\r\n" + head % b"charsets" + b'{"text": "iso-8859-1"}\r\n--b--\r\n'
    letters = [
        from_sendgrid(Delivery(kind, told)),
        from_sendgrid(Delivery(kind, head % b"email" + raw + b"\r\n--b--\r\n")),
        from_mailgun(Delivery({"content-type": "application/x-www-form-urlencoded"}, b"body-mime=" + quote_from_bytes(raw).encode())),
    ]
    assert {letter.words for letter in letters} == {"Hälsningar"}


def test_who_names_thousands_of_messages_names_none_of_ours() -> None:
    """Each would be looked for."""
    assert len(read(a_letter(References=" ".join(f"<{number}@x>" for number in range(1000))).as_bytes()).names) == MOST_NAMES
