"""What the packaged strategies show between them: every kind of step, every form of wait, every way in and out; and what each must keep to."""

from collections.abc import Iterator

import pytest

from journeys.content import ContentVersion
from journeys.definitions import BY_KEY, KINDS, Definition, EmailStep, ExitStep, MessageStep, Purpose, SendStep, Step, VisitStep, Wait, WaitStep, kind_of
from journeys.library import PACKAGED, read_library
from journeys.markets import MarketPolicy

LIBRARY = read_library(PACKAGED)
STRATEGIES = tuple(LIBRARY.strategies.values())
LETTERS = tuple(content for content in LIBRARY.contents.values() if content.letters and content.approval is not None)


def _steps() -> Iterator[Step]:
    for strategy in STRATEGIES:
        yield from strategy.steps.values()


def test_there_are_strategies_enough() -> None:
    """A brand team finds its own situation among them."""
    assert len(STRATEGIES) >= 10


def test_every_kind_of_step_is_used() -> None:
    """An author finds an example of each."""
    assert {kind_of(step) for step in _steps()} == set(KINDS)


def test_every_form_of_wait_is_used() -> None:
    """For a time, until a point in time, for an hour, for something heard, for a condition and for an event."""
    waits: list[Wait] = [step.wait for step in _steps() if isinstance(step, WaitStep)]
    assert {wait.form for wait in waits} == {"time", "until", "local", "for", "when", "event"}
    assert any(wait.until is not None and wait.until.fact is not None for wait in waits)
    assert any(wait.until is not None and wait.until.field is not None for wait in waits)
    assert any(wait.same_key for wait in waits)


def test_every_way_in_and_out_is_used() -> None:
    """By event and key, of itself, by schedule, with people kept out; out by goal, condition, event, horizon and hand-over."""
    entries = [strategy.entry for strategy in STRATEGIES]
    assert all(any(given) for given in zip(*((e.on, e.automatic, e.schedule, e.hold_out, e.again == BY_KEY) for e in entries), strict=True))
    assert all(any(given) for given in zip(*((s.goal, s.exit_when, s.exit_on, s.horizon, s.when_busy == "give_way") for s in STRATEGIES), strict=True))
    assert any(isinstance(step, ExitStep) and step.exit.continue_with is not None for step in _steps())


def test_offers_blocked_paths_and_bounds_are_used() -> None:
    """What a rep may choose instead, where a refused touch leads, and how often a step may be entered."""
    assert any(isinstance(step, VisitStep) and step.offers for step in _steps())
    assert any(isinstance(step, EmailStep | MessageStep) and step.blocked for step in _steps())
    assert any(getattr(step, "at_most", None) is not None for step in _steps())


@pytest.mark.parametrize("strategy", [each for each in STRATEGIES if "days_since_prescription" in each.facts], ids=lambda each: each.journey)
def test_prescriber_data_are_used_where_they_may_be(strategy: Definition) -> None:
    """What a named HCP prescribes is known in the US; the other markets of the library do not allow it by default."""
    assert strategy.markets == ("US",)


def test_a_safety_letter_is_kept_from_nobody() -> None:
    """No hold-out, the highest priority, every channel, and no condition but the profession."""
    letter = LIBRARY.strategies["safety-letter"]
    assert (letter.purpose, letter.entry.hold_out, letter.priority) == (Purpose.SAFETY, 0, max(each.priority for each in STRATEGIES))
    assert set(letter.facts) <= {"profession", "persona", "market"}
    sending = {step.sending.on for step in letter.steps.values() if isinstance(step, SendStep)}
    assert sending == {"email", "sms"}
    assert any(isinstance(step, VisitStep) for step in letter.steps.values())


@pytest.mark.parametrize("content", LETTERS, ids=lambda content: str(content.ref))
def test_a_letter_carries_what_each_market_asks_for(content: ContentVersion) -> None:
    """The minimum information of a market stands in the letter that goes there, in its text and in its HTML."""
    assert content.approval is not None
    for market, block in content.approval.minimum_information.items():
        for language in _languages(LIBRARY.markets[market], content):
            letter = content.letters[language]
            information = block.texts[language]
            assert information in letter.text, f"{language}, text: {market}"
            assert information in letter.html, f"{language}, html: {market}"


def _languages(policy: MarketPolicy, content: ContentVersion) -> list[str]:
    return [language for language in policy.languages if language in content.letters]
