"""A house in memory: the ports of the activities as fakes that keep what they were asked, so that a test can read it and decide what is answered."""

import asyncio
from collections import defaultdict, deque
from datetime import datetime, timedelta

from temporalio import activity

from activities.orders import CallOrder, Entry, FactsOrder, JourneyOrder, LetterOrder, MoveOrder, Opened, OpenOrder, TaskOrder, TouchOrder
from activities.ports import Handed, Handover, Message, Reservation, UnknownRun
from journeys.commands import StartJourney
from journeys.conditions import Value
from journeys.events import Called
from journeys.pace import Pace
from journeys.policy import Verdict


class ServerClock:
    """Journey time by the server's clock, which on the time-skipping server is not the machine's."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace

    def now(self) -> datetime:
        return self._pace.journey(activity.info().started_time)

    def later(self, real: timedelta) -> datetime:
        return self._pace.journey(activity.info().started_time + real)


class MemoryRuns:
    """`opened` is what each enrolment's run is given; `entries` is what each run recorded. While a door is shut, its activity waits before it."""

    def __init__(self) -> None:
        self.opened: dict[str, Opened] = {}
        self.entries: dict[str, list[Entry]] = defaultdict(list)
        self.tasks: dict[str, TaskOrder] = {}
        self.facts_now: dict[str, Value | None] = {}
        self.begun: list[StartJourney] = []
        self.not_begun: dict[str, str] = {}
        self.versions: dict[str, int] = {}
        self.opening, self.recording = asyncio.Event(), asyncio.Event()
        self.opening.set()
        self.recording.set()

    async def open(self, order: OpenOrder) -> Opened:
        await self.opening.wait()
        if order.enrolment not in self.opened:
            raise UnknownRun(f"there is no enrolment {order.enrolment}")
        return self.opened[order.enrolment]

    async def record(self, entry: Entry) -> None:
        self.keep(entry)
        await self.recording.wait()

    async def open_task(self, order: TaskOrder) -> None:
        self.keep(order.entry)
        self.tasks[order.task.key] = order

    async def facts(self, order: FactsOrder, *, now: datetime) -> dict[str, Value | None]:
        self.keep(order.entry)
        return {name: self.facts_now.get(name) for name in order.facts.names}

    async def start_journey(self, order: JourneyOrder, *, now: datetime) -> str | None:
        self.keep(order.entry)
        self.begun.append(order.journey)
        return self.not_begun.get(order.journey.journey)

    async def move(self, order: MoveOrder) -> None:
        self.keep(order.entry)
        self.versions[order.entry.enrolment] = order.version

    def keep(self, entry: Entry) -> None:
        """Write an advance down once, in order."""
        written = self.entries[entry.enrolment]
        if not written or entry.move > written[-1].move:
            written.append(entry)


class MemoryLedger:
    """Answers with the verdicts it was given, in turn; when there are none left, it allows. What is `shut` is blocked for good, by step."""

    def __init__(self, runs: MemoryRuns) -> None:
        self._runs = runs
        self.verdicts: deque[Verdict] = deque()
        self.shut: dict[str, Verdict] = {}
        self.asked: list[TouchOrder | LetterOrder] = []
        self.settled: dict[str, Handover] = {}

    async def reserve(self, order: TouchOrder | LetterOrder, *, now: datetime) -> Reservation:
        if isinstance(order, TouchOrder):
            self._runs.keep(order.entry)
        self.asked.append(order)
        if order.touch.step in self.shut:
            return Reservation(blocked=self.shut[order.touch.step])
        if self.verdicts:
            return Reservation(blocked=self.verdicts.popleft())
        return Reservation(message=_message(order.touch.key))

    async def settle(self, key: str, handed: Handed, *, now: datetime, offered: bool = True, attempt: int | None = None) -> bool:
        self.settled[key] = handed.result
        return True


class MemoryRequests:
    """Answers with what it was given, in turn; when there is nothing left, it accepts."""

    def __init__(self, runs: MemoryRuns) -> None:
        self._runs = runs
        self.answers: deque[Called] = deque()
        self.asked: list[CallOrder] = []

    async def call(self, order: CallOrder, *, attempt: int) -> Called:
        self._runs.keep(order.entry)
        self.asked.append(order)
        return self.answers.popleft().model_copy(update={"key": order.call.key}) if self.answers else Called(key=order.call.key, result="accepted")


class MemoryChannel:
    """Answers with what it was given, in turn; when there is nothing left, it takes every message."""

    def __init__(self) -> None:
        self.answers: deque[Handover] = deque()
        self.offered: list[Message] = []
        self.sent: list[Message] = []

    async def send(self, message: Message) -> Handed:
        self.offered.append(message)
        answer = self.answers.popleft() if self.answers else Handover.ACCEPTED
        if answer is Handover.ACCEPTED:
            self.sent.append(message)
        return Handed(result=answer)

    async def arrived(self, message_id: str) -> bool | None:
        return any(message.message_id == message_id for message in self.sent)


def _message(key: str) -> Message:
    return Message(key=key, message_id=f"<{key}>", sender="house", to="somebody", subject="Our talk", text="…", html="…", language="en")
