"""Brings what workflows count, which ends up in Temporal's runtime, to the counters of the process."""

import asyncio
from contextlib import suppress

from temporalio.runtime import MetricBuffer, Runtime, TelemetryConfig

from orchestrator.counts import Dropped, count
from workflows.counting import FACT, METRIC

ROOM = 100_000
"""How many updates of the runtime's own metrics may come between two looks."""

BEAT = 1.0


class Metering:
    """A runtime for the client of one worker. Its buffer holds the runtime's own metrics too, which are let go."""

    def __init__(self) -> None:
        self._buffer = MetricBuffer(ROOM)
        self.runtime = Runtime(telemetry=TelemetryConfig(metrics=self._buffer))

    def take_over(self) -> None:
        """Add what was counted since the last time."""
        for update in self._buffer.retrieve_updates():
            if update.metric.name == METRIC and update.attributes["what"] == FACT:
                count(Dropped.FACT, str(update.attributes["reason"]), times=int(update.value))

    async def keep_taking_over(self, stop: asyncio.Event) -> None:
        """Do so again and again until told to stop."""
        while not stop.is_set():
            self.take_over()
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), BEAT)
        self.take_over()
