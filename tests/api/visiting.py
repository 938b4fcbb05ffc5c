"""HCOs as the fakes have them: everybody works at all of them."""

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from api.paging import Batch, Slice
from api.schemas.organisations import AccessSet, ApprovalLine, OrganisationLine, UnitApproval, Visiting, WorkplaceLine
from api.who import Who
from journeys.access import Access, MeetingForm, best, loosens
from tests.api.slicing import sliced

if TYPE_CHECKING:
    from tests.api.fakes import World


def a_place(id: str = "org-1", name: str = "Norra kliniken", **visits: Access) -> OrganisationLine:  # noqa: A002 - the organisation's
    """An HCO that is open, but for what is said."""
    own = {MeetingForm(form): each for form, each in visits.items()}
    return OrganisationLine(id=id, name=name, market="SE", status="active", visits=own, access={form: own.get(form, Access.OPEN) for form in MeetingForm})


class FakeOrganisations:
    def __init__(self, world: "World") -> None:
        self._world = world

    async def page(self, *, market: str | None, name: str | None, cut: Slice) -> Batch[OrganisationLine]:
        found = [each for each in self._world.organisations.values() if market in (None, each.market) and (name is None or name.lower() in each.name.lower())]
        return sliced(found, cut)

    async def find(self, organisation_id: str) -> OrganisationLine | None:
        return self._world.organisations.get(organisation_id)

    async def set_access(
        self, who: Who, organisation_id: str, rules: dict[MeetingForm, Access], *, remark: str, now: datetime
    ) -> AccessSet | Literal["unknown", "not_yours", "looser"]:
        known = self._world.organisations.get(organisation_id)
        if known is None:
            return "unknown"
        if who.in_the_field and loosens(known.visits, rules, {}):
            return "looser"
        self._world.organisations[organisation_id] = a_place(known.id, known.name, **{form.value: each for form, each in rules.items()})
        return AccessSet(**self._world.organisations[organisation_id].model_dump(), skipped=0)

    async def visiting(self, person_id: str, form: MeetingForm, *, task_id: str) -> Visiting:
        places = tuple(WorkplaceLine(id=each.id, name=each.name, access=each.access[form]) for each in self._world.organisations.values())
        return Visiting(form=form, access=best((each.access for each in places), Access.OPEN), workplaces=places, approvals=tuple(self._world.approvals))

    async def approve(self, who: Who, task_id: str, person_id: str, form: MeetingForm, approval: UnitApproval, *, now: datetime) -> None:
        self._world.approvals.append(ApprovalLine(organisation_id=approval.organisation_id, proof=approval.proof, by=who.id, at=now))
