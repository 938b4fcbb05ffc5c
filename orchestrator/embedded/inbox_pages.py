"""The messages of the embedded inbox as pages and as JSON: what a recipient would have got, by e-mail or by way of a gateway. Only the embedded
runtime has them."""

from collections.abc import Mapping
from email.message import EmailMessage
from html import escape
from pathlib import Path
from typing import Any

from fastapi import APIRouter, HTTPException
from fastapi.responses import HTMLResponse

from journeys.content import EMAIL
from orchestrator.embedded.inbox import Inbox, Mail

_STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b;background:#fff}"
    "table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.4rem .6rem;border-bottom:1px solid #d6d6d6;vertical-align:top}"
    "td,pre{overflow-wrap:anywhere}pre{white-space:pre-wrap;background:#f5f5f5;padding:1rem}iframe{width:100%;height:32rem;border:1px solid #d6d6d6}"
)
_HEADERS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'", "Referrer-Policy": "no-referrer"}
_GLIMPSE = 60
"""Characters of a text that stand for its subject."""
_SHOWN = ("From", "To", "Subject", "Date", "Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post")


def router(folder: Path, gateways: Mapping[str, str]) -> APIRouter:
    """The pages over a folder of accepted mails. `gateways` are the channels by name, each with the domain to which it writes."""
    inbox = Inbox(folder)
    channels = {domain: name for name, domain in gateways.items()}
    pages = APIRouter(prefix="/inbox", include_in_schema=False)

    @pages.get("", response_class=HTMLResponse)
    def list_mails() -> HTMLResponse:
        rows = "".join(_row(mail, channels) for mail in reversed(inbox.mails()))
        table = f"<table><thead><tr><th>Arrived<th>By<th>To<th>Subject or text</tr></thead><tbody>{rows}</tbody></table>" if rows else "<p>No message yet.</p>"
        return _page("Inbox", table)

    @pages.get("/messages.json")
    def list_messages() -> list[dict[str, Any]]:
        return [_told(mail, channels) for mail in inbox.mails()]

    @pages.get("/{mail_id}", response_class=HTMLResponse)
    def read_mail(mail_id: str) -> HTMLResponse:
        mail = next((mail for mail in inbox.mails() if mail.file.stem == mail_id), None)
        if mail is None:
            raise HTTPException(404)
        return _page(_title(mail), _view(mail, channels))

    return pages


def _row(mail: Mail, channels: Mapping[str, str]) -> str:
    title = f'<a href="/inbox/{escape(mail.file.stem)}">{escape(_title(mail))}</a>'
    channel, to = _by(mail, channels)
    return f"<tr><td>{mail.arrived:%Y-%m-%d %H:%M:%S} UTC<td>{escape(channel.upper() if channel != EMAIL else 'E-mail')}<td>{escape(to)}<td>{title}</tr>"


def _view(mail: Mail, channels: Mapping[str, str]) -> str:
    channel, to = _by(mail, channels)
    text = f"<pre>{escape(_part(mail.message, 'plain'))}</pre>"
    back = '<p><a href="/inbox">All messages</a></p>'
    if channel != EMAIL:
        return f"{back}<table><tr><th>{escape(channel.upper())} to<td>{escape(to)}</tr></table>{text}"
    headers = "".join(f"<tr><th>{name}<td>{escape(_header(mail, name))}</tr>" for name in _SHOWN if _header(mail, name))
    # The mail's own HTML is shown where it can run nothing, load nothing and reach nothing of this page.
    framed = f'<h2>HTML</h2><iframe sandbox title="The HTML part" srcdoc="{escape(_part(mail.message, "html"))}"></iframe>'
    calendar = _calendar(mail.message)
    invited = f"<h2>Invitation</h2><pre>{escape(calendar)}</pre>" if calendar else ""
    return f"{back}<table>{headers}</table>{framed}<h2>Text</h2>{text}{invited}"


def _by(mail: Mail, channels: Mapping[str, str]) -> tuple[str, str]:
    """The channel, and the address on it: mail to a gateway is a message to a number."""
    local, _, domain = _header(mail, "To").rpartition("@")
    return (channels[domain], f"+{local}") if domain in channels else (EMAIL, _header(mail, "To"))


def _title(mail: Mail) -> str:
    """The subject, or of a message without one the beginning of its text."""
    return _header(mail, "Subject") or " ".join(_part(mail.message, "plain").split())[:_GLIMPSE] or "no subject"


def _told(mail: Mail, channels: Mapping[str, str]) -> dict[str, Any]:
    channel, to = _by(mail, channels)
    return {
        "id": mail.file.stem,
        "message_id": mail.message_id,
        "channel": channel,
        "arrived": mail.arrived.isoformat(),
        "from": _header(mail, "From"),
        "to": to,
        "subject": _header(mail, "Subject"),
        "language": _header(mail, "Content-Language"),
        "list_unsubscribe": _header(mail, "List-Unsubscribe"),
        "list_unsubscribe_post": _header(mail, "List-Unsubscribe-Post"),
        "text": _part(mail.message, "plain"),
        "html": _part(mail.message, "html"),
        "invitation": _calendar(mail.message),
    }


def _header(mail: Mail, name: str) -> str:
    return str(mail.message[name] or "")


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()) if part is not None else ""


def _calendar(message: EmailMessage) -> str:
    return next((str(part.get_content()) for part in message.walk() if part.get_content_type() == "text/calendar"), "")


def _page(title: str, body: str) -> HTMLResponse:
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title><style>{_STYLE}</style>'
    return HTMLResponse(f'<!doctype html><html lang="en"><head>{head}</head><body><h1>{escape(title)}</h1>{body}</body></html>', headers=_HEADERS)
