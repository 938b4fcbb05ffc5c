"""How consent stands at an instant: the latest act decides, and doubt decides against sending."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.consents import HERE, ConsentAct, missing, withdrawn
from journeys.reasons import Reason

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def an_act(act: str = "given", /, **changes: Any) -> ConsentAct:
    return ConsentAct.model_validate({"act": act, "channel": "email", "purpose": "promotional", "market": "SE", "at": NOW - DAY, "text_version": "3"} | changes)


def lacks(*acts: ConsentAct, now: datetime = NOW, product: str | None = "cardiolex") -> Reason | None:
    return missing(acts, channel="email", purpose="promotional", market="SE", now=now, product=product)


acts = st.builds(
    an_act,
    st.sampled_from(["given", "withdrawn"]),
    product=st.sampled_from([None, "cardiolex", "nephrolex"]),
    source=st.sampled_from([HERE, "crm"]),
    record=st.sampled_from([None, "another"]),
    purpose=st.sampled_from(["promotional", "information"]),
    at=st.sampled_from([NOW - 2 * DAY, NOW - DAY, NOW, NOW + DAY]),
    market=st.sampled_from(["SE", "UK"]),
    channel=st.sampled_from(["email", "phone"]),
    expires=st.sampled_from([None, NOW, NOW + DAY]),
    text_version=st.sampled_from([None, "3"]),
)


def test_consent_given_before_stands() -> None:
    """Given yesterday for this channel, purpose and market: nothing is missing."""
    assert lacks(an_act()) is None


@pytest.mark.parametrize(
    "change", [{"channel": "phone"}, {"purpose": "medical_response"}, {"market": "UK"}, {"at": NOW + DAY}, {"text_version": None}, {"text_version": ""}]
)
def test_consent_for_something_else_is_none(change: dict[str, Any]) -> None:
    """Another channel, purpose or market, a later day, or no text it was given to: no consent."""
    assert lacks(an_act(**change)) is Reason.NO_CONSENT
    assert lacks() is Reason.NO_CONSENT


def test_consent_expires_at_its_instant() -> None:
    """It holds until the instant before and no longer."""
    assert lacks(an_act(expires=NOW + timedelta(seconds=1))) is None
    assert lacks(an_act(expires=NOW)) is Reason.CONSENT_EXPIRED


def test_the_latest_act_decides() -> None:
    """Withdrawn after given is withdrawn; given after withdrawn is given."""
    given_, withdrawn = an_act(at=NOW - 2 * DAY), an_act("withdrawn")
    assert lacks(given_, withdrawn) is Reason.CONSENT_WITHDRAWN
    assert lacks(withdrawn, an_act(at=NOW)) is None


def test_a_withdrawal_counts_from_when_it_is_on_record() -> None:
    """Whoever wrote it down has a clock that is ahead of ours: the gate does not wait for it. A consent of the future is none as yet, and lifts nothing."""
    assert lacks(an_act(), an_act("withdrawn", at=NOW + timedelta(seconds=9))) is Reason.CONSENT_WITHDRAWN
    assert lacks(an_act(at=NOW + DAY)) is Reason.NO_CONSENT
    assert lacks(an_act("withdrawn"), an_act(at=NOW + DAY)) is Reason.CONSENT_WITHDRAWN


def test_consent_to_one_product_is_for_no_other() -> None:
    """A consent for all products covers each; one for a product covers that one, and where no product is named it covers nothing."""
    for_one = an_act(product="cardiolex")
    assert lacks(an_act(), product="nephrolex") is None
    assert (lacks(for_one), lacks(for_one, product="nephrolex"), lacks(for_one, product=None)) == (None, Reason.NO_CONSENT, Reason.NO_CONSENT)


def test_what_was_taken_back_narrowly_is_given_back_narrowly() -> None:
    """No to one product outweighs a later yes to all; no to all is outlived by a later yes to one, for that one alone; and the other products stand."""
    no_to_one, no_to_all = an_act("withdrawn", product="cardiolex"), an_act("withdrawn")
    assert lacks(an_act(at=NOW - 2 * DAY), no_to_one, an_act(at=NOW)) is Reason.CONSENT_WITHDRAWN
    assert lacks(no_to_one, an_act(product="cardiolex", at=NOW)) is None
    assert lacks(an_act(at=NOW - 2 * DAY), no_to_one, product="nephrolex") is None
    yes_to_one = an_act(product="cardiolex", at=NOW)
    assert lacks(an_act(at=NOW - 2 * DAY), no_to_all, yes_to_one) is None
    assert lacks(an_act(at=NOW - 2 * DAY), no_to_all, yes_to_one, product="nephrolex") is Reason.CONSENT_WITHDRAWN
    assert lacks(no_to_all, an_act(product="cardiolex", at=NOW - 2 * DAY)) is Reason.CONSENT_WITHDRAWN


def test_no_source_overrules_what_another_heard_the_person_take_back() -> None:
    """A withdrawal known to one system stands until that system hears otherwise, whichever is later; at one instant, or without a text, nothing is lifted."""
    for heard, told in ((HERE, "crm"), ("crm", HERE)):
        taken_back = an_act("withdrawn", source=heard)
        assert lacks(an_act(source=told, at=NOW), taken_back) is Reason.CONSENT_WITHDRAWN
        assert lacks(an_act(source=heard, at=NOW), taken_back) is None
        assert lacks(an_act(source=heard), taken_back) is Reason.CONSENT_WITHDRAWN
        assert lacks(an_act(source=heard, at=NOW, text_version=None), taken_back) is Reason.CONSENT_WITHDRAWN


def test_another_record_of_the_address_can_only_take_back() -> None:
    """What it gives counts for itself alone; what it takes back counts here until it gives again."""
    there_no, there_yes = an_act("withdrawn", record="another"), an_act(record="another", at=NOW)
    assert lacks(there_yes) is Reason.NO_CONSENT
    assert lacks(an_act(at=NOW), there_no) is Reason.CONSENT_WITHDRAWN
    assert lacks(an_act(), there_no, there_yes) is None


def test_which_channels_were_taken_back() -> None:
    """By name and in order; a channel that was never asked about is not among them."""
    acts = [an_act("withdrawn", channel="sms"), an_act(), an_act("withdrawn", channel="phone", product="cardiolex")]
    assert withdrawn(acts, market="SE", now=NOW) == ("sms",)
    assert withdrawn(acts, market="SE", now=NOW, product="cardiolex") == ("phone", "sms")


def test_a_withdrawal_holds_in_every_market() -> None:
    """Who withdraws in one market is not written to from another; a withdrawal for another channel does not matter."""
    assert lacks(an_act(at=NOW - 2 * DAY), an_act("withdrawn", market="UK")) is Reason.CONSENT_WITHDRAWN
    assert lacks(an_act(at=NOW - 2 * DAY), an_act("withdrawn", channel="phone")) is None


def test_of_acts_at_one_instant_the_least_permissive_counts() -> None:
    """Whatever the order in which they are read."""
    for order in permutations([an_act(), an_act(expires=NOW), an_act(text_version=None)]):
        assert lacks(*order) is Reason.CONSENT_EXPIRED
    for order in permutations([an_act(), an_act("withdrawn")]):
        assert lacks(*order) is Reason.CONSENT_WITHDRAWN


@given(st.lists(acts, max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_the_list_does_not_matter(ledger: list[ConsentAct], random: Any) -> None:
    """The acts say when they happened; how they are read from the table does not."""
    shuffled = random.sample(ledger, len(ledger))
    assert lacks(*ledger) == lacks(*shuffled)


@given(st.lists(acts, max_size=6), st.sampled_from(["SE", "UK"]))
def test_a_withdrawal_now_always_stops(ledger: list[ConsentAct], market: str) -> None:
    """Whatever was given up to now, a withdrawal at this instant leaves no consent."""
    assert lacks(*ledger, an_act("withdrawn", at=NOW, market=market)) is Reason.CONSENT_WITHDRAWN


@given(st.lists(acts, max_size=6), acts.filter(lambda act: act.act == "withdrawn"), st.sampled_from([None, "cardiolex", "nephrolex"]))
def test_another_withdrawal_never_allows_more(ledger: list[ConsentAct], withdrawal: ConsentAct, product: str | None) -> None:
    """Whoever heard it, of which product and record, and whenever it was."""
    if lacks(*ledger, product=product) is not None:
        assert lacks(*ledger, withdrawal, product=product) is not None


@given(st.lists(acts, max_size=6), st.sampled_from([None, "cardiolex"]))
def test_consent_to_information_never_allows_promotion(ledger: list[ConsentAct], product: str | None) -> None:
    """Acts of another purpose change nothing: neither what is allowed nor what is not."""
    assert lacks(*ledger, product=product) == lacks(*[act for act in ledger if act.purpose == "promotional"], product=product)


@given(st.lists(acts, max_size=6))
def test_nothing_is_allowed_without_an_own_consent_with_its_text(ledger: list[ConsentAct]) -> None:
    """Where it is allowed, the person gave it on this record, for this market, for promotion by name, to a text, and it has not expired."""
    if lacks(*ledger) is None:
        mine = [act for act in ledger if act.act == "given" and act.record is None and act.market == "SE" and act.purpose == "promotional"]
        assert any(act.text_version and (act.expires is None or act.expires > NOW) and act.product in (None, "cardiolex") for act in mine)
