"""Contact pressure as a market writes it: which touches each cap and gap counts and holds back, and who goes first when there is room again."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from journeys.definitions import Purpose
from journeys.markets import MarketPolicy
from journeys.policy import PATIENCE, Verdict, Waiting, judge, place, pressure
from journeys.policy.places import PRESSED
from journeys.reasons import Reason
from journeys.shapes import read_back
from tests.builders import a_market
from tests.journeys.test_policy import DAY, NOW, SWEDEN, WEEK, a_content, an_evidence, an_intent, touched

MINUTE = timedelta(minutes=1)
BRANDS = {"cardio": ["cardiolex", "cardiolex_plus"]}


def bounded(*, caps: Iterable[dict[str, Any]] = ({"at_most": 9, "per": "week"},), cadence: Iterable[dict[str, Any]] = ()) -> MarketPolicy:
    """A market with these bounds; the brand cardio has two products."""
    return a_market(caps=list(caps), cadence=list(cadence), brands=BRANDS)


def waiting(key: str, *, priority: int = 50, since: datetime = NOW - DAY, until: datetime = NOW, **changes: Any) -> Waiting:
    """A touch that was put off and has its time now."""
    told: dict[str, Any] = {"channel": "email", "purpose": "promotional", "product": "cardiolex", **changes}
    return Waiting(key=key, priority=priority, since=since, until=until, **told)


@pytest.mark.parametrize(
    ("cap", "other", "counts"),
    [
        ({"channel": "email"}, {"channel": "email"}, True),
        ({"channel": "email"}, {"channel": "sms"}, False),
        ({"channel": "email"}, {"channel": "face_to_face"}, False),
        ({"product": "cardiolex"}, {"product": "cardiolex", "channel": "face_to_face"}, True),
        ({"product": "cardiolex"}, {"product": "nephrolex"}, False),
        ({"brand": "cardio"}, {"product": "cardiolex_plus"}, True),
        ({"brand": "cardio"}, {"product": "nephrolex"}, False),
        ({"purpose": "promotional"}, {"purpose": "transactional"}, False),
        ({"purpose": "promotional"}, {"purpose": "promotional"}, True),
        ({}, {"channel": "phone", "product": "nephrolex", "purpose": "safety"}, True),
    ],
)
def test_a_cap_counts_what_it_is_about(cap: dict[str, Any], other: dict[str, Any], counts: bool) -> None:
    """By channel, purpose, product and brand, and a rep's call wherever no channel is named; the check tells which cap it is."""
    policy = bounded(caps=[{"at_most": 1, "per": "day", **cap}])
    judged = judge(an_intent(), an_evidence(market=policy, touches=touched(NOW - MINUTE, **other)), NOW)
    assert (judged.verdict == "deferred") is counts
    if counts:
        assert (judged.reason, judged.until) == (Reason.CAP if cap else Reason.WEEKLY_CAP, NOW - MINUTE + DAY)
        assert str(policy.caps[0]) in next(check.told for check in judged.checks if check.rule == "cap")


@pytest.mark.parametrize(("per", "period"), [("day", DAY), ("week", WEEK), ("month", 30 * DAY), ("36 hours", timedelta(hours=36))])
def test_a_cap_lasts_for_its_period(per: str, period: timedelta) -> None:
    """A day, a week, a month of thirty days, or any length; at its very end there is room."""
    once = an_evidence(market=bounded(caps=[{"at_most": 1, "per": per}]), touches=touched(NOW))
    assert pressure.cap(an_intent(), once, NOW + period - MINUTE).until == NOW + period
    assert pressure.cap(an_intent(), once, NOW + period).verdict == "allowed"


def test_the_cap_that_lasts_longest_is_told() -> None:
    """Two a day, three a month: with both reached the month's is named."""
    policy = bounded(caps=[{"at_most": 2, "per": "day", "channel": "email"}, {"at_most": 3, "per": "month"}])
    judged = judge(an_intent(), an_evidence(market=policy, touches=touched(NOW - 2 * DAY, NOW - MINUTE, NOW)), NOW)
    assert (judged.reason, judged.until) == (Reason.WEEKLY_CAP, NOW + 28 * DAY)


@pytest.mark.parametrize("bounds", [{"caps": [{"at_most": 1, "per": "day", "purpose": "transactional"}]}, {"caps": [{"at_most": 1, "per": "day"}]}])
@pytest.mark.parametrize("purpose", Purpose)
def test_a_cap_holds_back_promotion_or_the_purpose_that_it_names(bounds: dict[str, Any], purpose: Purpose) -> None:
    """Safety information, and the answer to a question, never wait for one."""
    named = bounds["caps"][0].get("purpose", "promotional")
    evidence = an_evidence(market=bounded(**bounds), touches=touched(NOW, purpose=named), content=a_content(purpose=purpose))
    assert (judge(an_intent(purpose=purpose), evidence, NOW).verdict == "deferred") is (purpose == named)


def test_a_gap_lies_between_two_touches() -> None:
    """Two days after the last one of any kind, and four after the last e-mail."""
    policy = bounded(cadence=[{"gap": "2 days"}, {"gap": "4 days", "channel": "email"}])
    visited = judge(an_intent(), an_evidence(market=policy, touches=touched(NOW - DAY, channel="face_to_face")), NOW)
    assert (visited.verdict, visited.reason, visited.until) == ("deferred", Reason.TOO_SOON, NOW + DAY)
    written = judge(an_intent(), an_evidence(market=policy, touches=touched(NOW - DAY)), NOW)
    assert (written.reason, written.until) == (Reason.TOO_SOON, NOW + 3 * DAY)
    assert judge(an_intent(), an_evidence(market=policy, touches=touched(NOW - 4 * DAY)), NOW).verdict == "allowed"
    texted = judge(an_intent(channel="sms"), an_evidence(market=policy, touches=touched(NOW - 3 * DAY)), NOW)
    assert texted.reason is not Reason.TOO_SOON


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"caps": []}, "at least 1"),
        ({"caps": [{"at_most": 0, "per": "day"}]}, "greater than or equal to 1"),
        ({"caps": [{"at_most": 1, "per": "5 business days"}]}, "not business days"),
        ({"caps": [{"at_most": 1, "per": "day", "channel": "remote"}]}, "nothing holds it back"),
        ({"caps": [{"at_most": 1, "per": "day", "brand": "unknown"}]}, "has no products"),
        ({"caps": [{"at_most": 1, "per": "day", "purpose": "safety"}]}, "promotional"),
        ({"cadence": [{"gap": "2 days", "brand": "unknown"}]}, "has no products"),
    ],
)
def test_bounds_that_cannot_be_meant_are_refused(written: dict[str, Any], said: str) -> None:
    """Each with a message that says what is wrong."""
    with pytest.raises(ValidationError, match=said):
        a_market(**written)


def test_an_older_policy_is_never_read_as_one_without_a_cap() -> None:
    """What a release before wrote is migrated; a row that was not is refused, and with it every touch of the market."""
    body = SWEDEN.model_dump(mode="json")
    old = {key: value for key, value in body.items() if key != "caps"} | {"weekly_cap": 3, "cap_period": "7 days"}
    with pytest.raises(ValidationError, match="caps"):
        read_back(MarketPolicy, old)


class TestWhoGoesFirst:
    """What pressure put off keeps its place by the journey's priority, then by how long it waits."""

    ONE = bounded(caps=[{"at_most": 1, "per": "week"}])

    def _judged(self, *others: Waiting, policy: MarketPolicy = ONE, touches: Any = (), now: datetime = NOW, priority: int = 50, **evidence: Any) -> Verdict:
        return judge(an_intent(key="mine", priority=priority), an_evidence(market=policy, touches=touches, waiting=others, **evidence), now)

    def test_a_touch_yields_to_one_of_higher_priority(self) -> None:
        """For a quarter of an hour after the other's time has come; then the other has lost its place."""
        high = waiting("high", priority=80)
        yields = self._judged(high)
        assert (yields.verdict, yields.reason, yields.until) == ("deferred", Reason.OTHERS_FIRST, NOW + PATIENCE)
        assert self._judged(high, now=NOW + PATIENCE).verdict == "allowed"

    def test_and_not_to_one_of_lower_priority(self) -> None:
        """However long that has waited."""
        assert self._judged(waiting("low", priority=20, since=NOW - 30 * DAY)).verdict == "allowed"

    def test_of_the_same_priority_the_earlier_place_goes_first(self) -> None:
        """Who has waited since yesterday goes before who comes now, and after who has waited for two days."""
        assert self._judged(waiting("other")).reason is Reason.OTHERS_FIRST
        assert self._judged(waiting("other"), since=NOW - 2 * DAY).verdict == "allowed"

    def test_room_for_both_is_room_for_both(self) -> None:
        """With a cap of two and one before it, nobody waits; with two before it, it does."""
        two = bounded(caps=[{"at_most": 2, "per": "week"}])
        assert self._judged(waiting("a"), policy=two).verdict == "allowed"
        assert self._judged(waiting("a"), waiting("b"), policy=two).reason is Reason.OTHERS_FIRST

    def test_what_comes_back_after_this_one_no_longer_counts_is_not_hindered(self) -> None:
        """A touch that waits for a month holds no week free for so long."""
        assert self._judged(waiting("later", priority=80, until=NOW + WEEK)).verdict == "allowed"
        assert self._judged(waiting("soon", priority=80, until=NOW + WEEK - MINUTE)).until == NOW + WEEK - MINUTE + PATIENCE

    def test_room_that_will_be_there_is_taken_into_account(self) -> None:
        """The other comes back in three days, when a touch of last week has left the period: both find room."""
        two = bounded(caps=[{"at_most": 2, "per": "week"}])
        later = waiting("later", priority=80, until=NOW + 3 * DAY)
        assert self._judged(later, policy=two, touches=touched(NOW - 5 * DAY)).verdict == "allowed"
        assert self._judged(later, policy=two, touches=touched(NOW - 3 * DAY)).reason is Reason.OTHERS_FIRST

    def test_nobody_yields_for_another_caps_sake(self) -> None:
        """A text message takes no room under a cap of e-mails, and a transactional message none of promotion's."""
        mails = bounded(caps=[{"at_most": 1, "per": "week", "channel": "email"}])
        assert self._judged(waiting("text", priority=80, channel="sms"), policy=mails).verdict == "allowed"
        assert self._judged(waiting("notice", priority=80, purpose="transactional")).verdict == "allowed"

    def test_a_gap_has_room_for_one(self) -> None:
        """Whoever would push the one that goes first by another two days waits."""
        paced = bounded(cadence=[{"gap": "2 days"}])
        assert self._judged(waiting("high", priority=80, until=NOW + DAY), policy=paced).reason is Reason.OTHERS_FIRST

    def test_a_full_cap_speaks_for_itself(self) -> None:
        """Where there is no room at all, the cap says until when, and not the queue."""
        full = self._judged(waiting("high", priority=80), touches=touched(NOW - DAY))
        assert (full.reason, full.until) == (Reason.WEEKLY_CAP, NOW + 6 * DAY)


def test_a_place_is_kept_while_a_touch_is_only_put_off() -> None:
    """From when pressure first put it off; through quiet hours; until it is allowed, refused or paused."""
    intent = an_intent(key="mine", priority=70)
    full = an_evidence(touches=touched(NOW, NOW))
    kept = place(intent, judge(intent, full, NOW), since=None, now=NOW)
    assert kept is not None
    assert (kept.key, kept.priority, kept.since, kept.until) == ("mine", 70, NOW, NOW + WEEK)
    night = a_market(quiet_hours={"between": ["00:00", "23:59"]})
    still = place(intent, judge(intent, an_evidence(market=night), NOW + WEEK), since=kept.since, now=NOW + WEEK)
    assert still is not None
    assert still.since == NOW
    assert place(intent, judge(intent, an_evidence(market=night), NOW), since=None, now=NOW) is None
    for gone in (an_evidence(), an_evidence(objected=True), an_evidence(touches=touched(NOW, NOW), halted=True)):
        assert place(intent, judge(intent, gone, NOW), since=NOW, now=NOW) is None


touches_ = st.lists(
    st.builds(
        lambda days, channel, product: touched(NOW - days * DAY, channel=channel, product=product)[0],
        st.integers(0, 40),
        st.sampled_from(["email", "sms", "face_to_face"]),
        st.sampled_from(["cardiolex", "nephrolex"]),
    ),
    max_size=6,
).map(tuple)
places = st.lists(
    st.builds(
        waiting,
        st.sampled_from("abcdefgh"),
        priority=st.integers(0, 100),
        since=st.integers(0, 30).map(lambda days: NOW - days * DAY),
        until=st.integers(-1, 240).map(lambda hours: NOW + hours * timedelta(hours=1)),
        channel=st.sampled_from(["email", "sms"]),
    ),
    max_size=6,
    unique_by=lambda one: one.key,
).map(tuple)
policies = st.builds(
    bounded,
    caps=st.lists(
        st.fixed_dictionaries({"at_most": st.integers(1, 3), "per": st.sampled_from(["day", "week", "month"])}, optional={"channel": st.just("email")}),
        min_size=1,
        max_size=3,
    ),
    cadence=st.lists(st.fixed_dictionaries({"gap": st.sampled_from(["6 hours", "2 days"])}), max_size=1),
)


@given(policies, touches_, touches_, places, places)
def test_more_pressure_never_allows_more(policy: MarketPolicy, touches: Any, more: Any, others: Any, ahead: Any) -> None:
    """Further touches and further places before one leave the gate as it was or close it."""
    before = an_evidence(market=policy, touches=touches, waiting=others)
    after = an_evidence(market=policy, touches=touches + more, waiting=others + ahead)
    if judge(an_intent(key="m"), before, NOW).verdict == "deferred":
        assert judge(an_intent(key="m"), after, NOW).verdict == "deferred"


@given(policies, policies, touches_)
def test_a_stricter_policy_never_allows_more(policy: MarketPolicy, stricter: MarketPolicy, touches: Any) -> None:
    """Caps and gaps that are added to a policy take nothing back that it holds."""
    both = policy.model_copy(update={"caps": policy.caps + stricter.caps, "cadence": policy.cadence + stricter.cadence})
    if judge(an_intent(), an_evidence(market=policy, touches=touches), NOW).verdict == "deferred":
        assert judge(an_intent(), an_evidence(market=both, touches=touches), NOW).verdict == "deferred"


@given(policies, touches_, places)
def test_of_those_who_wait_the_first_never_yields(policy: MarketPolicy, touches: Any, others: Any) -> None:
    """There is always one that goes when there is room, so no two wait for each other; and every wait has an end ahead."""
    everybody = (*others, waiting("mine", priority=40, since=NOW, until=NOW))
    first = min(everybody, key=lambda one: (-one.priority, one.since, one.key))
    rest = tuple(one for one in everybody if one is not first)
    intent = an_intent(key=first.key, priority=first.priority, channel=first.channel)
    assert pressure.others_first(intent, an_evidence(market=policy, touches=touches, waiting=rest, since=first.since), NOW).verdict == "allowed"
    for one in everybody:
        asking = an_intent(key=one.key, priority=one.priority, channel=one.channel)
        others_of = tuple(other for other in everybody if other is not one)
        check = pressure.others_first(asking, an_evidence(market=policy, touches=touches, waiting=others_of, since=one.since), NOW)
        assert check.until is None or check.until > NOW


def test_every_reason_of_pressure_is_one_that_it_gives() -> None:
    """The reasons for which a place is kept are those of the three rules."""
    assert {Reason.WEEKLY_CAP, Reason.CAP, Reason.TOO_SOON, Reason.OTHERS_FIRST} == PRESSED
