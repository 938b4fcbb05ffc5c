"""Whose rows a user sees: field users those of the territories they are aligned to, all others every row; and of each side what the firewall lets through."""

from sqlalchemy import ColumnElement, true
from sqlmodel import col, select

from api.who import Who
from orchestrator.store.tables import Alignment, Person


def in_scope(who: Who) -> ColumnElement[bool]:
    """A condition on `person`: the HCP lies in the user's territory. An HCP without a territory is nobody's in the field."""
    if not who.in_the_field:
        return true()
    return col(Person.territory_id).in_(select(Alignment.territory_id).where(Alignment.user_id == who.id))


def visible(side: object, who: Who) -> ColumnElement[bool]:
    """A condition on a `side` column: the user's sides of the firewall."""
    return col(side).in_(sorted(who.sides))
