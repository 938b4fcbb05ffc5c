"""The conductor's laws, tried on journeys and events that Hypothesis makes up: what holds for every journey, whatever happens to it."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from journeys import events as on
from journeys import state as at
from journeys.acceptance import Refusal, refusal
from journeys.commands import Command, Deliver, OpenTask, What
from journeys.conditions import Value
from journeys.conductor import REMEMBERED, advance, alarm, begin
from journeys.definitions import Definition, EmailStep, Heard, Purpose, kind_of
from journeys.library import PACKAGED, read_library
from journeys.linting import lint_text
from journeys.position import position
from journeys.reasons import Reason
from journeys.state import EndKind, State
from tests.builders import a_library
from tests.journeys.fairness import patience, walk
from tests.journeys.playing import MONDAY, Run, effects, notes
from tests.journeys.strategies import broken_definitions, commands, definitions, event, nonsense, runs

HUMAN = on.Complete | on.Skip | on.Snooze | on.Reassign | on.Choose | on.Leave

GUARDED_ELSEWHERE = {
    Refusal.UNKNOWN_OUTCOME,
    Refusal.UNKNOWN_CHANNEL,
    Refusal.NOT_OFFERED,
    Refusal.INQUIRY_REQUIRED,
    Refusal.SAME_PERSONA,
    Refusal.SNOOZE_IN_THE_PAST,
    Refusal.SNOOZED_TOO_OFTEN,
}
"""Refusals that only the validator makes. The conductor, given such a command all the same, follows it as far as it leads: an outcome without a
path or an offer to nowhere ends the run as a fault, a hand-off without a question is skipped, a snooze into the past leaves the due as it is."""


@given(st.booleans().flatmap(lambda fair: definitions(fair=fair)))
def test_the_journeys_tried_here_are_free_of_lint(definition: Definition) -> None:
    """The laws are tried on what an author could publish; only the rules on content and on people, of which the conductor knows nothing, are left out."""
    text = json.dumps(definition.model_dump(mode="json", by_alias=True, exclude_defaults=True))
    found = lint_text(text, name="pioneer.yaml", library=a_library(), now=MONDAY).findings
    assert not [str(finding) for finding in found if not finding.code.startswith(("J4", "J6"))]


def states(run: Run) -> Iterator[State]:
    """Every state the run was in, from the beginning."""
    yield run.moments[0].before if run.moments else run.state
    yield from (moment.after for moment in run.moments)


def deliveries(commands: tuple[Command, ...]) -> list[Deliver]:
    return [command for command in commands if isinstance(command, Deliver)]


@given(runs(broken_definitions()))
def test_any_event_in_any_state_of_any_definition_is_answered(run: Run) -> None:
    """No journey, however broken, and no event, however odd, makes the conductor raise: it stands at a known step or has ended."""
    for state in states(run):
        assert (state.place is None) == (state.ended is not None)
        assert state.place is None or state.place.step in run.definition.steps


@given(runs(broken_definitions()))
def test_a_way_to_nowhere_ends_as_a_fault(run: Run) -> None:
    """A run that is sent to a step that is not there ends as a fault, in the same advance."""
    for batch in run.batches:
        lost = [note for note in notes(batch, What.MOVED) if note.to not in run.definition.steps]
        assert not lost or notes(batch, What.ENDED)[0].to == EndKind.FAULT


@given(runs())
def test_a_run_ends_once_and_then_does_nothing(run: Run) -> None:
    """There is one ENDED note, it is the last command of all, and no event brings an ended run to do anything."""
    told = notes(run.commands, What.ENDED)
    assert len(told) == (run.state.ended is not None)
    assert not told or run.commands[-1] == told[0]
    if run.state.ended is not None:
        late = [event(run, kind, 3) for kind in ("answer", "alarm", "heard", "facts", "withdraw", "give", "recall", "object", "leave", "repeat")]
        assert all(advance(run.definition, run.state, happening, run.now) == (run.state, ()) for happening in [*late, *nonsense(run)])


@given(runs())
def test_the_same_events_give_the_same_commands(run: Run) -> None:
    """A second run of the same journey with the same events and times makes the same moves, even when every state was stored as JSON in between."""
    state, opening = begin(run.definition, run.arrival, enrolment="run", now=run.begun_at)
    assert opening == run.opening
    for moment in run.moments:
        stored = State.model_validate_json(state.model_dump_json())
        assert stored == state
        state, commanded = advance(run.definition, stored, moment.event, moment.now)
        assert (state, commanded) == (moment.after, moment.commands)


@given(runs())
def test_what_the_conductor_is_given_is_never_changed(run: Run) -> None:
    """An advance leaves the state that it was given as it was: the workflow may ask twice."""
    for moment in run.moments:
        kept = moment.before.model_dump_json()
        advance(run.definition, moment.before, moment.event, moment.now)
        assert moment.before.model_dump_json() == kept


@given(runs())
def test_an_irrelevant_event_changes_nothing(run: Run) -> None:
    """What concerns another task, another touch, facts nobody asks about, or a time not yet come, leaves the state as it is and commands nothing."""
    for state in states(run):
        due = alarm(state)
        strangers: list[on.Event] = [
            on.Complete(id="x", by="rep", task="run.nowhere.1", outcome="interested"),
            on.Skip(id="x", by="rep", task="run.nowhere.1", reason="on_leave"),
            on.Snooze(id="x", by="rep", task="run.nowhere.1", until=run.now),
            on.Reassign(id="x", by="rep", task="run.nowhere.1", to="colleague"),
            on.Choose(id="x", by="rep", task="run.nowhere.1", offer="bye"),
            on.TouchHeard(id="x", touch="run.nowhere.1", heard=Heard.CLICKED),
            on.FactsChanged(id="x", facts={"unheard_of": 1}),
            on.FactsLoaded(key="run.nowhere.1", facts={"unheard_of": 1}),
            on.Settled(key="run.nowhere.1", result="sent"),
        ]
        for happening in strangers:
            assert advance(run.definition, state, happening, run.now) == (state, ())
        if due is not None:
            assert advance(run.definition, state, on.Alarm(), due - timedelta(seconds=1)) == (state, ())


@given(runs())
def test_a_repeated_event_changes_nothing(run: Run) -> None:
    """An event that was taken once is taken once: its repeat, at once or later, finds its id remembered."""
    taken = [moment for moment in run.moments if getattr(moment.event, "id", None) is not None and (moment.commands or moment.after != moment.before)]
    assert len(taken) < REMEMBERED
    for moment in taken:
        assert advance(run.definition, moment.after, moment.event, moment.now) == (moment.after, ())
        assert advance(run.definition, run.state, moment.event, run.now) == (run.state, ())


@given(runs())
def test_an_advance_has_at_most_one_effect(run: Run) -> None:
    """However far one event carries a run, it asks the world for one thing at most."""
    assert all(len(effects(batch)) <= 1 for batch in run.batches)


@given(runs())
def test_moves_count_the_advances_that_led_to_commands(run: Run) -> None:
    """The number under which a run's commands are recorded once goes up by one with each advance that has any."""
    assert run.state.moves == sum(bool(batch) for batch in run.batches)


@given(runs())
def test_every_task_is_opened_once_and_closed_once(run: Run) -> None:
    """No two tasks share a key; each is closed by one note after it was opened, and only the task at hand is still open."""
    opened = [command.key for command in run.commands if isinstance(command, OpenTask)]
    closed = [note.key for note in notes(run.commands, What.TASK_CLOSED)]
    assert len(set(opened)) == len(opened)
    assert opened == [*closed, *([run.key] if isinstance(run.state.place, at.AtTask) else [])]


@given(runs())
def test_no_run_is_parked_without_a_waker(run: Run) -> None:
    """A run that has not ended has either an alarm or exactly one effect under way that will answer for the place where it stands."""
    for state, batch in zip(states(run), run.batches, strict=True):
        under_way = isinstance(state.place, at.Sending | at.Passing)
        assert (alarm(state) is None) == (under_way or state.ended is not None)
        if under_way and batch and effects(batch):
            assert effects(batch)[0].key == state.place.key  # type: ignore[union-attr]
        assert position(state).until == alarm(state)


@given(definitions(fair=True), st.sampled_from(list(Reason)), st.booleans())
def test_no_step_keeps_a_run_for_ever(definition: Definition, reason: Reason, withdrawn: bool) -> None:
    """Where nobody acts and the gate always refuses, time alone takes the run out of any step, within the step's own patience."""
    run = Run(definition, withdrawn=("email",) if withdrawn else ())
    came, step = run.now, run.step
    for _ in range(100):
        if run.state.ended is not None:
            return
        match run.state.place:
            case at.Sending():
                batch = run.settle("refused", reason)
            case at.Passing():
                batch = run.load(decile=0)
            case _:
                batch = run.wake()
        if any(note.way != "again" for note in notes(batch, What.MOVED)):
            came, step = run.now, run.step
        assert run.now - came <= timedelta(days=5 + 14), f"{step} keeps the run"


@given(definitions(fair=True, most=4), st.integers(0, 5))
def test_every_journey_ends_in_a_fair_world(definition: Definition, spin: int) -> None:
    """However the ways of a lint-clean journey run back and forth, a walk that tries each way in turn comes to an end, within a known number of moves."""
    run = Run(definition)
    bound = patience(definition)
    moves = walk(run, at_most=bound + 1, spin=spin)
    assert moves <= bound
    assert run.state.ended is not None
    assert run.state.ended.kind in (EndKind.FINISHED, EndKind.BLOCKED)


def walkable(definition: Definition) -> bool:
    """Whether a walk along one line, that does tasks and lets time pass, knows every kind of its steps."""
    return {kind_of(step) for step in definition.steps.values()} <= {"visit", "email", "medical", "wait", "branch", "exit"}


@pytest.mark.parametrize("name", sorted(name for name, each in read_library(PACKAGED).strategies.items() if walkable(each)))
@pytest.mark.parametrize("spin", range(6))
def test_every_packaged_strategy_ends_in_a_fair_world(name: str, spin: int) -> None:
    """The strategies that come with Dirigent end, too, and none of them as a fault; the rehearsal plays those that a walk along one line cannot."""
    definition = read_library(PACKAGED).strategies[name]
    open_minded = spin % 2 == 0
    facts: dict[str, Value | None] = {
        "persona": definition.persona,
        "profession": "physician",
        "email_consent": open_minded,
        "nurse_in_care_team": open_minded,
        "tier": "A" if open_minded else "D",
    }
    run = Run(definition, facts=facts)
    assert walk(run, at_most=2000, spin=spin) > 1
    assert run.state.ended is not None
    assert run.state.ended.kind in (EndKind.FINISHED, EndKind.BLOCKED)


@given(runs())
def test_nothing_is_sent_to_an_hcp_who_withdrew(run: Run) -> None:
    """From a withdrawal of e-mail until consent is given again, no promotional journey asks for an e-mail to the HCP to be sent."""
    assume(run.definition.purpose is Purpose.PROMOTIONAL)
    withdrawn = "email" in run.arrival.withdrawn
    to_hcp = [command for command in deliveries(run.opening) if command.to == "hcp"]
    assert not (withdrawn and to_hcp)
    seen: set[str] = set()
    for moment in run.moments:
        match moment.event:
            case on.ConsentWithdrawn(channel="email") if moment.event.id not in seen:
                withdrawn = True
            case on.ConsentGiven(channel="email") if moment.event.id not in seen:
                withdrawn = False
        if moment.commands or moment.after != moment.before:
            seen.add(getattr(moment.event, "id", ""))
        assert not (withdrawn and any(command.to == "hcp" for command in deliveries(moment.commands)))


@given(runs())
def test_an_objection_ends_every_promotional_run_at_once(run: Run) -> None:
    """After an objection a promotional journey does nothing more, visits and the nurse's mail included; others go on."""
    after, commanded = advance(run.definition, run.state, on.Objected(id="objection"), run.now)
    assert not effects(commanded)
    if run.definition.purpose is Purpose.PROMOTIONAL:
        assert after.ended is not None
    else:
        assert (after, commanded) == (run.state, ())


@given(runs(), st.integers(-10_000, 10_000))
def test_a_snooze_never_shortens(run: Run, minutes: int) -> None:
    """Putting a task off to any time, even a past one, never brings its due nearer."""
    until = run.now + timedelta(minutes=minutes)
    for state in states(run):
        if isinstance(state.place, at.AtTask):
            after, _ = advance(run.definition, state, on.Snooze(id="snooze", by="rep", task=state.place.key, until=until), run.now)
            assert isinstance(after.place, at.AtTask)
            assert after.place.due == max(state.place.due, until)


@given(runs())
def test_what_is_accepted_moves_and_what_is_refused_does_not(run: Run) -> None:
    """The validator and the conductor agree: an accepted command leads to commands, one for a task that is not open or a run that ended to nothing."""
    for number, command in enumerate((*commands(run), *(happening for happening in nonsense(run) if isinstance(happening, HUMAN)))):
        asked = command.model_copy(update={"id": f"asked-{number}"})
        refused = refusal(run.definition, run.state, asked, run.now)
        after, commanded = advance(run.definition, run.state, asked, run.now)
        if refused is None:
            assert commanded
            assert after.ended is None or after.ended.kind is not EndKind.FAULT
        elif refused.code not in GUARDED_ELSEWHERE:
            assert (after, commanded) == (run.state, ())


@given(runs())
def test_what_a_touch_is_heard_of_is_remembered_from_the_moment_it_is_asked_for(run: Run) -> None:
    """Every touch that was put before the gate can be heard of: no fact is lost because it came before its wait, or before its own result."""
    asked = Counter(command.key for command in deliveries(run.commands))
    assert set(asked) <= set(run.state.heard)
    assert all(isinstance(run.definition.steps[key.split(".")[1]], EmailStep) for key in asked)
