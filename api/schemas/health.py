"""How the process and what it stands on are doing."""

from pydantic import Field

from api.schemas.shapes import Told


class Live(Told):
    status: str = Field("live", examples=["live"])


class Ready(Told):
    status: str = Field(examples=["ready"])
    troubles: dict[str, str] = Field({}, description="The parts that cannot be reached, and what to look at.")
