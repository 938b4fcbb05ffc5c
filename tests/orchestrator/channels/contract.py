"""What a channel must be: the subjects of the contract test, each an adapter with a provider of this machine, and what may become of a message."""

import asyncio
import contextlib
import functools
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope

from activities.orders import LetterOrder, TouchOrder
from activities.ports import RESERVED, Channel, Handed, Handover, Message, Reservation
from orchestrator.channels.conversation import new_client
from orchestrator.channels.gateway import GatewayChannel
from orchestrator.channels.making import make_provider
from orchestrator.channels.over_http import HttpChannel
from orchestrator.channels.smtp import Limits
from orchestrator.embedded import ports
from tests.activities.fakes import BrokenDownError
from tests.activities.orders import a_message
from tests.orchestrator.channels.mail_offices import MailgunOffice, PostmarkOffice, SendGridOffice, SesOffice
from tests.orchestrator.channels.offices import Manner, Office, opened
from tests.orchestrator.channels.servers import HANG_UP, QUICK, SILENCE, a_channel, a_server_that_says
from tests.orchestrator.channels.text_offices import TwilioOffice, WebhookOffice, WhatsAppOffice

LETTER = a_message(
    headers={"List-Unsubscribe": "<https://dirigent.example/u/abc>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click", "Content-Language": "en"},
    content="hf-dialogue@2",
)
TEXT = a_message(
    to="+46701740605", subject=None, html=None, content="hf-dialogue@2", tokens={"hcp.salutation": "Dr", "unsubscribe": "https://dirigent.example/u/abc"}
)
SLOW = frozenset({Manner.SILENT, Manner.DRIBBLES})
PATIENT, HASTY = 10.0, 0.15
"""Seconds: of a conversation that will end, and of one that is known not to."""


the_client = functools.cache(new_client)
"""One for all: it keeps no connection, and is slow to make."""


@dataclass
class Subject(ABC):
    """A channel under test. `manner` says how its provider behaves from now on."""

    message: Message
    manner: Manner = Manner.TAKES

    @property
    @abstractmethod
    def taken(self) -> int:
        """How many messages its provider has."""

    @abstractmethod
    def channel(self) -> contextlib.AbstractAsyncContextManager[Channel]:
        """The channel, patient enough for the manner."""


@dataclass
class OverHttp(Subject):
    office: Office = field(default_factory=SendGridOffice)

    @property
    def taken(self) -> int:
        return sum(self.office.taken.values())

    @asynccontextmanager
    async def channel(self) -> AsyncIterator[Channel]:
        self.office.manner = self.manner
        patience = HASTY if self.manner in SLOW else PATIENT
        async with opened(self.office):
            if self.manner is Manner.ABSENT:
                self.office.port = ports.free()
            yield HttpChannel(make_provider(self.office.account(patience)), the_client(), patience=patience)


_SCRIPTS: dict[Manner, dict[str, str | None]] = {
    Manner.THROTTLES: {"MAIL": "451 later"},
    Manner.UNAVAILABLE: {"connect": "421 later"},
    Manner.REFUSES: {"RCPT": "550 no such user"},
    Manner.LOCKED: {"MAIL": "530 log in first"},
    Manner.SENDS_ON: {"RCPT": "450 try elsewhere"},
    Manner.BREAKS: {"DATA": HANG_UP},
    Manner.BREAKS_AFTER: {".": HANG_UP},
    Manner.SILENT: {".": SILENCE},
    Manner.DRIBBLES: {".": SILENCE},
    Manner.GARBAGE: {".": "???"},
    Manner.TRUNCATED: {".": "25"},
    Manner.ABSENT: {"connect": HANG_UP},
    Manner.HEADLESS: {"EHLO": HANG_UP},
}


@dataclass
class BySmtp(Subject):
    """A real server that takes the message, or takes it and drops the connection; for other manners one that plays a script."""

    gateway: bool = False
    counted: Counter[str] = field(default_factory=Counter)

    @property
    def taken(self) -> int:
        return sum(self.counted.values())

    @asynccontextmanager
    async def channel(self) -> AsyncIterator[Channel]:
        if self.manner in (Manner.TAKES, Manner.HALF_CLOSED):
            async with self._real() as port:
                yield self._adapter(port, Limits())
            return
        async with a_server_that_says(_SCRIPTS[self.manner]) as server:
            yield self._adapter(server.port, QUICK if self.manner in SLOW else Limits())
            self.counted[self.message.message_id] += server.texts

    def _adapter(self, port: int, limits: Limits) -> Channel:
        mail = a_channel(port, limits=limits)
        return GatewayChannel(mail, domain="sms.gateway.example") if self.gateway else mail

    @asynccontextmanager
    async def _real(self) -> AsyncIterator[int]:
        counted, drops = self.counted, self.manner is Manner.HALF_CLOSED

        class Keeper:
            async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802 - the framework's name
                counted["kept"] += 1
                if drops:
                    server.transport.close()
                return "250 kept"

        loop = asyncio.get_running_loop()
        async with await loop.create_server(lambda: SMTP(Keeper(), loop=loop), "127.0.0.1", 0) as server:
            yield server.sockets[0].getsockname()[1]


SUBJECTS = ("sendgrid", "mailgun", "postmark", "ses", "twilio-sms", "twilio-whatsapp", "webhook", "smtp", "gateway")


def a_subject(name: str) -> Subject:
    """A provider that has taken nothing yet."""
    match name:
        case "sendgrid":
            return OverHttp(LETTER, office=SendGridOffice())
        case "mailgun":
            return OverHttp(LETTER, office=MailgunOffice())
        case "postmark":
            return OverHttp(LETTER, office=PostmarkOffice())
        case "ses":
            return OverHttp(LETTER, office=SesOffice())
        case "twilio-sms":
            return OverHttp(TEXT, office=TwilioOffice())
        case "twilio-whatsapp":
            return OverHttp(TEXT, office=WhatsAppOffice())
        case "webhook":
            return OverHttp(TEXT, office=WebhookOffice())
        case "smtp":
            return BySmtp(LETTER)
        case _:
            return BySmtp(TEXT, gateway=True)


@dataclass
class MemoryLedger:
    """A ledger that keeps its promises in memory: one row, whose intent is written before and whose result is written once. It can die before settling."""

    message: Message
    state: str | None = None
    dies: bool = False
    settled: list[Handed] = field(default_factory=list)

    async def reserve(self, order: TouchOrder | LetterOrder, *, now: datetime) -> Reservation:
        earlier, settled = self.state, self.state in (Handover.ACCEPTED, Handover.REFUSED, Handover.UNKNOWN)
        if not settled:
            self.state = RESERVED
        earlier = None if earlier == Handover.DOWN else earlier
        return Reservation(message=None if settled else self.message, earlier=earlier, message_id=self.message.message_id)

    async def settle(self, key: str, handed: Handed, *, now: datetime, offered: bool = True, attempt: int | None = None) -> bool:
        if self.dies:
            raise BrokenDownError
        self.settled.append(handed)
        self.state = handed.result
        return True
