"""Restricted words are found as whole words, whatever their case and accents, and nothing else is."""

import pytest

from journeys.library import PACKAGED, read_library
from journeys.restricted import RestrictedWord, hits

LISTED = tuple(RestrictedWord(word=word, because="claim") for word in ("bäst", "risk free", "botar"))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Det här är bäst!", ["bäst"]),
        ("BÄST", ["bäst"]),
        ("Bast", ["bäst"]),
        ("ba\u0308st", ["bäst"]),
        ("b\u00adäst", ["bäst"]),
        ("(bäst), botar.", ["bäst", "botar"]),
        ("It is risk-free.", ["risk free"]),
        ("It is risk\n free", ["risk free"]),
        ("bäst bäst", ["bäst"]),
        ("_bäst_ risk_free", ["bäst", "risk free"]),
        ("b\u043etar, risk fr\u0435\u0435", ["risk free", "botar"]),
        ("bästa", []),
        ("obäst", []),
        ("risk is free", []),
        ("", []),
    ],
)
def test_a_word_is_found_where_it_stands_whole(text: str, found: list[str]) -> None:
    """Not within another word, and each once."""
    assert [hit.word for hit in hits(text, LISTED)] == found


def test_every_market_of_the_library_has_a_list() -> None:
    """With words that are refused and words that are only noted."""
    for policy in read_library(PACKAGED).markets.values():
        listed = [word for words in policy.restricted_words.values() for word in words]
        assert {word.act for word in listed} == {"refuse", "warn"}, policy.market
        assert set(policy.restricted_words) == set(policy.languages)
