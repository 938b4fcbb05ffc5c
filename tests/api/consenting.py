"""Fakes of what people allow, choose and take back, and of the evidence of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from api.evidence import sealed
from api.idempotency import Once
from api.ports.preferences import Agent
from api.rows import (
    OptInRow,
    PersonRow,
    PreferenceLine,
    PreferenceRow,
)
from api.schemas.consents import ConsentLine, NewConsent, NewObjection, NewOptIn, NewWithdrawal
from api.schemas.evidence import ConsentEvidence, EvidencePack
from api.who import Who
from journeys.consent_texts import ConsentText
from journeys.consents import ConsentAct
from tests.api.of_world import OfWorld


class FakeConsents(OfWorld):
    async def of_person(self, person_id: str) -> tuple[ConsentLine, ...]:
        return tuple(self.world.acts)

    async def texts(self, *, market: str | None, channel: str | None) -> tuple[ConsentText, ...]:
        return tuple(text for text in self.world.texts.values() if market in {None, text.market} and channel in {None, text.channel})

    async def text(self, text: str) -> ConsentText | None:
        return self.world.texts.get(text)

    async def counting(self, person_id: str) -> tuple[ConsentAct, ...]:
        return tuple(ConsentAct.model_validate(act.model_dump()) for act in self.world.acts)

    async def objected_at(self, person_id: str) -> datetime | None:
        return self.world.objections.get(person_id)

    async def record(self, who: Who, person: PersonRow, consent: NewConsent, *, once: Once, now: datetime) -> ConsentLine:
        told = consent.model_dump() | {"market": consent.market or person.market, "at": consent.at or now}
        return self._add(ConsentLine(id=once.id("consent"), act="given", captured_by=who.id, recorded_at=now, **told))

    async def withdraw(self, who: Who, person: PersonRow, withdrawal: NewWithdrawal, *, once: Once, now: datetime) -> ConsentLine:
        told = withdrawal.model_dump()
        return self._add(ConsentLine(id=once.id("consent"), act="withdrawn", captured_by=who.id, market=person.market, at=now, recorded_at=now, **told))

    async def object(self, who: Who, person: PersonRow, objection: NewObjection, *, once: Once, now: datetime) -> datetime:
        return self.world.objections.setdefault(person.id, now)

    def _add(self, act: ConsentLine) -> ConsentLine:
        self.world.acts.append(act)
        return act


class FakePreferences(OfWorld):
    """Whoever has a touch is the recipient, and agreed to nothing at first."""

    async def of_touch(self, touch: str, *, now: datetime) -> PreferenceRow | None:
        if touch not in self.world.touches:
            return None
        lines = tuple(
            PreferenceLine(text.text, text.channel, text.product, {language: wording.text for language, wording in text.words.items()}, allowed, can)
            for text in self.world.texts.values()
            for allowed, can in [(text.text in self.world.chosen, text.channel == "email")]
        )
        return PreferenceRow(language=None, objected=touch in self.world.objections, lines=lines)

    async def give(self, touch: str, text: str, *, language: str, agent: Agent, now: datetime) -> bool:
        if self.world.texts[text].channel != "email":
            return False
        self.world.chosen.add(text)
        return True

    async def withdraw(self, touch: str, *, channel: str | None, product: str | None, agent: Agent, now: datetime) -> bool:
        gone = [text for text in self.world.chosen if channel in {None, self.world.texts[text].channel}]
        self.world.chosen.difference_update(gone)
        return channel in {None, *(text.channel for text in self.world.texts.values())}

    async def object(self, touch: str, *, now: datetime) -> None:
        self.world.objections[touch] = now

    async def ask(self, who: Who, person: PersonRow, opt_in: NewOptIn, text: ConsentText, *, once: Once, now: datetime) -> OptInRow:
        row = OptInRow("opt-1", text.channel, opt_in.product, text.text, text.words["sv"].text, "sv", now + timedelta(days=7), confirmed=False)
        return self.world.opt_ins.setdefault(row.id, row)

    async def opt_in(self, opt_in: str) -> OptInRow | None:
        return self.world.opt_ins.get(opt_in)

    async def confirm(self, opt_in: str, *, agent: Agent, now: datetime) -> bool:
        row = self.world.opt_ins[opt_in]
        if now >= row.until:
            return row.confirmed
        self.world.opt_ins[opt_in] = replace(row, confirmed=True)
        self.world.agents.append(agent)
        return True


class FakeEvidence(OfWorld):
    async def of_person(self, who: Who, person: PersonRow, *, now: datetime) -> EvidencePack:
        self.world.audit.append((who.id, "evidence.read"))
        acts = tuple(ConsentEvidence.model_validate(act.model_dump()) for act in self.world.acts)
        told: dict[str, Any] = {"person_id": person.id, "name": f"{person.given_name} {person.family_name}", "market": person.market, "status": person.status}
        return sealed(EvidencePack(**told, ids={}, made_at=now, made_by=who.id, consents=acts, standing=(), touches=(), audit=()))
