"""What is told of the gate agrees with what happened: for every touch of a thousand people, the explanation against the rehearsal's own ledger."""

from collections import Counter
from datetime import datetime
from typing import NamedTuple

import pytest

from journeys.caps import Touched
from journeys.commands import Deliver
from journeys.definitions import Purpose
from journeys.library import PACKAGED, read_library
from journeys.markets import MarketPolicy
from journeys.policy import RULES, Check, Verdict, weigh
from journeys.rehearsal import Stage, packaged_behaviour, populate, territories
from journeys.rehearsal.members import Member, Run
from journeys.rehearsal.people import circles
from journeys.rehearsal.room import Room
from journeys.rehearsal.tally import Tally
from journeys.rehearsal.tracing import Trace
from tests.journeys.rehearsal.stages import START

PEOPLE = 1000
STRICT = {
    "caps": [{"at_most": 2, "per": "week"}, {"at_most": 1, "per": "3 days", "channel": "email"}, {"at_most": 6, "per": "month", "product": "cardiolex"}],
    "cadence": [{"gap": "1 day"}],
    "quiet_hours": {"between": ["20:00", "07:00"]},
    "business_days": "working_days",
    "journeys_at_once": 3,
}


class Told(NamedTuple):
    """One explanation, and what the ledger held of its recipient at that moment, counted apart from it."""

    at: datetime
    to: Member | None
    touch: Deliver
    purpose: Purpose
    product: str
    verdict: Verdict
    before: tuple[Touched, ...]


class Everybody(Trace):
    """Keeps every explanation of everybody."""

    def __init__(self) -> None:
        super().__init__("")
        self.told: list[Told] = []

    def judged(self, now: datetime, run: Run, touch: Deliver, verdict: Verdict) -> None:
        definition, to = run.part.definition, run.member if touch.to == "hcp" else None
        before = tuple(to.touches) if to is not None else ()
        self.told.append(Told(now, to, touch, definition.purpose, definition.product, verdict, before))


class Ledger(Room):
    """A room that keeps a list of what went out, apart from what the gate is told."""

    sent: Counter[tuple[str, datetime, str]]

    def touch(self, member: Member, *, channel: str, purpose: Purpose, product: str) -> None:
        if channel in self.stage.channels:
            self.sent[member.person.id, self.now, channel] += 1
        super().touch(member, channel=channel, purpose=purpose, product=product)


@pytest.fixture(scope="module")
def played() -> tuple[list[Told], Counter[tuple[str, datetime, str]], Tally]:
    """All packaged strategies over a thousand people in half a year, in markets that set everything that may be set."""
    library, habits = read_library(PACKAGED), packaged_behaviour()
    markets = {name: MarketPolicy.model_validate({**policy.model_dump(mode="json"), **STRICT}) for name, policy in library.markets.items()}
    people = populate(habits.population, count=PEOPLE, seed=7, start=START, markets=markets)
    stage = Stage(tuple(library.strategies.values()), library.contents, markets, habits, START, 26, 7, territories(habits.population))
    tally, everybody, sent = Tally(start=START), Everybody(), Counter[tuple[str, datetime, str]]()
    for circle in circles(people):
        room = Ledger(stage, circle, tally, trace=everybody)
        room.sent = sent
        room.play()
    return everybody.told, sent, tally


def test_every_touch_of_a_thousand_people_went_out_exactly_where_it_is_told_so(played: tuple[list[Told], Counter[tuple[str, datetime, str]], Tally]) -> None:
    """As many explanations that nothing spoke against as touches in the ledger, each at its moment, to its person, by its channel; nothing over a cap."""
    told, sent, tally = played
    allowed = Counter((one.to.person.id, one.at, one.touch.channel) for one in told if one.verdict.verdict == "allowed" and one.to is not None)
    to_colleagues = sum(one.verdict.verdict == "allowed" and one.to is None for one in told)
    assert sum(allowed.values()) > 1000
    assert allowed <= sent
    assert sum(sent.values()) == sum(allowed.values()) + to_colleagues
    assert tally.sent_over_cap == 0


def test_every_explanation_adds_up_to_its_verdict(played: tuple[list[Told], Counter[tuple[str, datetime, str]], Tally]) -> None:
    """All rules in their order, each with what it saw and its source; and together they say what was done. Every reason of pressure and time occurs."""
    told, _, _ = played
    for one in told:
        checks = one.verdict.checks
        if one.to is not None:
            assert tuple(check.rule for check in checks) == tuple(rule.__name__ for rule in RULES)
        assert all(check.saw and check.source for check in checks)
        said = weigh(checks, one.at)
        assert (said.verdict, said.reason, said.until) == (one.verdict.verdict, one.verdict.reason, one.verdict.until)
    reasons = {check.reason for one in told for check in one.verdict.checks}
    assert {"weekly_cap", "cap", "too_soon", "others_first", "quiet_hours", "rest_day", "no_consent"} <= reasons


def test_what_is_told_of_pressure_is_what_the_ledger_counts(played: tuple[list[Told], Counter[tuple[str, datetime, str]], Tally]) -> None:
    """Each cap's count, each gap's last touch, and whether they hold the touch back: counted again from the ledger, by hand."""
    told, _, _ = played
    for one in told:
        policy = one.to.policy if one.to is not None else None
        if policy is None:
            continue
        checks = {check.rule: check for check in one.verdict.checks}
        _agrees(one, policy, checks["cap"])
        last = max((touch.at for touch in one.before if touch.at > one.at - policy.cadence[0].period), default=None)
        promotion = one.purpose is Purpose.PROMOTIONAL
        assert (checks["cadence"].verdict == "deferred") is (promotion and last is not None)
        assert [gap["last"] for gap in checks["cadence"].inputs["gaps"]] == ([last.isoformat() if last is not None else None] if promotion else [])


def _agrees(one: Told, policy: MarketPolicy, check: Check) -> None:
    about = {str(cap): cap for cap in policy.caps}
    full = []
    for line in check.inputs["caps"]:
        cap = about[line["cap"]]
        since = one.at - cap.period
        counts = [touch for touch in one.before if touch.at > since and cap.channel in (None, touch.channel) and cap.product in (None, touch.product)]
        assert line["counted"] == len(counts)
        full.append(len(counts) >= cap.at_most)
    assert (check.verdict == "deferred") is any(full)
    assert bool(full) is (one.purpose is Purpose.PROMOTIONAL)
