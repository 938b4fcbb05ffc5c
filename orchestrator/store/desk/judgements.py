"""What the gate said, check by check, and what it would say now: read in the asker's territory and on the asker's side of the firewall."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, true
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.schemas.why import CheckLine, WhyLine
from api.telling import reason_told
from api.who import Who
from journeys.commands import Deliver
from journeys.definitions import Definition, Purpose, SendStep
from journeys.facts import Wall
from journeys.state import step_of
from orchestrator.store.desk.scope import in_scope
from orchestrator.store.engine import transaction
from orchestrator.store.ledger import look
from orchestrator.store.tables import Enrolment, Judgement, Person, StandingRow, Touch

_ASKED = ("channel", "content", "purpose", "product", "market")
_SAID = {"allowed": "Nothing speaks against it.", "deferred": "Held because {}.", "refused": "Refused because {}."}


class StoredJudgements:
    def __init__(self, engine: AsyncEngine, *, channels: Collection[str]) -> None:
        """`channels` are the names of those that this installation has."""
        self._engine = engine
        self._channels = channels

    async def of_touch(self, who: Who, touch: str) -> Sequence[WhyLine]:
        wanted = _seen_by(who).where(Judgement.touch_key == touch).order_by(col(Judgement.at), col(Judgement.id))
        async with transaction(self._engine) as session:
            return await _lines(session, wanted)

    async def of_person(self, who: Who, person_id: str, *, journey: str | None, step: str | None, limit: int) -> Sequence[WhyLine]:
        hers = or_(col(Judgement.person_id) == person_id, col(Enrolment.person_id) == person_id)
        wanted = _seen_by(who).where(hers).order_by(col(Judgement.at).desc(), col(Judgement.id).desc())
        if journey is not None:
            wanted = wanted.where(col(Enrolment.journey) == journey)
        if step is not None:
            wanted = wanted.where(func.split_part(col(Judgement.touch_key), ".", -2) == step)
        async with transaction(self._engine) as session:
            return await _lines(session, wanted.limit(limit))

    async def version_of(self, person_id: str, journey: str) -> int | None:
        async with transaction(self._engine) as session:
            enrolment = await _open_run(session, person_id, journey)
            return enrolment.version if enrolment is not None else None

    async def if_sent_now(self, person_id: str, definition: Definition, step: str, *, now: datetime) -> WhyLine | None:
        sending = definition.steps.get(step)
        if not isinstance(sending, SendStep):
            return None
        async with transaction(self._engine) as session:
            enrolment = await _open_run(session, person_id, definition.journey)
            stands = await _stands_at(session, enrolment, step) if enrolment is not None else None
            run = enrolment or await _imagined(session, person_id, definition)
            told = sending.sending
            key = stands or f"{run.id}.{step}.0"
            touch = Deliver(key=key, step=step, channel=told.on, content=told.content, to=told.to)
            intent, verdict = await look(session, run, touch, channels=self._channels, now=now)
            return WhyLine(
                touch=key,
                at=now,
                person_id=person_id,
                enrolment_id=enrolment.id if enrolment is not None else None,
                journey=definition.journey,
                step=step,
                **_asked(intent.words),
                verdict=verdict.verdict,
                reason=verdict.reason,
                until=verdict.until,
                sentence=_sentence(verdict.verdict, verdict.reason),
                checks=tuple(CheckLine.model_validate(check) for check in verdict.checks),
            )


def _seen_by(who: Who) -> Any:
    """Judgements of runs in the user's territory; one that no run asked for lies where its recipient does."""
    concerned = func.coalesce(col(Enrolment.person_id), col(Judgement.person_id))
    return (
        select(Judgement, Enrolment, Touch)
        .join(Enrolment, col(Enrolment.id) == col(Judgement.enrolment_id), isouter=True)
        .join(Person, col(Person.id) == concerned)
        .join(Touch, col(Touch.key) == col(Judgement.touch_key), isouter=True)
        .where(in_scope(who), _on_their_side(who))
    )


def _on_their_side(who: Who) -> ColumnElement[bool]:
    """Medical's answers are told to those who see medical."""
    if who.sees(Wall.MEDICAL):
        return true()
    purpose = func.coalesce(col(Enrolment.purpose), col(Judgement.asked)["purpose"].as_string(), "")
    return purpose != Purpose.MEDICAL_RESPONSE


async def _lines(session: AsyncSession, wanted: Any) -> list[WhyLine]:
    return [_line(judgement, enrolment, touch) for judgement, enrolment, touch in await session.exec(wanted)]


def _line(row: Judgement, enrolment: Enrolment | None, touch: Touch | None) -> WhyLine:
    return WhyLine(
        touch=row.touch_key,
        at=row.at,
        person_id=row.person_id,
        enrolment_id=row.enrolment_id,
        journey=enrolment.journey if enrolment is not None else None,
        step=step_of(row.touch_key) if enrolment is not None else None,
        **_asked(row.asked or {}),
        verdict=row.verdict,
        reason=row.reason,
        until=row.until,
        sentence=_sentence(row.verdict, row.reason),
        checks=tuple(CheckLine.model_validate(check) for check in row.checks),
        state=touch.state if touch is not None else None,
    )


def _asked(intent: dict[str, Any]) -> dict[str, Any]:
    return {name: intent.get(name) for name in _ASKED}


def _sentence(verdict: str, reason: str | None) -> str:
    return _SAID[verdict].format(reason_told(reason))


async def _open_run(session: AsyncSession, person_id: str, journey: str) -> Enrolment | None:
    open_runs = select(Enrolment).where(Enrolment.person_id == person_id, Enrolment.journey == journey, Enrolment.status != "ended")
    return (await session.exec(open_runs.order_by(col(Enrolment.created_at).desc()).limit(1))).first()


async def _stands_at(session: AsyncSession, enrolment: Enrolment, step: str) -> str | None:
    """The key of the passage at which the run stands at that step now."""
    there = select(StandingRow.key).where(StandingRow.enrolment_id == enrolment.id, StandingRow.step == step)
    return (await session.exec(there)).first()


async def _imagined(session: AsyncSession, person_id: str, definition: Definition) -> Enrolment:
    """The run that the person would be in. It is never stored."""
    person = await session.get_one(Person, person_id)
    said = {name: getattr(definition, name) for name in ("journey", "version", "digest", "product")}
    told: dict[str, Any] = {"market": person.market, "territory_id": person.territory_id, "purpose": definition.purpose}
    return Enrolment(id="", person_id=person_id, created_by="", **said, **told)
