"""Which records share an address: two of one person, or two people at one mailbox. What one of them takes back by a channel counts for all of them."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, false, func, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from journeys.content import EMAIL
from orchestrator.store.tables import Person


def address_of(person: Person, channel: str) -> str | None:
    """Where a channel reaches the person: e-mail has an address of its own, every other channel that sends goes to the mobile."""
    return person.email if channel == EMAIL else person.mobile


def same_address(person: Person, channel: str) -> ColumnElement[bool]:
    """Letters of an e-mail address are compared without regard to case. Who has no address shares it with nobody."""
    return _same_email(person) if channel == EMAIL else _same_mobile(person)


def same_anywhere(person: Person) -> ColumnElement[bool]:
    """An address of any kind in common."""
    return or_(_same_email(person), _same_mobile(person))


def share(one: Person, other: Person, channel: str) -> bool:
    """The same of two records that are at hand."""
    address = address_of(one, channel)
    return bool(address) and (address or "").lower() == (address_of(other, channel) or "").lower()


async def sharing(session: AsyncSession, person_id: str, *channels: str) -> Sequence[Person]:
    """The person and every other record of the same address on one of the channels, or of any where none is named, locked in the order of their ids until
    the transaction ends. It is the lock that rows which refer to a person do not conflict with."""
    one = await session.get_one(Person, person_id)
    same = or_(*(same_address(one, channel) for channel in channels)) if channels else same_anywhere(one)
    found = select(Person).where(or_(col(Person.id) == person_id, same)).order_by(Person.id)
    return (await session.exec(found.with_for_update(key_share=True).execution_options(populate_existing=True))).all()


def _same_email(person: Person) -> ColumnElement[bool]:
    return func.lower(Person.email) == person.email.lower() if person.email else false()


def _same_mobile(person: Person) -> ColumnElement[bool]:
    return col(Person.mobile) == person.mobile if person.mobile else false()
