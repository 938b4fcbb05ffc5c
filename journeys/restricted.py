"""Words that nobody may type of a product: each market's list, and where a text has one. They are found as whole words, whatever their case and accents."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Literal

from journeys.shapes import Authored, Stored


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
    """The words of a text without case, accents, and what only bends a line: "Bäst!" and "BAST" are one word."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(character for character in apart if not unicodedata.combining(character) and unicodedata.category(character) != "Cf")
    return re.findall(r"\w+", bare)
