"""What the loader and the linter say about a file: a finding is a code at a place with a message and, where there is one, the way to put it right."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

Loc = tuple[str | int, ...]
"""The way to a value inside a document: keys and list indices from the top."""

LONGEST_WORD = 80
"""Longer words are no typing slips of an id, and comparing them takes time that grows with their square."""


LONGEST_MESSAGE = 500
"""A word that an author left without an end is not repeated in full."""

Told = Annotated[str, AfterValidator(lambda text: text if len(text) <= LONGEST_MESSAGE else f"{text[:LONGEST_MESSAGE]} …")]


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, order=True)
class Position:
    """A place in a text; lines and columns are counted from 1, columns in characters."""

    line: int = 1
    column: int = 1


class Finding(BaseModel):
    """One thing that is wrong, where it is, and what to do about it. Its code has a page under docs/lint."""

    model_config = ConfigDict(frozen=True)

    code: str
    severity: Severity = Severity.ERROR
    path: str
    line: int
    column: int
    message: Told
    fix: Told | None = None

    def __str__(self) -> str:
        told = f"{self.path}:{self.line}:{self.column}: {self.code} {self.message}"
        return told if self.fix is None else f"{told} ({self.fix})"


@dataclass(frozen=True)
class Remark:
    """What a rule says about the value at `loc`; who calls the rule knows the text and turns it into a finding.

    `key` tells that the key itself is meant, not its value. `code` is set where one function speaks for several rules.
    """

    loc: Loc
    message: str
    fix: str | None = None
    key: bool = False
    code: str = ""


def did_you_mean(word: object, known: Iterable[str]) -> str | None:
    """The question that names the nearest known word, or None where nothing is near."""
    if not isinstance(word, str) or len(word) > LONGEST_WORD:
        return None
    near = get_close_matches(word, [other for other in known if other != word], n=1)
    return f'did you mean "{near[0]}"?' if near else None


def ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """In the order of the text, each once."""
    return tuple(sorted(dict.fromkeys(findings), key=lambda found: (found.line, found.column, found.code, found.message)))
