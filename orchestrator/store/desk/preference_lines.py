"""How each thing stands that somebody may choose by a link: what they agreed to, in the words they agreed to, and whether a click may change it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.rows import PreferenceLine
from journeys.consent_texts import ConsentText
from journeys.consents import ConsentAct, missing
from journeys.definitions import Purpose
from journeys.shapes import read_back
from orchestrator.store import tables
from orchestrator.store.addresses import address_of
from orchestrator.store.facts import consent_acts
from orchestrator.store.hearing import digest_of
from orchestrator.store.tables import Person, Touch


async def lines_of(session: AsyncSession, person: Person, touch: Touch, now: datetime) -> tuple[PreferenceLine, ...]:
    """What the person may choose: each text of promotion that is in use in their market, and what they agreed to by one that is not in use any more."""
    acts, texts = await consent_acts(session, person), await texts_of(session, person.market)
    reached_by = touch.channel if still_theirs(touch, person) else None
    lines = [_line(text, text.product, acts, texts, reached_by=reached_by, now=now) for text in texts.values() if not text.retired]
    shown = {(line.channel, line.product) for line in lines}
    given = {(act.channel, act.product): texts.get(act.text_version or "") for act in acts if act.act == "given" and act.record is None}
    old = [_line(text, of, acts, texts, reached_by=None, now=now) for (channel, of), text in given.items() if text is not None and (channel, of) not in shown]
    return (*lines, *(line for line in old if line.allowed))


def still_theirs(touch: Touch, person: Person) -> bool:
    """Whether the message went to the address that the person has now: who reads it elsewhere proves nothing by a click."""
    address = address_of(person, touch.channel)
    return touch.address is None or (address is not None and touch.address == digest_of(address, touch.channel))


def _line(
    text: ConsentText, product: str | None, acts: Sequence[ConsentAct], texts: Mapping[str, ConsentText], *, reached_by: str | None, now: datetime
) -> PreferenceLine:
    """How one line stands. Where it is allowed it shows the words that were agreed to, which may be older than those that are in use."""
    asked: dict[str, Any] = {"channel": text.channel, "purpose": Purpose.PROMOTIONAL, "market": text.market, "product": product}
    allowed = missing(acts, now=now, **asked) is None
    agreed = texts.get(_agreed(acts, text.channel, product, now) or "", text) if allowed else text
    later = max((now, *(act.at for act in acts))) + timedelta(microseconds=1)
    held = missing((*acts, ConsentAct(act="given", at=later, text_version=text.text, **asked)), now=later, **asked) is not None
    words = {language: wording.text for language, wording in agreed.words.items()}
    can_give = text.channel == reached_by and not held
    return PreferenceLine(text=text.text, channel=text.channel, product=product, words=words, allowed=allowed, can_give=can_give, held=held)


def _agreed(acts: Iterable[ConsentAct], channel: str, product: str | None, now: datetime) -> str | None:
    """The text of the latest consent that counts for the line."""
    given = [act for act in acts if act.act == "given" and act.record is None and act.channel == channel and act.product in (None, product) and act.at <= now]
    return max(given, key=lambda act: act.at).text_version if given else None


async def texts_of(session: AsyncSession, market: str) -> dict[str, ConsentText]:
    """Every text that anybody in the market may be asked to agree to for promotion, or once was, by its name."""
    rows = await session.exec(select(tables.ConsentText).where(tables.ConsentText.market == market).order_by(col(tables.ConsentText.id)))
    texts = [read_back(ConsentText, row.body) for row in rows]
    return {text.text: text for text in texts if text.purpose is Purpose.PROMOTIONAL}
