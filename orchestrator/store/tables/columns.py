"""Column shapes that every table shares: instants with their zone, JSON that keeps its key order, closed lists of words."""

from typing import Any

from sqlalchemy import JSON, BigInteger, Column, DateTime, Text
from sqlmodel import Field


def instant(*, index: bool = False) -> Any:
    """A required instant, stored with its zone."""
    return Field(sa_type=DateTime(timezone=True), index=index)


def maybe_instant(*, index: bool = False) -> Any:
    """An instant that may be missing."""
    return Field(default=None, sa_type=DateTime(timezone=True), index=index, nullable=True)


def document() -> Any:
    """JSON kept as written: PostgreSQL's json, not jsonb, because the order of a definition's steps has a meaning."""
    return Field(sa_column=Column(JSON, nullable=False))


def maybe_document() -> Any:
    """JSON that may be missing."""
    return Field(default=None, sa_column=Column(JSON, nullable=True))


def serial() -> Any:
    """The number that the database gives a row, in the order of arrival; wide enough for tables that only grow."""
    return Field(default=None, primary_key=True, sa_type=BigInteger)


def words() -> Any:
    """Free text of any length."""
    return Field(sa_type=Text)


def refers_to(target: str, *, index: bool = True) -> Any:
    """A required reference; `index=False` where another index starts with the column."""
    return Field(foreign_key=target, index=index)


def may_refer_to(target: str, *, index: bool = True) -> Any:
    """A reference that may be missing."""
    return Field(default=None, foreign_key=target, index=index, nullable=True)
