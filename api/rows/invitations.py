"""An invitation and how it is changed, and where a link in a message leads."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True)
class ClickTarget:
    address: str


class Unchangeable(StrEnum):
    """Why an invitation stays as it is."""

    NO_INVITATION = "no_invitation"
    NOT_SENT = "not_sent"
    DECLINED = "declined"
    BEGUN = "begun"
    CALLED_OFF = "called_off"
    NO_NOTICE = "no_notice"


@dataclass(frozen=True)
class Rescheduled:
    """An invitation as it was changed: how often it was, when it begins now, and whether it is called off."""

    touch: str
    sequence: int
    starts: datetime
    ends: datetime
    called_off: bool


@dataclass(frozen=True)
class InvitationRow:
    """What somebody was invited to, for the page on which they answer."""

    starts: datetime
    when: str
    """The same in the words of the invited person's language and zone."""
    language: str | None
    called_off: bool = False
