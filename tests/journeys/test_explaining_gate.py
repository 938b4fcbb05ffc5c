"""What a signatory reads of the gate and of turns is what the gate and the turns do: every purpose is judged against every sentence."""

from datetime import timedelta
from typing import Any

import pytest

from journeys.definitions import Purpose
from journeys.durations import Calendar
from journeys.explaining import explain, markdown
from journeys.explaining.gate import HEEDED, Guard
from journeys.policy import ONE_COPY, judge
from tests.builders import a_journey, a_market, a_visit, an_email, an_exit
from tests.journeys.test_policy import DAY, GIVEN, NOW, SWEDEN, a_content, an_evidence, an_intent, touched
from tests.journeys.test_pressure import waiting

_QUIET = SWEDEN.model_copy(update={"quiet_hours": SWEDEN.model_validate({**SWEDEN.model_dump(), "quiet_hours": {"between": ["00:00", "23:59"]}}).quiet_hours})
_STOPPED_BY: dict[Guard, dict[str, Any]] = {
    Guard.CONSENT: {"consents": ()},
    Guard.OBJECTION: {"objected": True},
    Guard.RESTRICTED: {"suppressed": True},
    Guard.INQUIRY: {"inquiry": None},
    Guard.GONE: {"suppressed": True, "gone": True},
    Guard.CAP: {"touches": touched(NOW - DAY, NOW - DAY)},
    Guard.CADENCE: {"market": a_market(weekly_cap=9, cadence=[{"gap": "2 days"}]), "touches": touched(NOW - DAY)},
    Guard.OTHERS: {"market": a_market(weekly_cap=1), "waiting": (waiting("other", priority=80),)},
    Guard.ZONE: {"market": a_market(business_days="working_days"), "zone_of": None},
    Guard.REST_DAYS: {"market": a_market(business_days=["sun"])},
    Guard.QUIET_HOURS: {"market": _QUIET, "calendar": Calendar(zone="Europe/Stockholm")},
}
"""Evidence in which that one thing stands against a touch, and nothing else."""


@pytest.mark.parametrize("guard", Guard)
@pytest.mark.parametrize("purpose", Purpose)
def test_what_is_told_to_hold_a_touch_back_does_and_nothing_else(purpose: Purpose, guard: Guard) -> None:
    """The table of the sentences is the policy's, for every purpose."""
    evidence = an_evidence(**{"consents": (GIVEN,), "content": a_content(purpose=purpose), **_STOPPED_BY[guard]})
    verdict = judge(an_intent(purpose=purpose), evidence, NOW)
    assert (verdict.verdict != "allowed") is (guard in HEEDED[purpose]), verdict


def _told(**changes: Any) -> tuple[str, ...]:
    return explain(a_journey(steps={"visit": a_visit(next="mail"), "mail": an_email(), "done": an_exit()}, **changes)).gate


def test_a_promotional_page_says_what_holds_it_back() -> None:
    """Consent, objection, stop list, pressure and times."""
    assert _told()[1] == (
        "It is also held back by missing consent to promotion by that channel, an objection to direct marketing, an entry on the stop list "
        "as restricted, an entry on the stop list as deceased, retired or struck off, the market's caps of touches per HCP over all journeys, "
        "the market's gap between two touches, touches that have waited for the same room, of higher priority or for longer, "
        "an unknown time zone where the market has rules by the clock, the market's quiet hours or days on which the market has no promotion."
    )


def test_a_safety_page_says_what_does_not_hold_it_back() -> None:
    """Whoever signs a safety letter reads that it goes to those who said no to promotion, and at any hour."""
    held, spared = _told(purpose="safety")[1:3]
    assert held == "It is also held back by an entry on the stop list as deceased, retired or struck off."
    assert spared == (
        "Missing consent to promotion by that channel, an objection to direct marketing, an entry on the stop list as restricted, "
        "the market's caps of touches per HCP over all journeys, the market's gap between two touches, "
        "touches that have waited for the same room, of higher priority or for longer, an unknown time zone where the market has rules by the clock, "
        "the market's quiet hours and days on which the market has no promotion do not hold it back, because its purpose is safety."
    )


@pytest.mark.parametrize(("purpose", "asked"), [("transactional", " or"), ("medical_response", ", a missing question of the HCP's own that it answers or")])
def test_an_answer_heeds_the_stop_list_and_medicals_the_question(purpose: str, asked: str) -> None:
    """All else is told as what does not hold it back."""
    held, spared = _told(purpose=purpose)[1:3]
    assert held == f"It is also held back by an entry on the stop list as restricted{asked} an entry on the stop list as deceased, retired or struck off."
    assert spared.startswith("Missing consent to promotion by that channel, an objection to direct marketing, the market's caps")
    assert spared.endswith(f"do not hold it back, because its purpose is {purpose.replace('_', ' ')}.")


def test_one_copy_is_told_with_its_days() -> None:
    """As many as the policy counts."""
    assert timedelta(days=30) == ONE_COPY
    assert "Where two records have the same address, only one of them gets the same content within 30 days." in _told()


@pytest.mark.parametrize(("purpose", "takes_turns"), [("promotional", True), ("transactional", False), ("safety", False), ("medical_response", False)])
def test_only_promotion_is_told_to_take_turns(purpose: str, takes_turns: bool) -> None:
    """A safety letter is signed as one that waits for nobody."""
    about = " ".join(explain(a_journey(purpose=purpose)).about)
    assert ("waits for its turn" in about) is takes_turns
    assert ("it waits for none, and makes none wait" in about) is not takes_turns


def test_who_objected_is_kept_out_of_promotion_alone() -> None:
    """The page of a safety letter says that an objection keeps nobody out of it."""
    assert "Whoever objected to direct marketing or is on the stop list does not enter." in explain(a_journey()).entry
    told = explain(a_journey(purpose="safety")).entry[1]
    assert told == (
        "Whoever is on the stop list as deceased, retired or struck off does not enter; whoever is there as restricted does. "
        "An objection to direct marketing keeps nobody out, and ends nothing."
    )
    assert explain(a_journey(purpose="transactional")).entry[1].startswith("Whoever is on the stop list does not enter.")


def test_a_journey_that_sends_nothing_says_so() -> None:
    """There is nothing for the gate to be asked about."""
    page = markdown(explain(a_journey(steps={"visit": a_visit(next="done"), "done": an_exit()})))
    assert "## What is asked before anything is sent\n\nIt sends nothing.\n" in page
