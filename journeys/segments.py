"""How many segments a text message takes, as the networks count and charge it (3GPP TS 23.038 and 23.040)."""

MOST = 3
"""Segments of one approved text. What says more is an e-mail."""

_BASIC = frozenset("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà")
"""The default alphabet: one septet a character."""
_EXTENSION = frozenset("\f^{}\\[~]|€")
"""Two septets a character: an escape goes before it."""

_SEPTETS, _UNITS = (160, 153), (70, 67)
"""Septets, and UTF-16 code units, that one segment holds: alone, and where a header joins it to others."""


def segments(text: str) -> int:
    """The segments of a text. One character outside the default alphabet makes every segment a short one."""
    plain = all(character in _BASIC or character in _EXTENSION for character in text)
    alone, joined = _SEPTETS if plain else _UNITS
    widths = [1 + (character in _EXTENSION) if plain else len(character.encode("utf-16-be")) // 2 for character in text]
    return 1 if sum(widths) <= alone else _packed(widths, joined)


def _packed(widths: list[int], size: int) -> int:
    """How many segments it takes when no character is torn apart between two."""
    count, used = 1, 0
    for width in widths:
        count, used = (count, used + width) if used + width <= size else (count + 1, width)
    return count
