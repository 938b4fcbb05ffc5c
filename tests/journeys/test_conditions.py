"""Conditions as data: what each form means, what it makes of what it does not know, and how a wrong one is refused."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from journeys.conditions import Condition, holds, leaves, named_facts
from journeys.facts import CATALOGUE

ADAPTER: TypeAdapter[Condition] = TypeAdapter(Condition)
FACTS: dict[str, Any] = {"persona": "pioneer", "adoption_stage": "trial", "decile": 7, "email_consent": True, "tier": None}
OUTCOMES = {"first-visit": "interested"}

values = st.none() | st.booleans() | st.integers(-5, 15) | st.sampled_from(["pioneer", "trial", "A", "no such value"])
comparisons = st.one_of(
    st.fixed_dictionaries({"fact": st.sampled_from([*CATALOGUE, "unheard_of"]), "is": values.filter(lambda value: value is not None)}),
    st.fixed_dictionaries({"fact": st.sampled_from(list(CATALOGUE)), "at_least": values.filter(lambda value: value is not None)}),
    st.fixed_dictionaries({"fact": st.sampled_from(list(CATALOGUE)), "at_most": values.filter(lambda value: value is not None)}),
    st.fixed_dictionaries({"fact": st.sampled_from(list(CATALOGUE)), "known": st.booleans()}),
    st.fixed_dictionaries({"outcome": st.just("first-visit"), "in": st.lists(st.sampled_from(["interested", "neutral"]), min_size=1)}),
)
written = st.recursive(
    comparisons,
    lambda part: st.one_of(
        st.fixed_dictionaries({"all": st.lists(part, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"any": st.lists(part, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"not": part}),
    ),
    max_leaves=6,
)


def met(condition: dict[str, Any], facts: dict[str, Any] | None = None) -> bool:
    return holds(ADAPTER.validate_python(condition), FACTS if facts is None else facts, OUTCOMES)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"fact": "persona", "is": "pioneer"}, True),
        ({"fact": "persona", "in": ["traditional", "pioneer"]}, True),
        ({"fact": "persona", "is": "traditional"}, False),
        ({"fact": "email_consent", "is": True}, True),
        ({"fact": "decile", "is": 7}, True),
        ({"fact": "decile", "at_least": 7}, True),
        ({"fact": "decile", "at_least": 8}, False),
        ({"fact": "decile", "at_most": 7}, True),
        ({"fact": "decile", "at_most": 6}, False),
        ({"outcome": "first-visit", "is": "interested"}, True),
        ({"outcome": "first-visit", "in": ["neutral"]}, False),
        ({"outcome": "second-visit", "is": "interested"}, False),
    ],
)
def test_a_comparison_says_what_it_says(condition: dict[str, Any], expected: bool) -> None:
    """Each operator compares a fact or the latest outcome of a step with what the author wrote."""
    assert met(condition) is expected


def test_a_ladder_is_climbed_in_its_own_order() -> None:
    """`at_least` on a ladder follows the rungs, not the alphabet: trial stands above aware and below user."""
    assert met({"fact": "adoption_stage", "at_least": "aware"})
    assert not met({"fact": "adoption_stage", "at_least": "user"})
    assert met({"fact": "tier", "at_most": "B"}, {"tier": "C"})


@pytest.mark.parametrize("operator", [{"is": "B"}, {"in": ["A", "B"]}, {"at_least": "D"}, {"at_most": "A"}, {"known": True}])
@pytest.mark.parametrize("facts", [{}, {"tier": None}])
def test_an_unknown_fact_meets_only_known_false(operator: dict[str, Any], facts: dict[str, Any]) -> None:
    """What is not known is neither high nor low: only `known: false` holds."""
    assert not met({"fact": "tier", **operator}, facts)
    assert met({"fact": "tier", "known": False}, facts)


@pytest.mark.parametrize("value", ["many", True, "7"])
def test_a_value_of_another_type_has_no_order(value: Any) -> None:
    """A number that arrives as text or as a flag is neither above nor below anything."""
    assert not met({"fact": "decile", "at_least": 1}, {"decile": value})
    assert not met({"fact": "decile", "at_most": 10}, {"decile": value})
    assert not met({"fact": "adoption_stage", "at_least": "unaware"}, {"adoption_stage": value})


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        ({"fact": "tier"}, "exactly one of is, in, at_least, at_most, has, known"),
        ({"fact": "tier", "is": "A", "at_least": "B"}, "exactly one of"),
        ({"outcome": "first-visit"}, "exactly one of is, in"),
        ({"outcome": "first-visit", "at_least": "x"}, "Extra inputs"),
        ({"fact": "tier", "in": []}, "at least 1 item"),
        ({"all": []}, "at least 1 item"),
        ({"python": "1 == 1"}, "begins with fact, outcome, all, any or not"),
        ("tier == A", "begins with fact"),
    ],
)
def test_a_condition_that_says_nothing_or_too_much_is_refused(condition: Any, told: str) -> None:
    """The grammar is closed: one form, one operator, and nothing that would have to be evaluated."""
    with pytest.raises(ValidationError, match=told):
        ADAPTER.validate_python(condition)


def test_the_facts_named_are_found_however_deep() -> None:
    """Every comparison is found in the order written; `named_facts` leaves the outcomes out."""
    deep = ADAPTER.validate_python(
        {"all": [{"not": {"any": [{"fact": "tier", "is": "A"}, {"outcome": "first-visit", "is": "x"}]}}, {"fact": "decile", "known": True}]}
    )
    assert [getattr(leaf, "fact", "outcome") for leaf in leaves(deep)] == ["tier", "outcome", "decile"]
    assert list(named_facts(deep)) == ["tier", "decile"]
    assert list(named_facts(None)) == []


@given(written, st.dictionaries(st.sampled_from([*CATALOGUE, "unheard_of"]), values))
def test_every_condition_has_an_answer(condition: dict[str, Any], facts: dict[str, Any]) -> None:
    """No facts, however odd, make a condition raise, and `not` always turns the answer round."""
    answer = met(condition, facts)
    assert met({"not": condition}, facts) is not answer
    assert met({"all": [condition, condition]}, facts) is answer
    assert met({"any": [condition]}, facts) is answer


@given(written)
def test_a_condition_survives_json(condition: dict[str, Any]) -> None:
    """A stored condition reads back as the same condition."""
    read = ADAPTER.validate_python(condition)
    assert ADAPTER.validate_json(ADAPTER.dump_json(read, by_alias=True, exclude_none=True)) == read
