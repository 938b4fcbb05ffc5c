"""What a change does to the people who are in a journey when they are moved to its later version, one sentence for each kind of change."""

from typing import assert_never

from journeys.comparing.changes import ChangeKind
from journeys.comparing.differences import POINTS, Difference
from journeys.definitions import (
    BranchStep,
    EmailStep,
    EscalateStep,
    ExitStep,
    InviteStep,
    JourneyStep,
    MedicalStep,
    MessageStep,
    NotifyStep,
    ParallelStep,
    RequestStep,
    SplitStep,
    Step,
    UpdateStep,
    VisitStep,
    WaitStep,
)
from journeys.durations import Length

_HEAD = {
    "entry": "Nobody who is in the journey is touched: entry is asked when one enters.",
    "start": "Nobody who is in the journey is touched: they have begun already.",
    "goal": "People of whom the new goal holds already end at once; the others are judged by it from then on.",
    "exit_when": "People of whom the new exit condition holds already leave at once; the others are judged by it from then on.",
    "exit_on": "The events that make people leave are those of the new version from then on; what has happened before is not looked at again.",
    "horizon": "The time counts from when people entered: those who are past it end at once, the others when it is over.",
    "when_busy": "Nobody is moved; it counts from the next time that another journey has the HCP.",
    "persona": "People stay in the journey whatever their persona; who enters from then on is of the new one.",
    "product": "Everything that is sent from then on must be approved for the new product.",
    "purpose": "Every touch from then on is judged by the rules of the new purpose.",
    "journey": "People cannot be moved from one journey to another: these are two journeys.",
    "written": "Nobody is touched.",
    "title": "Nobody is moved; the new words are shown from then on.",
}


_PASSED = (BranchStep, ExitStep, SplitStep, UpdateStep, NotifyStep)
"""Kinds of step at which nobody stays."""

_STAYING = {
    ChangeKind.MOVED: "People at `{step}` stay there and go on from its new place; people elsewhere come to it by the new paths, or not at all.",
    ChangeKind.REWIRED: "People at `{step}` leave it by the new paths; those who have left it already are not touched.",
    ChangeKind.CONTENT: "People who come to `{step}`, or whose task there is open, get the new content; what has been sent or shown stays so.",
    ChangeKind.CONDITION: "Nobody stays at `{step}`: people who come to it are judged by the new condition, and those who have passed it are not touched.",
    ChangeKind.CHANGED: "People at `{step}` go on under the new terms; those who have left it are not touched.",
    ChangeKind.REWORDED: "Nobody is moved; the new words are shown from then on, in open tasks too.",
    ChangeKind.REWRITTEN: "Nobody is touched.",
}
"""For a step that stays: what becomes of the people at it."""


def head_effect(field: str, difference: Difference | None = None) -> str:
    """What a change of the journey's own keys does."""
    if field == "markets" and difference is not None:
        gone = [market for market in difference.before if market not in difference.after]
        return (
            f"Nobody enters in {', '.join(gone)} any more; people who are in the journey there stay in it."
            if gone
            else "Nobody is moved; HCPs there may enter."
        )
    return _HEAD.get(field, "Nobody is moved; it counts for everyone from then on.")


def effect(kind: ChangeKind, step_id: str, step: Step, *, sources: tuple[str, ...] = (), difference: Difference | None = None) -> str:
    """What a change of a step does.

    `sources` are the steps that lead to one that is new, or the earlier name of one that has another; `difference` is what differs inside one that stays.
    """
    match kind:
        case ChangeKind.ADDED:
            led = ", ".join(f"`{source}`" for source in sources if source != step_id)
            return f"Nobody is in it yet; people come to it from {led}." if led else "Nobody is in it yet, and no other step leads people to it."
        case ChangeKind.REMOVED if not isinstance(step, _PASSED):
            return f"{_gone(step_id, step)} Mapped to a new step of its kind, they stay as they are, under its name."
        case ChangeKind.REMOVED | ChangeKind.REPLACED:
            return _gone(step_id, step)
        case ChangeKind.RENAMED:
            return _renamed(step_id, step, sources)
        case ChangeKind.TIMED:
            return _timed(step_id, step, difference)
        case ChangeKind.CONDITION if isinstance(step, WaitStep):
            return f"People waiting at `{step_id}` of whom the new condition holds already go on at once; the others wait for it to come true."
        case _:
            return _STAYING[kind].format(step=step_id)


def _renamed(step_id: str, step: Step, earlier: tuple[str, ...]) -> str:
    (old,) = earlier
    past = "what has happened there counts for the new name"
    if isinstance(step, _PASSED):
        return f"Nobody stays at `{old}`; with a map that says `{old}: {step_id}` {past}, without one it is forgotten."
    return (
        f"People at `{old}` need a map that says `{old}: {step_id}`; with it they stay as they are, under the new name, and {past}. "
        "Without one they are refused and stay on their version, and of the others what has happened there is forgotten."
    )


def _gone(step_id: str, step: Step) -> str:
    """What becomes of the people at a step that is no more, or is another kind of step."""
    match step:
        case BranchStep() | ExitStep() | SplitStep() | UpdateStep() | NotifyStep():
            return f"Nobody stays at `{step_id}`, so nobody needs a map."
        case MedicalStep():
            return (
                f"People with an open task at `{step_id}` need a map to another step, and their question waits for the next hand-off; without one they are "
                "refused and stay as they are."
            )
        case VisitStep() | EmailStep() | MessageStep() | InviteStep() | EscalateStep():
            return (
                f"People with an open task or a touch under way at `{step_id}` need a map to another step; without one they are refused and stay as they are."
            )
        case ParallelStep():
            return f"People whose lines at `{step_id}` are open need a map to another step; without one they are refused and stay as they are."
        case WaitStep() | JourneyStep() | RequestStep():
            return f"People waiting at `{step_id}` need a map to another step; without one they are refused and stay as they are."
        case _ as never:
            assert_never(never)


def _timed(step_id: str, step: Step, difference: Difference | None) -> str:
    """A time counts from when a person came to the step, so one that was shortened may have passed already."""
    before, after = (difference.before, difference.after) if difference is not None else (None, None)
    if isinstance(before, POINTS) or isinstance(after, POINTS):
        return f"People waiting at `{step_id}` wait for the new time, reckoned anew for each; for those for whom it has passed, the wait is over at once."
    who = f"People waiting at `{step_id}`" if isinstance(step, WaitStep) else f"People at `{step_id}`"
    if not isinstance(before, Length) or not isinstance(after, Length):
        return f"{who} go on under the new time, counted from when they came."
    if after.roughly < before.roughly:
        return f"{who}: it is now {after} instead of {before}, counted from when they came; for those who are past it, it is over at once."
    return f"{who}: it is now {after} instead of {before}, counted from when they came; they go on."
