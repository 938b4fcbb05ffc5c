"""Words that nobody may type of a product: each market's list, and where a text has one. They are found as whole words, whatever their case and accents."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Literal

from journeys.shapes import Authored, Stored

_ALIKE = str.maketrans("\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u0501\u04bb\u03b1\u03bf\u03b9\u03bd\u0131", "aeopcyxijsdhaoivi")
"""Cyrillic and Greek letters that a reader takes for Latin ones. The words of a list are read in the same way, so a list may be in any script."""


class RestrictedWord(Authored):
    """One word or phrase, why it is on the list, and what is done about it."""

    word: str
    because: Literal["off_label", "superlative", "competitor", "claim"]
    act: Literal["refuse", "warn"] = "refuse"
    """`refuse`: what has it is not taken. `warn`: it is taken, and noted for compliance."""


class Hit(Stored):
    """A word of the list that a text has."""

    word: str
    because: str
    act: str


def hits(text: str, listed: Iterable[RestrictedWord]) -> tuple[Hit, ...]:
    """Every word of the list that stands in the text, each once, in the order of the list."""
    said = f" {' '.join(_plain(text))} "
    return tuple(dict.fromkeys(_told(listed, said)))


def _told(listed: Iterable[RestrictedWord], said: str) -> Iterator[Hit]:
    for each in listed:
        wanted = " ".join(_plain(each.word))
        if wanted and f" {wanted} " in said:
            yield Hit(word=each.word, because=each.because, act=each.act)


def _plain(text: str) -> list[str]:
    """The words of a text without case, accents, and what only bends or underlines it: "Bäst!" and "_BAST_" are one word, also in letters that look alike."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(character for character in apart if not unicodedata.combining(character) and unicodedata.category(character) != "Cf")
    return re.findall(r"[^\W_]+", bare.translate(_ALIKE))
