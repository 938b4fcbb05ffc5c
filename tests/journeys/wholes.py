"""Hypothesis strategies for whole journeys: every kind of step, lines within lines, and loops that `at_most` bounds.

A journey is drawn as a chain of steps, each with a way to the next; other ways lead anywhere on the same line. Every step but an exit may
be entered a few times at most and is then passed by towards the end of its chain, so that no loop goes on for ever.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, assert_never

from hypothesis import strategies as st

from journeys import events as on
from journeys import state as at
from journeys.acceptance import outcomes
from journeys.conductor import alarm, due_at
from journeys.definitions import Definition, Heard, InviteStep, JourneyStep, RequestStep, VisitStep
from journeys.reasons import Reason
from tests.journeys.playing import (
    Run,
    a_branch,
    a_journey,
    a_medical,
    a_message,
    a_notice,
    a_parallel,
    a_rep_email,
    a_request,
    a_split,
    a_sub_journey,
    a_visit,
    a_wait,
    a_wait_with,
    an_email,
    an_escalation,
    an_invitation,
    an_update,
)

Draw = Callable[[st.SearchStrategy[Any]], Any]

KINDS = (
    "visit",
    "rep-email",
    "email",
    "message",
    "invite",
    "medical",
    "escalate",
    "pause",
    "until",
    "local",
    "when",
    "event",
    "heard",
    "branch",
    "split",
    "parallel",
    "journey",
    "update",
    "notify",
    "request",
)
PAUSING = ("visit", "pause")
"""Who jumps back comes to one of these, so that no loop spins."""

WAYS: dict[str, tuple[str, ...]] = {
    "rep-email": ("sent", "overdue"),
    "email": ("sent",),
    "message": ("sent",),
    "invite": ("attended", "missed", "declined", "no_answer", "too_late", "missing"),
    "medical": ("answered", "withdrawn", "overdue"),
    "escalate": ("handled", "overdue"),
    "pause": ("timeout",),
    "until": ("timeout", "past", "missing"),
    "local": ("timeout",),
    "when": ("met", "timeout"),
    "event": ("happened", "timeout"),
    "heard": ("clicked", "timeout"),
    "split": ("one", "two"),
    "parallel": ("joined",),
    "journey": ("finished", "goal", "ended", "not_started", "timeout"),
    "update": ("done",),
    "notify": ("done",),
    "request": ("yes", "no", "failed", "timeout"),
}

STARTS: tuple[Any, ...] = ("2026-03-20T17:00:00+01:00", {"fact": "congress_attended_on", "plus": "3 days"})
OPENINGS = ({"at": "09:07"}, {"on": ["thu"], "at": "05:07"}, {"between": ["21:07", "06:07"]})
"""At no half hour, when people of a rehearsal act: of two things at one instant a real server sees one first, and nobody can say which."""


class Sketch:
    """Draws the steps of one journey, chain by chain."""

    kinds: tuple[str, ...] = KINDS

    def __init__(self, draw: Draw) -> None:
        self.draw = draw
        self.steps: dict[str, Any] = {}

    def chain(self, prefix: str, end: str, *, most: int, depth: int, least: int = 1, first: str | None = None) -> str:
        """Draw a chain of steps that comes to `end`, and return the name of the first, which is of the kind `first` where that is given."""
        kinds = [first] if first is not None else []
        kinds += self.draw(st.lists(st.sampled_from(self.drawn(depth)), min_size=least, max_size=most))
        names = [f"{prefix}{kind}-{index}" for index, kind in enumerate(kinds)]
        for index, (kind, name) in enumerate(zip(kinds, names, strict=True)):
            onward = [*names, end][index + 1]
            self.steps[name] = self.step(kind, name, onward, names, end, depth)
        return names[0]

    def drawn(self, depth: int) -> list[str]:
        """What a chain is drawn from. A `parallel` is drawn often, for it is among the lines that turns are taken."""
        return [*self.kinds, *["parallel"] * 6] if depth else [kind for kind in self.kinds if kind != "parallel"]

    def step(self, kind: str, name: str, onward: str, line: list[str], end: str, depth: int) -> dict[str, Any]:
        anywhere = st.sampled_from([onward, end, *(step for step in line if step.rpartition("-")[0].endswith(PAUSING))])
        if kind == "branch":
            # Its only other way is `next`, so it leads on, and so does every case: a loop needs a step that can be exhausted.
            return a_branch(onward, ({"fact": "decile", "is": 1}, onward), ({"fact": "adoption_stage", "at_least": "user"}, end))
        ways = self.draw(st.lists(st.sampled_from(("interested", "neutral")), min_size=1, unique=True)) if kind == "visit" else []
        named = [*WAYS.get(kind, ()), *ways, *(["overdue"] if kind == "visit" else [])]
        to = {"otherwise": onward, "exhausted": onward, **{way: self.draw(anywhere) for way in named if self.draw(st.booleans())}}
        if "missing" in named:
            to["missing"] = end
        made = self.made(kind, name, to, tuple(ways), line, depth)
        return {**made, "at_most": self.draw(st.integers(1, 3))}

    def made(self, kind: str, name: str, to: dict[str, str], ways: tuple[str, ...], line: list[str], depth: int) -> dict[str, Any]:
        if kind == "visit":
            return a_visit(to, outcomes=ways, due=self.length(), offers=tuple(self.draw(st.lists(st.sampled_from(line), max_size=1))))
        if kind == "parallel":
            branches = ("left", "right", "middle")[: self.draw(st.integers(2, 3))]
            firsts = {branch: self.chain(f"{name}-{branch}-", "join", most=2, depth=depth - 1) for branch in branches}
            return a_parallel(to, join=self.draw(st.sampled_from(["all", "any"])), **firsts)
        blocked = self.blocked(to["otherwise"])
        makers: dict[str, Callable[[], dict[str, Any]]] = {
            "rep-email": lambda: a_rep_email(to, due=self.length(), **self.fallen(blocked)),
            "email": lambda: an_email(to, **self.fallen(blocked)),
            "message": lambda: a_message(to, blocked=blocked),
            "invite": lambda: an_invitation(to, starts=self.draw(st.sampled_from(STARTS))),
            "medical": lambda: a_medical(to, blocked={"no_inquiry": to["otherwise"]}),
            "escalate": lambda: an_escalation(to, name),
            "pause": lambda: a_wait_with(to, time=self.length()),
            "until": lambda: a_wait_with(to, until={"fact": "congress_attended_on", "minus": self.length()}),
            "local": lambda: a_wait_with(to, local=self.draw(st.sampled_from(OPENINGS))),
            "when": lambda: a_wait_with(to, when={"fact": "decile", "at_least": 2}, up_to=self.length()),
            "event": lambda: a_wait_with(to, event="product_page_viewed", up_to=self.length()),
            "heard": lambda: a_wait(to, "clicked", up_to=self.length()),
            "split": lambda: a_split(to, one=self.draw(st.integers(1, 3)), two=self.draw(st.integers(0, 3))),
            "journey": lambda: a_sub_journey(to, up_to=self.length()),
            "update": lambda: an_update(to),
            "notify": lambda: a_notice(to),
            "request": lambda: a_request(to, up_to=self.length()),
        }
        return makers[kind]()

    def length(self) -> str:
        length: str = self.draw(st.sampled_from(["2 hours", "3 days", "2 business days"]))
        return length

    def fallen(self, blocked: dict[str, str]) -> dict[str, Any]:
        """What is said of a blocked letter: in some, that it goes by text message instead."""
        if not self.draw(st.booleans()):
            return {"blocked": blocked}
        return {"blocked": {**blocked, "no_consent": "fall_back"}, "instead": ({"channel": "sms", "content": "hf-sms@1"},)}

    def blocked(self, onward: str) -> dict[str, str]:
        fates = st.sampled_from(["wait", "skip", "exit", onward])
        drawn: dict[str, str] = self.draw(st.dictionaries(st.sampled_from(["no_consent", "weekly_cap", "held_too_long", "otherwise"]), fates, max_size=2))
        return drawn


@st.composite
def wholes(draw: Draw) -> Definition:
    """A whole journey, with or without a horizon."""
    sketch = Sketch(draw)
    first = sketch.chain("", "bye", most=5, depth=2)
    horizon = draw(st.sampled_from([None, None, "60 days"]))
    return a_journey(sketch.steps, start=first, **({"horizon": horizon} if horizon else {}))


def turns(run: Run) -> list[on.Event]:
    """Everything that could happen next to a run: at any of its places, and to the run as a whole. Never empty before its end. While an
    effect is under way the shell hears its answer alone."""
    under_way = [place for place in run.state.places if isinstance(place, at.Sending | at.Passing)]
    if under_way:
        return _at(run, under_way[0])
    happenings: list[on.Event] = [happening for place in run.state.places for happening in _at(run, place)]
    if not run.state.pauses:
        happenings.append(on.Paused(id=run.fresh, pause="recall"))
    else:
        happenings.extend(on.Resumed(id=run.fresh, pause="recall", catch_up=catch_up) for catch_up in on.CatchUp)
    if alarm(run.state) is not None:
        happenings.append(on.Alarm())
    happenings.append(on.Happened(id=run.fresh, event="product_page_viewed"))
    happenings.append(on.FactsChanged(id=run.fresh, facts={"decile": 2}))
    return happenings


def _at(run: Run, place: at.Place) -> list[on.Event]:
    step: Any = run.definition.steps[place.step]
    match place:
        case at.AtTask():
            channel = next(iter(step.visit.channels)) if isinstance(step, VisitStep) else None
            base: dict[str, Any] = {"id": run.fresh, "by": "rep", "task": place.key}
            done = [on.Complete(**base, outcome=outcome, channel=channel, inquiry="question") for outcome in outcomes(step)]
            return [*done, on.Skip(**base, reason="on_leave")]
        case at.Sending():
            told: list[dict[str, Any]] = [
                {"result": "sent"},
                {"result": "unknown"},
                {"result": "refused", "reason": Reason.NO_CONSENT},
                {"result": "deferred", "reason": Reason.WEEKLY_CAP, "until": run.now + timedelta(days=2)},
            ]
            return [on.Settled(key=place.key, **each) for each in told]
        case at.Passing():
            return _answers(place, step)
        case at.Waiting():
            return _heard(run, place, step)
        case at.Held() | at.Ready() | at.Joining():
            return []
        case _ as never:
            assert_never(never)


def _answers(place: at.Passing, step: Any) -> list[on.Event]:
    if isinstance(step, JourneyStep):
        return [on.JourneyBegun(key=place.key), on.JourneyBegun(key=place.key, refused="not_eligible")]
    if isinstance(step, RequestStep):
        later = {"result": "again", "retry": place.since + timedelta(hours=1)}
        results: tuple[dict[str, Any], ...] = ({"result": "accepted"}, {"result": "answered", "answer": "yes"}, {"result": "failed"}, later)
        return [on.Called(key=place.key, **result) for result in results]
    dates = (None, "2026-03-25", "2026-02-01")
    return [on.FactsLoaded(key=place.key, facts={"decile": decile, "congress_attended_on": date}) for decile in (1, 2) for date in dates]


def _heard(run: Run, place: at.Waiting, step: Any) -> list[on.Event]:
    if isinstance(step, JourneyStep):
        return [on.JourneyEnded(id=run.fresh, key=place.key, way="finished")]
    if isinstance(step, RequestStep):
        return [on.RequestAnswered(id=run.fresh, key=place.key, answer="no")]
    if isinstance(step, InviteStep):
        return [on.TouchHeard(id=run.fresh, touch=place.key, heard=heard) for heard in (Heard.ACCEPTED, Heard.DECLINED, Heard.ATTENDED)]
    return [on.TouchHeard(id=run.fresh, touch=place.touch, heard=Heard.CLICKED)] if place.touch else []


def happen(run: Run, pick: int) -> None:
    """Let one of the possible things happen; an alarm at its time, anything else a little later."""
    events = turns(run)
    chosen = events[pick % len(events)]
    due = alarm(run.state)
    if isinstance(chosen, on.Alarm) and due is not None:
        run.take(chosen, later=max(due - run.now, timedelta()))
    else:
        run.take(chosen, later=timedelta(minutes=pick % 90))


def play_out(run: Run, *, at_most: int) -> int:
    """Go on until the run ends, by what is under way first, then by waking it; returns the number of turns, `at_most` at the longest."""
    for turn in range(at_most):
        if run.state.ended is not None:
            return turn
        if run.state.pauses:
            run.take(on.Resumed(id=run.fresh, pause="recall", catch_up=on.CatchUp.SHIFT))
            continue
        under_way = [place for place in run.state.places if isinstance(place, at.Sending | at.Passing)]
        if under_way:
            run.take(_at(run, under_way[0])[0])
        else:
            run.wake()
    return at_most


def waker(run: Run) -> bool:
    """Whether something will move the run on: an effect under way, a time, or the lifting of a pause."""
    state = run.state
    if state.ended is not None or state.pauses or any(isinstance(place, at.Sending | at.Passing) for place in state.places):
        return True
    return all(due_at(place) is not None or isinstance(place, at.Joining) for place in state.places) and alarm(state) is not None
