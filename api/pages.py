"""The few pages that a recipient sees without signing in: plain HTML that works without scripts, on any screen and with a screen reader."""

from dataclasses import dataclass
from html import escape

from fastapi.responses import HTMLResponse

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}
_STYLE = (
    "body{font:1.125rem/1.6 system-ui,sans-serif;max-width:34rem;margin:3rem auto;padding:0 1rem;color:#1b1b1b;background:#fff}"
    "button{font:inherit;min-height:3rem;padding:.5rem 1.5rem;border:0;border-radius:.375rem;background:#0b4f8a;color:#fff;cursor:pointer}"
    "button:focus-visible{outline:3px solid #f2a900;outline-offset:2px}"
)


@dataclass(frozen=True)
class _Words:
    """All that the pages say, in one language. `channels` tells how the promotion comes; a channel that is not among them is called by its name."""

    ask: str
    effect: str
    button: str
    done: str
    close: str
    invalid: str
    otherwise: str
    channels: dict[str, str]


_LANGUAGES = {
    "en": _Words(
        ask="Unsubscribe?",
        effect="You will get no more promotion from us by {channel}. It takes effect at once.",
        button="Unsubscribe",
        done="You are unsubscribed",
        close="You will get no more promotion from us by {channel}. You may close this page.",
        invalid="This link is not valid",
        otherwise="Please use the link of the message itself, unchanged, or answer that message and ask us to stop.",
        channels={"email": "e-mail", "sms": "text message (SMS)", "phone": "telephone", "remote": "video call", "face_to_face": "visit"},
    ),
    "sv": _Words(
        ask="Avregistrera dig?",
        effect="Du får ingen mer reklam från oss via {channel}. Det gäller genast.",
        button="Avregistrera",
        done="Du är avregistrerad",
        close="Du får ingen mer reklam från oss via {channel}. Du kan stänga sidan.",
        invalid="Länken är inte giltig",
        otherwise="Använd länken i själva meddelandet, oförändrad, eller svara på det och be oss sluta.",
        channels={"email": "e-post", "sms": "sms", "phone": "telefon", "remote": "videosamtal", "face_to_face": "besök"},
    ),
}


def spoken(accept_language: str, *, otherwise: str = "en") -> str:
    """The page language that a browser's Accept-Language asks for first (RFC 9110, section 12.5.4, in the order written)."""
    wanted = (part.split(";")[0].strip().lower()[:2] for part in accept_language.split(","))
    return next((language for language in wanted if language in _LANGUAGES), otherwise)


def confirm(language: str, channel: str) -> HTMLResponse:
    """One question, one button; the form posts to the same address what RFC 8058 has mail programs post."""
    words = _LANGUAGES[language]
    button = f'<button type="submit">{escape(words.button)}</button>'
    form = f'<form method="post"><input type="hidden" name="List-Unsubscribe" value="One-Click">{button}</form>'
    return page(language, words.ask, words.effect.format(channel=words.channels.get(channel, channel)), form)


def done(language: str, channel: str) -> HTMLResponse:
    """What a recipient sees when it is done, and when it had been done before."""
    words = _LANGUAGES[language]
    return page(language, words.done, words.close.format(channel=words.channels.get(channel, channel)))


def unknown(language: str) -> HTMLResponse:
    """For a link that we did not make. It says how else to be heard."""
    words = _LANGUAGES[language]
    return page(language, words.invalid, words.otherwise, status=404)


def channel_name(language: str, channel: str) -> str:
    """How a channel is called on a page."""
    return _LANGUAGES[language].channels.get(channel, channel)


def page(language: str, title: str, text: str, more: str = "", *, status: int = 200) -> HTMLResponse:
    """A title, a sentence or two in plain text, and HTML of our own after it."""
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{escape(title)}</title><style>{_STYLE}</style>'
    body = f"<main><h1>{escape(title)}</h1><p>{escape(text)}</p>{more}</main>"
    headers = {**_HEADERS, "Content-Language": language, "Vary": "Accept-Language"}
    return HTMLResponse(f'<!doctype html><html lang="{language}"><head>{head}</head><body>{body}</body></html>', status, headers=headers)
