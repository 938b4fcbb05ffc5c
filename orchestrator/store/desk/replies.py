"""Replies at the front desk: proved and taken as providers bring them, and read by the side that they are of."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import func, tuple_, update
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.codes import Code
from api.paging import Batch, Slice
from api.ports import Brought, NotLetIn
from api.rows import ReplyRow
from api.who import Who
from journeys.facts import Wall
from orchestrator.clock import wall_clock
from orchestrator.replies import inbound
from orchestrator.replies.letters import Letter
from orchestrator.store import audit, facts_in, replies
from orchestrator.store.desk.facts_in import not_let_in, refusal
from orchestrator.store.desk.scope import in_scope, visible
from orchestrator.store.engine import transaction
from orchestrator.store.tables import MedicalReplyWords, Notification, Person, Reply, ReplyWords
from orchestrator.store.wall import Crossing, Traveller, beyond
from orchestrator.webhooks.telling import UNREADABLE, Delivery, Provider, Refusal

_COPIED = tuple(name for name in ReplyRow.__dataclass_fields__ if name != "safety")
_READERS: Mapping[str, Callable[[Delivery], Letter]] = {
    "mailgun": inbound.from_mailgun,
    "sendgrid": inbound.from_sendgrid,
    "postmark": inbound.from_postmark,
}


class StoredReplies:
    def __init__(
        self,
        engine: AsyncEngine,
        providers: Mapping[str, Provider],
        tolerances: Mapping[str, timedelta],
        *,
        mail_domain: str,
        real: Callable[[], datetime] = wall_clock,
    ) -> None:
        self._engine, self._providers, self._tolerances, self._domain, self._real = engine, providers, tolerances, mail_domain, real

    async def bring(self, provider: str, brought: Brought, *, now: datetime) -> str | NotLetIn:
        known = self._providers.get(provider)
        if known is None or (provider != "twilio" and provider not in _READERS):
            return NotLetIn(Code.NOT_FOUND, "No such provider is set up here.")
        given = Delivery(brought.headers, brought.body, brought.target)
        refused = await refusal(known, given, now=self._real())
        if refused is not None:
            return not_let_in(refused)
        try:
            reader = inbound.from_twilio if provider == "twilio" else _READERS[provider]
            told = await asyncio.to_thread(reader, given)  # of fifteen megabytes, it takes a while
        except UNREADABLE:
            return not_let_in(Refusal.INVALID)
        if told is None:
            return not_let_in(Refusal.INVALID)
        token = known.token(given)
        async with transaction(self._engine) as session:
            if token is not None and not await facts_in.first_time(session, provider, token, kept=self._tolerances[provider], now=self._real()):
                return not_let_in(Refusal.REPLAYED)
            if isinstance(told, inbound.Text):
                return await replies.take_text(session, told, source=provider, now=now)
            return await replies.take_letter(session, told, mail_domain=self._domain, now=now)

    async def take(self, letter: Letter, *, now: datetime) -> str:
        """An e-mail from a mailbox of our own."""
        async with transaction(self._engine) as session:
            return await replies.take_letter(session, letter, mail_domain=self._domain, now=now)

    async def page(self, who: Who, *, standing: str | None, unread: bool | None, safety: bool | None, cut: Slice) -> Batch[ReplyRow]:
        order = (col(Reply.arrived_at), col(Reply.id))
        wanted = _seen_by(who).order_by(*(each.desc() for each in order)).limit(cut.limit + 1)
        if standing is not None:
            wanted = wanted.where(Reply.standing == standing)
        if unread is not None:
            wanted = wanted.where(col(Reply.read_at).is_(None) if unread else col(Reply.read_at).is_not(None))
        if safety is not None:
            wanted = wanted.where((func.json_array_length(Reply.hints) > 0) == safety)
        if cut.after is not None:
            wanted = wanted.where(tuple_(*order) < (cut.after.instant(0), cut.after.text(1)))
        async with transaction(self._engine) as session:
            rows = [_told(row) for row in await session.exec(wanted)]
        return Batch.of(rows, cut, lambda row: (row.arrived_at, row.id))

    async def read(self, who: Who, reply_id: str, *, now: datetime) -> tuple[ReplyRow, str] | None:
        async with transaction(self._engine) as session:
            row = (await session.exec(_seen_by(who).where(Reply.id == reply_id))).first()
            if row is None:
                return None
            words = await _words(session, row, who, now)
            if row.read_at is None and row.told in {None, who.id}:
                row.read_at = now
                session.add(row)
            mine = (col(Notification.reply_id) == row.id, col(Notification.user_id) == who.id, col(Notification.read_at).is_(None))
            await session.exec(update(Notification).where(*mine).values(read_at=now))
            return _told(row), words

    async def judge_again(self, who: Who, *, source: str | None, most: int, remark: str, now: datetime) -> Mapping[str, int]:
        async with transaction(self._engine) as session:
            standing = await replies.judge_again(session, source=source, most=most, now=now)
            details = {"source": source, "remark": remark, "standing": dict(standing)}
            await audit.record(session, by=who.id, role=who.role, action="replies.judged_again", subject="replies", details=details, now=now)
        return standing


async def _words(session: AsyncSession, row: Reply, who: Who, now: datetime) -> str:
    if row.side != Wall.MEDICAL:
        found = await session.get(ReplyWords, row.id)
        return found.words if found is not None else ""
    async with beyond(session, Traveller.of(who), Crossing.REPLY_READ, subject=f"reply:{row.id}", person=row.person_id, now=now):
        words = await session.get(MedicalReplyWords, row.id)
    return words.words if words is not None else ""


def _seen_by(who: Who):  # type: ignore[no-untyped-def]  # noqa: ANN202 - a select whose type nobody can write down
    """Of the asker's sides: field users those given to them, and those of people in their territories."""
    wanted = select(Reply).where(visible(Reply.side, who))
    if not who.in_the_field:
        return wanted
    theirs = select(Person.id).where(in_scope(who))
    return wanted.where(or_(col(Reply.told) == who.id, col(Reply.person_id).in_(theirs)))


def _told(row: Reply) -> ReplyRow:
    return ReplyRow(**{name: getattr(row, name) for name in _COPIED}, safety=bool(row.hints))
