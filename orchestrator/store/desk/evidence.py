"""Gathers the evidence of one HCP from the ledgers, the gate's judgements and the audit, in one transaction, which writes down who read it."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from sqlalchemy import or_
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.evidence import sealed
from api.routers.consents import standings
from api.rows import PersonRow
from api.schemas.consents import ConsentLine
from api.schemas.evidence import AuditLine, CheckEvidence, ConsentEvidence, EvidencePack, ObjectionEvidence, TouchEvidence, VerdictEvidence
from api.who import Who
from journeys.consent_texts import ConsentText
from journeys.definitions import Purpose
from journeys.facts import Wall
from journeys.shapes import read_back
from orchestrator.store import audit, tables
from orchestrator.store.engine import transaction
from orchestrator.store.facts import consent_acts
from orchestrator.store.wall import Crossing

_OF_MEDICAL = ("inquiry.", "medical_", *Crossing)
"""How the actions begin that only medical and compliance read of: that somebody crossed the wall tells that there is something behind it."""


class StoredEvidence:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def of_person(self, who: Who, person: PersonRow, *, now: datetime) -> EvidencePack:
        async with transaction(self._engine) as session:
            row = await session.get_one(tables.Person, person.id)
            acts = await _consents(session, row.id)
            pack = EvidencePack(
                person_id=row.id,
                name=f"{row.given_name} {row.family_name}",
                market=row.market,
                status=row.status,
                ids=await _ids(session, row.id),
                made_at=now,
                made_by=who.id,
                consents=acts,
                standing=tuple(standings(await consent_acts(session, row), market=row.market, now=now)),
                objection=await _objection(session, row.id),
                touches=await _touches(session, row.id, medical=who.sees(Wall.MEDICAL)),
                audit=await _audit(session, row.id, [act.id for act in acts], medical=who.sees(Wall.MEDICAL)),
            )
            pack = sealed(pack)
            details = {"digest": pack.digest}
            await audit.record(session, by=who.id, role=who.role, action="evidence.read", subject=f"person:{row.id}", details=details, now=now)
        return pack


async def _ids(session: AsyncSession, person_id: str) -> dict[str, str]:
    known = await session.exec(select(tables.ExternalId).where(tables.ExternalId.person_id == person_id).order_by(tables.ExternalId.source))
    return {each.source: each.value for each in known}


async def _consents(session: AsyncSession, person_id: str) -> tuple[ConsentEvidence, ...]:
    wanted = select(tables.Consent).where(tables.Consent.person_id == person_id).order_by(col(tables.Consent.at), col(tables.Consent.recorded_at))
    acts = (await session.exec(wanted)).all()
    named = {act.text_version for act in acts if act.text_version}
    texts = {row.id: read_back(ConsentText, row.body) for row in await session.exec(select(tables.ConsentText).where(col(tables.ConsentText.id).in_(named)))}
    return tuple(ConsentEvidence(**ConsentLine.model_validate(act).model_dump(), words=_words(texts, act)) for act in acts)


def _words(texts: dict[str, ConsentText], act: tables.Consent) -> str | None:
    text = texts.get(act.text_version or "")
    wording = text.words.get(act.language or "") if text is not None else None
    return wording.text if wording is not None else None


async def _objection(session: AsyncSession, person_id: str) -> ObjectionEvidence | None:
    found = (await session.exec(select(tables.Objection).where(tables.Objection.person_id == person_id))).first()
    return ObjectionEvidence.model_validate(found) if found is not None else None


async def _touches(session: AsyncSession, person_id: str, *, medical: bool) -> tuple[TouchEvidence, ...]:
    wanted = select(tables.Touch).where(tables.Touch.person_id == person_id).order_by(col(tables.Touch.at), tables.Touch.key)
    if not medical:
        wanted = wanted.where(tables.Touch.purpose != Purpose.MEDICAL_RESPONSE)
    touches = (await session.exec(wanted)).all()
    keys = [touch.key for touch in touches]
    heard, verdicts = await _heard(session, keys), await _verdicts(session, keys)
    return tuple(
        TouchEvidence(
            **{name: getattr(touch, name) for name in ("key", "at", "channel", "purpose", "product", "state", "sent_by", "digest")},
            content=f"{touch.content_id}@{touch.content_version}" if touch.content_id is not None else None,
            heard=tuple(heard[touch.key]),
            verdicts=tuple(verdicts[touch.key]),
        )
        for touch in touches
    )


async def _heard(session: AsyncSession, keys: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for fact in await session.exec(select(tables.HeardFact).where(col(tables.HeardFact.touch_key).in_(keys)).order_by(col(tables.HeardFact.at))):
        found[fact.touch_key].append(fact.heard)
    return found


async def _verdicts(session: AsyncSession, keys: list[str]) -> dict[str, list[VerdictEvidence]]:
    found: dict[str, list[VerdictEvidence]] = defaultdict(list)
    for said in await session.exec(select(tables.Judgement).where(col(tables.Judgement.touch_key).in_(keys)).order_by(col(tables.Judgement.at))):
        checks: Any = said.checks
        told = tuple(CheckEvidence(rule=check["rule"], verdict=check["verdict"], reason=check.get("reason")) for check in checks)
        found[said.touch_key].append(VerdictEvidence(at=said.at, verdict=said.verdict, reason=said.reason, checks=told))
    return found


async def _audit(session: AsyncSession, person_id: str, consents: list[str], *, medical: bool) -> tuple[AuditLine, ...]:
    """The lines on the person and on each act of theirs, and those that name them."""
    subjects = [f"person:{person_id}", *(f"consent:{act}" for act in consents)]
    entry = tables.AuditEntry
    named = col(entry.details)["person"].as_string() == person_id
    found = await session.exec(select(entry).where(or_(col(entry.subject).in_(subjects), named)).order_by(col(entry.id)))
    return tuple(AuditLine.model_validate(line) for line in found if medical or not line.action.startswith(_OF_MEDICAL))
