"""How consent stands at an instant: the latest act decides, and doubt decides against sending."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.consents import ConsentAct, missing
from journeys.reasons import Reason

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def an_act(act: str = "given", /, **changes: Any) -> ConsentAct:
    return ConsentAct.model_validate({"act": act, "channel": "email", "purpose": "promotional", "market": "SE", "at": NOW - DAY, "text_version": "3"} | changes)


def lacks(*acts: ConsentAct, now: datetime = NOW) -> Reason | None:
    return missing(acts, channel="email", purpose="promotional", market="SE", now=now)


acts = st.builds(
    an_act,
    st.sampled_from(["given", "withdrawn"]),
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
