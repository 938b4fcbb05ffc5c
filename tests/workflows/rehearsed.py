"""A script of the rehearsal room played on a real server: the same things happen to a real run, and the house answers as the room did."""

from collections import defaultdict, deque
from collections.abc import Sequence
from datetime import datetime, timedelta

from temporalio.exceptions import ApplicationError

from activities.orders import CallOrder, Entry, FactsOrder, JourneyOrder, LetterOrder, TouchOrder
from activities.ports import Reservation
from journeys import events as on
from journeys.conditions import Value
from journeys.definitions import Definition
from journeys.policy import Verdict
from journeys.rehearsal import Script
from tests.workflows.memory import MemoryLedger, MemoryRequests, MemoryRuns
from tests.workflows.stages import Played, Stage, eventually

ANSWERS = on.FactsLoaded | on.Settled | on.JourneyBegun | on.Called
BY_ITSELF = on.Alarm | on.Proceed


class Answers:
    """What the room answered to each passage, in order."""

    def __init__(self, script: Script) -> None:
        self._told: defaultdict[str, deque[on.Event]] = defaultdict(deque)
        for happened in script.happened:
            if isinstance(happened.event, ANSWERS):
                self._told[happened.event.key].append(happened.event)

    def next(self, key: str) -> on.Event:
        """The next answer for that passage. A question that the room was not asked has none, and the run fails."""
        if not self._told[key]:
            raise ApplicationError(f"the room was not asked at {key}", non_retryable=True)
        return self._told[key].popleft()


class ScriptedRuns(MemoryRuns):
    """Knows the facts, and which journeys begin, as the room did."""

    answers: Answers

    async def facts(self, order: FactsOrder, *, now: datetime) -> dict[str, Value | None]:
        self.keep(order.entry)
        told = self.answers.next(order.facts.key)
        assert isinstance(told, on.FactsLoaded)
        return told.facts

    async def start_journey(self, order: JourneyOrder, *, now: datetime) -> str | None:
        self.keep(order.entry)
        told = self.answers.next(order.journey.key)
        assert isinstance(told, on.JourneyBegun)
        return told.refused


class ScriptedLedger(MemoryLedger):
    """Lets out what the room's gate let out."""

    def __init__(self, runs: ScriptedRuns) -> None:
        super().__init__(runs)
        self._answers = runs

    async def reserve(self, order: TouchOrder | LetterOrder, *, now: datetime) -> Reservation:
        told = self._answers.answers.next(order.touch.key)
        assert isinstance(told, on.Settled)
        if told.result in ("deferred", "refused"):
            self.verdicts.append(Verdict.model_validate({"verdict": told.result, "reason": told.reason, "until": told.until}))
        return await super().reserve(order, now=now)


class ScriptedRequests(MemoryRequests):
    """Other systems answer as they did in the room."""

    def __init__(self, runs: ScriptedRuns) -> None:
        super().__init__(runs)
        self._answers = runs

    async def call(self, order: CallOrder, *, attempt: int) -> on.Called:
        told = self._answers.answers.next(order.call.key)
        assert isinstance(told, on.Called)
        self.answers.append(told)
        return await super().call(order, attempt=attempt)


async def play_script(stage: Stage, definition: Definition, script: Script, *, ends: bool) -> Played:
    """Play what happened in the room on a stage that skips time, to the end where the run came to one."""
    assert isinstance(stage.runs, ScriptedRuns)
    stage.runs.answers = Answers(script)
    await _until(stage, script.begun_at)
    run = await stage.play(definition, **dict(script.arrival))
    for happened in script.happened:
        if not isinstance(happened.event, ANSWERS | BY_ITSELF):
            await _until(stage, happened.at)
            await _happen(run, happened.event)
    if ends:
        await run.end()
    return run


async def _until(stage: Stage, at: datetime) -> None:
    left = at - await stage.now()
    if left > timedelta():
        await stage.pass_time(left)


async def _happen(run: Played, event: on.Event) -> None:
    match event:
        case on.Complete() | on.Skip() | on.Snooze() | on.Reassign() | on.Choose():
            await eventually(lambda: _open(run.entries, event.task), lambda: f"the task {event.task}: {run.seen}")
            await run.command(event)
        case on.Leave():
            await run.command(event)
        case _:
            await run.tell(event)  # type: ignore[arg-type]


def _open(entries: Sequence[Entry], task: str) -> bool:
    return bool(entries) and any(line.key == task and line.doing == "task" for line in entries[-1].position.lines)
