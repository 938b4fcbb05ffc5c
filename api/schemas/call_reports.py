"""Calls as a CRM reports them: late, out of order, corrected and cancelled; and what became of each."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from api.schemas.events import ExternalId
from api.schemas.shapes import Asked, Moment, Name, Told

Notes = Annotated[str, StringConstraints(strip_whitespace=True, max_length=20_000, pattern=r"^[^\x00]*$")]
"""What the rep wrote in the CRM. Nobody can be asked about it here, so it is looked through for words of safety."""


class NewCallReport(Asked):
    source: Name = Field(description="The system that reports.", examples=["crm"])
    id: Name = Field(description="Its id of the call.", examples=["V2B000000001001"])
    revised_at: Moment = Field(description="When the report was last changed there: an older one changes nothing.")
    status: Literal["submitted", "cancelled"] = "submitted"
    person: Name | None = Field(None, description="The id of the person.")
    external: ExternalId | None = Field(None, description="Or another system's id of the person.")
    rep: Name = Field(description="The id of the user who called.", examples=["user-rep"])
    product: Name = Field(examples=["cardiolex"])
    channel: Name = Field(description="Where it took place, as the source calls it; see DIRIGENT_CALLS.", examples=["face_to_face"])
    outcome: Name | None = Field(None, description="What came of it, as the source calls it.", examples=["interested"])
    at: Moment
    notes: Notes | None = Field(None, description="The rep's free words.")

    @model_validator(mode="after")
    def _of_one_person(self) -> Self:
        if (self.person is None) == (self.external is None):
            raise ValueError("name the person by `person` or by `external`, one of the two")
        return self


class CallReportRead(Told):
    id: str
    source: str
    source_id: str
    revised_at: datetime
    status: str = Field(description="submitted or cancelled.")
    standing: str = Field(description="completed, recorded, cancelled or unknown_person.", examples=["completed"])
    reason: str | None = Field(
        None,
        description="Why it completed no visit: no_task, closed, unknown_outcome, unknown_channel or unknown_rep; of a cancelled one, task_completed; of one "
        "that completed a visit where no rep is received, access_forbidden.",
    )
    person_id: str | None = None
    rep: str | None = None
    product: str
    channel: str
    outcome: str | None = None
    task_id: str | None = None
    safety: bool = Field(description="Whether words of safety were found in its notes.")
    late: bool = Field(description="Whether it was told more than a day after it happened.")
    at: datetime
    arrived_at: datetime
    repeats: int = Field(0, description="How often it was told again without anything new.")


class CallReportTaken(CallReportRead):
    repeated: bool = Field(description="Whether it changed nothing: told before, or older than what is on record.")
