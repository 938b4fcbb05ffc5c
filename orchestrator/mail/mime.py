"""A message in its written form: MIME with a text and, for an e-mail, an HTML part and perhaps an invitation, as the bytes that go over the wire."""

from datetime import datetime
from email.headerregistry import BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime

from activities.ports import Message
from orchestrator.mail.invitations import as_calendar, method_of


class _WholeHeader(UnstructuredHeader, BaseHeader):
    """A header in one line as it is: an address that were folded or encoded would be no address to a mail program (RFC 8058, section 3.1)."""

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("list-unsubscribe", _WholeHeader)
_POLICY = SMTP.clone(header_factory=_HEADERS)


def international(message: Message) -> bool:
    """Whether an address needs a server that speaks SMTPUTF8 (RFC 6531)."""
    return not (message.sender.isascii() and message.to.isascii())


def written(message: Message, *, at: datetime) -> bytes:
    """The message with its headers, dated `at`. Raises ValueError where a header would break, and where `to` is not one address."""
    require_sound(message)
    utf8 = international(message)
    mime = EmailMessage(policy=_POLICY.clone(utf8=utf8, cte_type="8bit" if utf8 else "7bit"))
    mime["From"], mime["To"] = message.sender, message.to
    if message.subject is not None:  # some gateways would send an empty one before the text
        mime["Subject"] = message.subject
    mime["Date"], mime["Message-ID"] = format_datetime(at), message.message_id
    mime.set_content(message.text)
    if message.html is not None:
        mime.add_alternative(message.html, subtype="html")
    if message.invitation is not None:
        mime.add_alternative(as_calendar(message, at=at), subtype="calendar", params={"method": method_of(message.invitation)})
    for name, value in message.headers.items():  # last: setting the content clears every header that begins with Content-
        mime[name] = value
    return mime.as_bytes()


def require_sound(message: Message) -> None:
    """Raises ValueError unless the message goes to one address, and each of its headers is one line."""
    _require_one_address(message.to)
    _require_lines(message.sender, message.subject or "", message.message_id, *message.headers.values())


def _require_one_address(to: str) -> None:
    """Raises ValueError unless the text is one address and nothing else: no name, no second recipient, no line break."""
    header = EmailMessage(policy=_POLICY)
    try:
        header["To"] = to
    except (LookupError, AttributeError):  # the parser stumbles over some fragments
        raise ValueError("a message goes to one address") from None
    if [address.addr_spec for address in header["To"].addresses] != [to]:
        raise ValueError("a message goes to one address")


def _require_lines(*values: str) -> None:
    """Raises ValueError unless each value is one line. The standard library lets a line break at the end pass."""
    if any(len(f"{value}.".splitlines()) > 1 for value in values):
        raise ValueError("a header is one line: no line feed or carriage return")
