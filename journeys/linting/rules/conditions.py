"""Rules on conditions: they name facts that there are, compare them as their kind allows, and with values that they can have."""

from collections.abc import Iterator

from journeys.conditions import FactIs, OutcomeIs
from journeys.definitions import RequestStep
from journeys.fact_values import CODE, may_hold, wanted
from journeys.facts import CATALOGUE, PERSONA, Fact, Kind
from journeys.linting.subject import Subject, operands
from journeys.loading import Loc, Remark, did_you_mean

ALLOWED: dict[Kind, tuple[str, ...]] = {
    Kind.CHOICE: ("is", "in", "known"),
    Kind.CODE: ("is", "in", "known"),
    Kind.DATE: ("known",),
    Kind.FLAG: ("is", "known"),
    Kind.LADDER: ("is", "in", "at_least", "at_most", "known"),
    Kind.NUMBER: ("is", "in", "at_least", "at_most", "known"),
    Kind.SET: ("has", "known"),
}
"""The comparisons that make sense for each kind of fact: only ladders and numbers have an order. A date is waited for, not compared."""


def unknown_fact(subject: Subject) -> Iterator[Remark]:
    """J203: only facts of the catalogue can be known."""
    for loc, name in fact_names(subject):
        if name not in CATALOGUE:
            yield Remark(loc, f'there is no fact "{name}"', did_you_mean(name, CATALOGUE) or f"known are {', '.join(CATALOGUE)}")


def wrong_type(subject: Subject) -> Iterator[Remark]:
    """J205: the operator and the type of the value fit the kind of the fact, and what is taken for a point in time is a date."""
    for loc, comparison, fact in _on_facts(subject):
        for operator in comparison.operators:
            if operator not in ALLOWED[fact.kind]:
                fix = f"use one of {', '.join(ALLOWED[fact.kind])}"
                yield Remark((*loc, operator), f'"{operator}" cannot be asked of {fact.name}, a {fact.kind}', fix, key=True)
        for where, value in operands(comparison):
            if isinstance(value, tuple):
                yield Remark((*loc, *where), f"{fact.name} is compared with a list", _for_a_list(fact.kind), key=True)
            elif not _fits(fact.kind, value):
                yield Remark((*loc, *where), f"{fact.name} is compared with {_told(value)}, and it is a {fact.kind}", f"write {_wanted(fact.kind)}")
    for loc, mark in subject.marks:
        known = CATALOGUE.get(mark.fact or "")
        if known is not None and known.kind is not Kind.DATE:
            dates = [fact.name for fact in CATALOGUE.values() if fact.kind is Kind.DATE]
            yield Remark((*loc, "fact"), f"{known.name} is a {known.kind}, not a date", f"dates are {', '.join(dates)}")


def fact_names(subject: Subject) -> Iterator[tuple[Loc, str]]:
    """Every place that names a fact: a comparison, a point in time, a request."""
    yield from (((*loc, "fact"), comparison.fact) for loc, comparison in subject.comparisons if isinstance(comparison, FactIs))
    yield from (((*loc, "fact"), mark.fact) for loc, mark in subject.marks if mark.fact is not None)
    for step_id, step in subject.steps.items():
        if isinstance(step, RequestStep):
            yield from ((("steps", step_id, "request", "facts", index), name) for index, name in enumerate(step.request.facts))


def wrong_value(subject: Subject) -> Iterator[Remark]:
    """J206: the value is one that the fact, or the step's outcome, can have."""
    for loc, value, about, known in (*_fact_values(subject), *_outcome_values(subject)):
        if known and value not in known:
            yield Remark(loc, f'"{value}" is no value of {about}', did_you_mean(value, known) or f"its values are {', '.join(known)}")
    for loc, comparison, fact in _on_facts(subject):
        for where, value in operands(comparison):
            if not fact.values and _fits(fact.kind, value) and not may_hold(fact, value):
                yield Remark((*loc, *where), f'"{value}" is no value of {fact.name}', f"write {CODE if fact.kind is Kind.SET else wanted(fact)}")
            elif fact.name == "market" and isinstance(value, str) and value not in subject.definition.markets:
                yield Remark((*loc, *where), f'"{value}" is no market of this journey', f"its markets are {', '.join(subject.definition.markets)}")


def no_outcome(subject: Subject) -> Iterator[Remark]:
    """J207: only what a human reports is an outcome."""
    for loc, comparison in subject.comparisons:
        if isinstance(comparison, OutcomeIs) and comparison.outcome in subject.steps and not subject.told(comparison.outcome):
            fix = "name a visit, an e-mail that the rep sends, a medical step, a split or a request"
            yield Remark((*loc, "outcome"), f'nobody reports an outcome at "{comparison.outcome}"', fix)


def outcome_at_entry(subject: Subject) -> Iterator[Remark]:
    """J217: nothing has been reported before a run has begun, so an outcome decides nothing at the entry."""
    for loc, comparison in subject.comparisons:
        if isinstance(comparison, OutcomeIs) and loc[:2] == ("entry", "when"):
            message = f'nobody has reported an outcome at "{comparison.outcome}" before the run begins'
            yield Remark((*loc, "outcome"), message, "ask for facts, or branch on the outcome within the journey")


def _on_facts(subject: Subject) -> Iterator[tuple[Loc, FactIs, Fact]]:
    for loc, comparison in subject.comparisons:
        if isinstance(comparison, FactIs) and comparison.fact in CATALOGUE:
            yield loc, comparison, CATALOGUE[comparison.fact]


def _fact_values(subject: Subject) -> Iterator[tuple[Loc, object, str, tuple[str, ...]]]:
    for loc, comparison, fact in _on_facts(subject):
        known = tuple(subject.library.personas) if fact.name == PERSONA else fact.values
        yield from (((*loc, *where), value, fact.name, known) for where, value in operands(comparison) if _fits(fact.kind, value))


def _outcome_values(subject: Subject) -> Iterator[tuple[Loc, object, str, tuple[str, ...]]]:
    for loc, comparison in subject.comparisons:
        if isinstance(comparison, OutcomeIs):
            known = subject.told(comparison.outcome)
            yield from (((*loc, *where), value, f"the outcome of {comparison.outcome}", known) for where, value in operands(comparison))


def _fits(kind: Kind, value: object) -> bool:
    match kind:
        case Kind.FLAG:
            return isinstance(value, bool)
        case Kind.NUMBER:
            return isinstance(value, int) and not isinstance(value, bool)
        case _:
            return isinstance(value, str)


def _for_a_list(kind: Kind) -> str:
    return 'write "in" for any of several' if "in" in ALLOWED[kind] else "give one value, or several comparisons under any"


def _wanted(kind: Kind) -> str:
    return {Kind.FLAG: "true or false", Kind.NUMBER: "a whole number without quotes"}.get(kind, "a word, in quotes where it looks like a number")


def _told(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case int():
            return f"the number {value}"
        case _:
            return f'the word "{value}"'
