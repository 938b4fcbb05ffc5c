"""Words that hint at a safety report."""

import pytest

from journeys.safety_words import WORDS, screen


@pytest.mark.parametrize(
    ("text", "language", "word"),
    [
        ("Patienten fick biverkningarna direkt.", "sv", "sv:*biverkning*"),
        ("En läkemedelsbiverkning, tror hon.", "sv", "sv:*biverkning*"),
        ("She got a RASH.", "en", "en:rash*"),
        ("Er klagte über Kopfschmerzen.", "de", "de:*schmerz*"),
        ("Das Präparat wirkte   nicht.", "de", "de:wirkte nicht"),
        ("Außerhalb der Zulassung gegeben", "de", "de:außerhalb der zulassung"),
        ("bi\u00adverkning", "sv", "sv:*biverkning*"),
        ("o\u0308verdos", "sv", "sv:*överdos*"),
        ("Ringde om en adverse event.", "sv", "en:adverse*"),
        ("Hon fick utslag.", None, "sv:*utslag"),
        ("Hun fikk rash.", "no", "en:rash*"),
        ("Any side-effects?", "en", "en:side effect*"),
        ("It didn\u2019t work.", "en", "en:didn't work"),
        ("She _died_ there.", "en", "en:died"),
        ("a ra\u200esh", "en", "en:rash*"),
    ],
)
def test_a_word_is_found_as_people_write_it(text: str, language: str | None, word: str) -> None:
    """Inflected, in compounds, in capitals, in another language than expected, and with characters that nobody sees."""
    assert word in [hit.code for hit in screen(text, language)]


@pytest.mark.parametrize(("text", "language"), [("Hon dokumenterade fynden.", "sv"), ("He is trashing it.", "en"), ("Der Methode folgen.", "de"), ("", None)])
def test_a_word_inside_another_is_none(text: str, language: str | None) -> None:
    """Without a star the word stands alone: `dog` is not in `dokumenterade`, nor `rash` in `trashing`."""
    assert screen(text, language) == ()


def test_hits_stand_in_the_order_of_the_text() -> None:
    """Each word of a list once, the first one first."""
    assert [hit.code for hit in screen("Nausea, then a rash, and nausea again.", "en")] == ["en:nause*", "en:rash*"]


def test_the_lists_can_be_found() -> None:
    """Every entry finds itself, and none stands twice in its list."""
    for language, words in WORDS.items():
        assert len(set(words)) == len(words)
        for word in words:
            assert any(hit.code == f"{language}:{word}" for hit in screen(word.replace("*", ""), language))
