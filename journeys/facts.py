"""The catalogue of facts that conditions may name: each with its type, where it comes from and who may use it."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    CHOICE = "choice"
    LADDER = "ladder"
    NUMBER = "number"
    FLAG = "flag"
    CODE = "code"
    DATE = "date"
    """A day, as "2027-03-04", or an instant with its zone."""
    SET = "set"
    """Any number of codes, such as tags."""


class Wall(StrEnum):
    """On which side of the firewall a fact lives. `OPEN` facts may be used by both."""

    OPEN = "open"
    COMMERCIAL = "commercial"
    MEDICAL = "medical"


class Ageing(StrEnum):
    """How a fact comes to be otherwise by the passing of time alone, without anybody telling it."""

    COUNTS_DAYS = "counts_days"
    LAPSES = "lapses"


@dataclass(frozen=True)
class Fact:
    name: str
    kind: Kind
    wall: Wall
    source: str
    values: tuple[str, ...] = ()
    unit: str = ""
    ageing: Ageing | None = None


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
        Fact("email_consent", Kind.FLAG, Wall.OPEN, "the consent ledger: promotional e-mail is allowed now", ageing=Ageing.LAPSES),
        Fact("sms_consent", Kind.FLAG, Wall.OPEN, "the consent ledger: promotional SMS is allowed now", ageing=Ageing.LAPSES),
        Fact("tags", Kind.SET, Wall.COMMERCIAL, "topics that the HCP engaged with, given by journeys and reps"),
        Fact("workplace", Kind.CHOICE, Wall.OPEN, "the register, by place of work", ("hospital", "primary_care", "private_practice", "pharmacy")),
        Fact("therapy_patients", Kind.NUMBER, Wall.COMMERCIAL, "patients with the disease, as the HCP told a rep", unit="patients"),
        Fact("days_since_prescription", Kind.NUMBER, Wall.COMMERCIAL, "prescriber data, where the market allows it", unit="days", ageing=Ageing.COUNTS_DAYS),
        Fact("congress_attended_on", Kind.DATE, Wall.OPEN, "the congress registration, with the HCP's consent"),
        Fact("next_appointment_on", Kind.DATE, Wall.COMMERCIAL, "the calendar that rep and HCP agreed on"),
        Fact("letter_due_on", Kind.DATE, Wall.OPEN, "the safety letter's date for the HCP's market"),
        Fact("adoption_stage", Kind.LADDER, Wall.COMMERCIAL, "the adoption ladder", ("unaware", "aware", "trial", "user", "advocate")),
        Fact("tier", Kind.LADDER, Wall.COMMERCIAL, "customer grading, lowest first", ("D", "C", "B", "A")),
        Fact("decile", Kind.NUMBER, Wall.COMMERCIAL, "rank 1 to 10 by prescribing volume", unit="rank"),
        Fact("identity", Kind.LADDER, Wall.COMMERCIAL, "the identity dimension", ("low", "high")),
        Fact("engagement", Kind.LADDER, Wall.COMMERCIAL, "the engagement dimension", ("low", "high")),
        Fact("kol_tier", Kind.LADDER, Wall.MEDICAL, "medical affairs", ("local", "regional", "national", "international")),
        Fact("scientific_interest", Kind.CODE, Wall.MEDICAL, "medical affairs"),
    )
}


def ageing_of(name: str) -> Ageing | None:
    """How the fact of that name grows older; None where it does not, or is none."""
    fact = CATALOGUE.get(name)
    return None if fact is None else fact.ageing
