"""The evidence of one HCP."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from api.rows import PersonRow
from api.schemas.evidence import EvidencePack
from api.who import Who


class Evidence(Protocol):
    async def of_person(self, who: Who, person: PersonRow, *, now: datetime) -> EvidencePack:
        """Everything on the asker's sides of the firewall, with its digest. The reading is audited."""
        ...


Print = Callable[[EvidencePack], bytes]
"""Puts a pack on paper: a PDF that says what it says and carries its digest."""
