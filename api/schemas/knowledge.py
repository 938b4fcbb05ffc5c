"""What users tell of an HCP, and what journeys propose."""

from datetime import datetime

from pydantic import Field

from api.schemas.safety import Reported
from api.schemas.shapes import Told, Words
from journeys.conditions import Value


class NewFacts(Reported):
    facts: dict[str, Value | None] = Field(
        min_length=1,
        max_length=50,
        description="How each stands now, by its name in the catalogue; null is no longer known.",
        examples=[{"adoption_stage": "trial", "tags": ["renal"], "next_appointment_on": "2027-03-04"}],
    )
    reason: Words = Field(description="How you know.", examples=["She told me on the ward this morning."])


class FactsTold(Told):
    changed: tuple[str, ...] = Field(description="Those that stand otherwise than before.", examples=[["adoption_stage"]])


class Decision(Reported):
    reason: Words = Field(examples=["He has treated his first two patients with it."])


class ProposalRead(Told):
    """A stage of the adoption ladder or a persona, proposed by a journey."""

    id: str = Field(examples=["enr0d8b5c1e6f0e4a519d550c1f4b7a2d10.won-over.1.stage"])
    kind: str = Field(description="stage or persona.", examples=["stage"])
    value: str = Field(examples=["user"])
    status: str = Field(description="open, accepted, dismissed or replaced (by a later one).", examples=["open"])
    enrolment_id: str
    step: str = Field(examples=["won-over"])
    at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None
