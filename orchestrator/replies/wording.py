"""The words of a reply: HTML as text, the newest part without what it quotes, and whether all it says is that nothing more should come. Pure."""

import re
from html import unescape

_UNSEEN = frozenset({"script", "style", "head", "title", "template", "object", "noscript"})
_BREAKS = frozenset({"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "blockquote", "table", "hr"})
_LONGEST = 200_000
"""Characters of HTML that are read."""

_QUOTE = re.compile(
    r"^(>|-{2,}\s*(original message|ursprungligt meddelande|ursprüngliche nachricht)|_{10,}"
    r"|(on|den|am|le)\b.{0,200}\b(wrote|skrev|schrieb|a écrit)\b.{0,40}:\s*$"
    r"|(from|från|von)\s*:\s.*@)",
    re.IGNORECASE,
)
STOP = frozenset({
    "stop", "stopall", "stopp", "unsubscribe", "end", "quit", "cancel", "optout", "opt out", "revoke",
    "avregistrera", "avregistrera mig", "avsluta", "avanmäl", "avanmäl mig", "sluta", "unsubscribe me", "remove me",
    "abmelden", "abbestellen", "austragen",
})  # fmt: skip
"""What ends a channel, where it is all that somebody says. A company's market may know more: whoever reads a reply withdraws a consent by hand."""


_UNSAID = re.compile(r"<!--.*?(?:-->|\Z)|<[!?][^>]*(?:>|\Z)", re.DOTALL)
_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)[^<>]*>?", re.IGNORECASE)
"""A tag ends at the next angle bracket, whatever is in it: what is read here was written by anybody, and must take no longer than it is long. The standard
library's reader of HTML may take minutes over a tag that never ends."""


def as_text(html: str) -> str:
    """The words that a reader of the HTML would see. Nothing is fetched, run or kept of the rest."""
    left, parts, unseen, read = _UNSAID.sub("", html[:_LONGEST]), list[str](), 0, 0
    for tag in _TAG.finditer(left):
        if not unseen:
            parts.append(_said(left[read : tag.start()]))
        read, ends, name = tag.end(), bool(tag[1]), tag[2].lower()
        if name in _UNSEEN:
            unseen = max(0, unseen - 1) if ends else unseen + 1
        if name in _BREAKS:
            parts.append("\n> " if name == "blockquote" and not ends else "\n")
    if not unseen:
        parts.append(_said(left[read:]))
    return re.sub(r"\n\s*\n\s*", "\n\n", "".join(parts)).strip()


def _said(text: str) -> str:
    return re.sub(r"\s+", " ", unescape(text))


def newest(text: str) -> str:
    """The part above what the reply quotes; all of it, where nothing stands above."""
    lines = text.replace("\r\n", "\n").split("\n")
    own: list[str] = []
    for line in lines:
        if _QUOTE.match(line.strip()):
            break
        own.append(line.rstrip())
    return "\n".join(own).strip() or text.strip()


def asks_to_stop(words: str) -> bool:
    """Whether all that somebody says is that nothing more should come."""
    plain = re.sub(r"[^\w\s]", " ", words.casefold())
    plain = re.sub(r"\b(please|tack|bitte|snälla)\b", " ", plain)
    return " ".join(plain.split()) in STOP
