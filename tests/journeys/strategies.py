"""Hypothesis strategies: journeys that the linter would pass, journeys broken on purpose, and whole runs with sensible and senseless events.

A journey is drawn as a chain of blocks, each with a way to the next, so that every step is reachable and an exit can be reached from all.
Any other way may lead anywhere that keeps a real pause, a visit or a length of time, in every cycle; these are bounded.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from journeys import events as on
from journeys import state as at
from journeys.acceptance import outcomes
from journeys.conditions import Value
from journeys.conductor import alarm
from journeys.definitions import Definition, Heard, SendStep, VisitStep
from journeys.reasons import Reason
from tests.journeys.playing import Run, a_branch, a_journey, a_medical, a_rep_email, a_visit, a_wait, an_email

KINDS = ("visit", "rep-email", "email", "medical", "pause", "branch")
HUMAN = ("visit",)
PAUSING = ("visit", "pause")
FATES = ("wait", "skip", "exit")
NAMED_REASONS = ("no_consent", "content_not_approved", "weekly_cap", "held_too_long", "otherwise")
DUES = ("2 hours", "3 days", "2 business days")
HANDOVER = {"exit": {"reason": "persona_corrected", "continue_with": "persona_strategy"}}

Draw = Callable[[st.SearchStrategy[Any]], Any]


class _Sketch:
    """Draws one block of the chain at a time. `onward` is where its main way leads.

    Its other ways lead `elsewhere`; an offer may be anything `reportable`, a hand-off to medical included, which only a human may cause.
    """

    def __init__(self, draw: Draw, kinds: list[str], *, fair: bool) -> None:
        self.draw, self.fair = draw, fair
        self.names = [f"{kind}-{index}" for index, kind in enumerate(kinds)]
        self.kinds = kinds
        self.steps: dict[str, Any] = {}

    def block(self, index: int) -> None:
        kind, name = self.kinds[index], self.names[index]
        onward = [*self.names, "bye"][index + 1]
        allowed = self.names if kind in PAUSING else [*self.names[index + 1 :], *(name for name in self.names if name.startswith(PAUSING))]
        self.reportable = st.sampled_from([*allowed, "bye"])
        self.elsewhere = st.sampled_from([*(name for name in allowed if not name.startswith("medical")), "bye"])
        match kind:
            case "visit":
                reported = ("interested", "neutral", "no_access")[: self.draw(st.integers(1, 3))]
                self.steps[name] = a_visit(
                    self.paths(onward, *reported, "overdue", "skipped"), outcomes=reported, due=self.pick(DUES), offers=self.offers("handover")
                )
            case "rep-email":
                to = self.paths(onward, "sent", "overdue", "skipped")
                self.steps[name] = a_rep_email(to, offers=self.offers(), blocked=self.blocked(), due=self.pick(DUES), hold_up_to=self.hold())
            case "email":
                self.email(name, onward)
            case "medical":
                to = {**self.paths(onward, "answered", "overdue"), "withdrawn": onward}
                self.steps[name] = a_medical(to, offers=self.offers())
            case "pause":
                self.steps[name] = a_wait(onward, up_to=self.pick(DUES))
            case _:
                self.branch(name, onward)

    def bound(self) -> None:
        """Every loop holds a real pause, so it is enough to bound these."""
        for name, step in self.steps.items():
            if name.startswith(PAUSING):
                named = step["next"] if isinstance(step["next"], dict) else {"otherwise": step["next"]}
                self.steps[name] = {**step, "at_most": self.draw(st.integers(2, 4)), "next": {**named, "exhausted": "bye"}}

    def email(self, name: str, onward: str) -> None:
        """An automatic e-mail, perhaps with a wait for what becomes of it. A fair wait asks of this very e-mail, so that it starts anew each time."""
        to, blocked = self.pick(("hcp", "nurse")), self.blocked()
        heard = self.draw(st.lists(st.sampled_from(["opened", "clicked", "replied"]), unique=True, max_size=2))
        reading = f"reading-{name}"
        self.steps[name] = an_email(reading if heard else onward, to=to, blocked=blocked, hold_up_to=self.hold())
        if heard:
            of = name if self.fair or self.draw(st.booleans()) else None
            self.steps[reading] = a_wait({**self.paths(onward, *heard), "timeout": onward}, *heard, up_to=self.pick(DUES), of=of)

    def branch(self, name: str, onward: str) -> None:
        cases: list[tuple[dict[str, Any], str]] = [
            ({"fact": "decile", "is": case + 1}, self.draw(self.elsewhere)) for case in range(self.draw(st.integers(1, 2)))
        ]
        if not self.fair and self.kinds[0] == "visit" and self.draw(st.booleans()):
            cases = [({"outcome": self.names[0], "is": "interested"}, self.draw(self.elsewhere)), *cases[: self.draw(st.integers(0, 1))]]
        self.steps[name] = a_branch(onward, *cases)

    def paths(self, onward: str, main: str, *others: str) -> dict[str, str]:
        """The main way leads onward; each other way has a path of its own or follows `otherwise`."""
        named = {way: self.draw(self.elsewhere) for way in others if self.draw(st.booleans())}
        return {main: onward, **named, "otherwise": self.draw(self.elsewhere)}

    def blocked(self) -> dict[str, str]:
        named: list[str] = self.draw(st.lists(st.sampled_from(NAMED_REASONS), unique=True, max_size=2))
        return {reason: self.draw(st.sampled_from(FATES) | self.elsewhere) for reason in named}

    def offers(self, *more: str) -> tuple[str, ...]:
        """Steps to choose instead; a fair journey is one of its own persona, so that it offers no hand-over."""
        some = self.reportable if self.fair else self.reportable | st.sampled_from(["bye", *more])
        return tuple(self.draw(st.lists(some, unique=True, max_size=2)))

    def hold(self) -> str:
        return "14 days" if self.fair else self.pick(("14 days", "6 hours"))

    def pick(self, among: tuple[str, ...]) -> str:
        chosen: str = self.draw(st.sampled_from(among))
        return chosen


@st.composite
def definitions(draw: Draw, *, fair: bool = False, most: int = 5) -> Definition:
    """A lint-clean journey of up to `most` blocks.

    A fair one leaves every choice to people, channels, facts and time: it has no goal, no exit condition, no branch on what happened
    earlier, and no wait that may hear of an old touch.
    """
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=most))
    # Only what a human reports may come to medical, so that a hand-off follows a visit; anywhere else a visit takes its place.
    kinds = ["visit" if kind == "medical" and before not in HUMAN else kind for before, kind in zip(["", *kinds], kinds, strict=False)]
    sketch = _Sketch(draw, kinds, fair=fair)
    for index in range(len(kinds)):
        sketch.block(index)
    sketch.bound()
    if fair:
        return a_journey(sketch.steps)
    ends = {"goal": {"fact": "adoption_stage", "at_least": "advocate"}, "exit_when": {"fact": "tier", "is": "D"}}
    purpose = draw(st.sampled_from(["promotional", "promotional", "transactional"]))
    offered = any("handover" in step.get("offers", ()) for step in sketch.steps.values())
    handover = HANDOVER if purpose == "promotional" else {"exit": {"reason": "persona_corrected"}}
    return a_journey({**sketch.steps, **({"handover": handover} if offered else {})}, purpose=purpose, **ends)


@st.composite
def broken_definitions(draw: Draw) -> Definition:
    """A journey that no linter has seen: some steps are gone while others still lead there, some waits never end, some ways lead nowhere."""
    whole: Definition = draw(definitions())
    gone = draw(st.sets(st.sampled_from(list(whole.steps)), max_size=2))
    pathless = draw(st.sets(st.sampled_from(list(whole.steps)), max_size=2))
    steps = {name: _bereft(step) if name in pathless else step for name, step in whole.steps.items() if name not in gone}
    return whole.model_copy(update={"steps": steps, "start": whole.first})


def _bereft(step: Any) -> Any:
    if hasattr(step, "wait"):
        return step.model_copy(update={"wait": step.wait.model_copy(update={"up_to": None, "time": None})})
    return step.model_copy(update={"next": {}}) if isinstance(getattr(step, "next", None), dict) else step


NUDGES = (
    *("human",) * 4,
    *("answer",) * 4,
    *("alarm",) * 2,
    *("heard", "facts", "withdraw", "give", "recall", "nonsense", "early", "repeat", "stray"),
    *("object", "leave"),
)


@st.composite
def runs(draw: Draw, journeys: st.SearchStrategy[Definition] | None = None, *, most: int = 25) -> Run:
    """A run with up to `most` events: what people, channels and time would do, mixed with what makes no sense and what comes from the past."""
    withdrawn = draw(st.sampled_from([(), (), ("email",)]))
    run = Run(draw(journeys if journeys is not None else definitions()), withdrawn=withdrawn, facts={"adoption_stage": "aware", "tier": "B"})
    nudges = draw(st.lists(st.tuples(st.sampled_from(NUDGES), st.integers(0, 60), st.integers(-90, 6000)), min_size=most // 4, max_size=most))
    for kind, pick, minutes in nudges:
        nudge(run, kind, pick, minutes)
    return run


def nudge(run: Run, kind: str, pick: int, minutes: int) -> None:
    """Make one event of a kind happen; `pick` chooses among the possible ones, `minutes` is how much later (or earlier) it comes."""
    later = timedelta(minutes=minutes)
    due = alarm(run.state)
    if kind == "alarm" and due is not None:
        later = max(due - run.now, timedelta())
    if kind == "human":
        later = abs(later)
    run.take(event(run, kind, pick), later=later)


def event(run: Run, kind: str, pick: int) -> on.Event:
    """An event of this kind, as this run could meet it; an alarm for every kind that has no choice."""
    choices: dict[str, list[on.Event]] = {
        "human": [*commands(run)],
        "answer": [answer(run, pick)],
        "heard": [on.TouchHeard(id=run.fresh, touch=touch, heard=heard) for touch in (*run.state.heard, "run.nowhere.1") for heard in Heard],
        "facts": [on.FactsChanged(id=run.fresh, facts=_facts(pick))],
        "withdraw": [on.ConsentWithdrawn(id=run.fresh, channel=channel) for channel in ("email", "phone")],
        "give": [on.ConsentGiven(id=run.fresh, channel=channel) for channel in ("email", "phone")],
        "recall": [on.ContentRecalled(id=run.fresh, content=step.sending.content) for step in run.definition.steps.values() if isinstance(step, SendStep)],
        "object": [on.Objected(id=run.fresh)],
        "leave": [on.Leave(id=run.fresh, by="rep", reason="moved_away")],
        "repeat": [moment.event for moment in run.moments],
        "nonsense": nonsense(run),
        "stray": [on.Settled(key="run.gone.1", result="sent"), on.FactsLoaded(key="run.gone.1", facts=_facts(pick))],
    }
    among = choices.get(kind) or [answer(run, pick) if kind == "human" else on.Alarm()]
    return among[pick % len(among)]


def commands(run: Run) -> list[on.Complete | on.Skip | on.Snooze | on.Reassign | on.Choose]:
    """What a person with the open task could ask, always with a recorded question at hand. Empty where no task is open."""
    place = run.state.place
    step = run.definition.steps.get(place.step) if isinstance(place, at.AtTask) else None
    if step is None:
        return []
    base: dict[str, Any] = {"id": run.fresh, "by": "rep", "task": run.key}
    channel = next(iter(step.visit.channels)) if isinstance(step, VisitStep) else None
    offers = getattr(step, "offers", ())
    done = [
        on.Complete(**base, outcome=outcome, channel=channel, inquiry="question-1", chosen=chosen, persona=persona)
        for outcome in outcomes(step)
        for chosen in (None, *offers)
        for persona in (None, "traditional")
    ]
    chosen = [on.Choose(**base, offer=offer, inquiry="question-1") for offer in offers]
    return [*done, *chosen, on.Skip(**base, reason="on_leave"), on.Reassign(**base, to="colleague"), on.Snooze(**base, until=run.now + timedelta(days=4))]


def nonsense(run: Run) -> list[on.Event]:
    """Commands that no screen would let through, for the open task and for tasks that are not."""
    base: dict[str, Any] = {"id": run.fresh, "by": "rep"}
    return [
        on.Complete(**base, task=run.key, outcome="unheard_of"),
        on.Complete(**base, task="run.nowhere.1", outcome="interested"),
        on.Complete(**base, task=run.key, outcome="interested", chosen="nowhere"),
        on.Complete(**base, task=run.key, outcome="sent", channel="pigeon"),
        on.Choose(**base, task=run.key, offer="nowhere"),
        on.Snooze(**base, task=run.key, until=run.now - timedelta(days=9)),
        on.Skip(**base, task="", reason=""),
        on.FactsChanged(id=run.fresh, facts={"persona": None, "decile": "many", "unheard_of": True}),
        on.Settled(key=run.key, result="deferred"),
        on.Settled(key=run.key, result="refused"),
        on.Settled(key=run.key, result="deferred", reason=Reason.WEEKLY_CAP, until=run.now - timedelta(days=9)),
    ]


def answer(run: Run, pick: int) -> on.Event:
    """What the effect under way could answer; where none is, an answer that comes unasked."""
    if pick % 3 == 0 or isinstance(run.state.place, at.Passing):
        return on.FactsLoaded(key=run.key, facts=_facts(pick))
    match pick % 5:
        case 0:
            return on.Settled(key=run.key, result="deferred", reason=Reason.WEEKLY_CAP, until=run.now + timedelta(days=pick))
        case 1:
            return on.Settled(key=run.key, result="refused", reason=list(Reason)[pick % len(Reason)])
        case 2:
            return on.Settled(key=run.key, result="unknown")
        case _:
            return on.Settled(key=run.key, result="sent")


def _facts(pick: int) -> dict[str, Value | None]:
    return {
        "decile": pick % 4,
        "persona": ("pioneer", "traditional", None)[pick % 3],
        "adoption_stage": "advocate" if pick % 29 == 28 else "aware",
        "tier": "D" if pick % 31 == 30 else "B",
        "decoy": pick,
    }
