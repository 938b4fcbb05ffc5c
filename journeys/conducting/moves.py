"""One advance in the making: where each line of the run stands, what is noted and asked for, how a step is left, and how the run ends.

A `Move` works on a copy of the state it was given and collects the commands. It plays one line at a time, `line`; what a kind of step
does when it is entered is told in the modules beside this one.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from journeys import state as at
from journeys.commands import Act, Command, Effect, Note, StopJourney, What
from journeys.conditions import Condition, Facts, holds
from journeys.conducting import lines, steps, waits
from journeys.definitions import EXHAUSTED, JOIN, Definition, ExitStep, JourneyStep, MedicalStep, Step, path
from journeys.shapes import made
from journeys.state import MAIN, Ending, EndKind, Place, State, passage_key, settled

HOPS = 100
"""More steps than this, and more than twice those of the definition, in one advance is a loop in which nothing pauses; the linter refuses
it, and the run ends rather than spin."""


class Move:
    """The working hand of one advance. Every method leaves the line parked, moving on, or ended."""

    def __init__(self, definition: Definition, state: State, now: datetime) -> None:
        self.definition = definition
        self.state = state.model_copy()
        self._known = vars(self.state)  # attributes of pydantic's models are slow to read, and these are read all the time
        self._steps = definition.steps
        self.now = now
        self.line = MAIN
        self.late = False
        self.commands: list[Command] = []
        self.asked = False
        self.as_first = state.interpreter == 1
        """Whether the run is played as the first interpreter played it."""
        self._news = False
        self._hops = 0

    def turn_to(self, definition: Definition, state: State) -> None:
        """Play on by another version of the journey, with what the run remembers told in the names of that version."""
        self.definition, self._steps = definition, definition.steps
        self._known.update(vars(state))

    @property
    def place(self) -> Place | None:
        """Where the line in play stands."""
        line = self.line
        place: Place
        for place in self._known["places"]:
            if place.line == line:
                return place
        return None

    @property
    def step(self) -> Step | None:
        """The step at which the line in play stands."""
        place = self.place
        return None if place is None else self._steps.get(place.step)

    def keep(self, **changes: Any) -> None:
        """Change the working copy: its values are replaced, never altered, so the state that was given stays as it is."""
        self._known.update(changes)

    def park(self, place: Place) -> None:
        """The line of that place stands there now."""
        places = self._known["places"]
        if len(places) == 1 and places[0].line == place.line:
            self._known["places"] = (place,)
            return
        known = any(other.line == place.line for other in places)
        self._known["places"] = tuple(place if other.line == place.line else other for other in places) if known else (*places, place)

    def note(self, what: What, **told: Any) -> None:
        place = self.place
        if place is None:
            told["what"] = what
        else:
            here = vars(place)
            told = {"what": what, "step": here["step"], "key": here["key"], **told}
        self.commands.append(made(Note, told))

    def ask(self, effect: Effect) -> None:
        """Ask for an effect: the only one of this advance. Whatever would be entered after it waits for its turn."""
        self.commands.append(effect)
        self.asked = True

    def do(self, act: Act) -> None:
        """Have something done as the advance is written down."""
        self.commands.append(act)

    def enter(self, step_id: str, *, again: bool = False, inquiry: str | None = None) -> None:
        """Come to the door of a step, or to the one that an exhausted step leads to; `again` is not counted by `at_most`. It is entered
        when it is this line's turn. `inquiry` is the HCP's question with which it comes."""
        while True:
            self._hops += 1
            step = self._steps.get(step_id)
            if step is None or (self._hops > HOPS and self._hops > 2 * len(self._steps)):
                self.end(EndKind.FAULT, "unknown_step" if step is None else "loop_without_pause")
                return
            if again or not self._exhausted(step_id, step):
                passages = self._known["passages"]
                self.stand(step_id, inquiry=inquiry)
                self._known["passages"] = {**passages, step_id: passages.get(step_id, 0) + 1}
                return
            to = path(step, EXHAUSTED)
            self.note(What.EXHAUSTED, step=step_id, key=None, to=to)
            if to is None:
                self.end(EndKind.FAULT, "no_path")
                return
            if to == JOIN:
                lines.join(self)
                return
            step_id = to

    def stand(self, step_id: str, *, inquiry: str | None = None) -> None:
        """Stand at the door of a step, under the name of the passage to come."""
        known = self._known
        key = passage_key(known["enrolment"], step_id, known["passages"].get(step_id, 0) + 1)
        self.park(made(at.Ready, {"step": step_id, "key": key, "since": self.now, "line": self.line, "late": self.late, "inquiry": inquiry}))

    def proceed(self) -> None:
        """Let lines that are ready enter their steps, in their order, until one asks for an effect; not while the run is paused, and not
        while an effect is under way."""
        self._spread()
        while not self.asked and (ready := self.state.ready) is not None:
            self.line, self.late = ready.line, ready.late
            steps.enter(self, ready)
            self._spread()

    def leave(self, way: str, *, because: str | None = None, by: str | None = None, remark: str | None = None, inquiry: str | None = None) -> None:
        """Go along a way out of the current step. A way the step does not name follows its wider one, then `otherwise`."""
        step = self.step
        to = path(step, way) if step is not None else None
        if to is None:
            self.end(EndKind.FAULT, "no_path")
        else:
            self.go(to, way=way, because=because, by=by, remark=remark, inquiry=inquiry)

    def go(
        self,
        to: str,
        *,
        way: str,
        because: str | None = None,
        by: str | None = None,
        remark: str | None = None,
        again: bool = False,
        inquiry: str | None = None,
    ) -> None:
        """Move to a step, or to the join of the line, telling why."""
        self.note(What.MOVED, way=way, to=to, reason=because, by=by, remark=remark)
        if to == JOIN:
            lines.join(self)
        else:
            self.enter(to, again=again, inquiry=inquiry)

    def end(self, kind: EndKind, reason: str, *, continue_with: str | None = None, by: str | None = None, remark: str | None = None) -> None:
        """End the run, closing what is open on every line. A run ends once."""
        if self.state.ended is not None:
            return
        for place in self.state.places:
            self.drop(place, reason=reason)
        self.line = MAIN
        self.note(What.ENDED, to=kind, reason=reason, by=by, remark=remark)
        self.keep(ended=Ending(kind=kind, reason=reason, continue_with=continue_with), places=())

    def drop(self, place: Place, *, reason: str) -> None:
        """Take back what a place has under way with others: an open task, a journey that is awaited. A question that was before medical is the
        run's again, for the next hand-off."""
        self.line = place.line
        inquiry = at.inquiry_of(place) if isinstance(self._steps.get(place.step), MedicalStep) else None
        if inquiry is not None:
            self.keep(inquiry=self.state.inquiry or inquiry)
        self.close_task("cancelled", reason=reason)
        if isinstance(place, at.Waiting) and isinstance(self.definition.steps.get(place.step), JourneyStep):
            self.do(StopJourney(key=place.key))

    def close_task(self, to: str, **told: Any) -> None:
        """Close the open task of the line, if there is one, exactly once: from here on the line is passing through its step."""
        place = self.place
        if isinstance(place, at.AtTask):
            self.note(What.TASK_CLOSED, to=to, **told)
            self.park(settled(at.Passing, place))

    def learn(self, *, facts: Facts | None = None, outcomes: Mapping[str, str] | None = None, ends: bool = True) -> None:
        """Something is known now. The run ends where that is its goal or exit condition, unless it is about to end otherwise (`ends`). The line in
        play goes on first; then, before anything else begins, every line that waits is looked at."""
        if facts:
            self.keep(facts={**self.state.facts, **facts})
        if outcomes:
            self.keep(outcomes={**self.state.outcomes, **outcomes})
        # To the first interpreter an outcome alone was no news; nor is one that nothing looks at.
        news = facts is not None or (not self.as_first and not self.definition.awaited_outcomes.isdisjoint(outcomes or ()))
        self._news = news and not self.as_first
        if ends and news:
            self.check_ends()

    def on_every_line(self, look: Callable[["Move"], None]) -> None:
        """Let every line look at something, each as the line in play."""
        line, late = self.line, self.late
        for place in self.state.places:
            if self.state.ended is None and self.state.on(place.line) is place:
                self.line, self.late = place.line, False
                look(self)
        self.line, self.late = line, late

    def look_around(self) -> None:
        """Let every line that waits see whether it has what it waits for."""
        self._news = False
        self.on_every_line(waits.look)

    def _spread(self) -> None:
        if self._news:
            self.look_around()

    def check_ends(self) -> None:
        """End the run when its goal is reached or its exit condition has come true."""
        definition = self.definition
        if definition.goal is not None and self.holds(definition.goal):
            self.end(EndKind.GOAL, "goal_reached")
        elif definition.exit_when is not None and self.holds(definition.exit_when):
            self.end(EndKind.EXIT_CONDITION, "exit_condition")

    def holds(self, condition: Condition) -> bool:
        return holds(condition, self.state.facts, self.state.outcomes)

    def _exhausted(self, step_id: str, step: Step) -> bool:
        at_most = None if isinstance(step, ExitStep) else step.at_most
        return at_most is not None and self._known["passages"].get(step_id, 0) >= at_most
