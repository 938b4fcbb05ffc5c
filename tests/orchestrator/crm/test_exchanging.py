"""The loop of a worker: whatever the CRM does, journeys go on; and who is in trouble is left alone."""

import asyncio
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncEngine

from journeys.calls import CallWords
from orchestrator.channels.breaker import Breaker, Patience
from orchestrator.channels.conversation import new_client
from orchestrator.crm.exchange import Exchange
from orchestrator.crm.making import make_exchange
from orchestrator.crm.port import Away, Denied, Page, Upserted
from orchestrator.crm.records import Arriving, Cursor, Kind, Record
from orchestrator.pacing import keep
from orchestrator.store import tables
from orchestrator.store.crm.arrivals import StoredArrivals
from tests.activities.fakes import StoppedClock
from tests.orchestrator.counting import Counted, counting
from tests.orchestrator.crm.vendors import Vault, opened
from tests.orchestrator.store.desk.filling import every


class FakeCrm:
    """Answers as it is told, and counts how often it is asked."""

    def __init__(self, answer: Page | Denied | Away | Exception, stop: asyncio.Event | None = None) -> None:
        self._answer, self._stop, self.asked = answer, stop, 0

    def lacks(self, record: Record) -> str | None:
        raise AssertionError(record)

    async def upsert(self, kind: Kind, records: Sequence[Record]) -> Upserted | Denied | Away:
        raise AssertionError(kind, records)

    async def changed(self, kind: Arriving, since: Cursor) -> Page | Denied | Away:
        self.asked += 1
        if self._stop is not None:
            self._stop.set()
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


def an_exchange(engine: AsyncEngine, crm: FakeCrm) -> Exchange:
    breaker = Breaker(Patience(after=2), now=lambda: 0.0)
    return Exchange(engine, "crm", crm, StoredArrivals(engine, "crm", CallWords()), StoppedClock(), breaker=breaker)


async def test_a_crm_that_is_away_is_left_alone(engine: AsyncEngine) -> None:
    """After two troubles in a row it rests; what was read so far stays as it was."""
    crm = FakeCrm(Away("readtimeout"))
    exchange = an_exchange(engine, crm)
    for _ in range(3):
        await exchange.look()
    assert crm.asked == 2
    assert {row.page for row in await every(engine, tables.CrmCursor)} == {None}


async def test_a_list_that_is_denied_is_trouble_too(engine: AsyncEngine) -> None:
    """A mapping that names a field that is not there must not be asked for again and again."""
    crm = FakeCrm(Denied("invalid_field"))
    exchange = an_exchange(engine, crm)
    risen: Counted = {}
    with counting(risen):
        await exchange.look()
    assert risen == {("look", "invalid_field"): 2}


async def test_the_exchange_of_the_settings_is_the_vendor_s(engine: AsyncEngine) -> None:
    """As a worker makes it: one look logs in and asks for both lists."""
    async with opened(Vault()) as vault, new_client() as client:
        assert isinstance(vault, Vault)
        exchange = make_exchange(vault.account(), client, words={}, engine=engine, clock=StoppedClock())
        assert await exchange.look() == 2
        assert vault.sessions == 1
        assert {asked.form["q"].partition(" FROM ")[2].partition(" ")[0] for asked in vault.asked[1:]} == {"call2__v", "suggestion_feedback__v"}


async def test_a_fault_of_ours_does_not_stop_the_worker(engine: AsyncEngine) -> None:
    """It is logged and counted, and the next look tries again."""
    stop = asyncio.Event()
    risen: Counted = {}
    with counting(risen):
        await keep(an_exchange(engine, FakeCrm(RuntimeError("a fault"), stop)).look, stop, rest=60, name="crm", trouble=(Exception,))
    assert risen == {("look", "RuntimeError"): 1}
