"""The gate's rules: what each allows and refuses, which reason is named, and that no further objection ever opens it."""

import json
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from journeys import policy
from journeys.caps import Touched
from journeys.consents import ConsentAct
from journeys.content import ContentVersion
from journeys.definitions import ContentRef, Purpose
from journeys.durations import Calendar
from journeys.markets import MarketPolicy
from journeys.openings import Opening
from journeys.policy import Check, Evidence, Inquired, Intent, Verdict, Waiting, accounted, judge, pressure, times, weigh
from journeys.policy.grounds import GROUNDS
from journeys.policy.sources import SOURCES
from journeys.reasons import TOLD, Reason

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
WEEK = 7 * DAY

SWEDEN = MarketPolicy.model_validate(
    {"market": "SE", "country": "SE", "languages": ["sv", "en"], "zone": "Europe/Stockholm", "caps": [{"at_most": 2, "per": "week"}]}
)
ASKED = Inquired(by_recipient=True, product="cardiolex", stands=True)
LETTER = {"subject": "Hello", "text": "Hello", "html": "<p>Hello</p>"}
GIVEN = ConsentAct(act="given", channel="email", purpose="promotional", market="SE", at=NOW - DAY, text_version="3")
TAKEN_BACK = ConsentAct(act="withdrawn", channel="email", purpose="promotional", market="SE", at=NOW)


def a_content(**changes: Any) -> ContentVersion:
    plain: dict[str, Any] = {
        "content": "hf-dialogue",
        "version": 2,
        "title": "Heart failure",
        "made_for": "email",
        "product": "cardiolex",
        "purpose": "promotional",
        "audience": ["physician"],
        "markets": ["SE"],
        "state": "approved",
        "approval": {"id": "MLR-1", "expires": NOW + 30 * DAY},
        "letters": {"sv": LETTER},
    }
    told = plain | changes
    if told["approval"] is not None:
        told["approval"] = {"minimum_information": {"SE": {"legible": True, "texts": {"sv": "Hello", "en": "Hello"}}}} | told["approval"]
    return ContentVersion.model_validate(told)


def an_intent(**changes: Any) -> Intent:
    return Intent.model_validate(
        {"channel": "email", "purpose": "promotional", "product": "cardiolex", "market": "SE", "content": ContentRef("hf-dialogue", 2)} | changes
    )


def an_evidence(**changes: Any) -> Evidence:
    plain: dict[str, Any] = {
        "market": SWEDEN,
        "reachable": True,
        "audience": "physician",
        "objected": False,
        "suppressed": False,
        "consents": (GIVEN,),
        "content": a_content(),
        "touches": (),
        "inquiry": ASKED,
    }
    return Evidence.model_validate(plain | changes)


def touched(*times: datetime, **changes: Any) -> tuple[Touched, ...]:
    """Touches at these times: promotional e-mails of cardiolex, unless told otherwise."""
    return tuple(Touched.model_validate({"at": at, "channel": "email", "purpose": "promotional", "product": "cardiolex", **changes}) for at in times)


def verdict(intent: dict[str, Any] | None = None, /, *, now: datetime = NOW, **evidence: Any) -> Verdict:
    return judge(an_intent(**(intent or {})), an_evidence(**evidence), now)


def test_what_nothing_speaks_against_is_allowed() -> None:
    """Every rule was asked, in the fixed order, and each allowed."""
    allowed = verdict()
    assert (allowed.verdict, allowed.reason) == ("allowed", None)
    assert [check.rule for check in allowed.checks] == [
        "channel",
        "recipient",
        "address",
        "market",
        "objection",
        "consent",
        "inquiry",
        "content",
        "one_copy",
        "cap",
        "cadence",
        "others_first",
        "zone",
        "quiet_hours",
        "business_days",
        "halt",
    ]
    assert {check.verdict for check in allowed.checks} == {"allowed"}


REFUSALS: list[tuple[str, dict[str, Any], Reason]] = [
    ("channel", {"carried": False}, Reason.CHANNEL_UNKNOWN),
    ("recipient", {"reachable": False}, Reason.NO_RECIPIENT),
    ("market", {"market": None}, Reason.NO_MARKET_POLICY),
    ("objection", {"objected": True}, Reason.OBJECTED),
    ("objection", {"suppressed": True}, Reason.SUPPRESSED),
    ("consent", {"consents": ()}, Reason.NO_CONSENT),
    ("consent", {"consents": (GIVEN, TAKEN_BACK)}, Reason.CONSENT_WITHDRAWN),
    ("consent", {"consents": (GIVEN.model_copy(update={"expires": NOW}),)}, Reason.CONSENT_EXPIRED),
    ("one_copy", {"has_copy": True}, Reason.SAME_ADDRESS),
    ("content", {"content": None}, Reason.CONTENT_UNKNOWN),
    ("content", {"content": a_content(state="draft")}, Reason.CONTENT_NOT_APPROVED),
    ("content", {"content": a_content(state="in_review")}, Reason.CONTENT_NOT_APPROVED),
    ("content", {"content": a_content(state="withdrawn")}, Reason.CONTENT_NOT_APPROVED),
    ("content", {"content": a_content(approval=None)}, Reason.CONTENT_NOT_APPROVED),
    ("content", {"content": a_content(purpose="transactional")}, Reason.CONTENT_NOT_APPROVED),
    ("content", {"content": a_content(approval={"id": "MLR-1", "expires": NOW})}, Reason.CONTENT_EXPIRED),
    ("content", {"content": a_content(markets=["UK"])}, Reason.CONTENT_WRONG_MARKET),
    ("content", {"content": a_content(product="other")}, Reason.CONTENT_WRONG_PRODUCT),
    ("content", {"audience": "nurse"}, Reason.CONTENT_WRONG_AUDIENCE),
    ("content", {"audience": None}, Reason.CONTENT_WRONG_AUDIENCE),
    ("content", {"content": a_content(letters={"de": LETTER})}, Reason.CONTENT_NO_LANGUAGE),
    ("content", {"content": a_content(letters={})}, Reason.CONTENT_NO_LANGUAGE),
    ("content", {"content": a_content(made_for="sms", letters={}, texts={"sv": "Hej"})}, Reason.CONTENT_NO_LANGUAGE),
    ("content", {"content": a_content(approval={"id": "MLR-1", "expires": NOW + DAY, "minimum_information": {}})}, Reason.CONTENT_NO_MINIMUM_INFORMATION),
]


@pytest.mark.parametrize(("rule", "evidence", "reason"), REFUSALS)
def test_each_rule_refuses_for_its_reason(rule: str, evidence: dict[str, Any], reason: Reason) -> None:
    """One thing that speaks against the touch is enough, and it is told which rule said so and why."""
    refused = verdict(**evidence)
    assert (refused.verdict, refused.reason, refused.until) == ("refused", reason, None)
    check = next(check for check in refused.checks if check.rule == rule)
    assert (check.reason, check.told) == (reason, TOLD[reason])


def test_content_is_good_until_the_instant_of_its_expiry() -> None:
    """A second before it may go out, at the instant it may not."""
    expires = NOW + DAY
    content = a_content(approval={"id": "MLR-1", "expires": expires})
    assert verdict(now=expires - SECOND, content=content).verdict == "allowed"
    assert verdict(now=expires, content=content).reason == Reason.CONTENT_EXPIRED


@pytest.mark.parametrize("purpose", [Purpose.MEDICAL_RESPONSE, Purpose.TRANSACTIONAL, Purpose.SAFETY])
def test_only_promotion_needs_consent_and_yields_to_an_objection(purpose: Purpose) -> None:
    """An answer that the HCP asked for goes out without marketing consent and after an objection to marketing."""
    assert verdict({"purpose": purpose}, consents=(GIVEN, TAKEN_BACK), objected=True, content=a_content(purpose=purpose)).verdict == "allowed"


@pytest.mark.parametrize("purpose", list(Purpose))
def test_the_stop_list_stops_everything_but_safety(purpose: Purpose) -> None:
    """Who is on the stop list gets safety information and nothing else."""
    expected = "allowed" if purpose is Purpose.SAFETY else "refused"
    assert verdict({"purpose": purpose}, suppressed=True, content=a_content(purpose=purpose)).verdict == expected


@pytest.mark.parametrize("purpose", list(Purpose))
def test_nothing_goes_to_who_is_gone(purpose: Purpose) -> None:
    """A deceased or retired HCP gets no safety letter either."""
    gone = verdict({"purpose": purpose}, suppressed=True, gone=True, content=a_content(purpose=purpose))
    assert (gone.verdict, gone.reason) == ("refused", Reason.SUPPRESSED)


ANSWER = {"purpose": "medical_response"}
UNANSWERABLE: list[tuple[dict[str, Any], Reason]] = [
    ({"inquiry": None}, Reason.NO_INQUIRY),
    ({"inquiry": ASKED.model_copy(update={"stands": False})}, Reason.INQUIRY_CLOSED),
    ({"inquiry": ASKED.model_copy(update={"by_recipient": False})}, Reason.INQUIRY_OF_ANOTHER),
    ({"inquiry": ASKED.model_copy(update={"product": "other"})}, Reason.INQUIRY_OTHER_PRODUCT),
    ({"content": a_content()}, Reason.CONTENT_NOT_MEDICAL),
    ({"content": a_content(purpose="medical_response", links={"study": "https://brand.example/"})}, Reason.CONTENT_NOT_MEDICAL),
]


@pytest.mark.parametrize(("evidence", "reason"), UNANSWERABLE)
def test_an_answer_of_medical_answers_its_question_and_nothing_else(evidence: dict[str, Any], reason: Reason) -> None:
    """Without a question that stands, to another person, about another product, or with what is promotional, it is refused: whatever else allows it."""
    told = {"content": a_content(purpose="medical_response"), **evidence}
    refused = verdict(ANSWER, **told)
    assert (refused.verdict, refused.reason) == ("refused", reason)
    assert verdict(ANSWER, consents=(), objected=True, touches=touched(*(NOW - DAY,) * 9), content=a_content(purpose="medical_response")).verdict == "allowed"


@pytest.mark.parametrize("purpose", [Purpose.PROMOTIONAL, Purpose.TRANSACTIONAL, Purpose.SAFETY])
def test_a_question_excuses_nothing_else(purpose: Purpose) -> None:
    """Only the answer is exempt: promotion with a question on record needs its consent as ever."""
    assert verdict({"purpose": purpose}, content=a_content(purpose="medical_response")).verdict == "refused"
    assert verdict({"purpose": Purpose.PROMOTIONAL}, consents=()).reason == Reason.NO_CONSENT


# The caps


def test_below_the_cap_a_touch_is_allowed() -> None:
    """One touch of two this week leaves room for one."""
    assert verdict(touches=touched(NOW - DAY)).verdict == "allowed"


def test_at_the_cap_a_touch_waits_until_the_oldest_leaves_the_period() -> None:
    """It is deferred, not refused, and the time at which it may go is exact."""
    deferred = verdict(touches=touched(NOW - 2 * DAY, NOW - 5 * DAY))
    assert (deferred.verdict, deferred.reason, deferred.until) == ("deferred", Reason.WEEKLY_CAP, NOW + 2 * DAY)
    touches = touched(NOW - 2 * DAY, NOW - 5 * DAY)
    assert verdict(now=NOW + 2 * DAY - SECOND, touches=touches).verdict == "deferred"
    assert verdict(now=NOW + 2 * DAY, touches=touches).verdict == "allowed"


def test_a_touch_exactly_one_period_ago_does_not_count() -> None:
    """The period is half open: at its very end the place is free again."""
    assert verdict(touches=touched(NOW - DAY, NOW - WEEK)).verdict == "allowed"
    assert verdict(touches=touched(NOW - DAY, NOW - WEEK + SECOND)).verdict == "deferred"


def test_over_the_cap_enough_touches_must_leave_the_period() -> None:
    """With four touches under a cap of two, the third newest must go first: until then nothing is sent."""
    touches = touched(NOW - 6 * DAY, NOW - 3 * DAY, NOW - 2 * DAY, NOW - DAY)
    deferred = verdict(touches=touches)
    assert deferred.until == NOW - 2 * DAY + WEEK
    assert verdict(now=NOW + 5 * DAY, touches=touches).verdict == "allowed"


@given(st.lists(st.datetimes(datetime(2026, 2, 1), datetime(2026, 3, 2, 9), timezones=st.just(UTC)), max_size=8))  # noqa: DTZ001  Hypothesis adds the zone
def test_a_deferral_ends_by_itself(touches: list[datetime]) -> None:
    """At the time that a deferral names the cap has room, provided nothing was sent meanwhile; that time lies ahead."""
    first = verdict(touches=touched(*touches))
    if first.verdict == "deferred":
        assert first.until is not None
        assert first.until > NOW
        check = pressure.cap(an_intent(), an_evidence(touches=touched(*touches)), first.until)
        assert check.verdict == "allowed"


class TestQuietHours:
    """Promotion rests at night; what must be said does not."""

    NIGHT = SWEDEN.model_copy(update={"quiet_hours": Opening.model_validate({"between": ["20:00", "10:00"]})})

    def test_promotion_waits_for_the_morning_of_the_recipient(self) -> None:
        """At nine in UTC it is ten in Stockholm, where the hours are over, and four in New York, where they end at three in the afternoon of UTC."""
        here = verdict(market=self.NIGHT, calendar=Calendar(zone="Europe/Stockholm"))
        there = verdict(market=self.NIGHT, calendar=Calendar(zone="America/New_York"))
        assert here.verdict == "allowed"
        assert (there.verdict, there.reason, there.until) == ("deferred", Reason.QUIET_HOURS, datetime(2026, 3, 2, 15, tzinfo=UTC))

    def test_safety_information_never_waits(self) -> None:
        """Quiet hours bound promotion alone."""
        safety = an_evidence(market=self.NIGHT, content=a_content(purpose="safety"))
        assert judge(an_intent(purpose=Purpose.SAFETY), safety, NOW).verdict == "allowed"

    def test_quiet_hours_end(self) -> None:
        """Hours that never end would be a stop, and a stop is another thing."""
        with pytest.raises(ValidationError, match="quiet hours begin and end"):
            MarketPolicy.model_validate({**SWEDEN.model_dump(), "quiet_hours": {"on": ["sat"]}})


def test_what_is_paused_keeps_its_touches_back() -> None:
    """Whatever the purpose: deferred for a day at a time, and not refused, so that nothing is lost when the pause is lifted."""
    for purpose in Purpose:
        kept = verdict({"purpose": purpose}, halted=True, content=a_content(purpose=purpose))
        assert (kept.verdict, kept.reason, kept.until) == ("deferred", Reason.PAUSED, NOW + policy.LOOK_AGAIN)


# All together


def test_the_gravest_reason_is_named_whatever_the_order_of_the_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """Objection outweighs consent, consent content, a refusal a deferral: in each of 5,000 orders, drawn from all."""
    touches = touched(NOW - DAY, NOW - 2 * DAY)
    evidence = an_evidence(objected=True, consents=(), content=None, reachable=False, touches=touches)
    draw = Random(9)  # noqa: S311 - an order, not a secret
    for _ in range(5_000):
        order = tuple(draw.sample(policy.RULES, len(policy.RULES)))
        monkeypatch.setattr(policy, "RULES", order)
        judged = judge(an_intent(), evidence, NOW)
        assert (judged.verdict, judged.reason, len(judged.checks)) == ("refused", Reason.OBJECTED, len(order))


CAREFUL = MarketPolicy.model_validate(
    {
        **SWEDEN.model_dump(mode="json"),
        "caps": [{"at_most": 2, "per": "week"}, {"at_most": 1, "per": "day", "channel": "email"}],
        "cadence": [{"gap": "2 days"}],
        "quiet_hours": {"between": ["20:00", "11:00"]},
        "business_days": ["tue", "wed"],
    }
)
"""A market in which everything that may be set is set, against a Monday morning."""
evidences = st.builds(
    an_evidence,
    market=st.sampled_from([SWEDEN, SWEDEN, CAREFUL, None]),
    zone_of=st.sampled_from(["person", None]),
    halted=st.sampled_from([False, False, True]),
    reachable=st.sampled_from([True, True, False]),
    audience=st.sampled_from(["physician", "physician", "nurse", None]),
    objected=st.sampled_from([False, False, True]),
    suppressed=st.sampled_from([False, False, True]),
    consents=st.sampled_from([(GIVEN,), (), (GIVEN, TAKEN_BACK)]),
    content=st.sampled_from([a_content(), a_content(state="draft"), a_content(product="other"), None]),
    touches=st.lists(st.sampled_from([NOW - each * DAY for each in range(9)]), max_size=4).map(lambda times: touched(*times)),
    carried=st.sampled_from([True, True, False]),
    bounced=st.sampled_from([False, False, True]),
    gone=st.sampled_from([False, False, True]),
    has_copy=st.sampled_from([False, False, True]),
    inquiry=st.sampled_from([ASKED, ASKED, None]),
)
intents = st.builds(an_intent, purpose=st.sampled_from(Purpose), market=st.sampled_from(["SE", "SE", "UK"]))

AGAINST: dict[str, dict[str, Any]] = {
    "nobody there": {"reachable": False},
    "unknown market": {"market": None},
    "objected": {"objected": True},
    "stop list": {"suppressed": True},
    "withdrawn": {"consents": (GIVEN, TAKEN_BACK)},
    "no consent": {"consents": ()},
    "unknown content": {"content": None},
    "draft": {"content": a_content(state="draft")},
    "paused": {"halted": True},
    "no zone": {"zone_of": None},
    "a stricter market": {"market": CAREFUL},
    "a place before it": {"waiting": (Waiting(key="a", priority=99, since=NOW, until=NOW, channel="email", purpose="promotional", product="cardiolex"),)},
    "no such channel": {"carried": False},
    "mail comes back": {"bounced": True},
    "gone": {"suppressed": True, "gone": True},
    "a copy": {"has_copy": True},
    "no question": {"inquiry": None},
    "closed question": {"inquiry": ASKED.model_copy(update={"stands": False})},
    "another's question": {"inquiry": ASKED.model_copy(update={"by_recipient": False})},
    "another product's question": {"inquiry": ASKED.model_copy(update={"product": "other"})},
    "not for the reader": {"audience": "pharmacist"},
    "expired": {"content": a_content(approval={"id": "MLR-1", "expires": NOW})},
    "another market's content": {"content": a_content(markets=["UK"])},
    "no language": {"content": a_content(letters={"fi": LETTER})},
    "no minimum information": {"content": a_content(approval={"id": "MLR-1", "expires": NOW + DAY, "minimum_information": {}})},
    "consent to something else": {"consents": (GIVEN.model_copy(update={"purpose": "transactional"}),)},
    "consent that has expired": {"consents": (GIVEN.model_copy(update={"expires": NOW}),)},
    "one more touch": {"touches": touched(NOW, NOW - DAY, NOW - 2 * DAY, NOW - 3 * DAY, NOW - 4 * DAY)},
}
_OPENNESS = {"refused": 0, "deferred": 1, "allowed": 2}


@given(intents, evidences, st.sampled_from(list(AGAINST)))
def test_another_fact_against_a_touch_never_allows_more(intent: Intent, evidence: Evidence, fact: str) -> None:
    """Whatever stood before, one more thing that speaks against the touch leaves the gate as it was or closes it further."""
    before = judge(intent, evidence, NOW)
    if fact == "a stricter market" and evidence.market is None:
        return
    after = judge(intent, evidence.model_copy(update=AGAINST[fact]), NOW)
    assert _OPENNESS[after.verdict] <= _OPENNESS[before.verdict]


_UNTIL = st.integers(1, 500).map(lambda hours: NOW + timedelta(hours=hours))
checks = st.one_of(
    st.builds(Check, rule=st.just("a"), verdict=st.just("allowed")),
    st.builds(Check, rule=st.just("b"), verdict=st.just("refused"), reason=st.sampled_from(Reason)),
    st.builds(Check, rule=st.just("c"), verdict=st.just("deferred"), reason=st.sampled_from(Reason), until=_UNTIL),
)


@given(st.lists(checks, max_size=6), checks, st.randoms(use_true_random=False))
def test_another_check_never_allows_more_whatever_it_says(made: list[Check], another: Check, draw: Random) -> None:
    """A refusal refuses, a deferral never brings the time forward, an allowance changes nothing; and so in any order of any checks."""
    before, after = weigh(tuple(made), NOW), weigh((*made, another), NOW)
    shuffled = weigh(tuple(draw.sample([*made, another], len(made) + 1)), NOW)
    assert (shuffled.verdict, shuffled.reason, shuffled.until) == (after.verdict, after.reason, after.until)
    assert _OPENNESS[after.verdict] <= min(_OPENNESS[before.verdict], _OPENNESS[another.verdict])
    if before.verdict == after.verdict == "deferred":
        assert (after.until or NOW) >= (before.until or NOW)
    if another.verdict == "allowed":
        assert (after.verdict, after.reason, after.until) == (before.verdict, before.reason, before.until)


@given(intents, evidences)
def test_a_verdict_is_what_its_checks_add_up_to(intent: Intent, evidence: Evidence) -> None:
    """Allowed only where all allow; else the reason is one that a check gave, and only a deferral has a time."""
    judged = judge(intent, evidence, NOW)
    said = {check.verdict for check in judged.checks}
    assert judged.verdict == min(said, key=_OPENNESS.__getitem__)
    assert (judged.reason is None) == (judged.verdict == "allowed")
    assert judged.reason in {check.reason for check in judged.checks if check.verdict == judged.verdict}
    assert (judged.until is not None) == (judged.verdict == "deferred")


@given(intents, evidences, st.randoms(use_true_random=False))
def test_the_order_of_the_rules_never_changes_the_verdict(intent: Intent, evidence: Evidence, draw: Random) -> None:
    """Verdict, reason and time are the same for any order of the same checks."""
    judged = judge(intent, evidence, NOW)
    shuffled = weigh(tuple(draw.sample(judged.checks, len(judged.checks))), NOW)
    assert (shuffled.verdict, shuffled.reason, shuffled.until) == (judged.verdict, judged.reason, judged.until)


def test_every_reason_is_told_in_words() -> None:
    """No code reaches a screen without its sentence."""
    assert set(TOLD) == set(Reason)


@pytest.mark.parametrize("purpose", [purpose for purpose in Purpose if purpose is not Purpose.PROMOTIONAL])
def test_the_cap_bounds_promotion_alone(purpose: Purpose) -> None:
    """A safety letter, or the answer to a question, never waits for the cap."""
    full = an_evidence(touches=touched(NOW, NOW, NOW))
    assert pressure.cap(an_intent(), full, NOW).verdict == "deferred"
    assert pressure.cap(an_intent(purpose=purpose), full, NOW).verdict == "allowed"


class TestBusinessDays:
    """On which days promotion goes out is the market's to say, and which day it is the recipient's calendar's."""

    EASTER = Calendar(zone="Europe/Stockholm", holidays=(date(2026, 4, 3), date(2026, 4, 6)))
    WORKING = SWEDEN.model_copy(update={"business_days": "working_days"})

    @pytest.mark.parametrize(
        ("now", "until"),
        [
            (datetime(2026, 4, 2, 21, 59, tzinfo=UTC), None),
            (datetime(2026, 4, 2, 22, 0, tzinfo=UTC), datetime(2026, 4, 6, 22, 0, tzinfo=UTC)),
            (datetime(2026, 4, 6, 21, 59, tzinfo=UTC), datetime(2026, 4, 6, 22, 0, tzinfo=UTC)),
            (datetime(2026, 4, 6, 22, 0, tzinfo=UTC), None),
            (datetime(2026, 3, 28, 12, 0, tzinfo=UTC), datetime(2026, 3, 29, 22, 0, tzinfo=UTC)),
        ],
        ids=["Thursday", "Good Friday", "Easter Monday", "Tuesday", "the weekend when the clocks change"],
    )
    def test_promotion_rests_on_weekends_and_public_holidays(self, now: datetime, until: datetime | None) -> None:
        """From the recipient's midnight to the recipient's midnight, over Easter and over the change to summer time."""
        check = times.business_days(an_intent(), an_evidence(market=self.WORKING, calendar=self.EASTER), now)
        assert (check.until, check.reason) == (until, Reason.REST_DAY if until is not None else None)

    def test_a_market_may_name_its_days(self) -> None:
        """Where the week begins on Sunday: a Friday waits for it."""
        gulf = SWEDEN.model_copy(update={"business_days": ("sun", "mon", "tue", "wed", "thu")})
        friday = datetime(2026, 3, 6, 9, 0, tzinfo=UTC)
        assert times.business_days(an_intent(), an_evidence(market=gulf), friday).until == datetime(2026, 3, 8, tzinfo=UTC)

    def test_safety_information_goes_out_on_any_day(self) -> None:
        """Business days bound promotion alone."""
        sunday = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
        safety = an_evidence(market=self.WORKING, content=a_content(purpose="safety"))
        assert judge(an_intent(purpose=Purpose.SAFETY), safety, sunday).verdict == "allowed"


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (datetime(2026, 3, 28, 22, 0, tzinfo=UTC), datetime(2026, 3, 29, 6, 0, tzinfo=UTC)),
        (datetime(2026, 10, 24, 22, 0, tzinfo=UTC), datetime(2026, 10, 25, 7, 0, tzinfo=UTC)),
    ],
    ids=["the night that loses an hour", "the night that gains one"],
)
def test_quiet_hours_over_midnight_end_by_the_recipients_clock(now: datetime, until: datetime) -> None:
    """At eight in the morning there, also after the night in which the clocks change."""
    night = SWEDEN.model_copy(update={"quiet_hours": Opening.model_validate({"between": ["20:00", "08:00"]})})
    check = times.quiet_hours(an_intent(), an_evidence(market=night, calendar=Calendar(zone="Europe/Stockholm")), now)
    assert check.until == until


@pytest.mark.parametrize("rule", [{"quiet_hours": {"between": ["20:00", "08:00"]}}, {"business_days": "working_days"}, {}])
def test_without_a_zone_what_depends_on_the_clock_is_held(rule: dict[str, Any]) -> None:
    """A market with rules by the clock looks again in a day; one without needs no zone."""
    held = verdict(market=MarketPolicy.model_validate({**SWEDEN.model_dump(mode="json"), **rule}), zone_of=None)
    assert (held.verdict, held.reason, held.until) == (("deferred", Reason.ZONE_UNKNOWN, NOW + DAY) if rule else ("allowed", None, None))
    for known in ("person", "workplace", "market"):
        assert verdict(zone_of=known).verdict == "allowed"


def test_every_check_can_be_told_with_what_it_saw_and_where_its_rule_comes_from() -> None:
    """For each rule there are words, data that can be stored, and an origin; the market adds what it says of it."""
    market = SWEDEN.model_copy(update={"source": {"caps": "Agreed in March.", "email_consent": "Counsel's letter."}})
    intent, evidence = an_intent(), an_evidence(market=market, touches=touched(NOW - DAY))
    told = accounted(judge(intent, evidence, NOW), intent, evidence, NOW)
    checks = {check.rule: check for check in told.checks}
    assert set(GROUNDS) == set(SOURCES) == set(checks)
    assert all(check.saw and check.source and json.dumps(check.inputs) for check in told.checks)
    assert (checks["cap"].saw, checks["cap"].inputs["caps"][0]["counted"]) == ("1 of 2 in the last 7 days", 1)
    assert checks["cap"].source.endswith("Agreed in March.")
    assert checks["consent"].source.endswith("Counsel's letter.")
    assert [check.model_copy(update={"saw": "", "inputs": {}, "source": ""}) for check in told.checks] == list(judge(intent, evidence, NOW).checks)
