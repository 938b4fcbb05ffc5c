"""The words that people give as reasons: kept here alone, so that they can be erased; medical's in its own schema."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.who import Who
from journeys.facts import Wall
from orchestrator.store.desk.adding import added
from orchestrator.store.tables import MedicalRemark, Remark
from orchestrator.store.wall import Crossing, Traveller, beyond


async def keep(session: AsyncSession, who: Who, words: str, *, side: str, id: str, now: datetime) -> str:  # noqa: A002 - the vocabulary's word
    """Keep what somebody said, once under its id, on the side of the wall where it was said."""
    if side != Wall.MEDICAL:
        await added(session, Remark(id=id, by=who.id, side=side, words=words, at=now))
        return id
    async with beyond(session, Traveller.of(who), Crossing.REMARK_WRITTEN, subject=f"remark:{id}", person=None, now=now):
        await added(session, MedicalRemark(id=id, by=who.id, words=words, at=now))
    return id


async def of_medical(session: AsyncSession, who: Who, ids: Collection[str], *, person: str, now: datetime) -> Mapping[str, str]:
    """The words of these remarks that lie with medical, for whoever may see that side; a line of the audit tells that they were read."""
    if not ids or not who.sees(Wall.MEDICAL):
        return {}
    async with beyond(session, Traveller.of(who), Crossing.REMARKS_READ, subject=f"person:{person}", person=person, now=now):
        found = await session.exec(select(MedicalRemark.id, MedicalRemark.words).where(col(MedicalRemark.id).in_(ids)))
        return dict(found.all())
