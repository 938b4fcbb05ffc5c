"""How people behave is a file like the others: strict, with every mistake at its line and column; and the packaged one is sound."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from journeys.durations import Calendar, Length, Unit
from journeys.library import PACKAGED, read_library
from journeys.rehearsal import Person, check, furnish, packaged_behaviour, populate
from journeys.rehearsal.behaviour import PACKAGED_BEHAVIOUR, load_behaviour, read_behaviour
from journeys.rehearsal.delays import Delay, Diary, drawn
from journeys.rehearsal.population import Choice
from tests.docs.reading import Fence, fences
from tests.journeys.rehearsal.stages import START

LIBRARY = read_library(PACKAGED)
TEXT = PACKAGED_BEHAVIOUR.read_text(encoding="utf-8")


def test_the_packaged_behaviour_names_only_what_there_is() -> None:
    """Personas, events and facts are all known to the library."""
    loaded = read_behaviour(PACKAGED_BEHAVIOUR)
    assert check(loaded, library=LIBRARY, definitions=LIBRARY.strategies.values()) == ()


@pytest.mark.parametrize(
    ("written", "instead", "code", "says"),
    [
        ("proposals_accepted: 0.7", "proposals_accepted: often", "J004", "must be a number"),
        ("opened: 0.45", "opened: 45", "J004", "must be 1.0 or less"),
        ("uses: [0.05, 0.5, 1]", "uses: [0.5, 0.05, 1]", "J004", "a span rises"),
        ("[10 minutes, 600 minutes, 5760 minutes]", "[600 minutes, 10 minutes, 5760 minutes]", "J004", "a delay rises"),
        ("[10 minutes, 600 minutes, 5760 minutes]", "[10 minutes, 6 hours, 4 days]", "J004", "of one unit"),
        ("[10 minutes, 600 minutes, 5760 minutes]", "[10 minutes, 600 minutes]", "J004", "three durations"),
        ("accepted: 0.30", "accepted: 0.90", "J004", "more than all"),
        ("unanswered: 0.08", "unanswered: 0.99", "J004", "more than all"),
        ("  pioneer:\n    letters", "  pionier:\n    letters", "J201", "the persona 'pionier' is not known"),
        ("- event: product_page_viewed", "- event: page_seen", "J212", "the event 'page_seen' is not known"),
        ("congress_attended_on: ended_on", "congress_on: ended_on", "J203", "the fact 'congress_on' is not known"),
    ],
)
def test_a_mistake_is_found_at_its_place(written: str, instead: str, code: str, says: str) -> None:
    """The finding names the line on which the mistake stands."""
    text = TEXT.replace(written, instead, 1)
    assert text != TEXT
    loaded = load_behaviour(text, name="behaviour.yaml")
    found = check(loaded, library=LIBRARY, definitions=LIBRARY.strategies.values())
    line = TEXT[: TEXT.index(written)].count("\n") + 1
    assert [(finding.code, abs(finding.line - line) <= 1) for finding in found] == [(code, True)]
    assert says in found[0].message


def test_an_unknown_key_is_an_error() -> None:
    """A word that nobody knows is never ignored."""
    loaded = load_behaviour(TEXT.replace("intake_days: 20", "intake_dais: 20", 1), name="behaviour.yaml")
    assert {(finding.code, finding.fix) for finding in loaded.findings} >= {("J002", 'did you mean "intake_days"?')}


def test_a_step_that_no_strategy_has_is_found() -> None:
    """Habits at a step are for a step of the strategies that are rehearsed."""
    text = TEXT.replace("  weekly:     ", "  steps: {frist-visit: {undone: 0.5}}\n  weekly:     ", 1)
    found = check(load_behaviour(text, name="behaviour.yaml"), library=LIBRARY, definitions=LIBRARY.strategies.values())
    assert [(finding.code, finding.fix) for finding in found] == [("J101", 'did you mean "first-visit"?')]


@given(seed=st.integers(0, 1000), days=st.integers(0, 30), share=st.floats(0, 1), hours=st.integers(1, 1000))
def test_work_is_done_in_working_hours_and_in_time(seed: int, days: int, share: float, hours: int) -> None:
    """Never in the past, never after it is due; on a working day between 8 and 17 unless now or the due time itself is outside."""
    diary = Diary(Calendar(zone="Europe/Stockholm"))
    now = START + timedelta(hours=seed)
    due = now + timedelta(hours=hours)
    at = diary.in_time(now, due=due, share=share, rng=Random(seed))  # noqa: S311 - repeatable on purpose
    assert now <= at < due
    later = diary.at_work(now, days=days, rng=Random(seed))  # noqa: S311 - likewise
    assert later >= now
    local = diary.calendar.local(later)
    assert later == now or (8 <= local.hour < 17 and (days == 0 or diary.calendar.works_on(local.date())))


@given(hours=st.lists(st.integers(0, 9000), min_size=1, max_size=6), amount=st.integers(1, 30), unit=st.sampled_from(Unit))
def test_a_calendar_that_remembers_counts_like_any_other(hours: list[int], amount: int, unit: Unit) -> None:
    """Asked again and again, across changes of daylight saving and a holiday, it says what the HCP's own calendar says."""
    calendar, length = Calendar(zone="Europe/Stockholm", holidays=(START.date(),)), Length(amount, unit)
    kept = Diary(calendar).calendar
    for hour in (*hours, *hours):
        start = START + timedelta(hours=hour)
        assert kept.after(start, length) == calendar.after(start, length)


def test_a_delay_is_drawn_between_its_least_and_its_most() -> None:
    """Whatever is drawn lies between the two, most often about the typical."""
    delay = Delay.model_validate(["2 hours", "4 hours", "10 hours"])
    draw, diary, rng = drawn(delay), Diary(Calendar()), Random(3)  # noqa: S311 - repeatable on purpose
    took = [(draw(diary, START, rng) - START) / timedelta(hours=1) for _ in range(500)]
    assert 2 <= min(took) < 3
    assert 8 < max(took) <= 10
    assert 4 < sum(took) / len(took) < 7
    assert delay.model_dump_json() == '["2 hours","4 hours","10 hours"]'


def test_a_choice_follows_its_weights_and_all_are_alike_without_any() -> None:
    """Weights are compared with each other; what weighs nothing never comes, unless nothing weighs anything."""
    rng = Random(1)  # noqa: S311 - repeatable on purpose
    drawn_ = Counter(Choice({"often": 3, "seldom": 1, "never": 0}).draw(rng) for _ in range(1000))
    assert drawn_["never"] == 0
    assert 2 < drawn_["often"] / drawn_["seldom"] < 4
    assert {Choice({"one": 0, "other": 0}).draw(rng) for _ in range(50)} == {"one", "other"}


def test_an_invented_population_has_the_shares_that_were_written() -> None:
    """Markets, personas, consents and nurses come about as often as the file says; every id is there once."""
    people = populate(packaged_behaviour().population, count=2000, seed=1, start=START, markets=LIBRARY.markets)
    hcps = [person for person in people if person.enters]
    assert len(hcps) == 2000
    assert len({person.id for person in people}) == len(people)
    assert 0.45 < sum(person.market == "SE" for person in hcps) / 2000 < 0.55
    assert 0.12 < sum(person.facts["persona"] == "pioneer" for person in hcps) / 2000 < 0.18
    assert 0.5 < sum(any(act.channel == "email" and act.act == "given" for act in person.consents) for person in hcps) / 2000 < 0.6
    assert all(person.care_team == () or person.profession == "physician" for person in hcps)


def test_a_register_s_people_are_furnished_with_what_it_does_not_know() -> None:
    """What is known stays; persona, stage and consents are invented, in a territory of the market."""
    known = [Person(id=f"npi-{number}", market="US", profession="nurse", facts={"specialty": "cardiology"}) for number in range(50)]
    people, places = furnish(packaged_behaviour().population, known, seed=1, start=START, markets=LIBRARY.markets)
    assert {person.territory for person in people} == {"boston"}
    assert {(person.profession, person.facts["specialty"]) for person in people} == {("nurse", "cardiology")}
    assert len({person.facts["persona"] for person in people}) > 1
    assert "boston" in {place.id for place in places}
    elsewhere, _ = furnish(packaged_behaviour().population, [Person(id="x", market="NO", profession="physician")], seed=1, start=START, markets={})
    assert elsewhere[0].territory is None


def test_dates_ahead_are_invented_as_days() -> None:
    """A fact that is a day lies as far ahead of the start as is written."""
    population = packaged_behaviour().population.model_copy(update={"dates": load_dates()})
    people = populate(population, count=20, seed=1, start=datetime(2026, 3, 2, tzinfo=UTC), markets=LIBRARY.markets)
    assert {"2026-03-12" <= str(person.facts["letter_due_on"]) <= "2026-04-01" for person in people if person.enters} == {True}


def load_dates() -> object:
    text = TEXT.replace("  reachable: 0.92", "  dates: {letter_due_on: [10 days, 30 days]}\n  reachable: 0.92", 1)
    loaded = load_behaviour(text, name="behaviour.yaml")
    assert loaded.value is not None
    return loaded.value.population.dates


@pytest.mark.parametrize("example", fences("yaml behaviour"), ids=lambda example: example.page)
def test_what_the_document_shows_of_a_behaviour_is_read(example: Fence) -> None:
    """A part that is shown fits into the packaged behaviour."""
    whole = yaml.safe_load(TEXT)
    part = yaml.safe_load(example.text)
    whole["personas"] |= part["personas"]
    assert load_behaviour(yaml.safe_dump(whole), name="behaviour.yaml").findings == ()
