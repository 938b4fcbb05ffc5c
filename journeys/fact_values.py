"""Whether a value may stand for a fact of the catalogue: what somebody tells of an HCP is checked here before anything is remembered."""

import re
from datetime import date, datetime

from journeys.facts import Fact, Kind

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:/-]{0,63}")
_RANKS = {"decile": range(1, 11)}
ELSEWHERE = {
    "persona": "a conductor confirms or corrects it with a visit, or decides on a proposal",
    "profession": "it comes from the register",
    "specialty": "it comes from the register",
    "market": "it comes from the register",
    "nurse_in_care_team": "it comes from affiliations",
    "email_consent": "consents are recorded as such",
    "sms_consent": "consents are recorded as such",
}
"""The facts that nobody tells by name, each with where it is told."""

MOST_CODES = 200
"""How many codes a set holds at most: it goes into a run's history whole."""


def fits(fact: Fact, value: object) -> bool:
    """Whether the value is of the fact's type and, where the catalogue lists values, one of them."""
    match fact.kind:
        case Kind.FLAG:
            return isinstance(value, bool)
        case Kind.NUMBER:
            return isinstance(value, int) and not isinstance(value, bool) and value in _RANKS.get(fact.name, range(2**31))
        case Kind.DATE:
            return isinstance(value, str) and _is_time(value)
        case Kind.SET:
            return isinstance(value, tuple) and len(value) <= MOST_CODES and all(_is_code(code) for code in value)
        case Kind.CHOICE | Kind.LADDER | Kind.CODE:
            return value in fact.values if fact.values else _is_code(value)


def wanted(fact: Fact) -> str:
    """What to write for a fact, in words."""
    match fact.kind:
        case Kind.FLAG:
            return "true or false"
        case Kind.NUMBER:
            ranks = _RANKS.get(fact.name)
            return f"a whole number from {ranks[0]} to {ranks[-1]}" if ranks else "a whole number, not below 0"
        case Kind.DATE:
            return 'a day such as "2027-03-04", or an instant with its offset'
        case Kind.SET:
            return f"a list of at most {MOST_CODES} codes"
        case Kind.CHOICE | Kind.LADDER | Kind.CODE:
            return f"one of {', '.join(fact.values)}" if fact.values else "a code: letters, digits and _ . : / -, at most 64, without spaces"


def _is_code(value: object) -> bool:
    return isinstance(value, str) and _CODE.fullmatch(value) is not None


def _is_time(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False
