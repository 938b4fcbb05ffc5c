"""Content systems that push what they decide."""

from datetime import datetime
from typing import Literal, Protocol

from api.ports.requests import Stamp
from api.schemas.content_states import ContentStands
from journeys.definitions import ContentRef


class ContentSystems(Protocol):
    async def genuine(self, system: str, stamp: Stamp, body: bytes) -> bool:
        """Whether the system of that name stamped this body, just now. One that is not known stamps nothing."""
        ...

    async def tell(
        self, system: str, ref: ContentRef, *, state: str, expires: datetime | None, now: datetime
    ) -> ContentStands | Literal["unknown_version", "withdrawn_for_good", "no_approval"]:
        """Write down what the system says of a version. A withdrawal is a recall; an unknown state never counts as approval."""
        ...
