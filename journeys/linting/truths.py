"""Whether a condition can ever be met: it is written as alternatives, each a list of comparisons, and each list is tried on values that tell them apart."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import product

from journeys.conditions import AllOf, AnyOf, Condition, FactIs, Not, OutcomeIs, Value, holds
from journeys.fact_values import fits
from journeys.facts import CATALOGUE, PERSONA, Kind
from journeys.linting.work import TooMuch, Work

MOST = 512
"""Alternatives of one condition that are looked at; one with more is not judged."""

MOST_WORK = 200_000
"""Comparisons that are tried or carried along, by one rule on one file."""

Comparison = FactIs | OutcomeIs
Literal = tuple[Comparison, bool]
"""A comparison, and whether it has to hold or not to hold."""

Reports = Callable[[str], tuple[str, ...]]
"""What can be reported at a step."""

_AT_ONCE = 8
"""Values of a list that are compared in about the time of one comparison alone."""

_OTHER = "\0other"
"""A word that no author can write: any value that no condition names."""


class Truths:
    """Answers for one rule on one file, within the work that it may do."""

    def __init__(self, reports: Reports, *, most: int = MOST_WORK) -> None:
        self._reports = reports
        self.work = Work(most)

    def possible(self, condition: Condition) -> bool:
        """Whether there are facts and outcomes that meet it. True also where the condition is too large to tell."""
        try:
            return self._meetable(self._alternatives(condition, wanted=True))
        except TooMuch:
            return True

    def covered(self, cases: Sequence[Condition]) -> Iterator[int]:
        """Which cases nobody meets who has met none before, though somebody could meet each of them alone. The first case that is too large
        to tell is the last that is looked at: what follows would be larger."""
        before: list[list[Literal]] = [[]]
        try:
            for index, case in enumerate(cases):
                own = self._alternatives(case, wanted=True)
                if index and self._meetable(own) and not self._meetable(self._together(own, before)):
                    yield index
                before = self._together(before, self._alternatives(case, wanted=False))
        except TooMuch:
            return

    def _alternatives(self, condition: Condition, *, wanted: bool) -> list[list[Literal]]:
        match condition:
            case AllOf():
                return self._joined(condition.all, wanted=wanted, together=wanted)
            case AnyOf():
                return self._joined(condition.any, wanted=wanted, together=not wanted)
            case Not():
                return self._alternatives(condition.not_, wanted=not wanted)
            case FactIs() | OutcomeIs():
                self.work.spend()
                return [[(condition, wanted)]]

    def _joined(self, parts: Iterable[Condition], *, wanted: bool, together: bool) -> list[list[Literal]]:
        found: list[list[Literal]] = [[]] if together else []
        for part in parts:
            more = self._alternatives(part, wanted=wanted)
            if not together and len(found) + len(more) > MOST:
                raise TooMuch
            found = self._together(found, more) if together else [*found, *more]
        return found

    def _together(self, some: list[list[Literal]], more: list[list[Literal]]) -> list[list[Literal]]:
        if len(some) * len(more) > MOST:
            raise TooMuch
        self.work.spend(sum(map(len, some)) * len(more) + sum(map(len, more)) * len(some))
        return [[*one, *other] for one, other in product(some, more)]

    def _meetable(self, alternatives: list[list[Literal]]) -> bool:
        return any(map(self._consistent, alternatives))

    def _consistent(self, literals: list[Literal]) -> bool:
        """Each fact and outcome for itself: a comparison speaks of one alone."""
        about: dict[tuple[bool, str], list[Literal]] = {}
        for comparison, wanted in literals:
            key = (True, comparison.fact) if isinstance(comparison, FactIs) else (False, comparison.outcome)
            about.setdefault(key, []).append((comparison, wanted))
        return all(self._somewhere(name, group, is_fact=is_fact) for (is_fact, name), group in about.items())

    def _somewhere(self, name: str, group: list[Literal], *, is_fact: bool) -> bool:
        return any(self._meets(name, value, group, is_fact=is_fact) for value in _values(name, group, self._reports, is_fact=is_fact))

    def _meets(self, name: str, value: Value | None, group: list[Literal], *, is_fact: bool) -> bool:
        facts = {name: value} if is_fact else {}
        outcomes = {name: value} if not is_fact and isinstance(value, str) else {}
        for comparison, wanted in group:
            self.work.spend(1 + len(comparison.in_ or ()) // _AT_ONCE)
            if holds(comparison, facts, outcomes) is not wanted:
                return False
        return True


def but_not(condition: Condition, others: Sequence[Condition]) -> Condition:
    """The condition for those who meet none of the others."""
    return AllOf.model_construct(all=(condition, *(Not.model_construct(not_=other) for other in others)))


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
            near = (0, 1, *(value + aside for value in named if isinstance(value, int) for aside in (-1, 0, 1)))
            yield from (value for value in near if fact is not None and fits(fact, value))
        case Kind.SET:
            held = {comparison.has for comparison, wanted in group if isinstance(comparison, FactIs) and comparison.has is not None and wanted}
            yield tuple(sorted(held))
        case Kind.CHOICE | Kind.LADDER if name != PERSONA and fact is not None:
            yield from fact.values
        case _:
            yield _OTHER  # where only some words are excluded, the first try tells
            yield from (value for value in named if fact is None or fits(fact, value))


def _operands(comparison: Comparison) -> tuple[Value, ...]:
    return comparison.operands if isinstance(comparison, FactIs) else ()
