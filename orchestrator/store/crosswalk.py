"""By which ids others know our people and users, and how such ids become known."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, delete, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from orchestrator.store.tables import ExternalId, Person, User, UserExternalId


async def user_of(session: AsyncSession, source: str, value: str) -> str | None:
    """The user who is meant: by our own id, or by the source's."""
    user = await session.get(User, value)
    if user is not None:
        return user.id
    return (await session.exec(select(UserExternalId.user_id).where(UserExternalId.source == source, UserExternalId.value == value))).first()


def person_known(named: Any) -> ColumnElement[bool]:
    """A condition on a JSON column that names a person, by our id or by a source's: we know by now who that is."""
    by_source = select(ExternalId.person_id).where(
        col(ExternalId.source) == col(named)["source"].as_string(), col(ExternalId.value) == col(named)["value"].as_string()
    )
    return or_(by_source.exists(), select(Person.id).where(col(Person.id) == col(named)["person"].as_string()).exists())


def user_known(source: Any, named: Any) -> ColumnElement[bool]:
    """The same of the rep whom it names, by our id or by that of the source."""
    value = col(named)["rep"].as_string()
    by_source = select(UserExternalId.user_id).where(col(UserExternalId.source) == col(source), col(UserExternalId.value) == value)
    return or_(by_source.exists(), select(User.id).where(col(User.id) == value).exists())


async def accounts_of(session: AsyncSession, source: str, people: Collection[str]) -> Mapping[str, str]:
    """The source's id of each of these people that it knows; of several, the first by its letters."""
    wanted = select(ExternalId.person_id, ExternalId.value).where(ExternalId.source == source, col(ExternalId.person_id).in_(set(people)))
    return {person: value for person, value in await session.exec(wanted.order_by(col(ExternalId.value).desc()))}  # noqa: C416 - rows are no pairs to mypy


async def users_of(session: AsyncSession, source: str, users: Collection[str]) -> Mapping[str, str]:
    """The source's id of each of these users that it knows."""
    wanted = select(UserExternalId.user_id, UserExternalId.value).where(UserExternalId.source == source, col(UserExternalId.user_id).in_(set(users)))
    return {user: value for user, value in await session.exec(wanted)}  # noqa: C416 - rows are no pairs to mypy


async def know_account(session: AsyncSession, source: str, value: str, *, person: str) -> str | None:
    """Learn the source's id of a person, who is named by our id or as `npi:1003000126` by another's. Returns our id; None where nobody is called so."""
    register, colon, number = person.partition(":")
    if colon:
        found = (await session.exec(select(ExternalId.person_id).where(ExternalId.source == register, ExternalId.value == number))).first()
    else:
        found = (await session.exec(select(Person.id).where(Person.id == person))).first()
    if found is not None:
        row = insert(ExternalId).values(source=source, value=value, person_id=found)
        await session.exec(row.on_conflict_do_update(index_elements=["source", "value"], set_={"person_id": found}))
    return found


async def know_user(session: AsyncSession, source: str, value: str, *, user: str) -> str | None:
    """Learn the source's id of a user, in the place of the one that was known. None where there is no such user."""
    if await session.get(User, user) is None:
        return None
    await session.exec(
        delete(UserExternalId).where(col(UserExternalId.source) == source, (col(UserExternalId.user_id) == user) | (col(UserExternalId.value) == value))
    )
    await session.exec(insert(UserExternalId).values(source=source, value=value, user_id=user))
    return user
