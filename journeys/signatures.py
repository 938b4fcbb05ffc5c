"""Who signs a version of a journey, and what a signature says: the parties, the meanings of 21 CFR 11.50, and the record that binds a name to a digest."""

from enum import StrEnum

from journeys.shapes import Instant, Stored


class Party(StrEnum):
    """On whose behalf somebody signs, in the order in which they are listed."""

    SALES = "sales"
    MARKETING = "marketing"
    MEDICAL = "medical"
    LEGAL = "legal"
    REGULATORY = "regulatory"


ALWAYS = (Party.SALES, Party.MARKETING, Party.MEDICAL)
"""Who signs every journey; a market may ask for more and never for fewer."""


class Meaning(StrEnum):
    """In which capacity somebody signs (21 CFR 11.50). Whichever it is, the party agrees that this version may be published."""

    REVIEW = "review"
    APPROVAL = "approval"
    RESPONSIBILITY = "responsibility"
    AUTHORSHIP = "authorship"


OF_AUTHORS = frozenset({Meaning.AUTHORSHIP, Meaning.RESPONSIBILITY})
OF_OTHERS = frozenset({Meaning.REVIEW, Meaning.APPROVAL, Meaning.RESPONSIBILITY})


class Signature(Stored):
    """One signature as it was given. It is never changed; what it is worth follows from `round` and `digest` (see `lifecycle.current`)."""

    party: Party
    meaning: Meaning
    by: str
    """The user's id."""
    name: str
    """The user's name as it was printed at the time."""
    at: Instant
    digest: str
    """Of the version as it was signed."""
    round: int
    """The review in which it was given: a version that is sent back is reviewed anew."""
