"""How an HCO receives reps: openly, with its unit's approval, or not at all, for each form of meeting.

The agreement of SKR and Lif on collaboration sets conditions for visits, and knows a form of its own for information that lessens a risk; a company
keeps besides what each clinic has said. Both are data: an HCO's own rule counts, else its market's, else it is open.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum


class MeetingForm(StrEnum):
    """What a visit is held as."""

    PRODUCT_INFORMATION = "product_information"
    RISK_MINIMISATION = "risk_minimisation"
    EDUCATION = "education"


class Access(StrEnum):
    """How a rep comes in, the most permissive first."""

    OPEN = "open"
    BY_APPROVAL = "by_approval"
    NONE = "none"


AccessRules = Mapping[MeetingForm, Access]
"""What an HCO, or a market, says of each form; of a form that is not named it says nothing."""

_PERMISSIVE = tuple(Access)


def access(form: MeetingForm, own: AccessRules, market: AccessRules) -> Access:
    """How one HCO receives a meeting of this form."""
    return own.get(form) or market.get(form) or Access.OPEN


def best(places: Iterable[Access], otherwise: Access) -> Access:
    """Of the places where a person works the most permissive: the rep meets the person there. `otherwise` counts where no place is known."""
    return min(places, key=_PERMISSIVE.index, default=otherwise)


def loosens(before: AccessRules, after: AccessRules, market: AccessRules) -> bool:
    """Whether any form of meeting is let in more easily than before."""
    return any(_PERMISSIVE.index(access(form, after, market)) < _PERMISSIVE.index(access(form, before, market)) for form in MeetingForm)
