"""Asks other systems on behalf of runs: written down first, then said, then written down what was heard. It implements `activities.ports.Requests`."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

import httpx
import structlog

from activities.orders import CallOrder
from activities.ports import Unanswered
from journeys.conditions import Value
from journeys.events import Called
from journeys.shapes import Instant, Stored
from orchestrator.clock import JourneyClock, wall_clock
from orchestrator.counts import Dropped, count
from orchestrator.requests.conversation import NO_ANSWER, UNKNOWN_ENDPOINT, converse
from orchestrator.requests.endpoints import Endpoints

log = structlog.get_logger()


class Asked(Stored):
    """A request as it is on record: whom it is about, the facts it may tell, and what was heard of it before."""

    person: str
    journey: str
    version: int
    facts: dict[str, Value | None]
    heard: Called | None = None


class Book(Protocol):
    """Where requests are written down."""

    async def ask(self, order: CallOrder, *, now: datetime) -> Asked:
        """Record the advance and the request, each once, and read the named facts as they stand."""
        ...

    async def settle(self, heard: Called, *, now: datetime) -> None:
        """Write down what was heard. What is settled stays as it is."""
        ...


class Question(Stored):
    """What another system is told."""

    key: str
    journey: str
    version: int
    step: str
    enrolment: str
    person: str
    facts: dict[str, Value | None]
    answers: tuple[str, ...]
    answer_by: Instant
    callback: str


class SignedRequests:
    """`real` is the wall clock, by which signatures are stamped."""

    def __init__(
        self,
        book: Book,
        endpoints: Endpoints,
        client: httpx.AsyncClient,
        clock: JourneyClock,
        *,
        public_url: str,
        real: Callable[[], datetime] = wall_clock,
    ) -> None:
        self._book, self._endpoints, self._client = book, endpoints, client
        self._clock, self._public_url, self._real = clock, public_url.rstrip("/"), real

    async def call(self, order: CallOrder, *, attempt: int) -> Called:
        """Record the advance and ask, unless an earlier attempt has heard already. Raises Unanswered, until the step's own time is up: it asks once, and
        whoever called comes back."""
        asked = await self._book.ask(order, now=self._clock.now())
        if asked.heard is not None:
            return asked.heard
        try:
            heard = await self._ask(order, asked)
        except Unanswered as error:
            count(Dropped.CALL_DEFERRED, "unanswered")
            log.warning("unanswered", key=order.call.key, to=order.call.to, attempt=attempt, trouble=str(error))
            raise Unanswered(str(error), retry_after=self._within(order, error.retry_after)) from None
        await self._book.settle(heard, now=self._clock.now())
        if heard.result == "failed":
            count(Dropped.CALL, heard.reason or "failed")
        return heard

    async def _ask(self, order: CallOrder, asked: Asked) -> Called:
        call = order.call
        endpoint = self._endpoints.get(call.to)
        if endpoint is None:
            return Called(key=call.key, result="failed", reason=UNKNOWN_ENDPOINT)
        if self._clock.now() >= call.until:
            return Called(key=call.key, result="failed", reason=NO_ANSWER)
        body = self._question(order, asked).model_dump_json().encode()
        return await converse(self._client, endpoint, call, body, now=self._real())

    def _question(self, order: CallOrder, asked: Asked) -> Question:
        call = order.call
        return Question(
            key=call.key,
            journey=asked.journey,
            version=asked.version,
            step=call.step,
            enrolment=order.entry.enrolment,
            person=asked.person,
            facts=asked.facts,
            answers=call.answers,
            answer_by=call.until,
            callback=f"{self._public_url}/api/v1/requests/{call.key}/answer",
        )

    def _within(self, order: CallOrder, wished: timedelta | None) -> timedelta | None:
        """How long to wait at the other system's wish, in real time: never beyond the step's own, which ends the asking."""
        if wished is None:
            return None
        left = self._clock.pace.wall(order.call.until) - self._real()
        return max(timedelta(), min(wished, left))
