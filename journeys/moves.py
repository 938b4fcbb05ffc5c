"""One advance in the making: how a run enters a step, leaves it along a way, is blocked, and ends.

It stands apart from the conductor because these are the moves of the game; the conductor decides which event makes which move.
A `Move` collects the next state and the commands; what it is given is never changed.
"""

from datetime import datetime, timedelta
from typing import Any, assert_never

from journeys import state as at
from journeys.commands import AskFacts, Command, Deliver, Note, OpenTask, What
from journeys.conditions import holds, leaves
from journeys.definitions import (
    OTHERWISE,
    OVERDUE,
    SENT,
    SKIPPED,
    WITHDRAWN,
    BranchStep,
    Definition,
    EmailStep,
    ExitStep,
    Fate,
    MedicalStep,
    Purpose,
    VisitStep,
    WaitStep,
)
from journeys.durations import Length
from journeys.reasons import FALLS_UNDER, Reason
from journeys.state import Ending, EndKind, State, passage_key

HOPS = 100
"""More steps than this in one advance is a loop in which nothing pauses; the linter refuses it, and the run ends rather than spin."""

LOOK_AGAIN = timedelta(days=1)
"""How long a touch that was refused, and whose step says wait, rests before the gate is asked again without an event."""


class Move:
    """The working hand of one advance. Every method leaves the run parked, moving on, or ended."""

    def __init__(self, definition: Definition, state: State, now: datetime) -> None:
        self.definition = definition
        self.state = state
        self.now = now
        self.commands: list[Command] = []
        self._hops = 0

    def keep(self, **changes: Any) -> None:
        self.state = self.state.model_copy(update=changes)

    def note(self, what: What, **told: Any) -> None:
        place = self.state.place
        here = {} if place is None else {"step": place.step, "key": place.key}
        self.commands.append(Note(what=what, **{**here, **told}))

    def enter(self, step_id: str) -> None:
        """Begin a new passage through a step: it parks the run, asks for an effect, moves on, or ends."""
        self._hops += 1
        step = self.definition.steps.get(step_id)
        if step is None or self._hops > HOPS:
            self.end(EndKind.FAULT, "unknown_step" if step is None else "loop_without_pause")
            return
        here = self._arrive(step_id)
        match step:
            case VisitStep():
                self._open(here, "visit", step.visit.due)
            case EmailStep():
                self._enter_email(here, step)
            case MedicalStep():
                self._enter_medical(here, step)
            case WaitStep():
                self._enter_wait(here, step)
            case BranchStep():
                self._enter_branch(here, step)
            case ExitStep():
                self._enter_exit(step)
            case _ as never:
                assert_never(never)

    def leave(self, way: str, *, because: str | None = None, by: str | None = None, remark: str | None = None) -> None:
        """Go along a way out of the current step. A way the step does not name follows `otherwise`."""
        place = self.state.place
        step = self.definition.steps.get(place.step) if place is not None else None
        to = path(step, way) if step is not None else None
        if to is None:
            self.end(EndKind.FAULT, "no_path")
        else:
            self.go(to, way=way, because=because, by=by, remark=remark)

    def go(self, to: str, *, way: str, because: str | None = None, by: str | None = None, remark: str | None = None) -> None:
        """Move to a step, telling why."""
        self.note(What.MOVED, way=way, to=to, reason=because, by=by, remark=remark)
        self.enter(to)

    def blocked(self, reason: Reason, *, until: datetime | None = None) -> None:
        """A touch may not go out: follow the step's `blocked` path for the reason, or hold the touch.

        `until` is when a deferral ends by itself; a refusal has none and is put to the gate again after `LOOK_AGAIN`.
        """
        place = self.state.place
        if not isinstance(place, at.Sending):
            return
        fate = _fate(self.definition.steps.get(place.step), reason, deferred=until is not None)
        if fate == Fate.WAIT and self.now < place.give_up:
            self._hold(place, reason, until)
            return
        if fate == Fate.WAIT:
            reason = Reason.HELD_TOO_LONG
            fate = _fate(self.definition.steps.get(place.step), reason, deferred=False)
        self.note(What.BLOCKED, reason=reason, to=fate)
        self.keep(latest_touch=None)
        self._suffer(fate, reason)

    def deliver(self, *, by: str | None = None) -> None:
        """Put the touch of the current e-mail step before the gate."""
        place = self.state.place
        step = self.definition.steps.get(place.step) if place is not None else None
        if place is None or not isinstance(step, EmailStep):
            return
        give_up = place.give_up if isinstance(place, at.Held | at.Sending) else self.state.calendar.after(self.now, step.email.hold_up_to)
        sending = at.Sending(step=place.step, key=place.key, since=place.since, give_up=give_up, by=by)
        # From here on something may be heard of this touch, perhaps before its own result is known.
        self.keep(place=sending, heard={**self.state.heard, place.key: self.state.heard.get(place.key, ())})
        if self._withdrawn(step):
            self.blocked(Reason.CONSENT_WITHDRAWN)
        else:
            self.commands.append(Deliver(key=place.key, step=place.step, content=step.email.content, to=step.email.to, by=by))

    def try_again(self) -> None:
        """Put a held touch before the gate again; one that no rep has sent yet becomes the rep's task again, as a new passage."""
        place = self.state.place
        step = self.definition.steps.get(place.step) if isinstance(place, at.Held) else None
        if not isinstance(place, at.Held) or not isinstance(step, EmailStep):
            return
        if self.now >= place.give_up:
            self.keep(place=at.Sending(step=place.step, key=place.key, since=place.since, give_up=place.give_up, by=place.by))
            self.blocked(Reason.HELD_TOO_LONG)
        elif step.email.sent_by == "rep" and place.by is None and not self._withdrawn(step):
            self.go(place.step, way="again")
        else:
            self.deliver(by=place.by)

    def end(self, kind: EndKind, reason: str, *, continue_with: str | None = None, by: str | None = None, remark: str | None = None) -> None:
        """End the run, closing what is open. A run ends once."""
        if self.state.ended is not None:
            return
        self.close_task("cancelled", reason=reason)
        self.note(What.ENDED, to=kind, reason=reason, by=by, remark=remark)
        self.keep(ended=Ending(kind=kind, reason=reason, continue_with=continue_with), place=None)

    def close_task(self, to: str, **told: Any) -> None:
        """Close the open task, if there is one, exactly once: from here on the run is passing through its step."""
        place = self.state.place
        if isinstance(place, at.AtTask):
            self.note(What.TASK_CLOSED, to=to, **told)
            self.keep(place=at.Passing(step=place.step, key=place.key, since=place.since))

    def check_ends(self) -> None:
        """End the run when its goal is reached or its exit condition has come true."""
        if self.definition.goal is not None and self._holds(self.definition.goal):
            self.end(EndKind.GOAL, "goal_reached")
        elif self.definition.exit_when is not None and self._holds(self.definition.exit_when):
            self.end(EndKind.EXIT_CONDITION, "exit_condition")

    def branch(self) -> None:
        """Take the first case of the current branch whose condition holds, else its `next`."""
        place = self.state.place
        step = self.definition.steps.get(place.step) if place is not None else None
        if isinstance(step, BranchStep):
            chosen = next((index for index, case in enumerate(step.branch) if self._holds(case.when)), None)
            way = OTHERWISE if chosen is None else f"case_{chosen + 1}"
            self.go(step.next if chosen is None else step.branch[chosen].next, way=way)

    def _arrive(self, step_id: str) -> at.Passing:
        """Count the passage. The place is provisional: the kind of step decides what it becomes."""
        passage = self.state.passages.get(step_id, 0) + 1
        here = at.Passing(step=step_id, key=passage_key(self.state.enrolment, step_id, passage), since=self.now)
        self.keep(passages={**self.state.passages, step_id: passage}, place=here)
        return here

    def _open(self, here: at.Passing, kind: str, due: Length, *, inquiry: str | None = None) -> None:
        ends = self.state.calendar.after(self.now, due)
        self.keep(place=at.AtTask(step=here.step, key=here.key, since=here.since, due=ends))
        self.commands.append(OpenTask.model_validate({"key": here.key, "step": here.step, "kind": kind, "due": ends, "inquiry": inquiry}))

    def _enter_email(self, here: at.Passing, step: EmailStep) -> None:
        if step.email.due is None or self._withdrawn(step):
            self.deliver()
        else:
            self._open(here, "email", step.email.due)

    def _enter_medical(self, here: at.Passing, step: MedicalStep) -> None:
        inquiry = self.state.inquiry
        if inquiry is None:
            self.keep(place=at.Sending(step=here.step, key=here.key, since=here.since, give_up=self.now))
            self.blocked(Reason.NO_INQUIRY)
        else:
            self.keep(inquiry=None)
            self._open(here, "medical", step.medical.due, inquiry=inquiry)

    def _enter_wait(self, here: at.Passing, step: WaitStep) -> None:
        length = step.wait.time or step.wait.up_to
        if length is None:
            self.end(EndKind.FAULT, "wait_without_deadline")
            return
        touch = self._touch_of(step.wait.of)
        self.keep(place=at.Waiting(step=here.step, key=here.key, since=here.since, until=self.state.calendar.after(self.now, length), touch=touch))
        self.heard_already()

    def heard_already(self) -> None:
        """Move on from a wait when what it waits for has been heard, before or since; the first in the author's order counts.

        What this step has moved on for before does not count again, so that a loop is not spun by one old click.
        """
        place = self.state.place
        step = self.definition.steps.get(place.step) if isinstance(place, at.Waiting) else None
        if isinstance(place, at.Waiting) and isinstance(step, WaitStep):
            heard = self.state.heard.get(place.touch or "", ())
            answered = self.state.answered.get(place.step, ())
            way = next((event for event in step.wait.for_ if event in heard and f"{place.touch} {event}" not in answered), None)
            if way is not None:
                self.keep(answered={**self.state.answered, place.step: (*answered, f"{place.touch} {way}")})
                self.leave(way)

    def _enter_branch(self, here: at.Passing, step: BranchStep) -> None:
        names = sorted({leaf.fact for case in step.branch for leaf in leaves(case.when) if hasattr(leaf, "fact")})
        if names:
            self.commands.append(AskFacts(key=here.key, names=tuple(names)))
        else:
            self.branch()

    def _enter_exit(self, step: ExitStep) -> None:
        persona = self.state.facts.get("persona")
        hand_over = step.exit.continue_with is not None and isinstance(persona, str)
        self.end(EndKind.FINISHED, step.exit.reason, continue_with=str(persona) if hand_over else None)

    def _hold(self, place: at.Sending, reason: Reason, until: datetime | None) -> None:
        retry = max(until or self.now + LOOK_AGAIN, self.now)
        self.keep(place=at.Held(**place.model_dump(exclude={"is_"}), reason=reason, retry=retry))
        self.note(What.HELD, reason=reason, until=retry)

    def _suffer(self, fate: str, reason: Reason) -> None:
        place = self.state.place
        if fate == Fate.EXIT:
            self.end(EndKind.BLOCKED, reason)
        elif fate != Fate.SKIP:
            self.go(fate, way="blocked", because=reason)
        elif place is not None:
            medical = isinstance(self.definition.steps.get(place.step), MedicalStep)
            self.leave(WITHDRAWN if medical else SENT, because=reason)

    def _touch_of(self, step_id: str | None) -> str | None:
        if step_id is None:
            return self.state.latest_touch
        passage = self.state.passages.get(step_id)
        return None if passage is None else passage_key(self.state.enrolment, step_id, passage)

    def _withdrawn(self, step: EmailStep) -> bool:
        """Whether the HCP withdrew e-mail, as far as this run was told. A colleague's consent is the gate's question alone."""
        return self.definition.purpose is Purpose.PROMOTIONAL and step.email.to == "hcp" and "email" in self.state.withdrawn

    def _holds(self, condition: Any) -> bool:
        return holds(condition, self.state.facts, self.state.outcomes)


def path(step: Any, way: str) -> str | None:
    """The step that a way leads to. A skipped task without a path of its own goes where an overdue one goes."""
    named: dict[str, str] = {OTHERWISE: step.next} if isinstance(step, BranchStep) else getattr(step, "next", {})
    wider = OVERDUE if way == SKIPPED else way
    return named.get(way) or named.get(wider) or named.get(OTHERWISE)


def _fate(step: Any, reason: Reason, *, deferred: bool) -> str:
    """What `blocked` says of a reason: its own entry, the wider reason's, then `otherwise`; where it is silent, the touch waits.

    A deferral ends by itself, so it waits unless its own reason is named. What was held too long, and a hand-off without a
    question, cannot wait any more: they are skipped unless `blocked` names a step or `exit`.
    """
    said: dict[str, str] = getattr(step, "blocked", {})
    if deferred:
        return said.get(reason, Fate.WAIT)
    spent = reason is Reason.HELD_TOO_LONG
    wider = None if spent else said.get(FALLS_UNDER.get(reason, reason)) or said.get(OTHERWISE)
    fate = said.get(reason) or wider or Fate.WAIT
    return Fate.SKIP if fate == Fate.WAIT and (spent or isinstance(step, MedicalStep)) else fate
