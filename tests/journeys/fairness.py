"""A fair world to play a journey in, and how long a journey may resist it.

The walk is a rotor-router. Each place where somebody or something else decides has a rotor: the human at an open task (every outcome, every
offer, a skip, letting it become overdue), the gate and channel at a touch (sent, unknown, deferred, refused for several reasons), what is
heard in a wait (each event, silence until the time-out), and the facts at a branch (one answer per case, one for none). Whenever the run
comes to such a place its rotor gives the next turn, round and round; a held touch is woken when its alarm is due. So every way out is taken
at least once in as many visits as the rotor has turns: if a place were visited for ever, each of its ways would be taken for ever.
"""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from journeys import state as at
from journeys.acceptance import outcomes
from journeys.definitions import BranchStep, Definition, EmailStep, MedicalStep, Step, VisitStep, WaitStep
from journeys.reasons import Reason
from tests.journeys.playing import Run

Turn = Callable[[Run], Any]


def turns_of_the_human(step: Step) -> list[Turn]:
    channel = next(iter(step.visit.channels)) if isinstance(step, VisitStep) else None
    told = {"inquiry": "question", "channel": channel}
    done: list[Turn] = [lambda run, outcome=outcome: run.complete(outcome, **told) for outcome in outcomes(step)]  # type: ignore[misc]
    offered: list[Turn] = [lambda run, offer=offer: run.choose(offer, inquiry="question") for offer in getattr(step, "offers", ())]  # type: ignore[misc]
    return [*done, *offered, Run.skip, Run.wake]


def turns_of_the_gate(_: Step) -> list[Turn]:
    return [
        lambda run: run.settle("sent"),
        lambda run: run.settle("refused", Reason.CONSENT_EXPIRED),
        lambda run: run.settle("deferred", Reason.WEEKLY_CAP, run.now + timedelta(hours=1)),
        lambda run: run.settle("unknown"),
        lambda run: run.settle("refused", Reason.CONTENT_WRONG_MARKET),
    ]


def turns_of_the_wait(step: Step) -> list[Turn]:
    events = step.wait.for_ if isinstance(step, WaitStep) else ()
    heard: list[Turn] = [lambda run, event=event: run.hear(event, touch=run.state.place.touch) for event in events]  # type: ignore[misc]
    return [*heard, Run.wake]


def turns_of_the_facts(step: Step) -> list[Turn]:
    cases = len(step.branch) if isinstance(step, BranchStep) else 0
    return [lambda run, case=case: run.load(decile=case) for case in range(cases + 1)]  # type: ignore[misc]


def turns(run: Run) -> list[Turn]:
    """The rotor of the place where the run stands."""
    place = run.state.place
    assert place is not None
    step = run.definition.steps[place.step]
    match place:
        case at.AtTask():
            return turns_of_the_human(step)
        case at.Sending():
            return turns_of_the_gate(step)
        case at.Waiting():
            return turns_of_the_wait(step)
        case at.Passing():
            return turns_of_the_facts(step)
        case at.Held():
            return [Run.wake]
        case at.Ready() | at.Joining():
            raise AssertionError("the walk is of one line")


def walk(run: Run, *, at_most: int, spin: int = 0) -> int:
    """Play fairly until the run ends or `at_most` moves are made; answers with their number. `spin` is the turn with which every rotor starts."""
    rotors: Counter[tuple[str, str]] = Counter()
    moves = 0
    while run.state.ended is None and moves < at_most:
        place = run.state.place
        assert place is not None
        rotor = turns(run)
        turn = rotor[(rotors[place.step, place.is_] + spin) % len(rotor)]
        rotors[place.step, place.is_] += 1
        turn(run)
        moves += 1
    return moves


def patience(definition: Definition) -> int:
    """The most moves that a fair walk of a chain of steps (see strategies) can make before it ends.

    A place with k turns, one of which leads a place onward, is left at most k x (a + 1) times when the place onward is reached at most a times
    before the end. So the bound multiplies along the chain: a rotor-router on a graph with one-way edges may need exponentially many moves, as
    a chain shows whose every step has one way onward and one back to the start. (The bound of edges x steps holds where every edge has its
    opposite, which journeys have not: Yanovski, Wagner and Bruckstein, A distributed ant algorithm for efficiently patrolling a network, 2003.)
    """
    moves, onward = 0, 0
    for step in reversed(list(definition.steps.values())):
        for rotor in reversed(_places(step)):
            onward = rotor * (onward + 1)
            moves += onward
    return moves


def _places(step: Step) -> list[int]:
    """How many turns each place of a step has, in the order in which a run comes to them. A held touch is woken once per refusal."""
    human, gate = len(turns_of_the_human(step)), 2 * len(turns_of_the_gate(step))
    match step:
        case VisitStep() | MedicalStep():
            return [human]
        case EmailStep():
            return [gate] if step.email.due is None else [human, gate]
        case WaitStep():
            return [len(turns_of_the_wait(step))]
        case BranchStep():
            return [len(turns_of_the_facts(step))]
        case _:
            return []
