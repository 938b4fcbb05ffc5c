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


_WORKERS: dict[Wall, Role] = {Wall.COMMERCIAL: Role.REP, Wall.MEDICAL: Role.MSL}
_LEADS: dict[Wall, Role] = {Wall.COMMERCIAL: Role.MARKETING, Wall.MEDICAL: Role.MEDICAL}


def worker_of(side: str, kind: str) -> Role:
    """Whose work a task of this side and kind is: what is escalated is its lead's."""
    return (_LEADS if kind == "escalate" else _WORKERS)[Wall(side)]


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
