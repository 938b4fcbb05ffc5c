"""Laws that hold for journeys of every kind of step, with lines within lines, whatever happens to them."""

from hypothesis import given
from hypothesis import strategies as st

from journeys import state as at
from journeys.commands import OpenTask, What
from journeys.conductor import advance, begin, ready
from journeys.definitions import Definition
from journeys.position import position
from journeys.scopes import scopes
from journeys.state import MAIN, State, parent_of
from tests.journeys.playing import Run, effects, notes
from tests.journeys.wholes import happen, play_out, waker, wholes

PICKS = st.lists(st.integers(0, 10_000), max_size=30)


def played(definition: Definition, picks: list[int]) -> Run:
    run = Run(definition, facts={"decile": 1, "congress_attended_on": "2026-03-10"})
    for pick in picks:
        if run.state.ended is None:
            happen(run, pick)
    return run


@given(wholes(), PICKS)
def test_an_advance_has_at_most_one_effect(definition: Definition, picks: list[int]) -> None:
    """However many lines move, the world is asked for one thing at a time, and never while an effect is under way."""
    run = played(definition, picks)
    assert all(len(effects(batch)) <= 1 for batch in run.batches)
    assert all(sum(isinstance(place, at.Sending | at.Passing) for place in moment.after.places) <= 1 for moment in run.moments)


@given(wholes(), PICKS)
def test_a_run_is_never_parked_without_a_waker(definition: Definition, picks: list[int]) -> None:
    """At rest, every line has a time at which it moves by itself, or waits for its own lines to join."""
    run = Run(definition, facts={"decile": 1})
    for pick in picks:
        assert waker(run), run
        assert not ready(run.state)
        if run.state.ended is None:
            happen(run, pick)
    assert waker(run), run


@given(wholes(), PICKS)
def test_every_run_ends(definition: Definition, picks: list[int]) -> None:
    """Left alone after anything, a run comes to its end: no loop goes on for ever, no fault ends it."""
    run = played(definition, picks)
    bound = 20 * sum(getattr(step, "at_most", None) or 1 for step in definition.steps.values()) + 100
    assert play_out(run, at_most=bound) < bound, run
    assert run.state.ended is not None
    assert run.state.ended.kind != at.EndKind.FAULT, run


@given(wholes(), PICKS)
def test_each_place_is_on_the_line_that_its_step_belongs_to(definition: Definition, picks: list[int]) -> None:
    """The linter's reading of the lines and the conductor's agree; a line within another stands at a join of its parent."""
    lines = scopes(definition).line_of
    for moment in played(definition, picks).moments:
        for place in moment.after.places:
            assert lines[place.step] == place.line
            assert place.line == MAIN or isinstance(moment.after.on(parent_of(place.line)), at.Joining)
        assert len({place.line for place in moment.after.places}) == len(moment.after.places)
        assert len({place.key for place in moment.after.places}) == len(moment.after.places)


@given(wholes(), PICKS)
def test_the_same_events_lead_to_the_same_end_through_json(definition: Definition, picks: list[int]) -> None:
    """A run that was stored and read between any two events makes the same moves, and what it was given is never changed."""
    run = played(definition, picks)
    state, opening = begin(definition, run.arrival, enrolment="run", now=run.begun_at)
    assert opening == run.opening
    for moment in run.moments:
        stored = State.model_validate_json(state.model_dump_json())
        assert stored == state
        state, commands = advance(definition, stored, moment.event, moment.now)
        assert (state, commands) == (moment.after, moment.commands)
        assert stored == moment.before


@given(wholes(), PICKS)
def test_a_task_is_opened_and_closed_once(definition: Definition, picks: list[int]) -> None:
    """Every task that was opened is closed exactly once by the end of the run, also on lines that lose."""
    run = played(definition, picks)
    play_out(run, at_most=5_000)
    opened = [effect.key for effect in effects(run.commands) if isinstance(effect, OpenTask)]
    closed = [note.key for note in notes(run.commands, What.TASK_CLOSED)]
    assert sorted(opened) == sorted(key for key in closed if key is not None)
    assert len(set(opened)) == len(opened)


@given(wholes(), PICKS)
def test_nothing_begins_while_a_run_is_paused(definition: Definition, picks: list[int]) -> None:
    """From the pause to its lifting no effect is asked for, whatever is heard or done in between."""
    for moment in played(definition, picks).moments:
        if moment.before.pauses and moment.after.pauses:
            assert not effects(moment.commands), moment


@given(wholes(), PICKS)
def test_at_most_means_at_most(definition: Definition, picks: list[int]) -> None:
    """No step is entered more often than it says, but for a rep's letter that comes back when consent does."""
    run = played(definition, picks)
    play_out(run, at_most=5_000)
    again = sum(note.way == "again" for note in notes(run.commands, What.MOVED))
    for step_id, passages in run.state.passages.items():
        at_most = getattr(definition.steps[step_id], "at_most", None)
        assert at_most is None or passages <= at_most + again


@given(wholes(), PICKS)
def test_where_a_run_stands_never_changes_untold(definition: Definition, picks: list[int]) -> None:
    """Lists read what is recorded, and only an advance with commands is: so whatever changes where a line stands, or until when, commands something."""
    for moment in played(definition, picks).moments:
        assert moment.commands or position(moment.before) == position(moment.after), moment
