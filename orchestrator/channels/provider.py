"""What is a provider's own: how a message is written for it, what its answers say, and how it is asked what it took. All else is in `over_http` and
`judging`."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import ClassVar

import httpx

from activities.ports import Message
from orchestrator.channels.conversation import Reply
from orchestrator.requests.conversation import retry_after

METADATA = "dirigent_message"
"""The name under which a provider keeps our id of a message, and tells it again with every event."""


class Fault(Enum):
    """Why a message was not taken."""

    MESSAGE = auto()
    """For what it is, or whom it is to: the same one will never be taken."""
    STOPPED = auto()
    """For the recipient has told the provider to stop: the same will never be taken, and a consent that we may hold is withdrawn."""
    OURS = auto()
    """For our configuration. The message is as good as before, and is offered again when somebody has put that right."""
    BUSY = auto()
    """The provider takes nothing at the moment, and says so."""
    DOUBT = auto()
    """The provider broke down over it, and may have taken it before."""


class CannotBeWrittenError(ValueError):
    """This message cannot be given to this provider. `trouble` is a short code of why, `check` what to look at."""

    def __init__(self, trouble: str, *, check: str) -> None:
        super().__init__(trouble)
        self.trouble, self.check = trouble, check


class Provider(ABC):
    """`now` is the real time."""

    name: ClassVar[str]
    check: ClassVar[str]
    """What to look at where the fault is ours."""
    faults: ClassVar[Mapping[str, Fault]] = {}
    """What its own codes mean, where that differs from what the status says."""

    @abstractmethod
    def written(self, message: Message, *, now: datetime) -> httpx.Request:
        """The request that hands the message over. Raises ValueError where it cannot be written so."""

    @abstractmethod
    def taken(self, reply: Reply) -> str | None:
        """Its id of a message that it has taken, by this good answer; None where it does not follow from that it has."""

    def code(self, reply: Reply) -> str | None:  # noqa: ARG002 - of this one, the status says it all
        """Its own code of the trouble; None where it tells of none."""
        return None

    def wish(self, reply: Reply, *, now: datetime) -> timedelta | None:
        """After how long it wants to be asked again, where it says so: by the header that most have."""
        return retry_after(reply.headers.get("retry-after", ""), now)

    def question(self, message_id: str) -> httpx.Request | None:  # noqa: ARG002 - this one cannot be asked
        """The request that asks for a message; None where it cannot be asked."""
        return None

    def found(self, reply: Reply) -> bool:  # noqa: ARG002 - likewise
        """Whether a good answer to that question shows the message."""
        return False


def bare(message_id: str) -> str:
    """Our id of a message without its angle brackets, which some providers do not allow in metadata."""
    return message_id.strip("<>")


def logged_in(request: httpx.Request, user: str, secret: str) -> httpx.Request:
    """The request with user and secret in the header of HTTP's basic scheme."""
    return next(httpx.BasicAuth(user, secret).auth_flow(request))
