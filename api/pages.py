"""The few pages that a recipient sees without signing in: plain HTML that works without scripts, on any screen and with a screen reader."""

from dataclasses import dataclass
from html import escape
from http import HTTPStatus

from fastapi.responses import HTMLResponse

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}
_PLACES = frozenset("actpu")
"""Where the pages are: the first part of each link, a letter alone."""
_STYLE = (
    "body{font:1.125rem/1.5 system-ui,sans-serif;margin:0;color:#1b1b1b;background:#fff;overflow-wrap:break-word}"
    "main{max-width:34rem;margin:0 auto;padding:1.5rem 1rem 3rem}"
    "h1,h2{line-height:1.25;text-wrap:balance}h1{font-size:1.75rem;margin:0 0 1rem}h2{font-size:1.25rem;margin:0 0 .5rem}p{margin:0 0 1rem}"
    "section{border-top:1px solid #767676;margin-top:1.5rem;padding-top:1.25rem}"
    "summary{padding:.625rem 0;color:#0b4f8a;text-decoration:underline;cursor:pointer}details{margin-bottom:.75rem}"
    "blockquote{margin:0 0 1.25rem;padding:.75rem 1rem;border-left:.25rem solid #767676;background:#f4f6f8}blockquote p:last-child{margin:0}"
    "[role=status]{padding:.75rem 1rem;border-left:.25rem solid #0b4f8a;background:#eef4fa}"
    "button{font:inherit;min-height:3rem;padding:.5rem 1.5rem;border:0;border-radius:.375rem;background:#0b4f8a;color:#fff;text-align:left;cursor:pointer}"
    "button.quiet{border:2px solid #0b4f8a;background:#fff;color:#0b4f8a}"
    ":focus-visible{outline:3px solid #1b1b1b;outline-offset:3px}[role=status]:focus{outline:0}"
)
"""Contrasts are 4.5 to 1 and more for words, 3 to 1 for what shows where the focus is, and what is tapped is 44 pixels high (WCAG 2.2)."""


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
    lost: str
    failed: str
    again: str
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
        failed="This did not work just now",
        again="Something is wrong on our side. Please try again in a while: it is done once, however often you try. Or answer the message itself.",
        lost="Please use the link of the message itself, unchanged, or answer that message.",
        channels={"email": "e-mail", "sms": "text message (SMS)", "phone": "telephone", "remote": "video call", "face_to_face": "visit"},
    ),
    "sv": _Words(
        ask="Vill du avregistrera dig?",
        effect="Du får ingen mer reklam från oss via {channel}. Det gäller genast.",
        button="Avregistrera",
        done="Du är avregistrerad",
        close="Du får ingen mer reklam från oss via {channel}. Du kan stänga sidan.",
        invalid="Länken är inte giltig",
        otherwise="Använd länken i själva meddelandet, oförändrad, eller svara på det och be oss sluta.",
        failed="Det gick inte just nu",
        again="Något är fel hos oss. Försök igen om en stund: det görs en gång, hur många gånger du än försöker. Eller svara på själva meddelandet.",
        lost="Använd länken i själva meddelandet, oförändrad, eller svara på det.",
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


def lost(language: str) -> HTMLResponse:
    """For a link to read something that leads nowhere, perhaps because a mail program broke it."""
    words = _LANGUAGES[language]
    return page(language, words.invalid, words.lost, status=404)


def are_at(path: str) -> bool:
    """Whether people come to this path by the link of a message."""
    _, place, *_ = (*path.split("/"), "")
    return place in _PLACES


def trouble(language: str, status: int) -> HTMLResponse:
    """What a person sees in place of a problem for programs: that we failed, or that the link leads nowhere."""
    words = _LANGUAGES[language]
    ours = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return page(language, words.failed if ours else words.invalid, words.again if ours else words.otherwise, status=status)


def channel_name(language: str, channel: str) -> str:
    """How a channel is called on a page."""
    return _LANGUAGES[language].channels.get(channel, channel)


def page(language: str, title: str, text: str, more: str = "", *, told: str | None = None, status: int = 200) -> HTMLResponse:
    """A title, a sentence or two in plain text, and HTML of our own after it. `told` is what was just done: it stands above them, has the focus, and begins
    the title of the window, which a screen reader reads first."""
    window = f"{told} {title}" if told is not None else title
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{escape(window)}</title><style>{_STYLE}</style>'
    news = f'<p role="status" tabindex="-1" autofocus><strong>{escape(told)}</strong></p>' if told is not None else ""
    body = f"<main><h1>{escape(title)}</h1>{news}<p>{escape(text)}</p>{more}</main>"
    headers = {**_HEADERS, "Content-Language": language, "Vary": "Accept-Language"}
    return HTMLResponse(f'<!doctype html><html lang="{language}"><head>{head}</head><body>{body}</body></html>', status, headers=headers)
