"""What every fake is: a port over the world of a test."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.api.fakes import World


class OfWorld:
    def __init__(self, world: World) -> None:
        self.world = world
