"""The embedded runtime as its users meet it: processes of their own, a network that breaks when one of them dies, and invented HCPs to work with."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx

from api.security import Tokens
from api.who import Role
from orchestrator.embedded.runtime import Embedded
from orchestrator.store.engine import make_engine, transaction
from orchestrator.store.sample import Sample, load_sample
from tests.end_to_end.house import Desk, Json
from tests.end_to_end.waiting import eventually

PATIENCE = 100.0
"""Seconds. A killed worker's delivery is tried again when its activity's time is up, 30 s later; two kills in a row double that."""
_ANSWERS_WITHIN = 20.0
"""Seconds; the API itself gives up on a run after 15 s and says 503."""


class Phone(Desk):
    """A desk over a bad network: it asks again, under the same Idempotency-Key, until there is an answer. Every other trouble is a failure."""

    unanswered = 0
    """How often it had to ask again."""

    async def ask(self, method: str, path: str, *, body: Json | None = None, key: str | None = None, **parameters: Any) -> httpx.Response:
        kept = key or uuid4().hex

        async def answered() -> httpx.Response | None:
            try:
                answer = await super(Phone, self).ask(method, path, body=body, key=kept, **parameters)
            except httpx.TransportError:
                self.unanswered += 1
                return None
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                return answer
            self.unanswered += 1
            return None

        return await eventually(answered, f"an answer to {method} {path}", within=self._patience, every=0.2)


@asynccontextmanager
async def browser(embedded: Embedded) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the running API."""
    async with httpx.AsyncClient(base_url=embedded.api_url, timeout=_ANSWERS_WITHIN, trust_env=False) as http:
        yield http


def phone(embedded: Embedded, http: httpx.AsyncClient, user: str = "rep-anna", role: Role = Role.REP) -> Phone:
    """A rep's phone, signed in."""
    tokens = Tokens(embedded.process_settings().signing_key.get_secret_value())
    return Phone(http, tokens.issue(user, role, lifetime=timedelta(hours=1)), patience=PATIENCE)


async def invite(embedded: Embedded, count: int) -> None:
    """Add invented pioneers with consent to Anna's territory: Test001, Test002 and so on."""
    engine = make_engine(embedded.process_settings().database_url.get_secret_value())
    sample = Sample.model_validate({"territories": [], "users": [], "organisations": [], "people": [_hcp(number) for number in range(count)]})
    async with transaction(engine) as session:
        await load_sample(session, sample, now=datetime.now(UTC))
    await engine.dispose()


def name(number: int) -> str:
    """The family name of an invented HCP."""
    return f"Test{number:03}"


def _hcp(number: int) -> Json:
    consent = {"channel": "email", "purpose": "promotional", "method": "paper", "text_version": "se-email-2025-1", "language": "sv", "proof": "invented"}
    return {
        "ref": f"test-{number}",
        "given_name": "Tove",
        "family_name": name(number),
        "profession": "physician",
        "specialty": "cardiology",
        "email": f"{name(number).lower()}@hcp.example",
        "market": "SE",
        "language": "sv",
        "territory": "stockholm",
        "organisation": "klarstrand-heart-clinic",
        "commercial": {"persona": "pioneer", "adoption_stage": "aware"},
        "consents": [{**consent, "given_at": "2026-01-15T10:00:00+01:00"}],
    }
