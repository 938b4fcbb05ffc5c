"""The answer to a human command: what happened because of it, and where the run stands now."""

from journeys.commands import Note
from journeys.position import Position
from journeys.shapes import Stored


class Receipt(Stored):
    """`notes` tell what happened, in order, each with its reason; `position` is what comes next."""

    notes: tuple[Note, ...]
    position: Position
