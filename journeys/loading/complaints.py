"""Pydantic's errors retold for the author: in plain words, at the place in the file, with what to write instead."""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from pydantic import BaseModel, ValidationError

from journeys.loading.documents import Document
from journeys.loading.findings import LONGEST_WORD, Finding, Loc, did_you_mean
from journeys.loading.grammar import trace

_MANY_DIGITS = 19
"""Digits with which a number is read as text: nothing that is counted here comes near."""

MOST = 200
"""Errors of one file that are retold; who has more fixes these first."""

_WANTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "bool_type": "true or false",
    "float_type": "a number",
    "dict_type": "a mapping of keys and values",
    "model_type": "a mapping of keys and values",
    "tuple_type": "a list",
    "list_type": "a list",
    "timezone_aware": 'a date and time with its zone, such as "2027-01-31T00:00:00Z"',
    "datetime_type": 'a date and time with its zone, such as "2027-01-31T00:00:00Z"',
    "datetime_parsing": 'a date and time with its zone, such as "2027-01-31T00:00:00Z"',
    "datetime_from_date_parsing": 'a date and time with its zone, such as "2027-01-31T00:00:00Z"',
}

_RENAMED = dict.fromkeys(("weekly_cap", "cap_period"), "caps are a list now: write `caps: [{at_most: 3, per: week}]` in place of weekly_cap and cap_period")
"""What older releases called otherwise, each with what to write now."""

_SHAPES = {
    r"^[a-z][a-z0-9_]*$": "lower-case letters, digits and underscores, beginning with a letter",
    r"^[a-z][a-z0-9-]*$": "lower-case letters, digits and hyphens, beginning with a letter",
    r"^[A-Z]{2}$": "two capital letters",
    r"^(?:fall_back|[a-z][a-z0-9-]*)$": "lower-case letters, digits and hyphens, beginning with a letter, or fall_back",
    r"^[a-z]{2}$": "two lower-case letters",
}


def complaints(error: ValidationError, model: type[BaseModel], document: Document) -> Iterator[Finding]:
    """A finding for each place that is wrong, leaving out what was found wrong there already."""
    told = [_Complaint(model, raw) for raw in error.errors(include_url=False)[:MOST] if not _is_echo(raw)]
    fresh = (complaint for complaint in told if not any(complaint.path[:depth] in document.spoilt for depth in range(len(complaint.path) + 1)))
    for _, group in groupby(sorted(fresh, key=lambda complaint: complaint.order), key=lambda complaint: complaint.order):
        yield _finding(list(group), document)


class _Complaint:
    """One of pydantic's errors with the author's path in place of pydantic's."""

    def __init__(self, model: type[BaseModel], raw: Any) -> None:
        loc: Loc = raw["loc"]
        self.kind: str = raw["type"]
        self.input: Any = raw["input"]
        self.about: dict[str, Any] = raw.get("ctx", {})
        self.message: str = raw["msg"]
        absent = self.kind in ("missing", "extra_forbidden")
        self.path, self.allowed = trace(model, loc[:-1] if absent else loc)
        self.word = str(loc[-1]) if absent else ""
        self.is_key = loc[-1:] == ("[key]",)

    @property
    def order(self) -> tuple[tuple[str, ...], str, bool]:
        return tuple(map(str, self.path)), self.word, self.is_key


def _is_echo(raw: Any) -> bool:
    """A list whose entries were all refused is also called too short; that tells the author nothing."""
    return raw["type"] == "too_short" and bool(raw["input"])


def _finding(group: list[_Complaint], document: Document) -> Finding:
    first = group[0]
    match first.kind:
        case "missing":
            return document.finding("J005", f"{_whole(first.path)} lacks `{first.word}`", loc=first.path, key=True, fix=f'add "{first.word}: …"')
        case "extra_forbidden":
            fix = _RENAMED.get(first.word) or did_you_mean(first.word, first.allowed) or f"allowed here: {', '.join(first.allowed)}"
            return document.finding("J002", f"unknown key `{first.word}` in {_whole(first.path)}", loc=(*first.path, first.word), key=True, fix=fix)
        case _:
            message = f"{'the key ' if first.is_key else ''}`{_dotted(first.path)}` {_joined(group)}" if first.path else _joined(group)
            return document.finding("J004", message, loc=first.path, key=first.is_key, fix=next(filter(None, map(_fix, group)), None))


def _joined(group: Iterable[_Complaint]) -> str:
    """What would have been right. The members of a union complain each for itself: any of them would do."""
    said = list(dict.fromkeys(map(_said, group)))
    wants = [text.removeprefix("must be ") for text in said if text.startswith("must be ")]
    rest = [text for text in said if not text.startswith("must be ")]
    return "; or ".join(([f"must be {' or '.join(wants)}"] if wants else []) + rest)


def _said(complaint: _Complaint) -> str:
    about = complaint.about
    match complaint.kind:
        case "string_pattern_mismatch":
            return f"must be {_SHAPES.get(about['pattern'], 'of the form ' + about['pattern'])}"
        case "literal_error" | "enum":
            return f"must be {' or '.join(_expected(complaint))}"
        case "string_too_long":
            return f"is too long: at most {about['max_length']} characters"
        case "string_too_short" | "too_short":
            return "is empty: give at least one"
        case "greater_than_equal":
            return f"must be {about['ge']} or more"
        case "less_than_equal":
            return f"must be {about['le']} or less"
        case "value_error":
            return f"is not right: {about['error']}"
        case kind if kind in _WANTED:
            return f"must be {_WANTED[kind]}"
        case "step_kind" | "condition_form":
            return f"is not right: {complaint.message}"
        case _:
            return f"is not right: {complaint.message[:1].lower()}{complaint.message[1:]}"


def _fix(complaint: _Complaint) -> str | None:
    written = complaint.input
    match complaint.kind:
        case "string_pattern_mismatch":
            return _reshaped(str(written), complaint.about["pattern"])
        case "literal_error" | "enum":
            return did_you_mean(written, _expected(complaint))
        case "string_type" if isinstance(written, bool | int | float):
            return f'put it in quotes: "{str(written).lower() if isinstance(written, bool) else written}"'
        case "string_type" if isinstance(written, list) and complaint.path[-1:] == ("is",):
            return 'write "in" for any of several'
        case "int_type" if isinstance(written, str) and written.isdecimal():
            return "remove the quotes" if len(written) < _MANY_DIGITS else "write a smaller number"
        case "tuple_type" if isinstance(written, str):
            return f"put it in brackets: [{written[:40]}]"
        case "step_kind" | "condition_form" if isinstance(written, dict):
            known = re.findall(r"[a-z]+", complaint.message)
            return next(filter(None, (did_you_mean(key, known) for key in written)), None)
        case _:
            return None


def _expected(complaint: _Complaint) -> list[str]:
    return re.findall(r"'([^']*)'", str(complaint.about.get("expected", "")))


def _reshaped(written: str, pattern: str) -> str | None:
    """The same word in the form that is wanted, where letters' case and separators are all that is wrong."""
    words = re.sub(r"[^a-z0-9]+", " ", written[:LONGEST_WORD].lower()).split()
    tries = (written.upper(), written.lower(), "_".join(words), "-".join(words))
    return next((f'did you mean "{word}"?' for word in tries if re.fullmatch(pattern, word)), None)


def _dotted(path: Loc) -> str:
    return ".".join(map(str, path))


def _whole(path: Loc) -> str:
    return f"`{_dotted(path)}`" if path else "the file"
