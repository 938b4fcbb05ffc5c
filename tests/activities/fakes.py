"""The ports of the activities, faked: a ledger and runs in memory that remember what they were asked, and a channel that does as it is told."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from activities.orders import Entry, FactsOrder, JourneyOrder, LetterOrder, MoveOrder, Opened, OpenOrder, TaskOrder, TouchOrder
from activities.ports import Handed, Handover, Message, Reservation, UnknownRun
from journeys.conditions import Value
from journeys.durations import Calendar
from tests.builders import NOW, a_journey


class StoppedClock:
    """Journey time that stands still."""

    def __init__(self, at: datetime = NOW) -> None:
        self._at = at

    def now(self) -> datetime:
        return self._at

    def later(self, real: timedelta) -> datetime:
        return self._at + real


@dataclass
class FakeCounts:
    """Keeps what was counted."""

    dropped_: list[tuple[str, str]] = field(default_factory=list)

    def dropped(self, what: str, reason: str) -> None:
        self.dropped_.append((what, reason))


class BrokenDownError(Exception):
    """What a fake raises where a process would die."""


@dataclass
class FakeChannel:
    """Gives the answer it was made with. `journal` holds the Message-IDs that arrived; None is a channel that cannot be asked."""

    answer: Handover = Handover.ACCEPTED
    journal: list[str] | None = None
    dies: bool = False
    retry_after: timedelta | None = None
    trouble: str | None = None
    offered: list[Message] = field(default_factory=list)

    async def send(self, message: Message) -> Handed:
        self.offered.append(message)
        if self.journal is not None and self.answer is Handover.ACCEPTED:
            self.journal.append(message.message_id)
        if self.dies:
            raise BrokenDownError
        return Handed(result=self.answer, retry_after=self.retry_after, trouble=self.trouble)

    async def arrived(self, message_id: str) -> bool | None:
        return None if self.journal is None else message_id in self.journal


@dataclass
class FakeLedger:
    """Answers every order with one reservation, all after the first with `later` where there is one, and keeps the results that it is told."""

    reservation: Reservation
    later: Reservation | None = None
    orders: list[tuple[TouchOrder | LetterOrder, datetime]] = field(default_factory=list)
    settled: list[tuple[str, Handover, datetime]] = field(default_factory=list)

    async def reserve(self, order: TouchOrder | LetterOrder, *, now: datetime) -> Reservation:
        self.orders.append((order, now))
        return self.later if self.later is not None and len(self.orders) > 1 else self.reservation

    async def settle(self, key: str, handed: Handed, *, now: datetime, offered: bool = True, attempt: int | None = None) -> bool:
        self.settled.append((key, handed.result, now))
        return True


@dataclass
class FakeRuns:
    """Knows one enrolment."""

    known: str = "enr1"
    recorded: list[Entry | TaskOrder | FactsOrder | JourneyOrder | MoveOrder] = field(default_factory=list)
    asked_at: list[datetime] = field(default_factory=list)

    async def open(self, order: OpenOrder) -> Opened:
        if order.enrolment != self.known:
            raise UnknownRun(f"there is no enrolment {order.enrolment}")
        return Opened(definition=a_journey(), calendar=Calendar(), facts={"persona": "pioneer"}, withdrawn=())

    async def record(self, entry: Entry) -> None:
        self.recorded.append(entry)

    async def open_task(self, order: TaskOrder) -> None:
        self.recorded.append(order)

    async def facts(self, order: FactsOrder, *, now: datetime) -> dict[str, Value | None]:
        self.recorded.append(order)
        self.asked_at.append(now)
        return dict.fromkeys(order.facts.names, "pioneer")

    async def move(self, order: MoveOrder) -> None:
        self.recorded.append(order)

    async def start_journey(self, order: JourneyOrder, *, now: datetime) -> str | None:
        self.recorded.append(order)
        self.asked_at.append(now)
        return None if order.journey.journey == "nurse-programme" else "no_such_journey"
