"""HCOs: how they receive reps, and what a unit approved."""

from datetime import datetime

from pydantic import Field

from api.schemas.safety import Reported
from api.schemas.shapes import Asked, Name, Told, Words
from journeys.access import Access, MeetingForm

_RULES = [{"product_information": "none", "risk_minimisation": "by_approval"}]


class OrganisationLine(Told):
    """An HCO, open to both sides of the firewall."""

    id: str = Field(examples=["norra-kliniken"])
    name: str = Field(examples=["Norra kliniken"])
    market: str = Field(examples=["SE"])
    status: str = Field(description="active or deactivated.", examples=["active"])
    visits: dict[MeetingForm, Access] = Field(description="What it said itself, by the form of the meeting.", examples=_RULES)
    access: dict[MeetingForm, Access] = Field(description="What counts: its own word, else its market's, else open.")


class SetAccess(Reported):
    visits: dict[MeetingForm, Access] = Field(
        description="In place of all that it said before. Of a form that is not named it says nothing: its market's rule counts.", examples=_RULES
    )
    remark: Words = Field(description="Who at the HCO said so, and when.", examples=["The head of the clinic wrote on 2 March: no more visits."])


class AccessSet(OrganisationLine):
    skipped: int = Field(description="Open visits that can no longer take place anywhere: the house skips them now.", examples=[2])


class UnitApproval(Asked):
    """A unit's approval of a visit, where its HCO asks for one."""

    organisation_id: Name | None = Field(None, description="Whose unit it is; needed where several of the HCP's workplaces ask for an approval.")
    proof: Name = Field(description="Where the approval is: the id of a letter, a diary entry, a form.", examples=["mail-2026-0311"])


class ApprovalLine(Told):
    organisation_id: str | None = None
    proof: str = Field(examples=["mail-2026-0311"])
    by: str = Field(description="Who recorded it.", examples=["rep-eva"])
    at: datetime


class WorkplaceLine(Told):
    id: str
    name: str = Field(examples=["Norra kliniken"])
    access: Access


class Visiting(Told):
    """How the HCP may be met face to face in this form of meeting."""

    form: MeetingForm
    access: Access = Field(description="Of the most permissive workplace, else of the market.")
    workplaces: tuple[WorkplaceLine, ...] = ()
    approvals: tuple[ApprovalLine, ...] = Field((), description="What is on record of approvals of this very visit.")
