"""The few pages that a recipient sees without signing in: plain HTML that works without scripts, on any screen and with a screen reader."""

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


def confirm() -> HTMLResponse:
    """One question, one button; the form posts to the same address what RFC 8058 has mail programs post."""
    form = '<form method="post"><input type="hidden" name="List-Unsubscribe" value="One-Click"><button type="submit">Unsubscribe</button></form>'
    return _page("Unsubscribe?", "You will get no more promotional e-mail from us. It takes effect at once.", form)


def done() -> HTMLResponse:
    """What a recipient sees when it is done, and when it had been done before."""
    return _page("You are unsubscribed", "You will get no more promotional e-mail from us. You may close this page.")


def unknown() -> HTMLResponse:
    """For a link that we did not make. It says how else to be heard."""
    return _page("This link is not valid", "Please use the link of the e-mail itself, unchanged, or answer that e-mail and ask us to stop.", status=404)


def _page(title: str, text: str, more: str = "", *, status: int = 200) -> HTMLResponse:
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{escape(title)}</title><style>{_STYLE}</style>'
    body = f"<main><h1>{escape(title)}</h1><p>{escape(text)}</p>{more}</main>"
    return HTMLResponse(f'<!doctype html><html lang="en"><head>{head}</head><body>{body}</body></html>', status, headers=_HEADERS)
