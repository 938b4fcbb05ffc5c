"""How much room words take, and where their lines break, without knowing the font: the widths are those of DejaVu Sans, the widest of the common ones."""

from functools import cache
from unicodedata import category, combining, east_asian_width

ELLIPSIS = "…"
_BY_EM = {0.3: "iljI'|.,:;! ", 0.42: 'ftr()[]{}-/\\"*°“”', 0.83: "wADGHNOQUVXK≤≥+=<>", 1.0: "mMW@%…—→"}
_EMS = {sign: em for em, signs in _BY_EM.items() for sign in signs}
_LOWER, _UPPER, _WIDE = 0.62, 0.7, 1.05


def printable(text: str) -> str:
    """The text on one line, without what no reader sees: control characters, which XML forbids, and marks that turn the direction of reading."""
    return "".join(sign for sign in " ".join(text.split()) if not category(sign).startswith("C"))


def width(text: str, size: float) -> float:
    """The room in px that a line of text takes at most, at this font size."""
    return size * sum(_em(sign) for sign in text)


def wrapped(text: str, size: float, *, room: float, lines: int) -> tuple[str, ...]:
    """The text in lines no wider than `room`; what does not fit in that many lines is cut with an ellipsis."""
    broken: list[str] = []
    for word in _words(text, size, room):
        if broken and width(f"{broken[-1]} {word}", size) <= room:
            broken[-1] = f"{broken[-1]} {word}"
        else:
            broken.append(word)
    if len(broken) <= lines:
        return tuple(broken)
    return (*broken[: lines - 1], _cut(broken[lines - 1], size, room))


@cache
def _em(sign: str) -> float:
    if combining(sign):
        return 0.0
    if east_asian_width(sign) in "WF":
        return _WIDE
    return _EMS.get(sign, _UPPER if sign.isupper() or sign.isdigit() else _LOWER)


def _words(text: str, size: float, room: float) -> list[str]:
    """The words, of which those that are wider than the room are broken where it ends."""
    return [part for word in printable(text).split() for part in _parts(word, size, room)]


def _parts(word: str, size: float, room: float) -> list[str]:
    if width(word, size) <= room:
        return [word]
    parts = [""]
    for sign in word:
        if parts[-1] and width(parts[-1] + sign, size) > room:
            parts.append("")
        parts[-1] += sign
    return parts


def _cut(line: str, size: float, room: float) -> str:
    while line and width(line + ELLIPSIS, size) > room:
        line = line[:-1]
    return line.rstrip() + ELLIPSIS
