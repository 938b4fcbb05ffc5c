"""Who of medical answers for which therapeutic area in which territory, and who is out of office."""

from datetime import datetime

from pydantic import Field, model_validator

from api.schemas.shapes import Asked, Moment, Name, Told
from journeys.shapes import Slug


class CoverageLine(Told):
    user_id: str = Field(examples=["msl-karin"])
    therapeutic_area: str = Field(examples=["heart_failure"])
    territory_id: str = Field(examples=["se-stockholm"])


class Covered(Asked):
    therapeutic_area: Slug = Field(examples=["heart_failure"])
    territory_id: Name = Field(examples=["se-stockholm"])


class NewCoverage(Asked):
    """All that an MSL covers; what is not named any more is covered no more."""

    lines: tuple[Covered, ...] = Field(max_length=500, examples=[[{"therapeutic_area": "heart_failure", "territory_id": "se-stockholm"}]])


class CoverageRead(Told):
    lines: tuple[CoverageLine, ...]


class NewAbsence(Asked):
    user_id: Name | None = Field(None, description="Of whom; oneself where nobody is named. A lead may name an MSL.", examples=["msl-karin"])
    since: Moment
    until: Moment
    stand_in: Name | None = Field(None, description="Who gets new work meanwhile.", examples=["msl-lars"])

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> "NewAbsence":
        if self.until <= self.since:
            raise ValueError("an absence ends after it begins")
        return self


class AbsenceRead(Told):
    id: str
    user_id: str
    since: datetime
    until: datetime
    stand_in: str | None = None


class Absences(Told):
    items: tuple[AbsenceRead, ...]
