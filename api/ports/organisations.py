"""HCOs and how they receive reps."""

from datetime import datetime
from typing import Literal, Protocol

from api.paging import Batch, Slice
from api.schemas.organisations import AccessSet, OrganisationLine, UnitApproval, Visiting
from api.who import Who
from journeys.access import Access, MeetingForm


class Organisations(Protocol):
    async def page(self, *, market: str | None, name: str | None, cut: Slice) -> Batch[OrganisationLine]:
        """HCOs by name."""
        ...

    async def find(self, organisation_id: str) -> OrganisationLine | None: ...

    async def set_access(
        self, who: Who, organisation_id: str, rules: dict[MeetingForm, Access], *, remark: str, now: datetime
    ) -> AccessSet | Literal["unknown", "not_yours", "looser"]:
        """Put an HCO's own rules in place of those it had, and judge the open visits there anew. Somebody in the field does so where people of theirs
        work, and only to let in less."""
        ...

    async def visiting(self, person_id: str, form: MeetingForm, *, task_id: str) -> Visiting:
        """Where the person may be met in such a meeting, and what is on record of approvals of this visit."""
        ...

    async def approve(self, who: Who, task_id: str, person_id: str, form: MeetingForm, approval: UnitApproval, *, now: datetime) -> None:
        """Put on record that a unit approved the visit. The same told again is there once."""
        ...
