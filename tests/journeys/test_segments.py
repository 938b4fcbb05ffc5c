"""How many segments a text takes: the two alphabets, the room that a header needs, and characters that are never torn apart."""

import pytest

from journeys.segments import segments


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("x" * 160, 1),
        ("x" * 161, 2),
        ("å" * 306, 2),
        ("å" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("ł" * 70, 1),
        ("ł" * 71, 2),
        ("x" * 70 + "ł", 2),
        ("ł" * 134, 2),
        ("ł" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
)
def test_segments_are_counted_as_networks_count_them(text: str, count: int) -> None:
    """160 septets or 70 code units alone, 153 or 67 each where there are several; one foreign letter changes the alphabet of all."""
    assert segments(text) == count


def test_no_character_is_torn_apart() -> None:
    """153 septets hold 76 euro signs, not 76 and a half: 306 septets of them need a third segment."""
    assert (segments("€" * 152), segments("€" * 153)) == (2, 3)
    assert (segments("😀" * 66), segments("😀" * 67)) == (2, 3)
