"""The words of a reply: HTML as text, the newest part without what it quotes, and whether all it says is that nothing more should come. Pure."""

import re
from html.parser import HTMLParser

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


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - no attribute says anything
        self._unseen += tag in _UNSEEN
        if tag in _BREAKS:
            self.parts.append("\n> " if tag == "blockquote" else "\n")

    def handle_endtag(self, tag: str) -> None:
        self._unseen -= tag in _UNSEEN and self._unseen > 0
        if tag in _BREAKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.parts.append(re.sub(r"\s+", " ", data))


def as_text(html: str) -> str:
    """The words that a reader of the HTML would see. Nothing is fetched, run or kept of the rest."""
    reader = _Reader()
    reader.feed(html[:_LONGEST])
    reader.close()
    return re.sub(r"\n\s*\n\s*", "\n\n", "".join(reader.parts)).strip()


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
