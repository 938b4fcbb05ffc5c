"""HCPs, what is known of them, and their story."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, Protocol

from api.idempotency import Once
from api.paging import Batch, Slice
from api.rows import PersonRow, ProposalRow, TimelineRow
from api.schemas.people import CommercialProfile, MedicalProfile
from api.who import Who
from journeys.conditions import Value


class People(Protocol):
    async def page(self, who: Who, *, market: str | None, persona: str | None, name: str | None, cut: Slice) -> Batch[PersonRow]:
        """People by family name. `persona` is given for commercial roles only; `name` is a part of either name."""
        ...

    async def find(self, who: Who, person_id: str) -> PersonRow | None: ...

    async def commercial(self, person_id: str) -> CommercialProfile: ...

    async def medical(self, who: Who, person_id: str, *, now: datetime) -> MedicalProfile:
        """What medical knows of the person. Asked for medical roles and compliance only; each reading is audited."""
        ...

    async def set_mobile(self, who: Who, person_id: str, mobile: str | None, *, now: datetime) -> None:
        """Put the person's mobile number on record, or take it off. The number it already has changes nothing."""
        ...

    async def reopen(self, who: Who, person_id: str, channel: str, *, remark: str, now: datetime) -> bool:
        """Open the person's address of the channel again, from which mail came back for good; audited. False where it is not closed."""
        ...


class Timelines(Protocol):
    async def of_person(self, who: Who, person_id: str, *, newest_first: bool, cut: Slice, now: datetime) -> Batch[TimelineRow]: ...

    async def of_enrolment(self, who: Who, enrolment_id: str, *, newest_first: bool, cut: Slice, now: datetime) -> Batch[TimelineRow]: ...


class Knowledge(Protocol):
    """What users tell of an HCP, and what they decide on what journeys propose."""

    async def tell(self, who: Who, person_id: str, facts: Mapping[str, Value | None], *, reason: str, side: str, once: Once, now: datetime) -> tuple[str, ...]:
        """Write down how facts stand now, audited with the reason, and tell the person's runs. Returns the names of those that are others now."""
        ...

    async def proposals(self, person_id: str, *, status: str | None, cut: Slice) -> Batch[ProposalRow]:
        """What journeys propose of the person, latest first."""
        ...

    async def decide(
        self, who: Who, person_id: str, proposal_id: str, decision: Literal["accepted", "dismissed"], *, reason: str, once: Once, now: datetime
    ) -> tuple[ProposalRow, bool] | None:
        """Accept or dismiss a proposal, audited with the reason. False beside it: it had been decided before. None: there is no such proposal."""
        ...
