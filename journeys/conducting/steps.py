"""What happens when a step is entered, kind by kind: it parks the line, asks for an effect, moves on, or ends the run."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from journeys import state as at
from journeys.commands import AskFacts, Learn, OpenTask, StartJourney, Tell, What
from journeys.conditions import leaves
from journeys.conducting import lines, requests, touches, waits
from journeys.definitions import (
    DONE,
    OTHERWISE,
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
    UpdateStep,
    VisitStep,
    WaitStep,
)
from journeys.draws import arm_of
from journeys.reasons import Reason
from journeys.state import EndKind, Ready, settled, step_of

if TYPE_CHECKING:
    from journeys.commands import TaskKind
    from journeys.conditions import Value
    from journeys.conducting.moves import Move
    from journeys.durations import Length


def enter(move: Move, here: Ready) -> None:  # noqa: PLR0912, C901 - one line for each kind of step, the frequent ones first
    """Enter the step at whose door a line stands: the passage begins now."""
    here = here if here.since == move.now else here.model_copy(update={"since": move.now})
    step = move.definition.steps.get(here.step)
    match step:
        case VisitStep():
            open_task(move, here, "visit", step.visit.due)
        case EmailStep() | MessageStep():
            touches.offer(move, here, step)
        case WaitStep():
            waits.enter(move, here, step)
        case BranchStep():
            _branch(move, here, step)
        case ExitStep():
            _exit(move, step)
        case InviteStep():
            touches.invite(move, here, step)
        case MedicalStep():
            _medical(move, here, step)
        case EscalateStep():
            open_task(move, here, "escalate", step.escalate.due, about=step.escalate.about)
        case SplitStep():
            _split(move, here, step)
        case ParallelStep():
            lines.part(move, here, step)
        case JourneyStep():
            move.park(settled(at.Passing, here, late=here.late))
            move.ask(StartJourney(key=here.key, journey=step.journey.start, awaited=step.journey.awaited))
        case UpdateStep():
            _update(move, here, step)
        case NotifyStep():
            move.do(Tell(key=here.key, step=here.step, whom=step.notify.whom))
            move.leave(DONE)
        case RequestStep():
            requests.ask(move, here)
        case None:  # an operator's or a migration's doing alone: arriving there ends a run before
            move.end(EndKind.FAULT, "unknown_step")
        case _ as never:
            assert_never(never)


def open_task(move: Move, here: at.Place, kind: TaskKind, due: Length, *, inquiry: str | None = None, about: str | None = None) -> None:
    """Put the step before a human."""
    ends = move.state.calendar.after(move.now, due)
    move.park(settled(at.AtTask, here, due=ends, inquiry=inquiry))
    move.ask(OpenTask.model_construct(key=here.key, step=here.step, kind=kind, due=ends, inquiry=inquiry, about=about))


def ask_facts(move: Move, here: at.Place, names: tuple[str, ...]) -> None:
    """Ask how facts stand now; the line goes on when they have been told."""
    move.park(settled(at.Passing, here, late=move.late))
    move.ask(AskFacts.model_construct(key=here.key, names=names))


def choose(move: Move, step: BranchStep) -> None:
    """Take the first case of a branch whose condition holds, else its `next`."""
    chosen = next((index for index, case in enumerate(step.branch) if move.holds(case.when)), None)
    way = OTHERWISE if chosen is None else f"case_{chosen + 1}"
    move.go(step.next if chosen is None else step.branch[chosen].next, way=way)


def _medical(move: Move, here: Ready, step: MedicalStep) -> None:
    inquiry = here.inquiry or move.state.inquiry
    if inquiry is None:
        move.park(settled(at.Sending, here, give_up=move.now))
        touches.block(move, Reason.NO_INQUIRY)
    else:
        if here.inquiry is None:
            move.keep(inquiry=None)
        open_task(move, here, "medical", step.medical.due, inquiry=inquiry)


def _branch(move: Move, here: Ready, step: BranchStep) -> None:
    names = sorted({leaf.fact for case in step.branch for leaf in leaves(case.when) if hasattr(leaf, "fact")})
    if names:
        ask_facts(move, here, tuple(names))
    else:
        choose(move, step)


def _split(move: Move, here: Ready, step: SplitStep) -> None:
    # Drawn by the name that the step had at first: a split that was renamed, and is passed again, leads to the same arm.
    arm = arm_of(move.state.enrolment, step_of(move.state.key_of(here.step, 1)), step.split.arms)
    move.note(What.SPLIT, way=arm)
    move.learn(outcomes={here.step: arm})
    if move.state.ended is None:
        move.leave(arm)


def _update(move: Move, here: Ready, step: UpdateStep) -> None:
    learnt = step.update
    move.do(Learn(key=here.key, **dict(learnt)))
    known: dict[str, Value | None] = {name: move.state.facts[name] for name in ("tags", "channel_preference") if name in move.state.facts}
    if "tags" in known:
        before = known["tags"] if isinstance(known["tags"], tuple) else ()
        known["tags"] = tuple(sorted({*before, *learnt.add_tags} - {*learnt.remove_tags}))
    if "channel_preference" in known and learnt.channel_preference is not None:
        known["channel_preference"] = learnt.channel_preference
    move.learn(facts=known)
    if move.state.ended is None:
        move.leave(DONE)


def _exit(move: Move, step: ExitStep) -> None:
    persona = move.state.facts.get("persona")
    hand_over = step.exit.continue_with is not None and isinstance(persona, str)
    move.end(EndKind.FINISHED, step.exit.reason, continue_with=str(persona) if hand_over else None)
