"""Tells what a run did in plain English sentences, each with its reason; the codes beside them stay the contract for programs."""

from datetime import UTC, datetime
from typing import Protocol

from journeys.channels import channels
from journeys.commands import NOT_CONTINUED, What
from journeys.content import EMAIL
from journeys.definitions import (
    ANSWERED,
    CALLED_OFF,
    DONE,
    EXHAUSTED,
    FAILED,
    HANDLED,
    JOINED,
    NO_ANSWER,
    NOT_RECORDED,
    OTHERWISE,
    OVERDUE,
    SENT,
    SKIPPED,
    TIMEOUT,
    TOO_LATE,
    WITHDRAWN,
    Definition,
    Heard,
    InviteStep,
    SendStep,
    WaitStep,
)
from journeys.reasons import TOLD, Reason


class Line(Protocol):
    """What a note and a line of the timeline have in common."""

    @property
    def what(self) -> str: ...
    @property
    def step(self) -> str | None: ...
    @property
    def way(self) -> str | None: ...
    @property
    def to(self) -> str | None: ...
    @property
    def reason(self) -> str | None: ...
    @property
    def until(self) -> datetime | None: ...
    @property
    def channel(self) -> str | None: ...


_WAYS = {
    OVERDUE: "it was not done in time",
    TIMEOUT: "nothing was heard in time",
    ANSWERED: "medical answered",
    WITHDRAWN: "the question was withdrawn",
    OTHERWISE: "no other condition held",
    NO_ANSWER: "no answer came in time",
    NOT_RECORDED: "nobody reported whether the HCP came",
    TOO_LATE: "it had begun already",
    CALLED_OFF: "it was called off",
    DONE: "it was done",
    JOINED: "its lines came together",
    HANDLED: "the lead dealt with it",
    EXHAUSTED: "it had been played as often as it may",
    "again": "it may be tried again",
}
_HEARD = {
    Heard.DELIVERED: "was delivered",
    Heard.OPENED: "was opened",
    Heard.CLICKED: "was clicked",
    Heard.REPLIED: "was replied to",
    Heard.BOUNCED: "came back",
    Heard.ACCEPTED: "was accepted",
    Heard.DECLINED: "was declined",
    Heard.ATTENDED: "was followed: the HCP came",
    Heard.MISSED: "was not followed: the HCP did not come",
}
_CLOSED = {
    "done": "was completed",
    "skipped": "was skipped",
    "overdue": "was not done in time",
    "redirected": "was left for another step",
    "cancelled": "was taken back",
}
_ENDINGS = {
    "finished": "It reached its end",
    "goal": "It reached its goal",
    "exit_event": "An event came by which it is left",
    "horizon": "It had lasted for as long as it may",
    "held_out": "The HCP is kept out for comparison",
    "exit_condition": "Its exit condition came true",
    "blocked": "A touch was blocked and its step leaves the journey then",
    "objected": "The HCP objected to direct marketing",
    "left": "It was ended by hand",
    "not_eligible": "The entry condition did not hold",
    "fault": "The definition left it no way on",
}
_TOLD = {
    What.BEGAN: "Enrolled{journey}; it begins with {there}.",
    What.MOVED: "Went on from {here} to {there}: {way}.",
    What.TASK_CLOSED: "{here} {closed}{hand}{channel}{result}.",
    What.SNOOZED: "{here} was put off{hand} until {until}.",
    What.REASSIGNED: "{here} was handed over to {user}{hand}.",
    What.PERSONA_CONFIRMED: "The persona {to} was confirmed{hand}.",
    What.PERSONA_CORRECTED: "The persona was corrected to {to}{hand}.",
    What.HELD: "{here} is held because {reason}; it is tried again at {until}.",
    What.BLOCKED: "{here} was blocked because {reason}.",
    What.SENT: "The {thing} of {here} was handed over for delivery{unsure}.",
    What.HEARD: "The {thing} of {here} {heard}.",
    What.RESCHEDULED: "What {here} invites to now begins {until}.",
    What.WAITING: "Waits at {here} until {until}.",
    What.SPLIT: "{here} drew the arm “{branch}”.",
    What.EXHAUSTED: "{here} was passed by: it has been entered as often as it may.",
    What.HAPPENED: "It was heard that: {branch}.",
    What.CANCELLED: "{here} was cancelled: another line has joined, or the step around it was left.",
    What.PAUSED: "Paused: nothing new begins.",
    What.RESUMED: "The pause was lifted{catch_up}.",
    What.MIGRATED: "Moved{hand} from version {branch} of the journey to version {to}.",
    What.REPAIRED: "{repaired}{hand}: {reason}.",
    What.FEEDBACK: "In the CRM the suggestion of {here} was {feedback}.",
    What.CONSENT: "Consent to promotion by {channel_alone}{of} was {way_alone}{hand} ({reason}).",
    What.OBJECTED: "The HCP objected to direct marketing{written}({reason}).",
    What.ENDED: "The journey ended{hand}. {ending}: {reason}.{not_continued}",
}
_OUTSIDE = {
    What.HELD: "A letter outside any journey ({thing}) is held because {reason}; it is tried again at {until}.",
    What.BLOCKED: "A letter outside any journey ({thing}) was refused because {reason}.",
    What.SENT: "A letter outside any journey ({thing}) was handed over for delivery{unsure}.",
    What.HEARD: "A letter outside any journey {heard}.",
}
"""Of a touch that belongs to no step. Its way is its purpose."""
_CAUGHT_UP = {
    "shift": "; every deadline comes later by its length",
    "send_latest": "; what fell due meanwhile happens now",
    "drop": "; what fell due meanwhile is not made up for",
}
_FEEDBACK = {"done": "marked as done"}
_REPAIRED = {
    "retry": "{here} was put before the gate again",
    "go_on": "{here} was left without what it waited for",
    "move_to": "Moved by hand from {here} to {there}",
}
_STANDING = {
    "requested": "About to start.",
    "task": "{here} is open, due {until}.",
    "sending": "{here} is on its way out.",
    "waiting": "Waiting at {here} until {until}.",
    "held": "{here} is held because {reason}; it is tried again at {until}.",
    "joining": "Lines are played side by side at {here}.",
    "paused": "Paused at {here}: nothing new begins until the pause is lifted.",
    "ready": "{here} is next.",
    "ended": "Ended. {ending}: {reason}.",
}


def sentence(line: Line, *, definition: Definition | None, by: str | None = None) -> str:
    """One line in words. `by` is the name of who did it; without a definition, steps are called by their ids."""
    outside = line.step is None and What(line.what) in _OUTSIDE
    told = (_OUTSIDE if outside else _TOLD)[What(line.what)].format(
        here=titled(definition, line.step),
        thing=plain(line.way) if outside else _sent_thing(definition, line),
        there=titled(definition, line.to),
        journey=f" in “{definition.title}”" if definition else "",
        hand=f" by {by}" if by else "",
        way=_way(line, by, definition),
        closed="was released for sending" if _released(line) else _CLOSED.get(line.to or "", "was closed"),
        channel=f", {plain(line.channel)}" if line.channel else "",
        channel_alone="e-mail" if line.channel == EMAIL else plain(line.channel),
        of=f" of {plain(line.to)}" if line.to else "",
        way_alone=plain(line.way),
        written=f", as {by} wrote down " if by else " ",
        result=_result(line),
        until=moment(line.until),
        to=plain(line.to),
        branch=plain(line.way),
        catch_up=_CAUGHT_UP.get(line.way or "", ""),
        repaired=_REPAIRED.get(line.way or "", "{here} was repaired").format(here=titled(definition, line.step), there=titled(definition, line.to)),
        user=line.to,
        reason=reason_told(line.reason),
        unsure="; whether it arrived is not known, and it is not sent again" if line.to == "unknown" else "",
        heard=_HEARD[Heard(line.way)] if line.way in set(Heard) else "was heard of",
        feedback=f"{_FEEDBACK.get(line.way or '', plain(line.way))}{f': {plain(line.reason)}' if line.reason else ''}",
        ending=_ENDINGS.get(line.to or "", "It ended"),
        not_continued=_not_continued(line),
    )
    return _capital(told)


def for_medical(line: Line, *, definition: Definition | None, by: str | None = None) -> str:
    """The same for medical, which learns what became of its own task and not how the commercial journey goes on."""
    match What(line.what):
        case What.TASK_CLOSED | What.SNOOZED | What.REASSIGNED:
            return sentence(line, definition=definition, by=by)
        case What.ENDED:
            return "The journey ended."
        case What.CONSENT | What.OBJECTED:
            return sentence(line, definition=definition, by=by)
        case What.HELD | What.BLOCKED | What.SENT | What.HEARD if line.step is None:
            return sentence(line, definition=definition, by=by)
        case _:
            return "The journey went on."


def standing(
    *, doing: str, step: str | None, until: datetime | None, reason: str | None, ended: str | None, definition: Definition | None, busy_with: str | None = None
) -> str:
    """Where a run stands, in words. `ended` is the kind of its ending, `busy_with` the journey for whose end it waits."""
    if busy_with is not None and doing in {"queued", "paused"}:
        begun = f"Paused at {titled(definition, step)}" if doing == "paused" else "Not begun yet"
        return f"{begun}: the HCP is in the journey {busy_with}, which goes first; it goes on by itself when its turn comes."
    told = _STANDING.get(doing, "Moving on at {here}.").format(
        here=titled(definition, step), until=moment(until), reason=reason_told(reason), ending=_ENDINGS.get(ended or "", "It ended")
    )
    return _capital(told)


def title(definition: Definition | None, step_id: str) -> str:
    """What a step is called: its title, else its id in words."""
    step = definition.steps.get(step_id) if definition else None
    return (step.title if step else None) or _capital(step_id.replace("-", " "))


def titled(definition: Definition | None, step_id: str | None) -> str:
    """A step's title as it stands in a sentence."""
    return f"“{title(definition, step_id)}”" if step_id else "the journey"


def reason_told(reason: str | None) -> str:
    """A reason code in words; codes that are not of the list of reasons are words of their own."""
    if reason is None:
        return "no reason was recorded"
    return TOLD[Reason(reason)] if reason in set(Reason) else plain(reason)


def moment(instant: datetime | None) -> str:
    """An instant in words, in UTC."""
    if instant is None:
        return "a time not known"
    at = instant.astimezone(UTC)
    return f"{at.day} {at:%B %Y, %H:%M} UTC"


def plain(code: str | None) -> str:
    """A code as the words it is made of."""
    return (code or "unknown").replace("_", " ").replace("-", " ")


def _way(line: Line, by: str | None, definition: Definition | None) -> str:
    """Why the run went this way."""
    match line.way or OTHERWISE:
        case "offer":
            return f"{by or 'the conductor'} chose it"
        case "blocked":
            return f"the touch was blocked because {reason_told(line.reason)}"
        case way if way == TIMEOUT and _only_waited(line, definition):
            return "the time has passed"
        case way if way == SKIPPED:
            return f"the step was skipped ({reason_told(line.reason)})"
        case way if way == SENT and line.reason is not None:
            return f"without the touch, because {reason_told(line.reason)}"
        case way if way == SENT:
            return f"the {_thing(definition, line.step)} is on its way"
        case way if way in set(Heard):
            return f"the {_thing(definition, line.step)} {_HEARD[Heard(way)]}"
        case way if way == FAILED:
            return f"the request failed ({reason_told(line.reason)})"
        case way if way.startswith("case_"):
            return f"condition {way.removeprefix('case_')} of the branch held"
        case way:
            return _WAYS.get(way, f"the outcome was “{plain(way)}”")


def _sent_thing(definition: Definition | None, line: Line) -> str:
    """What a line speaks of: what fell back to another channel is called by that one."""
    return _called(line.channel) if line.what == What.SENT and line.channel is not None else _thing(definition, line.step)


def _thing(definition: Definition | None, step_id: str | None) -> str:
    """What a step sends, or a wait listens to, in a word."""
    step = definition.steps.get(step_id or "") if definition else None
    match step:
        case InviteStep():
            return "invitation"
        case WaitStep() if step.wait.of is not None:
            return _thing(definition, step.wait.of)
        case _ if isinstance(step, SendStep):
            return _called(step.sending.on)
        case _:
            by = channels(definition) if definition is not None else ()
            return _called(EMAIL) if set(by) <= {EMAIL} else "message"


def _called(channel: str) -> str:
    return "e-mail" if channel == EMAIL else f"{plain(channel)} message"


def _released(line: Line) -> bool:
    """Whether a rep's e-mail was let go: whether it went out is the gate's word, in a line of its own."""
    return line.to == "done" and line.way == SENT


def _only_waited(line: Line, definition: Definition | None) -> bool:
    """Whether the step waited for time alone, so that there was nothing to be heard."""
    step = definition.steps.get(line.step or "") if definition else None
    return isinstance(step, WaitStep) and step.wait.time is not None


def _not_continued(line: Line) -> str:
    """Where the run should have handed the HCP over and did not: why."""
    way = line.way or ""
    return f" The strategy of the other persona was not begun: {plain(way.removeprefix(NOT_CONTINUED))}." if way.startswith(NOT_CONTINUED) else ""


def _result(line: Line) -> str:
    if _released(line):
        return ""
    told = plain(line.way) if line.way else reason_told(line.reason) if line.reason else ""
    return f": {told}" if told else ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
