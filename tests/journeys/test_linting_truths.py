"""Whether a condition can be met: the linter's answer against trying every HCP of a small world."""

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.conditions import AllOf, Condition, holds
from journeys.linting.truths import Truths
from tests.builders import a_journey

VALUES: dict[str, tuple[Any, ...]] = {
    "tier": (None, "D", "C", "B", "A"),
    "email_consent": (None, True, False),
    "decile": (None, 1, 2, 3, 4),
    "tags": (None, (), ("x",), ("y",), ("x", "y")),
}
COMPARISONS = st.sampled_from(
    [
        *({"fact": "tier", way: rung} for way in ("is", "at_least", "at_most") for rung in "DCBA"),
        {"fact": "tier", "in": ["D", "A"]},
        *({"fact": "email_consent", "is": flag} for flag in (True, False)),
        *({"fact": "decile", way: number} for way in ("is", "at_least", "at_most") for number in (2, 3)),
        *({"fact": "tags", "has": tag} for tag in ("x", "y")),
        *({"fact": name, "known": known} for name in VALUES for known in (True, False)),
    ]
)
CONDITIONS = st.recursive(
    COMPARISONS,
    lambda inner: (
        st.builds(lambda parts: {"all": parts}, st.lists(inner, min_size=1, max_size=3))
        | st.builds(lambda parts: {"any": parts}, st.lists(inner, min_size=1, max_size=3))
        | st.builds(lambda part: {"not": part}, inner)
    ),
    max_leaves=6,
)
WORLD = [dict(zip(VALUES, values, strict=True)) for values in product(*VALUES.values())]


def a_condition(written: dict[str, Any]) -> Condition:
    """The condition as a model."""
    condition = a_journey(goal=written).goal
    assert condition is not None
    return condition


@given(CONDITIONS)
def test_what_the_linter_calls_impossible_is_met_by_nobody_and_the_rest_by_somebody(written: dict[str, Any]) -> None:
    """The same answer as trying all of them."""
    condition = a_condition(written)
    assert Truths(lambda _: ()).possible(condition) is any(holds(condition, facts, {}) for facts in WORLD)


@pytest.mark.parametrize(
    ("parts", "answer"),
    [
        (({"outcome": "call", "is": "yes"}, {"outcome": "call", "is": "no"}), False),
        (({"outcome": "call", "is": "yes"}, {"not": {"outcome": "call", "is": "no"}}), True),
        (({"not": {"outcome": "call", "in": ["yes", "no"]}},), True),
        (({"fact": "specialty", "is": "cardiology"}, {"fact": "specialty", "is": "nephrology"}), False),
        (({"not": {"fact": "specialty", "is": "cardiology"}}, {"fact": "specialty", "known": True}), True),
    ],
)
def test_outcomes_and_open_words_are_told_apart(parts: tuple[dict[str, Any], ...], answer: bool) -> None:
    """An outcome may be missing; a code may be one that nobody named."""
    condition = AllOf(all=tuple(a_condition(part) for part in parts))
    assert Truths(lambda _: ("yes", "no")).possible(condition) is answer


def test_a_condition_too_large_to_judge_is_taken_as_possible() -> None:
    """Rather no finding than a second of waiting."""
    flags = {"any": [{"fact": "tier", "is": "A"}, {"fact": "decile", "is": 1}]}
    never = {"all": [{"fact": "email_consent", "is": True}, {"fact": "email_consent", "is": False}]}
    assert Truths(lambda _: ()).possible(a_condition({"all": [flags] * 20 + [never]}))


def test_what_the_earlier_cases_leave_over_is_carried_along() -> None:
    """A case that they take together, one that is narrower than another, and one that contradicts itself and is no concern of this question."""
    tiers: list[dict[str, Any]] = [
        {"fact": "tier", "at_least": "B"},
        {"fact": "decile", "is": 1},
        {"fact": "tier", "is": "A"},
        {"fact": "tier", "at_most": "C"},
    ]
    never = {"all": [{"fact": "tier", "is": "A"}, {"fact": "tier", "is": "B"}]}
    cases = [a_condition(case) for case in (*tiers, never, {"fact": "tier", "known": True}, {"fact": "tier", "known": False})]
    assert list(Truths(lambda _: ()).covered(cases)) == [2, 5]


@pytest.mark.parametrize("count", [300, 6000])
def test_many_cases_take_no_longer_than_the_work_allows(count: int) -> None:
    """What goes beyond is not judged; a few hundred cases are."""
    cases = [a_condition({"fact": "specialty", "is": f"s{number}"}) for number in [*range(count), count - 1]]
    truths = Truths(lambda _: ())
    assert list(truths.covered(cases)) == ([count] if count < 1000 else [])
    assert truths.work.done <= truths.work.most


def test_one_condition_takes_no_longer_than_the_work_allows() -> None:
    """Alternatives of many comparisons each, and comparisons with many values each."""
    pairs = [{"any": [{"fact": "tier", "is": "A"}, {"fact": "decile", "is": 1}]}] * 9
    words = [{"fact": "specialty", "in": [f"s{number}" for number in range(2000)]}] * 200
    for parts in (pairs + [{"fact": "decile", "is": 1}] * 3000, [{"not": {"fact": "specialty", "known": False}}, *words]):
        truths = Truths(lambda _: ())
        assert truths.possible(a_condition({"all": parts}))
        assert truths.work.done <= truths.work.most
