"""The catalogue of facts that conditions may name: each with its type, where it comes from and who may use it."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    CHOICE = "choice"
    LADDER = "ladder"
    NUMBER = "number"
    FLAG = "flag"
    CODE = "code"


class Wall(StrEnum):
    """On which side of the firewall a fact lives. `OPEN` facts may be used by both."""

    OPEN = "open"
    COMMERCIAL = "commercial"
    MEDICAL = "medical"


@dataclass(frozen=True)
class Fact:
    name: str
    kind: Kind
    wall: Wall
    source: str
    values: tuple[str, ...] = ()


PERSONA = "persona"

CATALOGUE: dict[str, Fact] = {
    fact.name: fact
    for fact in (
        Fact(PERSONA, Kind.CHOICE, Wall.COMMERCIAL, "assigned by rules, confirmed or corrected by a rep with a reason; its values are the library's personas"),
        Fact("profession", Kind.CHOICE, Wall.OPEN, "the register", ("physician", "nurse", "pharmacist", "other")),
        Fact("specialty", Kind.CODE, Wall.OPEN, "the register, by taxonomy"),
        Fact("market", Kind.CODE, Wall.OPEN, "the register, by place of work"),
        Fact("language", Kind.CODE, Wall.OPEN, "the HCP's stated preference, else the market's first language"),
        Fact("channel_preference", Kind.CHOICE, Wall.OPEN, "the HCP's stated preference", ("face_to_face", "remote", "phone", "email")),
        Fact("nurse_in_care_team", Kind.FLAG, Wall.OPEN, "affiliations between HCPs"),
        Fact("email_consent", Kind.FLAG, Wall.OPEN, "the consent ledger: promotional e-mail is allowed now"),
        Fact("adoption_stage", Kind.LADDER, Wall.COMMERCIAL, "the adoption ladder", ("unaware", "aware", "trial", "user", "advocate")),
        Fact("tier", Kind.LADDER, Wall.COMMERCIAL, "customer grading, lowest first", ("D", "C", "B", "A")),
        Fact("decile", Kind.NUMBER, Wall.COMMERCIAL, "rank 1 to 10 by prescribing volume"),
        Fact("identity", Kind.LADDER, Wall.COMMERCIAL, "the identity dimension", ("low", "high")),
        Fact("engagement", Kind.LADDER, Wall.COMMERCIAL, "the engagement dimension", ("low", "high")),
        Fact("kol_tier", Kind.LADDER, Wall.MEDICAL, "medical affairs", ("local", "regional", "national", "international")),
        Fact("scientific_interest", Kind.CODE, Wall.MEDICAL, "medical affairs"),
    )
}
