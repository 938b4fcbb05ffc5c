"""The activities that read and record a run: opening it, recording an advance, putting a task before a human, reporting facts."""

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.orders import Entry, FactsOrder, JourneyOrder, MoveOrder, Opened, OpenOrder, TaskOrder
from activities.ports import Clock, Runs, UnknownRun
from journeys.events import FactsLoaded, JourneyBegun
from journeys.state import INTERPRETER


class RunActivities:
    """Each is one transaction, recorded under (enrolment, move): a repeat after a crash changes nothing."""

    def __init__(self, runs: Runs, clock: Clock) -> None:
        self._runs = runs
        self._clock = clock

    @activity.defn
    async def open_run(self, order: OpenOrder) -> Opened:
        """Read what the run needs before it begins. The history keeps by which conductor it is played, for as long as that history is replayed."""
        try:
            opened = await self._runs.open(order)
        except UnknownRun as unknown:
            raise ApplicationError(str(unknown), type="unknown_run", non_retryable=True) from unknown
        return opened.model_copy(update={"interpreter": INTERPRETER})

    @activity.defn
    async def record(self, entry: Entry) -> None:
        """Write down an advance that has no other effect."""
        await self._runs.record(entry)

    @activity.defn
    async def open_task(self, order: TaskOrder) -> None:
        """Write down the advance and open the task that it led to."""
        await self._runs.open_task(order)

    @activity.defn
    async def ask_facts(self, order: FactsOrder) -> FactsLoaded:
        """Write down the advance and say how the facts stand now, not when the run began."""
        return FactsLoaded(key=order.facts.key, facts=await self._runs.facts(order, now=self._clock.now()))

    @activity.defn
    async def start_journey(self, order: JourneyOrder) -> JourneyBegun:
        """Write down the advance and enter the HCP in another journey, or say why not."""
        refused = await self._runs.start_journey(order, now=self._clock.now())
        return JourneyBegun(key=order.journey.key, refused=refused)

    @activity.defn
    async def move_run(self, order: MoveOrder) -> None:
        """Write down that the run is on another version of its journey."""
        await self._runs.move(order)
