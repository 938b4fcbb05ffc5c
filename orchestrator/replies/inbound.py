"""Replies as providers bring them: Mailgun's routes, SendGrid's Inbound Parse, Postmark's inbound JSON, and texts by Twilio. Pure, one reader for each."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from orchestrator.replies.letters import MOST_WORDS, Letter, decoded, made, names_of, read
from orchestrator.webhooks.forms import bytes_of, form_of
from orchestrator.webhooks.telling import Delivery, clean, document, mapping, text


class Text(NamedTuple):
    """A text message that came in."""

    source_id: str
    channel: str
    sender: str
    words: str
    stops: bool
    """Whether the provider itself took it for a wish to hear no more."""
    attachments: int


def from_mailgun(given: Delivery) -> Letter:
    """A message that a route forwards, as MIME or taken apart."""
    form = form_of(given)
    to = [form.get("recipient", "")]
    if "body-mime" in form:
        return read(bytes_of(given)["body-mime"], recipients=to)
    headers = _paired(json.loads(form.get("message-headers") or "[]"))
    return _apart(headers, to, text_=form.get("body-plain"), html=form.get("body-html"), attachments=_number(form.get("attachment-count")), whole=given.body)


def from_sendgrid(given: Delivery) -> Letter:
    """A message that Inbound Parse posts, raw or taken apart."""
    form = form_of(given)
    envelope = json.loads(form.get("envelope") or "{}")
    to = [str(each) for each in mapping(envelope).get("to", ())]
    if "email" in form:
        return read(bytes_of(given)["email"], recipients=to)
    charsets, raw = mapping(json.loads(form.get("charsets") or "{}")), bytes_of(given)
    words = {name: decoded(raw[name], str(charsets.get(name, "utf-8"))) for name in ("text", "html") if name in raw}
    lines = form.get("headers", "").replace("\n ", " ").replace("\n\t", " ").splitlines()
    headers = _paired([line.partition(":")[::2] for line in lines])
    return _apart(headers, to, text_=words.get("text"), html=words.get("html"), attachments=_number(form.get("attachments")), whole=given.body)


def from_postmark(given: Delivery) -> Letter:
    """An inbound message, with its source where that is asked for."""
    row = mapping(document(given.body))
    to = [str(row.get("OriginalRecipient", "")), f"+{row.get('MailboxHash', '')}@"]
    if row.get("RawEmail"):
        return read(str(row["RawEmail"]).encode("utf-8", "replace"), recipients=to)
    headers = _paired([(each.get("Name"), each.get("Value")) for each in row.get("Headers", ()) if isinstance(each, dict)])
    headers.setdefault("date", str(row.get("Date", "")))
    headers.setdefault("message-id", f"<{row.get('MessageID', '')}>")
    attachments = row.get("Attachments", ())
    return _apart(headers, to, text_=row.get("TextBody"), html=row.get("HtmlBody"), attachments=len(attachments), whole=given.body)


def from_twilio(given: Delivery) -> Text | None:
    """A text or WhatsApp message; None for a callback of a status."""
    form = form_of(given)
    if "Body" not in form or "From" not in form:
        return None
    channel, _, sender = form["From"].rpartition(":")
    return Text(
        source_id=text(form.get("MessageSid") or form["SmsSid"]) or "",
        channel=channel or "sms",
        sender=sender.strip()[:40],
        words=clean(form["Body"])[:MOST_WORDS],
        stops=form.get("OptOutType") == "STOP",
        attachments=_number(form.get("NumMedia")),
    )


def _apart(headers: Mapping[str, str], to: Sequence[str], *, text_: Any, html: Any, attachments: int, whole: bytes) -> Letter:
    plain = text_ if isinstance(text_, str) else None
    return made(headers, text=plain, html=html if isinstance(html, str) else None, attachments=attachments, names=names_of(headers, to), whole=whole)


def _paired(pairs: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in pairs:
        found.setdefault(str(name).strip().lower(), str(value).strip())
    return found


def _number(written: str | None) -> int:
    return int(written) if written is not None and written.isdecimal() and len(written) < 6 else 0  # noqa: PLR2004 - more attachments than any message has
