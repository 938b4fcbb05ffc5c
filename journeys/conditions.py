"""Conditions as data: a small, closed set of comparisons on facts and outcomes that can be checked, drawn and edited, and is never evaluated as code."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import Discriminator, Field, Tag, model_validator

from journeys.facts import CATALOGUE, Kind
from journeys.shapes import Authored, Slug, StepId

Value = bool | int | str | tuple[str, ...]
"""A fact's value; a tuple for a set of codes."""

Facts = Mapping[str, Value | None]
Outcomes = Mapping[str, str]


class _Comparison(Authored):
    is_: Value | None = Field(None, alias="is")
    in_: tuple[Value, ...] | None = Field(None, alias="in", min_length=1)

    @model_validator(mode="after")
    def _one_operator(self) -> "_Comparison":
        if len(self.operators) != 1:
            raise ValueError(f"a condition compares once: give exactly one of {', '.join(self.offered)}")
        return self

    @property
    def offered(self) -> tuple[str, ...]:
        return ("is", "in")

    @property
    def operators(self) -> tuple[str, ...]:
        given = {"is": self.is_, "in": self.in_}
        return tuple(name for name, value in given.items() if value is not None)


class FactIs(_Comparison):
    """`{fact: adoption_stage, at_least: trial}`, `{fact: tags, has: nurse}`. A fact that is unknown meets only `known: false`."""

    fact: str
    at_least: Value | None = None
    at_most: Value | None = None
    has: str | None = None
    known: bool | None = None

    @property
    def offered(self) -> tuple[str, ...]:
        return ("is", "in", "at_least", "at_most", "has", "known")

    @property
    def operators(self) -> tuple[str, ...]:
        more = {"at_least": self.at_least, "at_most": self.at_most, "has": self.has, "known": self.known}
        return super().operators + tuple(name for name, value in more.items() if value is not None)

    @property
    def operands(self) -> tuple[Value, ...]:
        """The values that are compared with the fact, to be checked against its type."""
        single = (self.is_, self.at_least, self.at_most, self.has)
        return (*(self.in_ or ()), *(value for value in single if value is not None))


class OutcomeIs(_Comparison):
    """`{outcome: first-visit, is: interested}`: the latest outcome of that step in this run. A step without one meets nothing."""

    outcome: StepId
    is_: Slug | None = Field(None, alias="is")
    in_: tuple[Slug, ...] | None = Field(None, alias="in", min_length=1)


class AllOf(Authored):
    all: tuple["Condition", ...] = Field(min_length=1)


class AnyOf(Authored):
    any: tuple["Condition", ...] = Field(min_length=1)


class Not(Authored):
    not_: "Condition" = Field(alias="not")


_FORMS: dict[str, type[Authored]] = {"fact": FactIs, "outcome": OutcomeIs, "all": AllOf, "any": AnyOf, "not": Not}
_FORM_OF = {model: form for form, model in _FORMS.items()}


def _form(written: Any) -> str | None:
    if isinstance(written, Mapping):
        return next((form for form in _FORMS if form in written), None)
    return _FORM_OF.get(type(written))


Condition = Annotated[
    Annotated[FactIs, Tag("fact")]
    | Annotated[OutcomeIs, Tag("outcome")]
    | Annotated[AllOf, Tag("all")]
    | Annotated[AnyOf, Tag("any")]
    | Annotated[Not, Tag("not")],
    Discriminator(
        _form,
        custom_error_type="condition_form",
        custom_error_message="a condition begins with fact, outcome, all, any or not",
    ),
]

for _model in (AllOf, AnyOf, Not):
    _model.model_rebuild()


def holds(condition: Condition, facts: Facts, outcomes: Outcomes) -> bool:
    """Whether the condition is met. Total: an unknown fact or a value of another type is simply not met."""
    match condition:
        case FactIs():
            return _fact_holds(condition, facts.get(condition.fact))
        case AllOf():
            return all(holds(part, facts, outcomes) for part in condition.all)
        case AnyOf():
            return any(holds(part, facts, outcomes) for part in condition.any)
        case Not():
            return not holds(condition.not_, facts, outcomes)
        case OutcomeIs():
            return _equal(outcomes.get(condition.outcome), condition)


def leaves(condition: Condition) -> Iterator[FactIs | OutcomeIs]:
    """Every comparison in the condition, in the order written."""
    match condition:
        case AllOf():
            for part in condition.all:
                yield from leaves(part)
        case AnyOf():
            for part in condition.any:
                yield from leaves(part)
        case Not():
            yield from leaves(condition.not_)
        case FactIs() | OutcomeIs():
            yield condition


def named_facts(condition: Condition | None) -> Iterator[str]:
    """The facts that a condition names, as often as it names them; none where there is no condition."""
    if condition is not None:
        yield from (leaf.fact for leaf in leaves(condition) if isinstance(leaf, FactIs))


def equal(one: Value | None, other: Value | None) -> bool:
    """Python's `1 == True` is not an author's: a number never equals a flag."""
    return type(one) is type(other) and one == other


def _equal(value: Value | None, comparison: _Comparison) -> bool:
    if comparison.in_ is None:
        return value is not None and equal(value, comparison.is_)
    return value is not None and any(equal(value, one) for one in comparison.in_)


def _fact_holds(condition: FactIs, value: Value | None) -> bool:
    if condition.known is not None:
        return (value is not None) is condition.known
    if value is None:
        return False
    if condition.has is not None:
        return isinstance(value, tuple) and condition.has in value
    if condition.at_least is not None:
        return _ordered(_rank(condition.fact, condition.at_least), _rank(condition.fact, value))
    if condition.at_most is not None:
        return _ordered(_rank(condition.fact, value), _rank(condition.fact, condition.at_most))
    return _equal(value, condition)


def _rank(fact: str, value: Value) -> int | None:
    known = CATALOGUE.get(fact)
    if known is not None and known.kind is Kind.LADDER:
        return known.values.index(value) if isinstance(value, str) and value in known.values else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _ordered(low: int | None, high: int | None) -> bool:
    return low is not None and high is not None and low <= high
