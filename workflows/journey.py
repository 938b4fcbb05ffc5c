"""One HCP's run through one journey, durably: an inbox, one loop, and the conductor's commands performed by activities.

Handlers only put events into the inbox; the loop alone advances, one event at a time, so nothing needs a lock. Nothing here knows
what a step means: that is the conductor's.
"""

from collections import deque
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never, get_args

from temporalio import workflow
from temporalio.exceptions import ApplicationError
from temporalio.workflow import SandboxImportNotificationPolicy

from activities.orders import CallOrder, Entry, FactsOrder, JourneyOrder, MoveOrder, Opened, OpenOrder, TaskOrder, TouchOrder
from activities.requests import RequestActivities
from activities.runs import RunActivities
from activities.touches import TouchActivities
from journeys import events as on
from journeys.acceptance import Refusal, Refused, refusal
from journeys.commands import AskFacts, CallOut, Command, Deliver, Learn, Note, OpenTask, StartJourney, StopJourney, Tell
from journeys.conductor import Advance, advance, alarm, begin, ready, take_up
from journeys.definitions import Definition
from journeys.migration import Moved, Obstacle, Transfer, Unmovable, migrate
from journeys.position import position
from journeys.receipts import Receipt
from journeys.state import Ending
from workflows.counting import count_dropped
from workflows.performance import BRIEF, DELIVERY
from workflows.run import ANSWERS, REFUSED, UNMOVABLE, RunInput, Score

with workflow.unsafe.sandbox_import_notification_policy(SandboxImportNotificationPolicy.SILENT):
    from workflows.alarm import Alarm  # workflow code like this file: the sandbox is meant to load it anew and to watch over it

TURNS = 16
"""How many lines that are ready have their turn before the run looks up again: for a command that waits for its answer, and for its history."""

_EFFECTS = OpenTask | Deliver | AskFacts | StartJourney | CallOut
_FACTS = get_args(get_args(on.Fact)[0])
_ACTS = Learn | Tell | StopJourney


@dataclass
class _Ticket:
    """A human command, or an order to move to another version, on its way through the inbox, and what became of it."""

    command: on.Command | Transfer
    refused: Refused | Unmovable | None = None
    done: bool = False


@workflow.defn
class Journey:
    @workflow.init
    def __init__(self, given: RunInput) -> None:
        self._given = given
        self._score = given.score
        self._inbox: deque[on.Event | _Ticket] = deque()
        self._alarm = Alarm()
        self._told: dict[str, Receipt] = dict(given.told)
        self._moved = False

    @workflow.run
    async def run(self, given: RunInput) -> Ending:  # noqa: ARG002 - kept by __init__, before any handler runs
        """Play until the end, which is returned; continue as new when the history has grown long, and on another version of the journey."""
        if self._score is None:
            await self._begin()
        while self._playing.state.ended is None:
            await self._take_next()
            if (self._moved or workflow.info().is_continue_as_new_suggested()) and not self._inbox:
                await self._continue_as_new()
        self._alarm.cancel()
        self._turn_away()
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self._playing.state.ended

    @workflow.signal
    def tell(self, fact: on.Fact) -> None:
        """Something was heard from outside. The same fact told twice is taken once."""
        self._inbox.append(fact)

    @workflow.update
    async def command(self, command: on.Command) -> Receipt:
        """A human command: answered when what it led to has been recorded. The same id again gives the same answer."""
        return await self._ask(command)

    @workflow.update
    async def migrate(self, order: Transfer) -> Receipt:
        """Go on by another version of the journey: answered when the run stands there. The same id again gives the same answer."""
        return await self._ask(order)

    @command.validator
    def _validate(self, command: on.Command) -> None:
        """Refuse before anything is written to history what this state does not take."""
        if command.id in self._told:
            return
        refused = self._refusal(command)
        if refused is not None:
            raise _error(refused)

    @migrate.validator
    def _validate_move(self, order: Transfer) -> None:
        """Refuse before anything is written to history what is no safe point, or not the version that the order moves from."""
        if order.id in self._told:
            return
        came_to = self._migrated(order)
        if isinstance(came_to, Unmovable):
            raise _error(came_to)

    @property
    def _playing(self) -> Score:
        if self._score is None:
            raise ApplicationError("the run has not begun", type=REFUSED)
        return self._score

    @property
    def _now(self) -> datetime:
        return self._given.pace.journey(workflow.now())

    def _refusal(self, command: on.Command) -> Refused | None:
        if self._score is None:
            return Refused(code=Refusal.NOT_BEGUN, detail="This journey is just beginning: try again in a moment.")
        return refusal(self._score.definition, self._score.state, command, self._now)

    def _migrated(self, order: Transfer) -> Moved | Unmovable:
        if self._score is None:
            return Unmovable(code=Obstacle.NOT_NOW, detail="This journey is just beginning.")
        return migrate(self._score.state, order, old=self._score.definition, now=self._now)

    async def _ask(self, command: on.Command | Transfer) -> Receipt:
        """Put it in the inbox, and wait until the loop has taken it."""
        if command.id in self._told:
            return self._told[command.id]
        ticket = _Ticket(command)
        self._inbox.append(ticket)
        await workflow.wait_condition(lambda: ticket.done)
        if ticket.refused is not None:
            raise _error(ticket.refused)
        return self._told[command.id]

    async def _begin(self) -> None:
        order = OpenOrder(enrolment=self._given.enrolment, at=self._now)
        opened: Opened = await workflow.execute_activity_method(RunActivities.open_run, order, **BRIEF)
        first = begin(opened.definition, opened, enrolment=self._given.enrolment, now=self._now, interpreter=opened.interpreter)
        await self._play(opened.definition, first)

    async def _take_next(self) -> None:
        """Wait for an event or the alarm, and let the conductor take it. What has arrived goes before the alarm of the same instant."""
        if ready(self._playing.state):
            await self._advance(on.Proceed())
            return
        self._set_alarm()
        await workflow.wait_condition(lambda: bool(self._inbox) or self._alarm.rang)
        if not self._inbox:
            self._alarm.cancel()
            await self._advance(on.Alarm())
            return
        item = self._inbox.popleft()
        if isinstance(item, _Ticket):
            await self._take_command(item)
        else:
            await self._advance(item)

    async def _take_command(self, ticket: _Ticket) -> None:
        """Another command, or this one by another way, may have come first since the validator looked, so the question is asked again."""
        command = ticket.command
        if command.id not in self._told:
            answered = await self._move(command) if isinstance(command, Transfer) else await self._obey(command)
            if isinstance(answered, tuple):
                self._told[command.id] = Receipt(notes=answered, position=position(self._playing.state))
            else:
                ticket.refused = answered
        ticket.done = True

    async def _obey(self, command: on.Command) -> tuple[Note, ...] | Refused:
        return self._refusal(command) or await self._advance(command)

    async def _move(self, order: Transfer) -> tuple[Note, ...] | Unmovable:
        """Write down that the run is on another version, and play on by that one. The next history begins with it."""
        came_to = self._migrated(order)
        if isinstance(came_to, Unmovable):
            return came_to
        definition = order.definition
        self._score, self._moved = Score(definition=definition, state=came_to.state), True
        entry = self._entry(came_to.commands)
        record = MoveOrder(entry=entry, version=definition.version, digest=definition.digest)
        await workflow.execute_activity_method(RunActivities.move_run, record, **BRIEF)
        further = await self._advance(on.Proceed()) if ready(came_to.state) else ()
        return (*entry.notes, *further)

    async def _advance(self, event: on.Event) -> tuple[Note, ...]:
        playing = self._playing
        state, commands = advance(playing.definition, playing.state, event, self._now)
        if isinstance(event, _FACTS) and not commands and state == playing.state:
            count_dropped("repeated" if event.id in state.seen else "nothing_to_it")
        return await self._play(playing.definition, (state, commands))

    async def _play(self, definition: Definition, first: Advance) -> tuple[Note, ...]:
        """Perform the commands of an advance and of those that its effects lead to, until the run rests or many lines have had their turn.
        Returns all that happened."""
        state, commands = first
        told: list[Note] = []
        turns = 0
        while True:
            self._score = Score(definition=definition, state=state)
            told.extend(command for command in commands if isinstance(command, Note))
            answer = await self._perform(commands) if commands else None
            turns += answer is None
            if answer is None and (turns > TURNS or not ready(state)):
                return tuple(told)
            state, commands = advance(definition, state, answer or on.Proceed(), self._now)

    async def _perform(self, commands: tuple[Command, ...]) -> on.Event | None:
        """Record an advance together with its effect, if it has one, in one activity; what the effect answers is the next event."""
        entry = self._entry(commands)
        match next((command for command in commands if isinstance(command, _EFFECTS)), None):
            case OpenTask() as task:
                await workflow.execute_activity_method(RunActivities.open_task, TaskOrder(entry=entry, task=task), **BRIEF)
            case Deliver() as touch:
                return await workflow.execute_activity_method(TouchActivities.deliver, TouchOrder(entry=entry, touch=touch), **DELIVERY)
            case AskFacts() as facts:
                return await workflow.execute_activity_method(RunActivities.ask_facts, FactsOrder(entry=entry, facts=facts), **BRIEF)
            case StartJourney() as journey:
                return await workflow.execute_activity_method(RunActivities.start_journey, JourneyOrder(entry=entry, journey=journey), **BRIEF)
            case CallOut() as call:
                return await workflow.execute_activity_method(RequestActivities.call, CallOrder(entry=entry, call=call), **DELIVERY)
            case None:
                await workflow.execute_activity_method(RunActivities.record, entry, **BRIEF)
            case _ as never:
                assert_never(never)
        return None

    def _entry(self, commands: tuple[Command, ...]) -> Entry:
        state = self._playing.state
        notes = tuple(command for command in commands if isinstance(command, Note))
        acts = tuple(command for command in commands if isinstance(command, _ACTS))
        return Entry(enrolment=state.enrolment, move=state.moves, at=self._now, notes=notes, acts=acts, position=position(state))

    def _set_alarm(self) -> None:
        due = alarm(self._playing.state)
        self._alarm.set(None if due is None else self._given.pace.wall(due))

    async def _continue_as_new(self) -> None:
        await workflow.wait_condition(workflow.all_handlers_finished)
        if self._inbox:
            return
        playing = self._playing
        score = Score(definition=playing.definition, state=take_up(playing.definition, playing.state, self._now))
        told = dict(list(self._told.items())[-ANSWERS:])
        workflow.continue_as_new(self._given.model_copy(update={"score": score, "told": told}))

    def _turn_away(self) -> None:
        """Commands that were accepted but not taken before the end get their answer too."""
        for item in self._inbox:
            if isinstance(item, _Ticket):
                item.refused = _came_late(item.command) if isinstance(item.command, Transfer) else self._refusal(item.command)
                item.done = True
            else:
                count_dropped("ended")


def _came_late(order: Transfer) -> Unmovable:
    return Unmovable(code=Obstacle.ENDED, detail=f"The run ended before {order.id} was taken.")


def _error(refused: Refused | Unmovable) -> ApplicationError:
    kind = REFUSED if isinstance(refused, Refused) else UNMOVABLE
    return ApplicationError(refused.detail, refused, type=kind, non_retryable=True)
