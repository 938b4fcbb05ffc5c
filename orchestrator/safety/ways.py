"""The two ways by which a safety case leaves the house: an e-mail to the mailbox of drug safety, with no more than says that there is one; and a signed
request to the safety system, with what was reported."""

import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import datetime

import httpx

from activities.ports import Channel, Handover, Message, Unanswered
from journeys.commands import CallOut
from orchestrator.clock import wall_clock
from orchestrator.requests.conversation import converse
from orchestrator.requests.endpoints import Endpoint
from orchestrator.safety.office import ACKNOWLEDGED, NOT_TAKEN, TAKEN, Attempt, Case, Way
from orchestrator.settings import Settings

INBOX, ADAPTER = "inbox", "adapter"


class Mailbox:
    """Writes to the safety inbox. Nothing in the e-mail tells who or what was reported: it goes over servers of others."""

    def __init__(self, mail: Channel, *, to: str, sender: str, domain: str, public_url: str) -> None:
        self._mail, self._to, self._sender, self._domain = mail, to, sender, domain
        self._public_url = public_url.rstrip("/")

    async def give(self, case: Case, *, at: datetime) -> Attempt:
        handed = await self._mail.send(self._message(case, at))
        if handed.result is Handover.ACCEPTED:
            return Attempt(way=INBOX, result=TAKEN)
        return Attempt(way=INBOX, result=NOT_TAKEN, trouble=handed.trouble or f"mail_{handed.result}")

    def _message(self, case: Case, at: datetime) -> Message:
        overdue = at >= case.due_at
        number = hashlib.sha256(f"{case.id}.{at.isoformat()}".encode()).hexdigest()[:32]
        subject = f"{'OVERDUE: ' if overdue else ''}Safety case {case.id}: {case.kind}"
        lines = (
            f"{'This case is overdue.' if overdue else 'A safety case waits for you.'} Nobody has acknowledged it.",
            "",
            f"Case: {case.id}",
            f"Kind: {case.kind}",
            f"Product: {case.product or 'not named'}",
            f"Market: {case.market or 'not known'}",
            f"Day 0: {case.aware_at:%Y-%m-%d %H:%M} UTC",
            f"Told here: {case.received_at:%Y-%m-%d %H:%M} UTC",
            f"Due: {case.due_at:%Y-%m-%d %H:%M} UTC",
            "",
            f"Read it, signed in as drug safety: {self._public_url}/api/v1/safety-cases/{case.id}",
            f"Acknowledge it: POST {self._public_url}/api/v1/safety-cases/{case.id}/acknowledge",
            "Until then you are reminded.",
        )
        return Message(
            key=case.id, message_id=f"<safety.{number}@{self._domain}>", sender=self._sender, to=self._to, text="\n".join(lines), language="en", subject=subject
        )


class SafetySystem:
    """Asks the safety system, signed as docs/requests.md has it, under the case's id. It answers `acknowledged` at once, or brings that answer later."""

    def __init__(self, client: httpx.AsyncClient, endpoint: Endpoint, *, public_url: str, real: Callable[[], datetime] = wall_clock) -> None:
        self._client, self._endpoint, self._real = client, endpoint, real
        self._public_url = public_url.rstrip("/")

    async def give(self, case: Case, *, at: datetime) -> Attempt:
        call = CallOut(key=case.id, step="safety", to="safety", facts=(), answers=(ACKNOWLEDGED,), until=case.due_at)
        body = {
            **case.model_dump(mode="json"),
            "overdue": at >= case.due_at,
            "answers": call.answers,
            "callback": f"{self._public_url}/api/v1/safety-cases/{case.id}/answer",
        }
        try:
            heard = await converse(self._client, self._endpoint, call, json.dumps(body).encode(), now=self._real())
        except Unanswered as error:
            return Attempt(way=ADAPTER, result=NOT_TAKEN, trouble=_code(str(error)))
        if heard.result == "failed":
            return Attempt(way=ADAPTER, result=NOT_TAKEN, trouble=heard.reason)
        return Attempt(way=ADAPTER, result=ACKNOWLEDGED if heard.result == "answered" else TAKEN)


def make_ways(given: Settings, mail: Channel, client: httpx.AsyncClient) -> Sequence[Way]:
    """Those that the settings name."""
    ways: list[Way] = []
    if given.safety_inbox is not None:
        ways.append(Mailbox(mail, to=given.safety_inbox, sender=given.mail_from, domain=given.mail_domain, public_url=str(given.public_url)))
    if given.safety_endpoint is not None:
        ways.append(SafetySystem(client, given.safety_endpoint, public_url=str(given.public_url)))
    return ways


def _code(trouble: str) -> str:
    """`HTTP 503` and the names of errors as codes."""
    return trouble.lower().replace(" ", "_")
