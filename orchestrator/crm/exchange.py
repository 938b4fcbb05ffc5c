"""The exchange with a CRM, look by look: gather what of ours is new, write what is due, read what changed there. Paced and behind a breaker of its own, so
that a CRM in trouble is left alone with growing rests, and nothing is lost meanwhile."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.ports import Clock
from orchestrator.channels.breaker import Breaker, Patience
from orchestrator.clock import wall_clock
from orchestrator.counts import Dropped, count
from orchestrator.crm.port import Away, Crm, Denied, Later, Refused, Told
from orchestrator.crm.records import Arriving, Kind
from orchestrator.store.crm.arrivals import StoredArrivals
from orchestrator.store.crm.gathering import BOOKS, gather
from orchestrator.store.crm.standing import StoredStanding, Taken
from orchestrator.store.engine import transaction

PAUSE = 30.0
"""Seconds between two looks."""

BATCH = 200
"""Records of one request: what Salesforce takes; Vault would take 500."""

TURNS = 20
"""Pages and requests of each kind in one look, so that no kind keeps the others waiting."""

PATIENCE = Patience(after=2, rest=60.0, longest=1800.0)

Heard = TypeVar("Heard")

log = structlog.get_logger()


class Exchange:
    """Between one house and one CRM. Several workers may have one each: rows and cursors are taken by one of them at a time."""

    def __init__(
        self,
        engine: AsyncEngine,
        name: str,
        crm: Crm,
        arrivals: StoredArrivals,
        clock: Clock,
        *,
        since: datetime | None = None,
        breaker: Breaker | None = None,
        real: Callable[[], datetime] = wall_clock,
    ) -> None:
        self._engine, self._name, self._crm, self._arrivals = engine, name, crm, arrivals
        self._standing = StoredStanding(engine, name)
        self._clock, self._real, self._since = clock, real, since
        self._breaker = breaker or Breaker(PATIENCE)
        self._batch = dict.fromkeys(Kind, BATCH)

    async def look(self) -> int:
        """Do what is due, and return how many requests were made."""
        for book in BOOKS:
            await self._gather(book)
        made = 0
        for kind in Kind:
            made += await self._write(kind)
        for arriving in Arriving:
            made += await self._read(arriving)
        return made

    async def _gather(self, book: str) -> None:
        for _ in range(TURNS):
            async with transaction(self._engine) as session:
                more = await gather(session, self._name, book, since=self._since, real=self._real(), now=self._clock.now())
            if not more:
                return

    async def _write(self, kind: Kind) -> int:
        made = 0
        while made < TURNS and self._breaker.rests() is None:
            taken = await self._speakable(kind)
            if not taken or self._breaker.admit() is not None:
                return made
            made += 1
            if not await self._say(kind, taken):
                return made
        return made

    async def _speakable(self, kind: Kind) -> tuple[Taken, ...]:
        """The next records that are due and have words at the CRM. The others wait for its mapping."""
        while taken := await self._standing.take(kind, most=self._batch[kind], now=self._real()):
            mute: list[tuple[Taken, Told]] = [(each, Later(code)) for each in taken if (code := self._crm.lacks(each.record)) is not None]
            await self._standing.settle(kind, mute, now=self._real())
            spoken = {each.key for each, _ in mute}
            if found := tuple(each for each in taken if each.key not in spoken):
                return found
        return ()

    async def _say(self, kind: Kind, taken: tuple[Taken, ...]) -> bool:
        """Whether the CRM takes more now."""
        answer = await self._heard(self._crm.upsert(kind, [each.record for each in taken]))
        match answer:
            case Away():
                self._trouble(kind, answer)
                await self._standing.put_back(kind, taken, answer.code, now=self._real())
                return False
            case Denied(code=code):
                await self._denied(kind, taken, code)
                return True
            case _:
                await self._standing.settle(kind, tuple(zip(taken, answer.told, strict=True)), now=self._real())
                self._batch[kind] = min(self._batch[kind] * 2, BATCH)
                if answer.rest is not None:
                    self._breaker.in_trouble(asked=answer.rest.total_seconds())
                return answer.rest is None

    async def _heard(self, conversation: Awaitable[Heard]) -> Heard:
        """What came of a conversation. Whoever is away keeps the breaker from closing; an answer of any other kind closes it."""
        try:
            answer = await conversation
        except BaseException:  # cut short, or worse: the next one tries
            self._breaker.in_trouble()
            raise
        if not isinstance(answer, Away):
            self._breaker.went_well()
        return answer

    async def _denied(self, kind: Kind, taken: tuple[Taken, ...], code: str) -> None:
        """One record may spoil a request for the others. So they are said in fewer and fewer at a time, until the one stands alone and is refused."""
        log.error("crm", crm=self._name, kind=kind, trouble=code, records=len(taken), check="DIRIGENT_CRM: the mapping of this kind")
        if len(taken) == 1:
            await self._standing.settle(kind, [(taken[0], Refused(code))], now=self._real())
            return
        self._batch[kind] = max(1, len(taken) // 2)
        await self._standing.put_back(kind, taken, code, now=self._real())

    async def _read(self, kind: Arriving) -> int:
        for made in range(TURNS):
            if self._breaker.rests() is not None:
                return made
            since = await self._arrivals.cursor(kind, since=self._since or self._real(), now=self._real())
            if self._breaker.admit() is not None:
                return made
            page = await self._heard(self._crm.changed(kind, since))
            if isinstance(page, Away | Denied):
                self._trouble(kind, page if isinstance(page, Away) else Away(page.code))
                return made + 1
            stored = await self._arrivals.take(kind, page, since, real=self._real(), now=self._clock.now())
            if page.rest is not None:
                self._breaker.in_trouble(asked=page.rest.total_seconds())
            if not page.more or not stored:
                return made + 1
        return TURNS

    def _trouble(self, kind: Kind | Arriving, away: Away) -> None:
        log.warning("crm", crm=self._name, kind=kind, trouble=away.code)
        count(Dropped.LOOK, away.code)
        self._breaker.in_trouble(asked=away.rest.total_seconds() if away.rest is not None else None)
