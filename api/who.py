"""Who asks: the signed-in user, and what the role lets them see of the two sides of the firewall."""

from dataclasses import dataclass
from enum import StrEnum

from journeys.facts import Wall


class Role(StrEnum):
    REP = "rep"
    MSL = "msl"
    MARKETING = "marketing"
    MEDICAL = "medical"
    COMPLIANCE = "compliance"
    ADMIN = "admin"


_SIDES: dict[Role, frozenset[Wall]] = {
    Role.REP: frozenset({Wall.OPEN, Wall.COMMERCIAL}),
    Role.MARKETING: frozenset({Wall.OPEN, Wall.COMMERCIAL}),
    Role.ADMIN: frozenset({Wall.OPEN, Wall.COMMERCIAL}),
    Role.MSL: frozenset({Wall.OPEN, Wall.MEDICAL}),
    Role.MEDICAL: frozenset({Wall.OPEN, Wall.MEDICAL}),
    Role.COMPLIANCE: frozenset(Wall),
}


@dataclass(frozen=True)
class Who:
    """A user for the length of one request."""

    id: str
    role: Role

    @property
    def sides(self) -> frozenset[Wall]:
        """The sides of the firewall that this user may see."""
        return _SIDES[self.role]

    def sees(self, side: str) -> bool:
        return side in self.sides

    @property
    def in_the_field(self) -> bool:
        """Whether the user sees the people of their own territories only."""
        return self.role in {Role.REP, Role.MSL}
