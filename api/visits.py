"""A visit in the room, as it is reported: whether the HCO lets it take place, and whether its unit approved it."""

from api.codes import Code
from api.ports import Ports
from api.problems import in_field
from api.rows import TaskRow
from api.schemas.organisations import UnitApproval, Visiting
from api.schemas.tasks import Complete
from api.who import Who
from journeys.access import Access
from journeys.content import FACE_TO_FACE
from journeys.definitions import Step, VisitStep


async def keep_approval(house: Ports, who: Who, task: TaskRow, step: Step | None, body: Complete) -> None:
    """Look whether the visit that is reported was allowed there, and keep the unit's approval. Raises Problem where no workplace of the HCP lets reps in, or
    the only ones that do ask for an approval and none is on record."""
    if not isinstance(step, VisitStep) or body.channel != FACE_TO_FACE:
        if body.unit_approval is not None:
            raise in_field(Code.INVALID, "A unit approves a visit that takes place face to face.", "/unit_approval")
        return
    if task.status != "open":
        return  # the run says so
    found = await house.organisations.visiting(task.person.id, step.visit.form, task_id=task.id)
    if found.access is Access.NONE:
        detail = f"None of the HCP's workplaces lets reps in for {step.visit.form}. Skip the visit with `access_forbidden`, or meet by another channel."
        raise in_field(Code.ACCESS_FORBIDDEN, detail, "/channel", allowed=[channel for channel in step.visit.channels if channel != FACE_TO_FACE])
    if body.unit_approval is not None:
        await house.organisations.approve(who, task.id, task.person.id, step.visit.form, _of_one(found, body.unit_approval), now=house.clock.now())
    elif found.access is Access.BY_APPROVAL and not found.approvals:
        raise in_field(
            Code.APPROVAL_REQUIRED, "The unit approves such a visit beforehand: say where its approval is.", "/unit_approval", allowed=_asking(found)
        )


def _of_one(found: Visiting, approval: UnitApproval) -> UnitApproval:
    """The approval with the workplace that gave it: the one that is named, else the only one that asks for any."""
    asking = _asking(found)
    named = approval.organisation_id
    if named is None and len(asking) > 1:
        raise in_field(
            Code.APPROVAL_REQUIRED, "Several of the HCP's workplaces ask for an approval: say whose it is.", "/unit_approval/organisation_id", allowed=asking
        )
    if named is not None and named not in {place.id for place in found.workplaces}:
        raise in_field(Code.INVALID, "The HCP does not work there.", "/unit_approval/organisation_id", allowed=[place.id for place in found.workplaces])
    return approval.model_copy(update={"organisation_id": named or next(iter(asking), None)})


def _asking(found: Visiting) -> list[str]:
    return [place.id for place in found.workplaces if place.access is Access.BY_APPROVAL]
