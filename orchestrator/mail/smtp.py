"""E-mail over SMTP: one conversation per message, never tried twice here, with every way it can end told apart."""

import asyncio
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Protocol

import aiosmtplib
import structlog

from activities.ports import Clock, Handover, Message
from orchestrator.settings import Settings

TIMEOUT = 8.0
"""Seconds for each answer of the server."""

OPENING = 12.0
"""Seconds for all that comes before the text; with the text's own time-out this stays below the limit of the activity."""

PERMANENT = 500
"""SMTP answers from here on are for good (RFC 5321, section 4.2.1)."""

log = structlog.get_logger()


class Journal(Protocol):
    """Where mail that was taken can be looked up by its Message-ID, such as the embedded inbox or a journal mailbox."""

    async def holds(self, message_id: str) -> bool: ...


class SmtpChannel:
    def __init__(self, settings: Settings, clock: Clock, journal: Journal | None = None) -> None:
        self._settings = settings
        self._clock = clock
        self._journal = journal

    async def arrived(self, message_id: str) -> bool | None:
        """SMTP itself cannot be asked; a journal can."""
        return await self._journal.holds(message_id) if self._journal is not None else None

    async def send(self, message: Message) -> Handover:
        """Hand the message over. Once its text is on the way, a broken conversation means that the result is unknown."""
        smtp = self._conversation()
        try:
            async with asyncio.timeout(OPENING):
                await smtp.connect()
                await self._log_in(smtp)
                await smtp.mail(message.sender)
                await smtp.rcpt(message.to)
        except aiosmtplib.SMTPException as error:
            return self._before_the_text(smtp, error)
        except OSError as error:
            smtp.close()
            return self._told(Handover.DOWN, error)
        return await self._give_text(smtp, message)

    async def _give_text(self, smtp: aiosmtplib.SMTP, message: Message) -> Handover:
        try:
            await smtp.data(self._mime(message).as_bytes())
        except aiosmtplib.SMTPDataError as error:
            return self._told(Handover.REFUSED if error.code >= PERMANENT else Handover.DOWN, error)
        except (aiosmtplib.SMTPException, OSError) as error:
            return self._told(Handover.UNKNOWN, error)
        finally:
            smtp.close()
        return Handover.ACCEPTED

    def _before_the_text(self, smtp: aiosmtplib.SMTP, error: aiosmtplib.SMTPException) -> Handover:
        smtp.close()
        # The server's own word about this sender or recipient is for good; all else is the channel's trouble, not the message's.
        for_good = isinstance(error, aiosmtplib.SMTPRecipientRefused | aiosmtplib.SMTPSenderRefused) and error.code >= PERMANENT
        return self._told(Handover.REFUSED if for_good else Handover.DOWN, error)

    async def _log_in(self, smtp: aiosmtplib.SMTP) -> None:
        settings = self._settings
        if settings.smtp_username is not None and settings.smtp_password is not None:
            await smtp.login(settings.smtp_username, settings.smtp_password.get_secret_value())

    def _conversation(self) -> aiosmtplib.SMTP:
        settings = self._settings
        return aiosmtplib.SMTP(
            hostname=settings.smtp_host,
            port=settings.smtp_port,
            start_tls=settings.smtp_starttls,
            timeout=TIMEOUT,
            local_hostname=settings.mail_domain,
        )

    def _mime(self, message: Message) -> EmailMessage:
        mime = EmailMessage()
        mime["From"], mime["To"], mime["Subject"] = message.sender, message.to, message.subject
        mime["Date"] = format_datetime(self._clock.now())
        mime["Message-ID"] = message.message_id
        for name, value in message.headers.items():
            mime[name] = value
        mime.set_content(message.text)
        mime.add_alternative(message.html, subtype="html")
        return mime

    def _told(self, result: Handover, error: Exception) -> Handover:
        """Log the kind of trouble. The server's words may name the recipient, so they stay out of the log."""
        log.warning("smtp", result=result, trouble=type(error).__name__, code=getattr(error, "code", None))
        return result
