"""Whether a value may stand for a fact of the catalogue: what somebody tells of an HCP is checked here before anything is remembered."""

import re
from datetime import date, datetime

from journeys.facts import Fact, Kind

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:/-]{0,63}")
RANKS = {"decile": range(1, 11)}
"""The numbers that are ranks, with those that there are."""

_LANGUAGES = frozenset(
    """
    aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy
    ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt
    lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn
    so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
    """.split()  # noqa: SIM905 - a list of 180 words is read more easily without their quotes
)
"""ISO 639-1."""
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

CODE = "a code: letters, digits and _ . : / -, at most 64, without spaces"
"""What a code is, in words."""

MOST_CODES = 200
"""How many codes a set holds at most: it goes into a run's history whole."""


def fits(fact: Fact, value: object) -> bool:
    """Whether the value is of the fact's type and, where the catalogue lists values, one of them."""
    match fact.kind:
        case Kind.FLAG:
            return isinstance(value, bool)
        case Kind.NUMBER:
            return isinstance(value, int) and not isinstance(value, bool) and value in RANKS.get(fact.name, range(2**31))
        case Kind.DATE:
            return isinstance(value, str) and _is_time(value)
        case Kind.SET:
            return isinstance(value, tuple) and len(value) <= MOST_CODES and all(_is_code(code) for code in value)
        case Kind.CHOICE | Kind.LADDER | Kind.CODE:
            if not _is_code(value):
                return False
            return value in _LANGUAGES if fact.name == "language" else value in fact.values if fact.values else True


def may_hold(fact: Fact, value: object) -> bool:
    """Whether a value may be that of the fact, or for a set one of its codes."""
    return fits(fact, (value,) if fact.kind is Kind.SET else value)


def wanted(fact: Fact) -> str:
    """What to write for a fact, in words."""
    match fact.kind:
        case Kind.FLAG:
            return "true or false"
        case Kind.NUMBER:
            ranks = RANKS.get(fact.name)
            return f"a whole number from {ranks[0]} to {ranks[-1]}" if ranks else "a whole number, not below 0"
        case Kind.DATE:
            return 'a day such as "2027-03-04", or an instant with its offset'
        case Kind.SET:
            return f"a list of at most {MOST_CODES} codes"
        case Kind.CODE if fact.name == "language":
            return "a language's two letters (ISO 639-1), such as sv"
        case Kind.CHOICE | Kind.LADDER | Kind.CODE:
            return f"one of {', '.join(fact.values)}" if fact.values else CODE


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
