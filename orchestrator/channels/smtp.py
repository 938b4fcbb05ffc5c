"""E-mail over SMTP: one conversation per message, never tried twice here, with every way it can end told apart."""

import asyncio
import re
from dataclasses import dataclass
from typing import Protocol

import aiosmtplib
import structlog

from activities.ports import TAKEN_BACK, Clock, Handed, Handover, LastLook, Message
from orchestrator.mail.mime import international, written
from orchestrator.settings import Settings

_LEADING_DOT = re.compile(rb"(?m)^\.")
_GO_AHEAD, _TAKEN = 354, 250

_NOT_TAKEN, _BEYOND = 400, 600
_PERMANENT = 500
"""SMTP answers from here on are for good (RFC 5321, section 4.2.1)."""

_LOG_IN_FIRST = frozenset({530, 534, 535, 538})
"""Answers that mean us and not the message (RFC 4954, section 6), whatever they answer."""

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Seconds that a server may take. `opening` and `text` together stay below the limit of the activity."""

    answer: float = 8.0
    """For each answer."""
    opening: float = 12.0
    """For all that comes before the text."""
    text: float = 12.0
    """For the text and the word on it."""


class Journal(Protocol):
    """Where mail that was taken can be looked up by its Message-ID, such as the embedded inbox or a journal mailbox."""

    async def holds(self, message_id: str) -> bool: ...


class SmtpChannel:
    def __init__(
        self, settings: Settings, clock: Clock, journal: Journal | None = None, *, limits: Limits = Limits(), last_look: LastLook | None = None
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._journal = journal
        self._limits = limits
        self._last_look = last_look

    async def arrived(self, message_id: str) -> bool | None:
        """SMTP itself cannot be asked; a journal can."""
        return await self._journal.holds(message_id) if self._journal is not None else None

    async def send(self, message: Message) -> Handed:
        """Hand the message over. Once its text is on the way, a broken conversation means that the result is unknown."""
        smtp = self._conversation()
        try:
            text = written(message, at=self._clock.now())
            async with asyncio.timeout(self._limits.opening):
                await self._open(smtp, message)
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            smtp.close()
            return _told(_before_the_text(error), error)
        try:
            if self._last_look is not None and not await self._last_look.may_go(message):
                return Handed(result=Handover.DOWN, trouble=TAKEN_BACK)  # a conversation that ends before its text delivers nothing
            return await self._give(smtp, text)
        except (aiosmtplib.SMTPException, OSError) as error:
            return _told(Handover.UNKNOWN, error)
        finally:
            smtp.close()

    async def _open(self, smtp: aiosmtplib.SMTP, message: Message) -> None:
        """Bring the conversation to where the server waits for the text."""
        settings = self._settings
        await smtp.connect()
        if settings.smtp_username is not None and settings.smtp_password is not None:
            await smtp.login(settings.smtp_username, settings.smtp_password.get_secret_value())
        await smtp.mail(message.sender, options=await _options(smtp, message), encoding="utf-8")
        await smtp.rcpt(message.to, encoding="utf-8")
        answer = await smtp.execute_command(b"DATA")
        if answer.code != _GO_AHEAD:
            raise aiosmtplib.SMTPDataError(answer.code, answer.message)

    async def _give(self, smtp: aiosmtplib.SMTP, text: bytes) -> Handed:
        """Write the text and hear what the server says of it. aiosmtplib's own `data` does not tell whether the text was begun."""
        if smtp.protocol is None:
            return Handed(result=Handover.DOWN)
        async with asyncio.timeout(self._limits.text):
            smtp.protocol.write(_LEADING_DOT.sub(b"..", text) + b".\r\n")  # RFC 5321, section 4.5.2
            answer = await smtp.protocol.read_response(timeout=self._limits.text)
        if answer.code == _TAKEN:
            return Handed(result=Handover.ACCEPTED)
        refused = _NOT_TAKEN <= answer.code < _BEYOND  # anything else is no answer, such as the beginning of one
        return _told(_of_the_message(answer.code) if refused else Handover.UNKNOWN, aiosmtplib.SMTPDataError(answer.code, ""))

    def _conversation(self) -> aiosmtplib.SMTP:
        settings = self._settings
        return aiosmtplib.SMTP(
            hostname=settings.smtp_host,
            port=settings.smtp_port,
            start_tls=settings.smtp_starttls,
            timeout=self._limits.answer,
            local_hostname=settings.mail_domain,
        )


async def _options(smtp: aiosmtplib.SMTP, message: Message) -> tuple[str, ...]:
    """What the envelope asks of the server. Raises SMTPNotSupported where it cannot write to such an address."""
    if not international(message):
        return ()
    if smtp.is_ehlo_or_helo_needed:
        await smtp.ehlo()
    if not smtp.supports_extension("smtputf8"):
        raise aiosmtplib.SMTPNotSupported("SMTPUTF8")
    return ("SMTPUTF8", "BODY=8BITMIME")


def _before_the_text(error: Exception) -> Handover:
    """The server's own word about this recipient or message is for good, and so is what cannot be written; all else is the channel's trouble."""
    match error:
        case aiosmtplib.SMTPRecipientRefused() | aiosmtplib.SMTPDataError():
            return _of_the_message(error.code)
        case aiosmtplib.SMTPNotSupported() | ValueError():
            return Handover.REFUSED
        case _:
            return Handover.DOWN


def _of_the_message(code: int) -> Handover:
    return Handover.REFUSED if code >= _PERMANENT and code not in _LOG_IN_FIRST else Handover.DOWN


def _told(result: Handover, error: Exception) -> Handed:
    """Log the kind of trouble. The server's words may name the recipient, so they stay out of the log."""
    code = getattr(error, "code", None)
    ours = isinstance(error, aiosmtplib.SMTPAuthenticationError | aiosmtplib.SMTPSenderRefused) or code in _LOG_IN_FIRST
    if ours:
        log.error("smtp", result=result, trouble=type(error).__name__, code=code, check="DIRIGENT_SMTP_USERNAME, DIRIGENT_SMTP_PASSWORD, DIRIGENT_MAIL_FROM")
    else:
        log.warning("smtp", result=result, trouble=type(error).__name__, code=code)
    return Handed(result=result, trouble=f"smtp_{code}" if code is not None else type(error).__name__)
