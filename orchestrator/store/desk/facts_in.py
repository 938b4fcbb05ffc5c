"""Facts in at the front desk: what a provider proved to have said is taken row by row, and what could not be placed is looked at again."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import structlog
from sqlalchemy import exists, func, tuple_
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select

from api.codes import Code
from api.paging import Batch, Slice
from api.ports import Brought, NotLetIn
from api.rows import FactInRow
from api.who import Who
from journeys.definitions import Purpose
from journeys.facts import Wall
from orchestrator.clock import wall_clock
from orchestrator.counts import Dropped, count, count_in
from orchestrator.store import audit, facts_in
from orchestrator.store.engine import transaction
from orchestrator.store.tables import FactIn, Repeat, Touch
from orchestrator.webhooks.telling import UNREADABLE, Delivery, Provider, Refusal, Told

_COPIED = tuple(name for name in FactInRow.__dataclass_fields__ if name != "repeats")
_DETAILS = {
    Refusal.SIGNATURE_INVALID: "This is not signed by the provider, or not these very bytes.",
    Refusal.STALE: "The timestamp is too far from now.",
    Refusal.REPLAYED: "This was brought before.",
    Refusal.INVALID: "The body is not what the provider sends.",
}
UNREAD = "unread"

log = structlog.get_logger()


class StoredFactsIn:
    """`tolerances` is how long each provider's tokens would be let in; `real` the wall clock, by which providers stamp."""

    def __init__(
        self, engine: AsyncEngine, providers: Mapping[str, Provider], tolerances: Mapping[str, timedelta], *, real: Callable[[], datetime] = wall_clock
    ) -> None:
        self._engine, self._providers, self._tolerances, self._real = engine, providers, tolerances, real

    async def bring(self, provider: str, brought: Brought, *, now: datetime) -> Mapping[str, int] | NotLetIn:
        known = self._providers.get(provider)
        if known is None:
            return NotLetIn(Code.NOT_FOUND, "No such provider is set up here.")
        given = Delivery(brought.headers, brought.body, brought.target)
        refused = await refusal(known, given, now=self._real())
        if refused is not None:
            return not_let_in(refused)
        try:
            rows = known.read(given)
        except UNREADABLE:
            return not_let_in(Refusal.INVALID)
        taken: Counter[str] = Counter()
        async with transaction(self._engine) as session:
            token = known.token(given)
            if token is not None and not await facts_in.first_time(session, provider, token, kept=self._tolerances[provider], now=self._real()):
                return not_let_in(Refusal.REPLAYED)
            # Always in the same order, so that two batches that share rows do not wait for each other in a circle.
            for row in sorted((row for row in rows if isinstance(row, Told)), key=lambda told: told.source_id):
                taken[await facts_in.take(session, provider, row, now=now)] += 1
            unread = len(rows) - taken.total()
            if unread:
                count_in(session, Dropped.HEARD, UNREAD, times=unread)
                taken[UNREAD] = unread
        log.info("webhook", provider=provider, **taken)
        return taken

    async def page(
        self, who: Who, *, standing: str | None, source: str | None, kind: str | None, person_id: str | None, late: bool | None, cut: Slice
    ) -> Batch[FactInRow]:
        order = (col(FactIn.arrived_at), col(FactIn.id))
        again = (col(Repeat.source) == col(FactIn.source)) & (col(Repeat.source_id) == col(FactIn.source_id)) & (col(Repeat.what) == "fact")
        wanted = select(FactIn, func.coalesce(Repeat.times, 0)).outerjoin(Repeat, again).order_by(*(each.desc() for each in order)).limit(cut.limit + 1)
        if not who.sees(Wall.MEDICAL):
            wanted = wanted.where(~exists().where(col(Touch.key) == col(FactIn.touch_key), col(Touch.purpose) == Purpose.MEDICAL_RESPONSE))
        asked = ((FactIn.standing, standing), (FactIn.source, source), (FactIn.kind, kind), (FactIn.person_id, person_id), (FactIn.late, late))
        for column, value in asked:
            if value is not None:
                wanted = wanted.where(col(column) == value)
        if cut.after is not None:
            wanted = wanted.where(tuple_(*order) < (cut.after.instant(0), cut.after.text(1)))
        async with transaction(self._engine) as session:
            found = (await session.exec(wanted)).all()
        rows = [FactInRow(**{name: getattr(fact, name) for name in _COPIED}, repeats=times) for fact, times in found]
        return Batch.of(rows, cut, lambda row: (row.arrived_at, row.id))

    async def judge_again(self, who: Who, *, source: str | None, most: int, remark: str, now: datetime) -> Mapping[str, int]:
        standing: Counter[str] = Counter()
        async with transaction(self._engine) as session:
            for row in await facts_in.unplaced(session, source=source, most=most):
                standing[await facts_in.judge(session, row, now=now)] += 1
            details = {"source": source, "remark": remark, "standing": dict(standing)}
            await audit.record(session, by=who.id, role=who.role, action="facts.judged_again", subject="facts", details=details, now=now)
        return standing


async def refusal(provider: Provider, given: Delivery, *, now: datetime) -> Refusal | None:
    """Why it is not let in. Nobody has proved anything yet: what cannot even be read is not signed."""
    try:
        return await provider.refused(given, now=now)
    except UNREADABLE:
        return Refusal.SIGNATURE_INVALID


def not_let_in(refusal: Refusal) -> NotLetIn:
    """Why, in words; counted."""
    count(Dropped.WEBHOOK, refusal)
    return NotLetIn(Code(refusal), _DETAILS[refusal])
