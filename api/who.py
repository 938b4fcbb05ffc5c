"""Who asks: the signed-in user, what the role lets them see of the two sides of the firewall, and what it lets them do and sign in a journey's life."""

from dataclasses import dataclass
from enum import StrEnum

from journeys.facts import Wall
from journeys.lifecycle import Act
from journeys.signatures import Party


class Role(StrEnum):
    REP = "rep"
    MSL = "msl"
    SALES = "sales"
    """A sales lead, who speaks for sales; a rep does not."""
    MARKETING = "marketing"
    MEDICAL = "medical"
    SAFETY = "safety"
    """Drug safety: safety cases alone, and neither side of the firewall."""
    COMPLIANCE = "compliance"
    ADMIN = "admin"
    INTEGRATION = "integration"
    """Another system: it reports, and reads nothing."""


_SIDES: dict[Role, frozenset[Wall]] = {
    Role.REP: frozenset({Wall.OPEN, Wall.COMMERCIAL}),
    Role.SALES: frozenset({Wall.OPEN, Wall.COMMERCIAL}),
    Role.MARKETING: frozenset({Wall.OPEN, Wall.COMMERCIAL}),
    Role.ADMIN: frozenset({Wall.OPEN, Wall.COMMERCIAL}),
    Role.MSL: frozenset({Wall.OPEN, Wall.MEDICAL}),
    Role.MEDICAL: frozenset({Wall.OPEN, Wall.MEDICAL}),
    Role.SAFETY: frozenset({Wall.OPEN}),
    Role.COMPLIANCE: frozenset(Wall),
    Role.INTEGRATION: frozenset({Wall.OPEN}),
}

_PARTIES: dict[Role, tuple[Party, ...]] = {
    Role.SALES: (Party.SALES,),
    Role.MARKETING: (Party.MARKETING,),
    Role.MEDICAL: (Party.MEDICAL,),
    Role.COMPLIANCE: (Party.LEGAL, Party.REGULATORY),
}
"""For whom a role signs. No commercial role signs for medical, and an administrator signs for nobody."""

_AUTHORS = frozenset({Role.MARKETING, Role.ADMIN})
_SIGNERS = frozenset(_PARTIES)

DOERS: dict[Act, frozenset[Role]] = {
    **dict.fromkeys((Act.DRAFT, Act.REPLACE, Act.SUBMIT, Act.WITHDRAW, Act.PUBLISH), _AUTHORS),
    Act.SIGN: _SIGNERS,
    Act.SEND_BACK: _SIGNERS | {Role.ADMIN},
    **dict.fromkeys((Act.DRAIN, Act.RETIRE), _AUTHORS | {Role.COMPLIANCE}),
}
"""Which roles may do an act of a journey's life, where the version's state allows it."""

REVIEWERS = frozenset(Role) - {Role.REP, Role.MSL, Role.SAFETY, Role.INTEGRATION}
"""Who reads versions that are not released yet."""

_WORKERS: dict[Wall, Role] = {Wall.COMMERCIAL: Role.REP, Wall.MEDICAL: Role.MSL}
_LEADS: dict[Wall, Role] = {Wall.COMMERCIAL: Role.SALES, Wall.MEDICAL: Role.MEDICAL}

WORKERS = frozenset({*_WORKERS.values(), *_LEADS.values()})
"""The roles that tasks are given to."""


def worker_of(side: str, kind: str) -> Role:
    """Whose work a task of this side and kind is: what is escalated is the lead's, all else the field's."""
    return (_LEADS if kind == "escalate" else _WORKERS)[Wall(side)]


def works(role: Role, side: str, kind: str) -> bool:
    """Whether the role may do such a task. The medical lead may also do what is an MSL's; a sales lead meets nobody in a rep's place."""
    return role in {worker_of(side, kind), *((Role.MEDICAL,) if side == Wall.MEDICAL else ())}


SAFETY_READERS = frozenset({Role.SAFETY, Role.COMPLIANCE})
"""Who reads safety cases; whoever reported one sees its status and dates."""

PEOPLE = frozenset(Role) - {Role.INTEGRATION}
"""Who signs in and is no other system."""

WITH_JOURNEYS = PEOPLE - {Role.SAFETY}
"""Who works with journeys and their people at all."""


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

    @property
    def parties(self) -> tuple[Party, ...]:
        """For whom this user may sign a version of a journey."""
        return _PARTIES.get(self.role, ())

    def may(self, act: Act) -> bool:
        """Whether this user's role does such a thing."""
        return self.role in DOERS[act]
