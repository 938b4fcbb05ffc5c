"""What people choose for themselves by the links of their messages, kept with the evidence of the click: the touch, the text, the time and the kind of
program that was used, and no address of anybody's machine."""

from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.idempotency import Once
from api.ports.preferences import Agent
from api.rows import OptInRow, PersonRow, PreferenceRow
from api.schemas.consents import NewOptIn
from api.who import Who
from journeys.consent_texts import ConsentText
from journeys.consents import HERE, RECIPIENT, missing
from journeys.content import EMAIL
from journeys.definitions import ContentRef, Purpose
from journeys.reasons import Reason
from journeys.shapes import read_back
from orchestrator.counts import REPEATED, Dropped, count_in
from orchestrator.store import audit, tables
from orchestrator.store.addresses import sharing
from orchestrator.store.consents import add_act
from orchestrator.store.desk.adding import added
from orchestrator.store.desk.preference_lines import lines_of, still_theirs, texts_of
from orchestrator.store.dispatches import STEP, NewDispatch, dispatch
from orchestrator.store.engine import transaction
from orchestrator.store.facts import consent_acts, has_objected
from orchestrator.store.objections import object_to_marketing
from orchestrator.store.tables import Consent, Objection, OptIn, Person, Touch

GOOD_FOR = timedelta(days=7)
"""How long the link of a double opt-in is good."""
MOST_A_DAY = 30
"""Consents that one person may give by links in a day; who takes something back is never refused."""
PAGE, TWICE = "preference_page", "double_opt_in"


class Links(Protocol):
    def confirm(self, opt_in: str) -> str:
        """The address of the second click."""
        ...


class StoredPreferences:
    """Implements `api.ports.preferences.Preferences`."""

    def __init__(self, engine: AsyncEngine, links: Links) -> None:
        self._engine = engine
        self._links = links

    async def of_touch(self, touch: str, *, now: datetime) -> PreferenceRow | None:
        async with transaction(self._engine) as session:
            row = await session.get(Touch, touch)
            if row is None:
                return None
            person = await session.get_one(Person, row.person_id)
            objected = await has_objected(session, person.id)
            lines = () if objected else await lines_of(session, person, row, now)
        return PreferenceRow(language=person.language, objected=objected, lines=lines)

    async def give(self, touch: str, text: str, *, language: str, agent: Agent, now: datetime) -> bool:
        async with transaction(self._engine) as session:
            row = await session.get_one(Touch, touch)
            person = (await _locked(session, row))[0]
            line = next((line for line in await lines_of(session, person, row, now) if line.text == text), None)
            if line is not None and line.allowed:
                count_in(session, Dropped.CONSENT, REPEATED)
                return True
            if line is None or not line.can_give or language not in line.words or await has_objected(session, person.id):
                count_in(session, Dropped.CONSENT, "not_here")
                return False
            if await _given_today(session, person.id, now) >= MOST_A_DAY:
                count_in(session, Dropped.CONSENT, "too_many")
                return False
            agreed = await _text(session, text)
            details: dict[str, Any] = {"text_version": text, "language": language, "expires": agreed.expires(now)}
            await _record(session, row, person, "given", line.channel, line.product, agent, now, **details)
        return True

    async def withdraw(self, touch: str, *, channel: str | None, product: str | None, agent: Agent, now: datetime) -> bool:
        async with transaction(self._engine) as session:
            row = await session.get_one(Touch, touch)
            person = await session.get_one(Person, row.person_id)
            known = await _lines_known(session, person) | {(row.channel, None)}
            lines = {(each, product if channel is not None else None) for each, _ in known if channel in (None, each)}
            if product is not None and product not in {of for _, of in known}:
                lines = set()
            if not lines:
                count_in(session, Dropped.UNSUBSCRIPTION, "not_here")
            for each, of in sorted(lines):
                await sharing(session, person.id, each)
                if await _taken_back(session, person.id, each, of):
                    count_in(session, Dropped.UNSUBSCRIPTION, REPEATED)
                else:
                    await _record(session, row, person, "withdrawn", each, of, agent, now)
        return bool(lines)

    async def object(self, touch: str, *, now: datetime) -> None:
        async with transaction(self._engine) as session:
            row = await session.get_one(Touch, touch)
            new = Objection(id=uuid4().hex, person_id=row.person_id, method=PAGE, captured_by=RECIPIENT, at=now)
            await object_to_marketing(session, new, role=RECIPIENT)

    async def ask(self, who: Who, person: PersonRow, opt_in: NewOptIn, text: ConsentText, *, once: Once, now: datetime) -> OptInRow:
        async with transaction(self._engine) as session:
            await sharing(session, person.id, EMAIL)
            earlier = await _asked_lately(session, person.id, opt_in, now)
            if earlier is not None:
                count_in(session, Dropped.REQUEST, REPEATED)
                return await _shown(session, earlier)
            told: dict[str, Any] = {"text_version": text.text, "language": opt_in.language, "channel": text.channel, "market": text.market}
            told |= {"product": opt_in.product or text.product, "asked_by": who.id, "asked_at": now, "until": now + GOOD_FOR}
            new = OptIn(id=once.id("opt-in").replace(".", "-"), person_id=person.id, **told)
            if await added(session, new):
                await self._send(session, new, text.letter or ContentRef("", 1), by=who.id, now=now)
                details = {"person": person.id, "text": text.text, "product": new.product}
                await audit.record(session, by=who.id, role=who.role, action="consent.asked", subject=f"opt-in:{new.id}", details=details, now=now)
            return await _shown(session, await session.get_one(OptIn, new.id))

    async def _send(self, session: AsyncSession, opt_in: OptIn, letter: ContentRef, *, by: str, now: datetime) -> None:
        content = await session.get(tables.ContentVersion, (letter.id, letter.version))
        new = NewDispatch(
            id=opt_in.id,
            person_id=opt_in.person_id,
            channel=EMAIL,
            purpose=Purpose.TRANSACTIONAL,
            product=content.product if content is not None else "",
            market=opt_in.market,
            content=letter,
            values={"confirm": self._links.confirm(opt_in.id)},
            by=by,
        )
        await dispatch(session, new, now=now)

    async def opt_in(self, opt_in: str) -> OptInRow | None:
        async with transaction(self._engine) as session:
            row = await session.get(OptIn, opt_in)
            return await _shown(session, row) if row is not None else None

    async def confirm(self, opt_in: str, *, agent: Agent, now: datetime) -> bool:
        async with transaction(self._engine) as session:
            row = await session.get_one(OptIn, opt_in, with_for_update=True)
            if row.consent_id is not None:
                count_in(session, Dropped.CONSENT, REPEATED)
                return not await _undone(session, row)
            if now >= row.until or await _undone(session, row):
                objected = await has_objected(session, row.person_id)
                count_in(session, Dropped.CONSENT, "too_late" if now >= row.until else "objected" if objected else "not_here")
                return False
            text = await _text(session, row.text_version)
            evidence = {"opt_in": row.id, "dispatch": row.id, "asked_by": row.asked_by, "asked_at": row.asked_at.isoformat(), "agent": agent}
            act = Consent(
                id=uuid4().hex,
                person_id=row.person_id,
                act="given",
                channel=row.channel,
                purpose=Purpose.PROMOTIONAL,
                market=row.market,
                product=row.product,
                text_version=row.text_version,
                language=row.language,
                method=TWICE,
                captured_by=RECIPIENT,
                proof=f"opt-in:{row.id}",
                at=now,
                recorded_at=now,
                expires=text.expires(now),
                evidence={**evidence, "touch": await _letter_of(session, row.id)},
            )
            row.consent_id = act.id
            await add_act(session, act, by=RECIPIENT, role=RECIPIENT)
        return True


async def _locked(session: AsyncSession, touch: Touch) -> list[Person]:
    """The recipient, first, behind the lock of every record of an address of theirs."""
    people = await sharing(session, touch.person_id)
    return sorted(people, key=lambda person: person.id != touch.person_id)


async def _lines_known(session: AsyncSession, person: Person) -> set[tuple[str, str | None]]:
    """Every channel and product that anybody in the market may be asked about, or was, or that stands in an act of this person. Nothing else can be taken
    back: what a form says must not become words in a ledger that nobody may change."""
    texts = await texts_of(session, person.market)
    acts = await session.exec(select(Consent.channel, Consent.product).where(Consent.person_id == person.id))
    return {*acts, *((text.channel, text.product) for text in texts.values())}


async def _taken_back(session: AsyncSession, person_id: str, channel: str, product: str | None) -> bool:
    """Whether the latest act here on the channel says this very no, or a wider one."""
    acts = (
        select(Consent.act, Consent.product)
        .where(Consent.person_id == person_id, Consent.channel == channel, Consent.purpose == Purpose.PROMOTIONAL, Consent.source == HERE)
        .order_by(col(Consent.at).desc(), col(Consent.act).desc())
    )
    return (await session.exec(acts)).first() in {("withdrawn", None), ("withdrawn", product)}


async def _record(
    session: AsyncSession, touch: Touch, person: Person, act: str, channel: str, product: str | None, agent: Agent, now: datetime, **details: Any
) -> None:
    new = Consent(
        id=uuid4().hex,
        person_id=person.id,
        act=act,
        channel=channel,
        purpose=Purpose.PROMOTIONAL,
        market=person.market,
        product=product,
        method=PAGE,
        captured_by=RECIPIENT,
        proof=f"touch:{touch.key}",
        at=now,
        recorded_at=now,
        evidence={"touch": touch.key, "agent": agent},
        **details,
    )
    await add_act(session, new, by=RECIPIENT, role=RECIPIENT)


async def _given_today(session: AsyncSession, person_id: str, now: datetime) -> int:
    given = select(func.count()).where(
        Consent.person_id == person_id, Consent.captured_by == RECIPIENT, Consent.act == "given", Consent.recorded_at > now - timedelta(days=1)
    )
    return (await session.exec(given)).one()


async def _asked_lately(session: AsyncSession, person_id: str, asked: NewOptIn, now: datetime) -> OptIn | None:
    """The opt-in on the same text that is still open."""
    known = select(OptIn).where(OptIn.person_id == person_id, OptIn.text_version == asked.text_version, OptIn.until > now, col(OptIn.consent_id).is_(None))
    return (await session.exec(known.order_by(col(OptIn.asked_at).desc()))).first()


async def _text(session: AsyncSession, text: str) -> ConsentText:
    return read_back(ConsentText, (await session.get_one(tables.ConsentText, text)).body)


async def _letter_of(session: AsyncSession, dispatch_id: str) -> str:
    sent = select(Touch.key).where(Touch.dispatch_id == dispatch_id).order_by(col(Touch.at).desc())
    return (await session.exec(sent)).first() or f"{dispatch_id}.{STEP}.1"


async def _shown(session: AsyncSession, row: OptIn) -> OptInRow:
    words = (await _text(session, row.text_version)).words[row.language].text
    told = {name: getattr(row, name) for name in ("id", "channel", "product", "language", "until")}
    return OptInRow(**told, text=row.text_version, words=words, confirmed=row.consent_id is not None, undone=await _undone(session, row))


async def _undone(session: AsyncSession, row: OptIn) -> bool:
    """Whether the person has objected, has taken back since what was given by this, or has not given it yet and has another address by now."""
    person = await session.get_one(Person, row.person_id)
    letter = await session.get(Touch, await _letter_of(session, row.id))
    moved = letter is not None and row.consent_id is None and not still_theirs(letter, person)
    if moved or await has_objected(session, row.person_id):
        return True
    given = await session.get_one(Consent, row.consent_id) if row.consent_id is not None else None
    if given is None:
        return False
    acts = await consent_acts(session, person)
    later = [act for act in acts if act.at >= given.at]
    now = max(act.at for act in later)
    return missing(later, channel=row.channel, purpose=Purpose.PROMOTIONAL, market=row.market, now=now, product=row.product) is Reason.CONSENT_WITHDRAWN
