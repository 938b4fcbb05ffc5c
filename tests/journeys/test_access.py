"""How HCOs receive reps: whose word counts, and which place."""

from hypothesis import given
from hypothesis import strategies as st

from journeys.access import Access, MeetingForm, access, best, loosens

_RULES = st.dictionaries(st.sampled_from(MeetingForm), st.sampled_from(Access))
_FORM = MeetingForm.PRODUCT_INFORMATION


def test_an_hco_s_own_word_counts_then_its_market_s() -> None:
    """Who says nothing is open, where the market says nothing either."""
    market = {_FORM: Access.BY_APPROVAL}
    assert access(_FORM, {_FORM: Access.NONE}, market) is Access.NONE
    assert access(_FORM, {}, market) is Access.BY_APPROVAL
    assert access(MeetingForm.EDUCATION, {_FORM: Access.NONE}, market) is Access.OPEN


def test_the_most_permissive_workplace_counts() -> None:
    """The rep meets the HCP there; where no workplace is known, the market's rule counts."""
    assert best([Access.NONE, Access.BY_APPROVAL], Access.OPEN) is Access.BY_APPROVAL
    assert best([], Access.NONE) is Access.NONE


@given(before=_RULES, after=_RULES, market=_RULES)
def test_what_loosens_nothing_lets_nobody_in_who_was_kept_out(
    before: dict[MeetingForm, Access], after: dict[MeetingForm, Access], market: dict[MeetingForm, Access]
) -> None:
    """And back again, it loosens, unless nothing changed."""
    order = list(Access)
    if not loosens(before, after, market):
        assert all(order.index(access(form, after, market)) >= order.index(access(form, before, market)) for form in MeetingForm)
        changed = any(access(form, after, market) is not access(form, before, market) for form in MeetingForm)
        assert loosens(after, before, market) is changed
