"""A run in the hand: builders for small journeys, and a driver that feeds one run with events and keeps what came of each."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from journeys import events as on
from journeys.arrivals import Arrival
from journeys.commands import AskFacts, CallOut, Command, Deliver, Effect, Note, OpenTask, StartJourney, What
from journeys.conditions import Value
from journeys.conductor import advance, alarm, begin, ready
from journeys.definitions import Definition, Heard
from journeys.durations import Calendar
from journeys.reasons import Reason
from journeys.state import State

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PIONEER: dict[str, Value | None] = {"persona": "pioneer"}
BYE = {"exit": {"reason": "done"}}


def a_visit(to: Any, /, *, outcomes: tuple[str, ...] = ("interested", "neutral"), due: str = "10 business days", **step: Any) -> dict[str, Any]:
    """A visit face to face or remote whose ways lead where `to` says."""
    return {"visit": {"due": due, "face_to_face": {}, "remote": {}, "outcomes": outcomes}, "next": to, **step}


def an_email(to: Any, /, *, blocked: dict[str, str] | None = None, **email: Any) -> dict[str, Any]:
    """An automatic e-mail to the HCP."""
    return {"email": {"content": "hf-dialogue@2", **email}, "next": to, "blocked": blocked or {}}


def a_rep_email(to: Any, /, *, offers: tuple[str, ...] = (), blocked: dict[str, str] | None = None, **email: Any) -> dict[str, Any]:
    """An e-mail that waits for the rep to send it."""
    return {**an_email(to, blocked=blocked, sent_by="rep", **{"due": "5 days", **email}), "offers": offers}


def a_medical(to: Any, /, *, blocked: dict[str, str] | None = None, offers: tuple[str, ...] = ()) -> dict[str, Any]:
    """A hand-off to an MSL."""
    return {"medical": {"needs": "inquiry", "due": "5 business days"}, "next": to, "blocked": blocked or {}, "offers": offers}


def a_wait(to: Any, /, *events: str, up_to: str = "5 days", of: str | None = None) -> dict[str, Any]:
    """A wait for events of a touch, or for `up_to` to pass where no event is named."""
    return {"wait": {"for": events, "up_to": up_to, **({"of": of} if of else {})} if events else {"time": up_to}, "next": to}


def a_message(to: Any, /, *, channel: str = "sms", blocked: dict[str, str] | None = None, **message: Any) -> dict[str, Any]:
    """An automatic message on another channel."""
    return {"message": {"channel": channel, "content": "hf-sms@1", **message}, "next": to, "blocked": blocked or {}}


def an_invitation(to: Any, /, *, starts: Any = "2026-04-01T17:00:00+02:00", **invite: Any) -> dict[str, Any]:
    """An invitation to a webinar on 1 April 2026."""
    mark = starts if isinstance(starts, dict) else {"at": starts}
    return {"invite": {"occasion": "webinar", "content": "hf-webinar@1", "starts": mark, "answer_by": "10 days", **invite}, "next": to}


def an_escalation(to: Any, /, about: str, *, due: str = "2 days") -> dict[str, Any]:
    """A task for the lead."""
    return {"escalate": {"about": about, "due": due}, "next": to}


def a_wait_with(to: Any, /, **form: Any) -> dict[str, Any]:
    """A wait of any form."""
    return {"wait": form, "next": to}


def a_parallel(to: Any, /, join: str = "all", **branches: str) -> dict[str, Any]:
    """Lines side by side: `branches` names the first step of each."""
    return {"parallel": {"branches": branches, "join": join}, "next": to}


def a_split(to: Any, /, **arms: int) -> dict[str, Any]:
    """Arms by weight."""
    return {"split": {"arms": arms}, "next": to}


def a_sub_journey(to: Any, /, start: str = "nurse-programme", *, up_to: str | None = "60 days") -> dict[str, Any]:
    """Another journey, awaited unless `up_to` is None."""
    awaited = {"up_to": up_to} if up_to else {"awaited": False}
    return {"journey": {"start": start, **awaited}, "next": to}


def a_request(to: Any, /, *answers: str, up_to: str = "2 days") -> dict[str, Any]:
    """A call to another system."""
    return {"request": {"to": "stock", "facts": ["market"], "answers": answers or ("yes", "no"), "up_to": up_to}, "next": to}


def an_update(to: Any, /, **learnt: Any) -> dict[str, Any]:
    """Something learnt of the HCP."""
    return {"update": learnt or {"add_tags": ["engaged"]}, "next": to}


def a_notice(to: Any, /, whom: str = "conductor") -> dict[str, Any]:
    """A line for a colleague."""
    return {"notify": {"whom": whom, "message": "Something to know."}, "next": to}


def a_branch(to: str, /, *cases: tuple[dict[str, Any], str]) -> dict[str, Any]:
    """A branch whose cases are (condition, step)."""
    return {"branch": [{"when": when, "next": step} for when, step in cases], "next": to}


def a_journey(steps: dict[str, Any], /, **changes: Any) -> Definition:
    """A promotional journey for pioneers in Sweden; a step `bye`, an exit, is always there."""
    written = {
        "journey": "hf-pioneer",
        "version": 1,
        "title": "Heart failure, pioneer",
        "persona": "pioneer",
        "markets": ["SE"],
        "product": "cardiolex",
        "purpose": "promotional",
        "priority": 50,
        "entry": {"when": {"fact": "persona", "is": "pioneer"}},
        "steps": {**steps, "bye": BYE},
    }
    return Definition.model_validate(written | changes)


@dataclass(frozen=True)
class Moment:
    """One advance: what stood, what happened when, and what came of it."""

    before: State
    event: on.Event
    now: datetime
    after: State
    commands: tuple[Command, ...]


class Run:
    """One run, driven by hand. Each method makes one event happen, answers with the commands, and moves the clock on by `later` first."""

    def __init__(
        self,
        definition: Definition,
        *,
        facts: dict[str, Value | None] | None = None,
        withdrawn: tuple[str, ...] = (),
        calendar: Calendar | None = None,
        now: datetime = MONDAY,
        **arrival: Any,
    ) -> None:
        self.definition, self.now = definition, now
        self.arrival = Arrival(calendar=calendar or Calendar(), facts=PIONEER | (facts or {}), withdrawn=withdrawn, **arrival)
        self.begun_at = now
        self.state, self.opening = begin(definition, self.arrival, enrolment="run", now=now)
        self.moments: list[Moment] = []
        while ready(self.state):
            self.advance(on.Proceed())

    def __repr__(self) -> str:
        happened = "\n".join(f"  {moment.now:%a %d %b %H:%M} {moment.event!r}" for moment in self.moments)
        return f"a run of {self.definition.steps}, begun with {self.arrival}, to which this happened:\n{happened}"

    def take(self, event: on.Event, *, later: timedelta = timedelta()) -> tuple[Command, ...]:
        """What came of the event, and of the turns that lines which were ready had after it."""
        commands = self.advance(event, later=later)
        while ready(self.state):
            commands += self.advance(on.Proceed())
        return commands

    def advance(self, event: on.Event, *, later: timedelta = timedelta()) -> tuple[Command, ...]:
        """One advance and no more."""
        now = self.now + later
        before = self.state
        self.state, commands = advance(self.definition, before, event, now)
        self.now = max(self.now, now)
        self.moments.append(Moment(before, event, now, self.state, commands))
        return commands

    def complete(self, outcome: str, **told: Any) -> tuple[Command, ...]:
        return self.take(on.Complete(**{"id": self.fresh, "by": "rep", "task": self.key, "outcome": outcome, "channel": "remote", **told}))

    def happen(self, event: str, key: str | None = None, *, later: timedelta = timedelta(), **fields: Value) -> tuple[Command, ...]:
        return self.take(on.Happened(id=self.fresh, event=event, key=key, fields=fields), later=later)

    def skip(self, reason: str = "on_leave") -> tuple[Command, ...]:
        return self.take(on.Skip(id=self.fresh, by="rep", task=self.key, reason=reason))

    def choose(self, offer: str, **told: Any) -> tuple[Command, ...]:
        return self.take(on.Choose(id=self.fresh, by="rep", task=self.key, offer=offer, **told))

    def snooze(self, until: datetime) -> tuple[Command, ...]:
        return self.take(on.Snooze(id=self.fresh, by="rep", task=self.key, until=until))

    def settle(self, result: str = "sent", reason: Reason | None = None, until: datetime | None = None, *, at_step: str | None = None) -> tuple[Command, ...]:
        return self.take(on.Settled.model_validate({"key": self.key_at(at_step), "result": result, "reason": reason, "until": until}))

    def hear(self, heard: str, *, touch: str | None = None, later: timedelta = timedelta()) -> tuple[Command, ...]:
        return self.take(on.TouchHeard(id=self.fresh, touch=touch or self.state.latest.get("") or "none", heard=Heard(heard)), later=later)

    def change(self, **facts: Value | None) -> tuple[Command, ...]:
        return self.take(on.FactsChanged(id=self.fresh, facts=facts))

    def load(self, *, at_step: str | None = None, **facts: Value | None) -> tuple[Command, ...]:
        return self.take(on.FactsLoaded(key=self.key_at(at_step), facts=facts))

    def withdraw(self, channel: str = "email") -> tuple[Command, ...]:
        return self.take(on.ConsentWithdrawn(id=self.fresh, channel=channel))

    def give(self, channel: str = "email") -> tuple[Command, ...]:
        return self.take(on.ConsentGiven(id=self.fresh, channel=channel))

    def wake(self) -> tuple[Command, ...]:
        """Let the time of the alarm come."""
        due = alarm(self.state)
        assert due is not None, f"nothing wakes the run at {self.state.place}"
        return self.take(on.Alarm(), later=max(due - self.now, timedelta()))

    @property
    def fresh(self) -> str:
        """An event id not used before."""
        return f"event-{len(self.moments) + 1}"

    def key_at(self, step: str | None = None) -> str:
        """The key of the passage through a step at which a line stands; of the main line's where no step is named."""
        return self.key if step is None else next((place.key for place in self.state.places if place.step == step), "none")

    @property
    def standing(self) -> dict[str, str]:
        """Where each line stands: line to step and kind of place."""
        return {place.line: f"{place.step} {place.is_}" for place in self.state.places}

    @property
    def key(self) -> str:
        return self.state.place.key if self.state.place is not None else "none"

    @property
    def step(self) -> str | None:
        return self.state.place.step if self.state.place is not None else None

    @property
    def batches(self) -> tuple[tuple[Command, ...], ...]:
        """What each advance commanded, from the beginning on."""
        return (self.opening, *(moment.commands for moment in self.moments))

    @property
    def commands(self) -> tuple[Command, ...]:
        return tuple(command for batch in self.batches for command in batch)

    @property
    def end(self) -> str | None:
        """How the run ended, as `kind: reason`."""
        ended = self.state.ended
        return None if ended is None else f"{ended.kind}: {ended.reason}"


def notes(commands: tuple[Command, ...], what: What | None = None) -> tuple[Note, ...]:
    """The notes among the commands, in order; only those of one kind where `what` is given."""
    return tuple(command for command in commands if isinstance(command, Note) and what in (None, command.what))


def effects(commands: tuple[Command, ...]) -> tuple[Effect, ...]:
    """The effects among the commands."""
    return tuple(command for command in commands if isinstance(command, OpenTask | Deliver | AskFacts | StartJourney | CallOut))


def ways(commands: tuple[Command, ...]) -> list[str]:
    """The moves among the commands, as `way > step`."""
    return [f"{note.way} > {note.to}" for note in notes(commands, What.MOVED)]
