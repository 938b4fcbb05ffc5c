"""What a person is told of their own choices."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class PreferenceLine:
    """One channel and product line of a person: what they would agree to, in which words, and how it stands."""

    text: str
    """The name of the text."""
    channel: str
    product: str | None
    words: Mapping[str, str]
    """By language."""
    allowed: bool
    can_give: bool
    """Whether a click where they are now is proof enough: the link came to the very address of the channel."""
    held: bool = False
    """Whether a no stands that no click here can lift: another system heard it, or another record of the address."""


@dataclass(frozen=True)
class PreferenceRow:
    """What the recipient of a message sees of their own choices. It names nobody."""

    language: str | None
    objected: bool
    lines: tuple[PreferenceLine, ...]


@dataclass(frozen=True)
class OptInRow:
    """A double opt-in, as the page of its second click shows it."""

    id: str
    channel: str
    product: str | None
    text: str
    words: str
    language: str
    until: datetime
    confirmed: bool
    undone: bool = False
    """Whether the person has objected, has taken back since what was given by it, or has moved to another address before giving it."""
