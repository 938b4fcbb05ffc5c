"""The monitor: it looks for runs that are parked without a waker, in the store and in Temporal, and raises an alarm for each. A run that waits for
ever and tells nobody is the one failure that looks like health."""

import asyncio
from collections.abc import Collection
from datetime import timedelta
from typing import Protocol

import structlog
from temporalio.service import RPCError

from orchestrator.clock import JourneyClock, wall_clock
from orchestrator.pacing import AWAY, keep
from orchestrator.store.crm.watching import StoredCrmWatch
from orchestrator.store.unknowns import ABANDONED, UNBALANCED, UNKNOWN, StoredUnknowns
from orchestrator.store.watch import GONE, Parked, StoredWatch

GRACE = timedelta(minutes=10)
"""How long, on the clock on the wall, a run may be late before it counts as parked. Timers and retries are seconds late, never minutes."""

RESERVED_FOR = timedelta(days=1)
"""Real time after which nobody will settle a touch that is reserved: workers that were all away for so long ask their channels about it first."""

UNKNOWN_FOR = timedelta(hours=1)
"""How long, on the clock on the wall, nobody may know what became of a touch."""

PAUSE = 60.0
"""Seconds between two looks."""

PAGE = 500
"""How many runs Temporal is asked about at once."""

PAGES = 40
"""How many pages each look takes, so that a look ends before the next is due. The next one goes on where it stopped."""

REST = 0.05
"""Seconds between two pages: others ask Temporal too."""

log = structlog.get_logger()


class Servers(Protocol):
    """Where runs live: Temporal, or a fake."""

    async def running(self, enrolments: Collection[str]) -> Collection[str]:
        """Those of these runs whose workflow is running."""
        ...


class Looks(Protocol):
    """A monitor, of runs or of safety cases."""

    async def look(self) -> object:
        """Look once, and say what is the matter."""
        ...


class Monitor:
    """Looks and remembers where it stopped asking Temporal. Several workers may look at once: alarms are raised once."""

    def __init__(
        self,
        watch: StoredWatch,
        servers: Servers,
        clock: JourneyClock,
        *,
        grace: timedelta = GRACE,
        unknowns: StoredUnknowns | None = None,
        crm: StoredCrmWatch | None = None,
    ) -> None:
        self._watch, self._servers, self._clock, self._unknowns, self._crm = watch, servers, clock, unknowns, crm
        self._grace = grace * clock.pace.speed
        self._after = ""
        self._balanced = ""

    async def look(self) -> tuple[Parked, ...]:
        """Look once at the whole store and at the next runs in Temporal. Returns the alarms that are new; each is a line of the log too."""
        now = self._clock.now()
        before = now - self._grace
        parked = await self._watch.parked(before=before, told_before=self._clock.pace.wall(before))
        new = _said(await self._watch.raise_alarms(parked, among=None, now=now))
        for _ in range(PAGES):
            new += await self._look_in_temporal()
            if not self._after:
                break
        if self._unknowns is not None:
            await self._look_into_the_ledger(self._unknowns)
        if self._crm is not None:
            for each in await self._crm.raise_alarms(now=wall_clock()):
                log.error("crm", crm=each.crm, kind=each.kind, key=each.key, alarm=each.state, trouble=each.trouble, since=each.since.isoformat())
        return new

    async def _look_into_the_ledger(self, unknowns: StoredUnknowns) -> None:
        """Touches that have been unknown for long, and the next ones that may stand otherwise than they are booked."""
        now = self._clock.now()
        for key in await unknowns.give_up(before=now - RESERVED_FOR * self._clock.pace.speed, now=now):
            log.error("touch", key=key, result=UNKNOWN, trouble=ABANDONED)
        for key in await unknowns.alarm_of_unknowns(before=now - UNKNOWN_FOR * self._clock.pace.speed, now=now):
            log.error("touch", key=key, alarm=UNKNOWN)
        wrong, self._balanced = await unknowns.balance(after=self._balanced, now=now)
        for key in wrong:
            log.error("touch", key=key, alarm=UNBALANCED)

    async def look_everywhere(self) -> tuple[Parked, ...]:
        """Look at every run, however many there are."""
        self._after = ""
        new = await self.look()
        while self._after:
            new += await self._look_in_temporal()
        return new

    async def _look_in_temporal(self) -> tuple[Parked, ...]:
        """Look at the next page of runs, and remember where it ends; after the last one the first is next."""
        runs = await self._watch.under_way(after=self._after, limit=PAGE)
        there = await self._servers.running(runs) if runs else ()
        missing = [run for run in runs if run not in there]
        gone = [Parked(run, GONE, runs[run]) for run in missing if not await self._watch.ended(run)]  # it may have ended since the list was read
        self._after = max(runs) if len(runs) == PAGE else ""
        await asyncio.sleep(REST)
        return _said(await self._watch.raise_alarms(gone, among=runs, now=self._clock.now()))


def _said(new: tuple[Parked, ...]) -> tuple[Parked, ...]:
    for each in new:
        log.error("parked", enrolment=each.enrolment_id, kind=each.kind, since=each.since.isoformat())
    return new


async def keep_watching(monitor: Looks, stop: asyncio.Event) -> None:
    """Look again and again until told to stop. What keeps it from looking is a line of the log; the next look tries again."""
    await keep(monitor.look, stop, rest=PAUSE, name="monitor", trouble=(*AWAY, RPCError))
