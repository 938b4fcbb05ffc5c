"""Whether a condition can ever be met: it is written as alternatives, each a list of comparisons, and each list is tried on values that tell them apart."""

from collections.abc import Callable, Iterable, Iterator
from itertools import product

from journeys.conditions import AllOf, AnyOf, Condition, FactIs, Not, OutcomeIs, Value, holds
from journeys.facts import CATALOGUE, PERSONA, Kind

MOST = 512
"""Alternatives of one condition that are looked at; one with more is not judged."""

Comparison = FactIs | OutcomeIs
Literal = tuple[Comparison, bool]
"""A comparison, and whether it has to hold or not to hold."""

Reports = Callable[[str], tuple[str, ...]]
"""What can be reported at a step."""

_OTHER = "\0other"
"""A word that no author can write: any value that no condition names."""


class _TooMany(Exception):
    """The condition has more alternatives than are looked at."""


def possible(condition: Condition, reports: Reports) -> bool:
    """Whether there are facts and outcomes that meet it. True also where the condition is too large to tell."""
    try:
        alternatives = _alternatives(condition, wanted=True)
    except _TooMany:
        return True
    return any(_consistent(alternative, reports) for alternative in alternatives)


def _alternatives(condition: Condition, *, wanted: bool) -> list[list[Literal]]:
    match condition:
        case AllOf():
            return _joined(condition.all, wanted=wanted, together=wanted)
        case AnyOf():
            return _joined(condition.any, wanted=wanted, together=not wanted)
        case Not():
            return _alternatives(condition.not_, wanted=not wanted)
        case FactIs() | OutcomeIs():
            return [[(condition, wanted)]]


def _joined(parts: Iterable[Condition], *, wanted: bool, together: bool) -> list[list[Literal]]:
    found: list[list[Literal]] = [[]] if together else []
    for part in parts:
        more = _alternatives(part, wanted=wanted)
        if (len(found) * len(more) if together else len(found) + len(more)) > MOST:
            raise _TooMany
        found = [[*one, *other] for one, other in product(found, more)] if together else [*found, *more]
    return found


def _consistent(literals: list[Literal], reports: Reports) -> bool:
    """Each fact and outcome for itself: a comparison speaks of one alone."""
    about: dict[tuple[bool, str], list[Literal]] = {}
    for comparison, wanted in literals:
        key = (True, comparison.fact) if isinstance(comparison, FactIs) else (False, comparison.outcome)
        about.setdefault(key, []).append((comparison, wanted))
    return all(_somewhere(name, group, reports, is_fact=is_fact) for (is_fact, name), group in about.items())


def _somewhere(name: str, group: list[Literal], reports: Reports, *, is_fact: bool) -> bool:
    return any(_meets(name, value, group, is_fact=is_fact) for value in _values(name, group, reports, is_fact=is_fact))


def _meets(name: str, value: Value | None, group: list[Literal], *, is_fact: bool) -> bool:
    facts = {name: value} if is_fact else {}
    outcomes = {name: value} if not is_fact and isinstance(value, str) else {}
    return all(holds(comparison, facts, outcomes) is wanted for comparison, wanted in group)


def _values(name: str, group: list[Literal], reports: Reports, *, is_fact: bool) -> Iterator[Value | None]:
    """Values that tell the comparisons apart, the unknown one among them."""
    yield None
    if not is_fact:
        yield from reports(name)
        return
    fact = CATALOGUE.get(name)
    named = [value for comparison, _ in group for value in _operands(comparison)]
    match fact.kind if fact is not None else None:
        case Kind.FLAG:
            yield from (True, False)
        case Kind.NUMBER:
            yield from (value + aside for value in named if isinstance(value, int) for aside in (-1, 0, 1))
            yield 0
        case Kind.SET:
            held = {comparison.has for comparison, wanted in group if isinstance(comparison, FactIs) and comparison.has is not None and wanted}
            yield tuple(sorted(held))
        case Kind.CHOICE | Kind.LADDER if name != PERSONA and fact is not None:
            yield from fact.values
        case _:
            yield from (*named, _OTHER)


def _operands(comparison: Comparison) -> tuple[Value, ...]:
    return comparison.operands if isinstance(comparison, FactIs) else ()
