"""A rehearsed run is a script that the conductor alone plays to the same end, and every command in it is one that a run takes."""

import statistics
from typing import Any

import pytest
from hypothesis import Phase, assume, find, given, settings
from hypothesis import strategies as st

from journeys import events as on
from journeys.acceptance import refusal
from journeys.conditions import Value
from journeys.conductor import advance, begin
from journeys.content import ContentVersion
from journeys.definitions import KINDS, Definition, Entry, WaitStep, kind_of
from journeys.library import PACKAGED, read_library
from journeys.rehearsal import Behaviour, Person, Played, Script, packaged_behaviour, play_one, replay
from journeys.state import EndKind
from tests.builders import CONTENTS, a_market
from tests.journeys.playing import a_journey, a_visit, an_email
from tests.journeys.rehearsal.stages import START, a_behaviour, a_person
from tests.journeys.sound import asking, sound_journeys
from tests.journeys.strategies import definitions
from tests.journeys.wholes import wholes
from tests.journeys.wholes_library import LIBRARY as DRAWN

CONTENT = {content.ref: content for content in map(ContentVersion.model_validate, CONTENTS)}
LIBRARY = read_library(PACKAGED)


def play(definition: Definition, *, behaviour: Behaviour, seed: int = 1, person: Person | None = None, weeks: int = 520) -> Played | None:
    """One run of the definition, rehearsed with the tests' content."""
    who = person or a_person()
    return play_one(definition, who, behaviour=behaviour, contents=CONTENT, markets={"SE": a_market()}, start=START, weeks=weeks, seed=seed)


def play_sound(definition: Definition, seed: int) -> Played | None:
    """One run of a drawn journey, with the letters and the rules of its library."""
    facts: dict[str, Value | None] = {"decile": 1 + seed % 3, "specialty": "cardiology", "tier": "A"}
    room: dict[str, Any] = {"behaviour": asking(), "contents": DRAWN.contents, "markets": DRAWN.markets}
    return play_one(definition, a_person(f"hcp-{seed}", facts=facts), start=START, weeks=300, seed=seed, **room)


def test_a_run_tells_its_path() -> None:
    """The path is the (step, way) pairs of its moves, and its ending."""
    run = play(a_journey({"visit": a_visit("mail"), "mail": an_email("bye")}), behaviour=a_behaviour())
    assert run is not None
    assert run.path == (("visit", "interested"), ("mail", "sent"))
    assert run.ended is not None
    assert (run.ended.kind, run.ended.reason) == ("finished", "done")


def test_who_does_not_come_in_has_no_script() -> None:
    """There is nothing to play."""
    assert play(a_journey({"visit": a_visit("bye")}), behaviour=a_behaviour(), person=a_person(suppressed=True)) is None


@given(definition=sound_journeys(), seed=st.integers(0, 1000))
def test_every_journey_free_of_lint_runs_to_an_end_and_replays(definition: Definition, seed: int) -> None:
    """Whatever people make of it: the run ends, and not by a fault; its script survives JSON, and played again it takes the same path."""
    run = play_sound(definition, seed)
    assume(run is not None)  # life may have turned before the door: an objection, another persona, no appointment
    assert run is not None
    assert run.ended is not None, "a journey that lints clean comes to an end"
    assert run.ended.kind != "fault"
    again = Script.model_validate_json(run.script.model_dump_json())
    assert replay(definition, again).path == run.path
    assert replay(definition, again).ended == run.ended


def test_what_is_drawn_is_of_every_kind_and_is_played() -> None:
    """The journeys that prove the rest have every kind of step and every form of wait, every way in and every way to leave; and people come to all of it."""
    drawn: list[tuple[Definition, Played | None]] = []

    @settings(max_examples=250, derandomize=True, database=None)
    @given(definition=sound_journeys(), seed=st.integers(0, 1000))
    def draw(definition: Definition, seed: int) -> None:
        drawn.append((definition, play_sound(definition, seed)))

    draw()
    journeys = [definition for definition, _ in drawn]
    steps = [step for definition in journeys for step in definition.steps.values()]
    assert {kind_of(step) for step in steps} == {*KINDS}
    assert {step.wait.form for step in steps if isinstance(step, WaitStep)} == {"for", "time", "until", "local", "when", "event"}
    assert {key for definition in journeys for key in definition.entry.model_dump(exclude_defaults=True)} == {*Entry.model_fields}
    for leaving in ("goal", "exit_when", "exit_on", "horizon"):
        assert any(getattr(definition, leaving) for definition in journeys), leaving
    runs = [(definition, run) for definition, run in drawn if run is not None]
    assert len(runs) > len(drawn) / 2
    assert {kind_of(definition.steps[step]) for definition, run in runs for step, _ in run.path} == {*KINDS} - {"exit"}
    assert statistics.median(len(definition.steps) for definition in journeys) >= 5


@pytest.mark.parametrize(
    ("leaves", "kind"),
    [(None, EndKind.FINISHED), (None, EndKind.HELD_OUT), ("goal", EndKind.GOAL), ("exit_when", EndKind.EXIT_CONDITION), ("exit_on", EndKind.EXIT_EVENT)],
)
def test_runs_that_are_drawn_come_to_every_kind_of_end(leaves: str | None, kind: EndKind) -> None:
    """Not only to their last step."""

    def comes_to_it(drawn: tuple[Definition, int]) -> bool:
        run = play_sound(*drawn)
        return run is not None and run.ended is not None and run.ended.kind is kind

    journeys = st.tuples(sound_journeys(leaves=leaves), st.integers(0, 1000))
    assert comes_to_it(find(journeys, comes_to_it, settings=settings(max_examples=1000, database=None, phases=[Phase.generate])))


@given(definition=definitions() | wholes() | sound_journeys(), seed=st.integers(0, 1000))
def test_every_command_of_a_rehearsal_is_one_that_the_run_takes(definition: Definition, seed: int) -> None:
    """The rehearsed people ask for nothing that the validator of a real run would refuse."""
    run = play_sound(definition, seed)
    assume(run is not None)
    assert run is not None
    state, _ = begin(definition, run.script.arrival, enrolment=run.script.enrolment, now=run.script.begun_at)
    for happened in run.script.happened:
        if isinstance(happened.event, on.Complete | on.Skip):
            assert refusal(definition, state, happened.event, happened.at) is None
        state, _ = advance(definition, state, happened.event, happened.at)


def test_the_library_is_played_by_commands_that_its_runs_take() -> None:
    """The same for the packaged strategies, hand-overs and medical questions included."""
    for definition in LIBRARY.strategies.values():
        for seed in range(12):
            who = a_person(facts={"persona": definition.persona, "specialty": "cardiology"})
            run = play_one(definition, who, behaviour=packaged_behaviour(), contents=LIBRARY.contents, markets=LIBRARY.markets, start=START, seed=seed)
            if run is None:
                continue
            state, _ = begin(definition, run.script.arrival, enrolment=run.script.enrolment, now=run.script.begun_at)
            for happened in run.script.happened:
                if isinstance(happened.event, on.Complete | on.Skip):
                    assert refusal(definition, state, happened.event, happened.at) is None
                state, _ = advance(definition, state, happened.event, happened.at)
