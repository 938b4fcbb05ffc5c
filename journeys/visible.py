"""What a reader sees of a letter: its text, or its HTML without what no mail program shows; and whether a passage stands in it, word for word."""

from html.parser import HTMLParser
from typing import Final

_UNSEEN: Final = frozenset({"head", "style", "script", "title", "template", "noscript"})
_EMPTY: Final = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
_HIDING: Final = ("display:none", "visibility:hidden", "font-size:0", "opacity:0")


def shown(html: str) -> str:
    """The words that a mail program shows of an HTML letter, in their order. Comments, the head and what is hidden are left out."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return " ".join(reader.words)


def stands_in(words: str, passage: str) -> bool:
    """Whether the passage stands in the words, letter for letter; spaces and breaks of lines, which markup moves about, do not count."""
    return _closed(passage) in _closed(words)


def _closed(words: str) -> str:
    return "".join(words.split())


class _Reader(HTMLParser):
    """Collects the words outside everything that hides them. What is hidden stays so until its element is closed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._open: list[tuple[str, bool]] = []

    @property
    def _hidden(self) -> bool:
        return any(hides for _, hides in self._open)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _EMPTY:
            self._open.append((tag, tag in _UNSEEN or _hides(dict(attrs))))

    def handle_endtag(self, tag: str) -> None:
        """Close the latest of that name, and what was left open within it."""
        names = [name for name, _ in self._open]
        if tag in names:
            del self._open[len(names) - 1 - names[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data)


def _hides(attributes: dict[str, str | None]) -> bool:
    if "hidden" in attributes:
        return True
    rules = (attributes.get("style") or "").lower().replace(" ", "").split(";")
    return any(rule.removesuffix("!important").removesuffix("px") in _HIDING for rule in rules)
