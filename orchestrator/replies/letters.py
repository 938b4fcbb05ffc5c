"""An e-mail that came in, read: what it answers, whether a person or a program wrote it, and its words. Pure: bytes in, a letter out.

Nothing that is attached is kept. A program's answer is told by RFC 3834, a report of a delivery by RFC 3464, a complaint by RFC 5965.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage, Message
from email.policy import default
from email.utils import getaddresses, parsedate_to_datetime

from orchestrator.replies.wording import as_text, newest
from orchestrator.webhooks.telling import UNREADABLE, Kind, clean

MOST_WORDS = 20_000
"""Characters of a reply that are kept."""

MOST_NAMES = 20
"""Ids of messages by which a touch is looked for: whoever names thousands names none of ours."""

_IDS = re.compile(r"<([^<>\s]{1,200})>")
_PLUS = re.compile(r"\+([0-9a-f]{40})@", re.IGNORECASE)
_AWAY = re.compile(
    r"(auto(matic|matiskt?)?[- ]?(reply|response|svar)|automatische antwort|out of (the )?office|abwesenheits(notiz|meldung)|frånvaro(meddelande)?)\b",
    re.IGNORECASE,
)
"""How the subject begins of the answers that programs give which say so nowhere else. Whoever answers such a one begins with Re:."""
_BY_A_PROGRAM = frozenset({"bulk", "junk", "list", "auto_reply"})


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What came in. Words and sender live in memory until they are stored where they can be erased."""

    source_id: str
    """Its Message-ID; where it has none, the digest of it."""
    names: tuple[str, ...]
    """The ids of messages that it answers or is about, the nearest first; those of forty hexadecimal digits are from the address it was sent to."""
    words: str = field(repr=False)
    """The newest part, without what it quotes."""
    at: datetime | None
    automatic: bool = False
    report: Kind | None = None
    """Of a report by a mail system: what it tells of our message."""
    code: str | None = None
    attachments: int = 0
    cut: bool = False


def read(raw: bytes, *, recipients: Iterable[str] = ()) -> Letter:
    """Read a whole message. `recipients` are addresses of the envelope, which the message itself may not name."""
    message = message_from_bytes(raw, policy=default)
    if not isinstance(message, EmailMessage):
        raise TypeError("the policy makes messages of its own")
    headers = _headers(message)
    plain, html, attachments = _bodies(message)
    report, code, about = _report(message)
    names = (*about, *names_of(headers, recipients))
    return made(headers, text=plain, html=html, attachments=attachments, names=names, report=report, code=code, whole=raw)


def made(
    headers: Mapping[str, str],
    *,
    text: str | None,
    html: str | None,
    attachments: int,
    names: tuple[str, ...],
    whole: bytes,
    report: Kind | None = None,
    code: str | None = None,
) -> Letter:
    """A letter of parts that somebody else has taken apart. Names of headers are in small letters."""
    words = clean(newest(text if text and text.strip() else as_text(html or "")))
    name = next(iter(_IDS.findall(headers.get("message-id", ""))), None) or hashlib.sha256(whole).hexdigest()[:40]
    return Letter(
        source_id=clean(name),
        names=tuple(dict.fromkeys(map(clean, names)))[:MOST_NAMES],
        words=words[:MOST_WORDS],
        at=_date(headers.get("date")),
        automatic=is_automatic(headers),
        report=report,
        code=code,
        attachments=attachments,
        cut=len(words) > MOST_WORDS,
    )


def names_of(headers: Mapping[str, str], recipients: Iterable[str]) -> tuple[str, ...]:
    """What the letter answers: by the address it was sent to, by In-Reply-To, then by References from the last to the first."""
    to = [*recipients, *(address for _, address in getaddresses([headers.get(name, "") for name in ("to", "cc", "delivered-to", "x-original-to")]))]
    plus = [match[1].lower() for address in to if (match := _PLUS.search(address))]
    return (*plus, *_IDS.findall(headers.get("in-reply-to", "")), *reversed(_IDS.findall(headers.get("references", ""))))


def is_automatic(headers: Mapping[str, str]) -> bool:
    """Whether a program answered (RFC 3834, section 5), or a list did."""
    submitted = headers.get("auto-submitted", "no").partition(";")[0].strip().lower()
    return (
        submitted != "no"
        or headers.get("precedence", "").strip().lower() in _BY_A_PROGRAM
        or any(name in headers for name in ("x-autoreply", "x-autorespond", "list-id"))
        or headers.get("return-path", "").strip() == "<>"
        or _AWAY.match(_plain(headers.get("subject", "")).strip()) is not None
    )


def _plain(subject: str) -> str:
    """A subject without its encoding (RFC 2047); as it came, where that is none."""
    try:
        return str(make_header(decode_header(subject)))
    except UNREADABLE:
        return subject


def _headers(message: EmailMessage) -> dict[str, str]:
    """Each header once, as text; of one that breaks the rules, what can be read."""
    found: dict[str, str] = {}
    for name, value in message.raw_items():
        found.setdefault(name.lower(), str(value).replace("\r", "").replace("\n", " "))
    return found


def _bodies(message: EmailMessage) -> tuple[str | None, str | None, int]:
    """The text, the HTML, and how many other parts there are, which are not looked into."""
    plain = html = None
    attachments = 0
    for part in _leaves(message):
        kind = part.get_content_type()
        if part.get_content_disposition() == "attachment" or kind not in {"text/plain", "text/html"}:
            attachments += 1
        elif kind == "text/plain" and plain is None:
            plain = _decoded(part)
        elif kind == "text/html" and html is None:
            html = _decoded(part)
    return plain, html, attachments


def _leaves(message: EmailMessage) -> Iterator[EmailMessage]:
    for part in message.walk():
        if not part.is_multipart() and isinstance(part, EmailMessage):
            yield part


def _decoded(part: EmailMessage) -> str:
    whole = part.get_payload(decode=True)
    return decoded(whole if isinstance(whole, bytes) else b"", part.get_content_charset() or "utf-8")


def decoded(raw: bytes, charset: str) -> str:
    """Text in the charset that somebody says it is in; in ours, where there is no such charset or it is none that text can be read by."""
    try:
        return raw.decode(charset, "replace")
    except (LookupError, ValueError):
        return raw.decode("utf-8", "replace")


def _report(message: EmailMessage) -> tuple[Kind | None, str | None, tuple[str, ...]]:
    """What a mail system reports of a message of ours, with its code, and which one it is about."""
    if message.get_content_type() != "multipart/report":
        return None, None, ()
    about = tuple(name for part in message.walk() for name in _original(part))
    kind = str(message.get_param("report-type", "")).lower()
    if kind == "feedback-report":
        return Kind.COMPLAINED, None, about
    fields = {name.lower(): str(value).strip().lower() for part in message.walk() if part.get_content_type() == "message/delivery-status" for each in part.get_payload() if not isinstance(each, str) for name, value in each.items()}  # fmt: skip # noqa: E501
    code = fields.get("status", "").partition(" ")[0] or None
    if fields.get("action") != "failed":
        return Kind.NOTED, code, about
    return (Kind.BOUNCED if (code or "").startswith("5.1.") else Kind.SOFT_BOUNCED), code, about


def _original(part: EmailMessage) -> list[str]:
    """The Message-ID of the message that is returned whole or by its headers."""
    kind = part.get_content_type()
    if kind == "message/rfc822":
        inner = part.get_payload()
        first = inner[0] if isinstance(inner, list) and inner else None
        return _IDS.findall(str(first.get("message-id", ""))) if isinstance(first, Message) else []
    if kind == "text/rfc822-headers":
        return [name for line in _decoded(part).splitlines() if line.lower().startswith("message-id:") for name in _IDS.findall(line)]
    return []


def _date(written: str | None) -> datetime | None:
    try:
        found = parsedate_to_datetime(written) if written else None
        return found.astimezone(UTC) if found is not None and found.tzinfo is not None else None
    except (ValueError, TypeError, OverflowError):
        return None
