"""One circle of people rehearsed: one queue of what is to happen, in the order of virtual time, and the conductor playing each run of each person.

What a run asks of the world is answered by `hands` and `letters`; who comes in, and whose turn it is, is settled by `doors`; what people do
of themselves is in `lives`. This module is the clock and the loop: the same loop as the workflow's, with answers in place of activities.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from heapq import heappop, heappush
from typing import assert_never

from journeys import events as on
from journeys.caps import Touched
from journeys.commands import AskFacts, CallOut, Command, Deliver, Learn, Note, OpenTask, StartJourney, StopJourney, Tell, What
from journeys.conductor import Advance, advance, alarm, begin
from journeys.definitions import Purpose
from journeys.rehearsal import doors, hands, letters, lives
from journeys.rehearsal.ledger import most_within
from journeys.rehearsal.members import Member, Run
from journeys.rehearsal.people import Person
from journeys.rehearsal.stage import Stage
from journeys.rehearsal.tally import Tally
from journeys.rehearsal.tracing import Trace
from journeys.state import State

Act = Callable[[], object]

_ALARM, _PROCEED = on.Alarm(), on.Proceed()
_MOVED, _CLOSED, _SPLIT, _CORRECTED = What.MOVED, What.TASK_CLOSED, What.SPLIT, What.PERSONA_CORRECTED
_STOPPED = (What.HELD, What.BLOCKED)
"""Looked up once: there are two notes for every event."""

_EVENT, _RING = 0, 1
"""What has arrived goes before the alarm of the same instant."""


class Room:
    """Plays one circle from the start to the end of the stage."""

    def __init__(self, stage: Stage, people: tuple[Person, ...], tally: Tally, *, trace: Trace | None = None, keeps_stories: bool = False) -> None:
        self.stage, self.tally, self.trace, self.keeps_stories = stage, tally, trace, keeps_stories
        self.now = stage.start
        self.end = stage.end
        self.members = {person.id: Member(person, stage) for person in people}
        for member in self.members.values():
            for channel, address in member.person.shares.items():
                others = [other for other in self.members.values() if other is not member and other.person.shares.get(channel) == address]
                member.sharing[channel] = others
        self._queue: list[tuple[datetime, int, int, Act]] = []
        self._order, self._named = 0, 0

    def play(self) -> None:
        """Let everything happen that happens before the end."""
        for member in self.members.values():
            lives.begin(self, member)
        self.run_until(self.end)
        for member in self.members.values():
            self._count(member)

    def run_until(self, end: datetime) -> None:
        queue = self._queue
        while queue and queue[0][0] < end:
            self.now, _, _, act = heappop(queue)
            act()

    def clear(self) -> None:
        """Let go of everybody, so that what they were made of is free at once and not when the collector comes to it."""
        self._queue.clear()
        for member in self.members.values():
            member.runs.clear()
            member.sharing.clear()

    def later(self, at: datetime, act: Act, *, rank: int = _EVENT) -> None:
        """Let something happen at a time; what is beyond the end never does."""
        if at < self.end:
            self._order += 1
            heappush(self._queue, (at, rank, self._order, act))

    def name(self, what: str) -> str:
        """An id for something that happens here, not used before."""
        self._named += 1
        return f"{what}.{self._named}"

    def tell(self, member: Member, event: on.Event, *, but: Run | None = None) -> None:
        """Tell all runs of a person, each in its turn."""
        for run in member.open_runs:
            if run is not but:
                self.later(self.now, partial(self.take, run, event))

    def start(self, run: Run) -> None:
        """Begin a run, if it is still its turn: its first advance."""
        if not run.active or run.state is not None:
            return
        run.began, run.arrival = self.now, run.arrive(self.stage.channels, self.now)
        run.count.entered += 1
        self._play(run, begin(run.part.definition, run.arrival, enrolment=run.enrolment, now=self.now))

    def take(self, run: Run, event: on.Event) -> None:
        """Let a run take an event. One that has ended takes none."""
        if run.ended is None and run.state is not None:
            if run.story is not None:
                run.story.append((self.now, event))
            self._play(run, advance(run.part.definition, run.state, event, self.now), event)

    def _play(self, run: Run, first: Advance, event: on.Event | None = None) -> None:
        """Answer what the run asks for until it rests, as the workflow does."""
        definition = run.part.definition
        state, commands = first
        while True:
            run.state = state
            if self.trace is not None:
                self.trace.advance(self.now, run, event, commands)
            answer = self._answer(run, commands)
            if answer is None and state.ready is None:
                break
            event = answer or _PROCEED
            if run.story is not None:
                run.story.append((self.now, event))
            state, commands = advance(definition, state, event, self.now)
        if state.ended is None:
            self._wake(run, state)
        elif run.ended is None:
            run.ended = self.now
            doors.ended(self, run, state.ended)

    def _wake(self, run: Run, state: State) -> None:
        due = alarm(state)
        if due != run.alarm:
            run.alarm = due
            if due is not None:
                self.later(max(due, self.now), partial(self._ring, run, due), rank=_RING)

    def _ring(self, run: Run, due: datetime) -> None:
        """An alarm that was set anew since is silent."""
        if run.alarm == due:
            run.alarm = None
            self.take(run, _ALARM)

    def _answer(self, run: Run, commands: tuple[Command, ...]) -> on.Event | None:  # noqa: C901 - one line for each kind of command
        """Do what an advance commands. What its effect answers at once is the next event."""
        answer: on.Event | None = None
        for command in commands:
            if type(command) is Note:  # by far the most of them
                self._note(run, command)
                continue
            match command:
                case OpenTask():
                    hands.open_task(self, run, command)
                case Deliver():
                    answer = letters.deliver(self, run, command)
                case AskFacts():
                    answer = on.FactsLoaded.model_construct(
                        key=command.key, facts=run.member.known(command.names, self.now, product=run.part.definition.product)
                    )
                case StartJourney():
                    answer = doors.begin_within(self, run, command)
                case CallOut():
                    answer = hands.call(self, run, command)
                case Learn():
                    lives.learn(self, run, command)
                case Tell():
                    run.count.told[command.whom] += 1
                case StopJourney():
                    doors.stop(self, run, command)
                case Note():
                    pass
                case _ as never:
                    assert_never(never)
        return answer

    def _note(self, run: Run, note: Note) -> None:
        what = note.what
        if what is _MOVED:
            run.count.ways[note.step or "", note.way or ""] += 1
        elif what is _CLOSED:
            hands.closed(self, run, note)
        elif what in _STOPPED:
            run.count.blocked[note.reason or ""] += 1
        elif what is _SPLIT:
            run.count.arms[note.step or "", note.way or ""] += 1
        elif what is _CORRECTED:
            run.member.facts["persona"] = note.to
            self.tell(run.member, on.FactsChanged.model_construct(id=self.name("persona"), facts={"persona": note.to}), but=run)

    def touch(self, member: Member, *, channel: str, purpose: Purpose, product: str) -> None:
        """Somebody has been touched."""
        self.tally.touches[channel, self.tally.week(self.now)] += 1
        if purpose is not Purpose.MEDICAL_RESPONSE:
            member.touches.append(Touched.model_construct(at=self.now, channel=channel, purpose=purpose, product=product))

    def check_cap(self, member: Member, *, channel: str, purpose: Purpose, product: str) -> None:
        """What went out over a cap would be counted here: the proof that the gate holds."""
        policy = member.policy
        for cap in policy.caps if policy is not None else ():
            if policy is None or not policy.holds_back(cap, channel=channel, purpose=purpose, product=product):
                continue
            since = self.now - cap.period
            told = (touch for touch in member.touches if touch.at > since)
            if sum(policy.concerns(cap, channel=touch.channel, purpose=touch.purpose, product=touch.product) for touch in told) > cap.at_most:
                self.tally.sent_over_cap += 1

    def _count(self, member: Member) -> None:
        tally, begun = self.tally, False
        for run in member.runs:
            if run.state is None:
                continue
            count, begun = run.count, True
            count.passages.update(run.state.passages)
            if run.ended is None:
                count.going_on += 1
                count.oldest_days = max(count.oldest_days, (self.end - run.began).total_seconds() / 86400)
                count.standing.update({place.step: 1 for place in run.state.places})
        if not member.person.enters and not member.touches:
            return
        tally.hcps += member.person.enters
        tally.entered += begun
        tally.colleagues += not member.person.enters
        tally.per_hcp[len(member.touches)] += 1
        if member.policy is not None:
            tally.in_window[most_within([touch.at for touch in member.touches], member.policy.overall.period)] += 1
