"""A world in which an e-mail may go out, and the orders that runs give about it: each test takes away the one thing it is about."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.orders import Entry, TouchOrder
from activities.ports import Message
from api.links import Links
from journeys.commands import Deliver, Note
from journeys.definitions import ContentRef
from journeys.position import Position
from journeys.state import Ending, EndKind
from orchestrator.mail.compose import Composer
from orchestrator.mail.links import MailLinks
from orchestrator.sealing import Sealing
from orchestrator.store import library, tables
from orchestrator.store.engine import transaction
from orchestrator.store.ledger import StoredLedger
from tests.builders import NOW, a_market
from tests.orchestrator.store.desk.filling import ASTRID, ENROLMENT, HOME, a_person, add, an_enrolment, the_world

NURSE = "person-maria"
LINKS = Links("k" * 32)


async def fill(engine: AsyncEngine) -> None:
    """Astrid may be written to, in the run that she is in, twice a week; a nurse supports her, of whom no consent is known."""
    await the_world(engine)
    await add(
        engine,
        an_enrolment(conductor="user-rep", territory_id=HOME),
        a_consent(),
        a_person(id=NURSE, given_name="Maria", family_name="Ek", profession="nurse", email="maria@clinic.example"),
        tables.Affiliation(person_id=NURSE, other_id=ASTRID, role="nurse"),
    )


async def set_cap(engine: AsyncEngine, cap: int) -> None:
    """Publish another cap for the market."""
    async with transaction(engine) as session:
        await library.publish_market(session, a_market(weekly_cap=cap), now=NOW)


def a_ledger(engine: AsyncEngine, *, channels: tuple[str, ...] = ("email", "sms"), sealing: Sealing | None = None) -> StoredLedger:
    composer = Composer(MailLinks(LINKS, public_url="https://dirigent.example/"), sender="no-reply@dirigent.example", domain="mail.example")
    return StoredLedger(engine, composer, channels=channels, sealing=sealing)


def a_consent(**changes: Any) -> tables.Consent:
    """Consent to promotional e-mail, given an hour ago."""
    given: dict[str, Any] = {"id": "consent-1", "person_id": ASTRID, "act": "given", "channel": "email", "purpose": "promotional", "market": "SE"}
    given |= {"text_version": "1", "method": "paper", "captured_by": "user-rep", "at": NOW - timedelta(hours=1), "recorded_at": NOW}
    return tables.Consent(**{**given, **changes})


def a_withdrawal(**changes: Any) -> tables.Consent:
    return a_consent(**{"id": "consent-2", "act": "withdrawn", "text_version": None, "at": NOW, **changes})


def an_entry(*notes: Note, enrolment: str = ENROLMENT, move: int = 1, at: datetime = NOW, position: Position | None = None) -> Entry:
    return Entry(enrolment=enrolment, move=move, at=at, notes=notes, position=position or a_position())


def a_position(**changes: Any) -> Position:
    told: dict[str, Any] = {"step": "follow-up", "doing": "sending", "since": NOW, "until": None, "reason": None, "ended": None}
    return Position(**{**told, **changes})


def an_end(**changes: Any) -> Position:
    ending = Ending(**{"kind": EndKind.FINISHED, "reason": "finished", **changes})
    return Position(step=None, doing="ended", since=None, until=None, reason=None, ended=ending)


def a_touch_order(enrolment: str = ENROLMENT, *, passage: int = 1, move: int = 1, at: datetime = NOW, **touch: Any) -> TouchOrder:
    """The order of a run to send the e-mail of its step `follow-up`."""
    told: dict[str, Any] = {"step": "follow-up", "content": ContentRef("hf-dialogue", 2), "to": "hcp"}
    deliver = Deliver(key=f"{enrolment}.follow-up.{passage}", **{**told, **touch})
    return TouchOrder(entry=an_entry(enrolment=enrolment, move=move, at=at), touch=deliver)


def runs_of_one_person(count: int, **changes: Any) -> list[tables.Enrolment]:
    """As many runs of Astrid's, each in a journey of its own."""
    return [an_enrolment(id=f"run{number}", journey=f"journey-{number}", **changes) for number in range(count)]


async def change(engine: AsyncEngine, statement: str, **values: Any) -> None:
    """Something that others do to the tables in the meantime."""
    async with engine.begin() as connection:
        await connection.execute(text(statement), values)


async def the_touch(engine: AsyncEngine, key: str = f"{ENROLMENT}.follow-up.1") -> tables.Touch:
    async with transaction(engine) as session:
        return await session.get_one(tables.Touch, key)


def handed(message: Message | None) -> Message:
    """The message of a reservation that has one."""
    assert message is not None
    return message
