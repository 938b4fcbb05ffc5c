"""The seals over the audit: what makes it show when somebody has changed it behind the house's back."""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from orchestrator.store.tables.columns import instant


class AuditSeal(SQLModel, table=True):
    """Append-only: one link of the chain. `digest` is over the link before and the lines that this one seals. Real time."""

    __tablename__ = "audit_seal"
    number: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    """Counted from 1, without gaps."""
    digest: str
    lines: int
    upto: int = Field(sa_type=BigInteger)
    """The highest id among its lines."""
    at: datetime = instant(index=True)


class SealedLine(SQLModel, table=True):
    """Append-only: a line of the audit, the link that seals it, and the digest of what it said then. It refers to no line: one that is gone is
    missed."""

    __tablename__ = "sealed_line"
    audit_id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    seal: int = Field(foreign_key="audit_seal.number", index=True, sa_type=BigInteger)
    digest: str
