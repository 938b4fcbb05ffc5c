"""The people of a selection, page by page in the order of their ids: the database leaves out who cannot be meant, the condition itself is judged on
each person's facts."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from journeys.conditions import AllOf, Condition, FactIs
from journeys.selections import Selection
from orchestrator.store.tables import CommercialProfile, Person

_COLUMNS: dict[str, Any] = {
    "profession": Person.profession,
    "specialty": Person.specialty,
    "persona": CommercialProfile.persona,
    "adoption_stage": CommercialProfile.adoption_stage,
    "tier": CommercialProfile.tier,
}
"""Facts that stand in a column as they are."""


async def people_after(session: AsyncSession, selection: Selection, after: str | None, *, limit: int) -> Sequence[str]:
    """The ids of the next people who may be meant."""
    wanted = select(Person.id).join(CommercialProfile, col(CommercialProfile.person_id) == col(Person.id), isouter=True).where(*_bounds(selection))
    if after is not None:
        wanted = wanted.where(col(Person.id) > after)
    return (await session.exec(wanted.order_by(col(Person.id)).limit(limit))).all()


def _bounds(selection: Selection) -> Iterator[ColumnElement[bool]]:
    for column, values in ((Person.market, selection.markets), (Person.territory_id, selection.territories), (Person.id, selection.people)):
        if values:
            yield col(column).in_(values)
    yield from _narrowing(selection.when)


def _narrowing(condition: Condition | None) -> Iterator[ColumnElement[bool]]:
    """What a condition cannot be met without, as far as it says so of a column by its values."""
    match condition:
        case AllOf():
            for part in condition.all:
                yield from _narrowing(part)
        case FactIs(fact=fact) if fact in _COLUMNS and (condition.is_ is not None or condition.in_ is not None):
            values = condition.in_ if condition.in_ is not None else (condition.is_,)
            yield col(_COLUMNS[fact]).in_([value for value in values if isinstance(value, str)])
        case _:
            return
