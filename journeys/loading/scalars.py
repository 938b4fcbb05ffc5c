"""What an unquoted word of YAML means: the core rules of YAML 1.2, so that the market `NO` and the answer `on` stay words.

PyYAML follows YAML 1.1, in which `NO` is false, `12:30` is 750 and `2027-01-31` is a date. It stands apart because it is the one
place where that is undone.
"""

import re

Scalar = str | int | float | bool | None

_EMPTY = re.compile(r"|~|null|Null|NULL")
_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})\.[0-9]{1,17}")
_NOT_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def plain(written: str) -> Scalar:
    """The value of an unquoted word. Numbers are decimal; whatever is not plainly a number, true, false or null is text."""
    if _EMPTY.fullmatch(written):
        return None
    if written in ("true", "false"):
        return written == "true"
    if _WHOLE.fullmatch(written):
        return int(written)
    return float(written) if _DECIMAL.fullmatch(written) else written


def joined(written: str) -> str:
    """The text with the surrogate pairs joined that JSON escapes write for characters beyond the first plane."""
    return re.sub("[\ud800-\udbff][\udc00-\udfff]", lambda pair: pair[0].encode("utf-16", "surrogatepass").decode("utf-16"), written)


def is_text(written: str) -> bool:
    """Whether every character is text: no control characters but tab and line feed, no half of a surrogate pair."""
    return _NOT_TEXT.search(written) is None
