"""The words that a journey's conditions may use, for those who write and read journeys."""

from pydantic import Field

from api.schemas.shapes import Told
from journeys.facts import Kind, Wall


class CataloguedFact(Told):
    """One fact that conditions may name."""

    name: str = Field(examples=["adoption_stage"])
    kind: Kind = Field(description="Its type.", examples=["ladder"])
    wall: Wall = Field(description="Whose it is: open to both sides of the firewall, or commercial's or medical's alone.", examples=["commercial"])
    source: str = Field(description="Where it comes from.", examples=["the adoption ladder"])
    unit: str | None = Field(description="What a number counts.", examples=["days"])
    values: tuple[str, ...] = Field(
        description="The values that it can have, a ladder's from low to high; empty where they are not listed.", examples=[["unaware", "aware", "trial"]]
    )
    wanted: str = Field(description="What a value looks like, in words.", examples=["one of unaware, aware, trial, user, advocate"])
    comparisons: tuple[str, ...] = Field(description="What a condition may ask of it.", examples=[["is", "in", "at_least", "at_most", "known"]])


class FactCatalogue(Told):
    facts: tuple[CataloguedFact, ...]
