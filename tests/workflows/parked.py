"""Runs that are parked in every kind of step, and every kind of edit that an author may make to the step at which they stand."""

from collections.abc import Awaitable, Callable
from copy import deepcopy
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from journeys.commands import What
from journeys.definitions import Definition, Heard, kind_of
from journeys.policy import Verdict
from journeys.reasons import Reason
from tests.builders import a_journey, a_medical_step, a_pause, a_rep_email, a_visit, a_wait, an_email, an_exit
from tests.workflows.stages import Played, Stage, eventually

HERE, ELSEWHERE, AFTER = "here", "elsewhere", "after"
LONG, LONGER, SHORT = "20 days", "40 days", "1 hour"
Steps = dict[str, Any]
DUE = {"due": LONG}
SO_LONG = {"up_to": LONG}


async def _at_once(_: Played) -> None:
    """The run parks by itself."""


@dataclass(frozen=True)
class Parked:
    """A run that stands at the step `here`. `before` leads there, `bring` is what people do until then; `doing` is what the run does there."""

    name: str
    here: Steps
    doing: str = "waiting"
    before: Callable[[Steps], Steps] = dict
    bring: Callable[[Played], Awaitable[None]] = _at_once
    verdict: Verdict | None = None
    lengths: bool = True
    """Whether the step has a length of time that an author may change."""

    def steps(self) -> Steps:
        tail = {AFTER: an_email(next="done"), "done": an_exit()}
        return {**self.before({}), HERE: deepcopy(self.here), **tail}

    def definition(self, **changes: Any) -> Definition:
        return a_journey(**{"steps": self.steps(), **changes})

    async def park(self, stage: Stage) -> Played:
        """Start the run, and return it when it stands there."""
        if self.verdict is not None:
            stage.ledger.shut[HERE] = self.verdict
        run = await stage.play(
            self.definition(), facts={"congress_attended_on": (await stage.now() + timedelta(days=60)).isoformat(), "adoption_stage": "aware"}
        )
        await self.bring(run)
        await run.at(HERE, self.doing)
        return run


async def _ask(run: Played) -> None:
    await run.complete("first", "interested", inquiry="question-1")


async def _accept(run: Played) -> None:
    await run.at(HERE, "waiting")
    await run.hear(HERE, Heard.ACCEPTED)
    await eventually(lambda: bool(run.told(What.HEARD)), lambda: f"the answer: {run.seen}")


async def _begin_the_other_line(run: Played) -> None:
    await run.at("side", "waiting")


def _first_visit(_: Steps) -> Steps:
    return {"first": a_visit(next=HERE, visit=DUE)}


def _mail_first(_: Steps) -> Steps:
    return {"mail": an_email(next=HERE)}


def _in_a_line(_: Steps) -> Steps:
    both = {"parallel": {"branches": {"rep": HERE, "time": "side"}}, "next": AFTER}
    return {"both": both, "side": a_pause("90 days", next="join")}


NO = Verdict(verdict="refused", reason=Reason.NO_CONSENT)
INVITE = {"occasion": "webinar", "content": "hf-round@1", "starts": {"fact": "congress_attended_on"}, "answer_by": LONG}

PARKED = (
    Parked("visit", a_visit(next=AFTER, visit=DUE), "task"),
    Parked("rep-email", a_rep_email(next=AFTER, email=DUE), "task"),
    Parked("held", an_email(next=AFTER, email={"hold_up_to": LONG}), "held", verdict=NO),
    Parked("medical", a_medical_step(next=AFTER, medical=DUE), "task", _first_visit, _ask),
    Parked("escalate", {"escalate": {"about": HERE, **DUE}, "next": AFTER}, "task"),
    Parked("wait-time", a_pause(LONG, next=AFTER)),
    Parked("wait-until", {"wait": {"until": {"fact": "congress_attended_on"}}, "next": AFTER}, lengths=False),
    Parked("wait-local", {"wait": {"local": {"on": ["thu"], "at": "09:00"}}, "next": AFTER}, lengths=False),
    Parked("wait-heard", a_wait("clicked", next=AFTER, wait=SO_LONG), before=_mail_first),
    Parked("wait-heard-of", a_wait("clicked", next=AFTER, wait={"of": "mail", **SO_LONG}), before=_mail_first),
    Parked("wait-when", {"wait": {"when": {"fact": "adoption_stage", "at_least": "user"}, **SO_LONG}, "next": AFTER}),
    Parked("wait-event", {"wait": {"event": "page_viewed", **SO_LONG}, "next": AFTER}),
    Parked("invite-answer", {"invite": INVITE, "next": AFTER}),
    Parked("invite-attendance", {"invite": INVITE, "next": AFTER}, bring=_accept, lengths=False),
    Parked("journey", {"journey": {"start": "nurse-programme", **SO_LONG}, "next": AFTER}),
    Parked("request", {"request": {"to": "stock", "answers": ["yes", "no"], **SO_LONG}, "next": AFTER}),
    Parked("in-a-line", a_visit(next="join", visit=DUE), "task", _in_a_line, _begin_the_other_line),
)


def added(steps: Steps) -> Steps:
    """New steps before and after, on the way of those who come later."""
    return {**steps, "greeting": a_pause(SHORT, next=next(iter(steps))), "done": an_exit("finished")}


def removed(steps: Steps) -> Steps:
    """The step is gone; one of another kind stands in its place."""
    return {**_called(steps, {HERE: ELSEWHERE}), ELSEWHERE: _of_another_kind(steps[HERE])}


def renamed(steps: Steps) -> Steps:
    """Everything up to the step has another name, and is otherwise the same."""
    return _called(steps, new_names(steps))


def new_names(steps: Steps) -> dict[str, str]:
    """The map that goes with it."""
    return {name: ELSEWHERE if name == HERE else f"new-{name}" for name in steps if name not in (AFTER, "done")}


def reordered(steps: Steps) -> Steps:
    """The same steps, written in another order."""
    return dict(reversed(steps.items()))


def rewired(steps: Steps) -> Steps:
    """The step leads elsewhere, and from there on."""
    return {**steps, HERE: {**steps[HERE], "next": ELSEWHERE}, ELSEWHERE: a_pause("2 days", next=steps[HERE]["next"])}


def of_other_content(steps: Steps) -> Steps:
    """Every letter is another one."""
    return _inside(steps, list(steps), "content", "hf-dialogue@9")


def shortened(steps: Steps) -> Steps:
    """Whatever the step waits for, it waits an hour."""
    return _lengths(steps, SHORT)


def lengthened(steps: Steps) -> Steps:
    """Whatever the step waits for, it waits twice as long."""
    return _lengths(steps, LONGER)


def of_another_kind(steps: Steps) -> Steps:
    """The same name for a step that does something else."""
    return {**steps, HERE: _of_another_kind(steps[HERE])}


def version_2(steps: Steps, *, start: str) -> Definition:
    return a_journey(version=2, steps=steps, start=start)


def _of_another_kind(step: Any) -> Any:
    return a_visit(next=step["next"], visit=DUE) if kind_of(step) == "wait" else a_pause("2 days", next=step["next"])


def _lengths(steps: Steps, length: str) -> Steps:
    for name in ("due", "up_to", "time", "hold_up_to", "answer_by"):
        steps = _inside(steps, [HERE], name, length)
    return steps


def _inside(steps: Steps, names: list[str], field: str, value: str) -> Steps:
    changed = deepcopy(steps)
    for name in names:
        inside = changed[name].get(kind_of(changed[name]) or "")
        if isinstance(inside, dict) and field in inside:
            inside[field] = value
    return changed


def _called(steps: Steps, names: dict[str, str]) -> Steps:
    """The steps under other names, and whatever names them."""
    return {names.get(name, name): _relinked(step, names) for name, step in steps.items()}


def _relinked(step: Any, names: dict[str, str]) -> Any:
    match step:
        case dict():
            return {name: _relinked(value, names) for name, value in step.items()}
        case str():
            return names.get(step, step)
        case _:
            return step
