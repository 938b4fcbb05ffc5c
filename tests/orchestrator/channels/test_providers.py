"""What is each provider's own, beside the contract: codes that mean us and not the message, invitations, templates, and what cannot be written."""

import asyncio
import base64
from email import message_from_bytes
from email.policy import SMTP
from typing import Any

import httpx
import pytest
from icalendar import Calendar

from activities.ports import Handover, Message
from orchestrator.channels.conversation import BrokenOff, converse, new_client
from tests.activities.orders import a_message
from tests.orchestrator.channels.contract import HASTY, LETTER, PATIENT, TEXT, OverHttp, a_subject
from tests.orchestrator.channels.offices import Answer, Asked, Manner
from tests.orchestrator.channels.test_making import INVITING


def subject_of(name: str) -> OverHttp:
    subject = a_subject(name)
    assert isinstance(subject, OverHttp)
    return subject


async def offered(subject: OverHttp, message: Message) -> Any:
    async with subject.channel() as channel:
        return await channel.send(message)


def _ses(kind: str, words: str = "") -> Answer:
    return Answer(400, {"message": words}, (("x-amzn-ErrorType", f"{kind}:http://internal.amazon.com/"),))


_CODES: list[tuple[str, Answer, Handover]] = [
    ("postmark", Answer(422, {"ErrorCode": 300, "Message": "Invalid 'To' address: 'x'."}), Handover.REFUSED),
    ("postmark", Answer(422, {"ErrorCode": 300, "Message": "Invalid 'From' address: 'x'."}), Handover.DOWN),
    ("postmark", Answer(422, {"ErrorCode": 400, "Message": "The 'From' address is not a Sender Signature."}), Handover.DOWN),
    ("postmark", Answer(422, {"ErrorCode": 405, "Message": "Not allowed to send."}), Handover.DOWN),
    ("postmark", Answer(503, {"ErrorCode": 100, "Message": "Maintenance"}), Handover.DOWN),
    ("postmark", Answer(200, {"ErrorCode": 406, "Message": "inactive"}), Handover.REFUSED),
    ("postmark", Answer(200, {"ErrorCode": 9999, "Message": "new"}), Handover.UNKNOWN),
    ("postmark", Answer(422, {"ErrorCode": 9999, "Message": "new"}), Handover.REFUSED),
    ("postmark", Answer(200, "[" * 60_000), Handover.UNKNOWN),
    ("twilio-sms", Answer(201, {"sid": "SM1", "status": "failed", "error_code": 30007}), Handover.UNKNOWN),
    ("postmark", Answer(200, {"Message": "Message accepted, but delivery may be delayed.", "MessageID": "x", "ErrorCode": 0}), Handover.ACCEPTED),
    ("postmark", Answer(404, {}), Handover.DOWN),
    ("postmark", Answer(413, "too large"), Handover.REFUSED),
    ("postmark", Answer(503, "down"), Handover.UNKNOWN),
    ("postmark", Answer(502, "bad gateway"), Handover.UNKNOWN),
    ("sendgrid", Answer(400, {"errors": [{"message": "no", "field": "from.email"}]}), Handover.DOWN),
    ("sendgrid", Answer(403, {"errors": [{"message": "The from address does not match a verified Sender Identity."}]}), Handover.DOWN),
    ("sendgrid", Answer(413, {"errors": [{"message": "large", "field": None}]}), Handover.REFUSED),
    ("sendgrid", Answer(200, ""), Handover.UNKNOWN),
    ("mailgun", Answer(404, {"message": "Domain not found: mg.dirigent.example"}), Handover.DOWN),
    ("mailgun", Answer(402, {"message": "pay"}), Handover.DOWN),
    ("ses", _ses("MessageRejected", "Email address is not verified. The following identities failed the check"), Handover.DOWN),
    ("ses", _ses("MessageRejected", "Illegal content"), Handover.REFUSED),
    ("ses", _ses("BadRequestException", "Missing final '@domain'"), Handover.REFUSED),
    ("ses", _ses("MailFromDomainNotVerifiedException"), Handover.DOWN),
    ("ses", _ses("LimitExceededException"), Handover.DOWN),
    ("ses", Answer(400, {"__type": "com.amazonaws.sesv2#ThrottlingException", "message": "Daily message quota exceeded"}), Handover.DOWN),
    ("ses", Answer(503, "ServiceUnavailable"), Handover.UNKNOWN),
    ("twilio-sms", Answer(400, {"code": 21211, "message": "Invalid 'To'", "status": 400}), Handover.REFUSED),
    ("twilio-sms", Answer(400, {"code": 21606, "message": "From", "status": 400}), Handover.DOWN),
    ("twilio-sms", Answer(400, {"code": 21408, "message": "Permission to send to this region", "status": 400}), Handover.DOWN),
    ("twilio-sms", Answer(201, {"sid": "SM1", "status": "failed", "error_code": 21610}), Handover.REFUSED),
    ("twilio-sms", Answer(201, {"status": "queued"}), Handover.UNKNOWN),
    ("webhook", Answer(204), Handover.ACCEPTED),
    ("webhook", Answer(200, "thanks"), Handover.ACCEPTED),
    ("webhook", Answer(410), Handover.DOWN),
    ("webhook", Answer(502), Handover.UNKNOWN),
    ("webhook", Answer(503), Handover.DOWN),
]


@pytest.mark.parametrize(("name", "answer", "result"), _CODES)
async def test_a_code_outweighs_the_status(name: str, answer: Answer, result: Handover) -> None:
    """Our log-in, sender, account or region is not the message's fault, whatever the status says; a message is lost for good only for what it is."""
    subject = subject_of(name)
    subject.office.accepted = lambda: answer  # type: ignore[method-assign]
    assert (await offered(subject, subject.message)).result is result


async def test_who_said_stop_to_the_provider_is_told_apart() -> None:
    """A number that does not exist is refused too, and nobody has taken anything back."""
    for code, stopped in ((21610, True), (21211, False)):
        subject = subject_of("twilio-sms")
        subject.office.accepted = lambda code=code: Answer(400, {"code": code, "status": 400})  # type: ignore[method-assign, misc]
        handed = await offered(subject, TEXT)
        assert (handed.result, handed.unsubscribed) == (Handover.REFUSED, stopped)


async def test_headers_of_mail_go_with_the_letter() -> None:
    """One click to unsubscribe (RFC 8058), the language, and our own Message-ID, with every provider of e-mail that takes headers apart from the text."""
    told: dict[str, dict[str, str]] = {}
    for name in ("sendgrid", "postmark"):
        subject = subject_of(name)
        await offered(subject, LETTER)
        body = subject.office.asked[0].json
        told[name] = body["headers"] if name == "sendgrid" else {each["Name"]: each["Value"] for each in body["Headers"]}
    wanted = {"Message-ID": LETTER.message_id, **LETTER.headers}
    assert told == {"sendgrid": wanted, "postmark": {**wanted, "X-PM-KeepID": "true"}}


async def test_where_answers_go_is_told_apart_from_the_headers() -> None:
    """SendGrid refuses it among them, and Postmark has a field of its own for it."""
    letter = LETTER.model_copy(update={"headers": {**LETTER.headers, "Reply-To": "replies+1@in.example"}})
    told = {}
    for name in ("sendgrid", "postmark"):
        subject = subject_of(name)
        await offered(subject, letter)
        told[name] = subject.office.asked[0].json
    assert told["sendgrid"]["reply_to"] == {"email": "replies+1@in.example"}
    assert told["postmark"]["ReplyTo"] == "replies+1@in.example"
    assert "Reply-To" not in told["sendgrid"]["headers"]
    assert "Reply-To" not in {each["Name"] for each in told["postmark"]["Headers"]}


def _calendar(name: str, asked: Asked, method: str) -> str:
    """The calendar in the request, as the reader's mail program will find it."""
    match name:
        case "sendgrid":
            (part,) = [part for part in asked.json["content"] if part["type"] == f"text/calendar; method={method}"]
            return str(part["value"])
        case "postmark":
            (attached,) = asked.json["Attachments"]
            assert attached["ContentType"].endswith(f"method={method}")
            return base64.b64decode(attached["Content"]).decode()
        case "webhook":
            return str(asked.json["calendar"])
        case "mailgun":
            return _in_mime(asked.parts["message"])
        case _:
            return _in_mime(base64.b64decode(asked.json["Content"]["Raw"]["Data"]))


def _in_mime(mime: bytes) -> str:
    (part,) = [part for part in message_from_bytes(mime, policy=SMTP).walk() if part.get_content_type() == "text/calendar"]
    return str(part.get_content())


@pytest.mark.parametrize("called_off", [False, True])
@pytest.mark.parametrize("name", ["sendgrid", "mailgun", "postmark", "ses", "webhook"])
async def test_an_invitation_goes_with_every_letter(name: str, called_off: bool) -> None:
    """As the third form of the text, or attached where the provider knows two forms alone; with what the mail program is to do in its type."""
    subject = subject_of(name)
    assert INVITING.invitation is not None
    message = INVITING.model_copy(update={"invitation": INVITING.invitation.model_copy(update={"called_off": called_off})})
    assert (await offered(subject, message)).result is Handover.ACCEPTED
    calendar = Calendar.from_ical(_calendar(name, subject.office.asked[0], "CANCEL" if called_off else "REQUEST"))
    (event,) = calendar.walk("VEVENT")
    assert (event["uid"], calendar["method"]) == ("abc@mail.example", "CANCEL" if called_off else "REQUEST")


@pytest.mark.parametrize(
    ("changes", "trouble"),
    [
        ({"content": "other@1"}, "no_template"),
        ({"language": "sv"}, "no_template"),
        ({"content": None}, "no_template"),
        ({"tokens": {"hcp.salutation": "Dr"}}, "variable_empty"),
        ({"tokens": {"hcp.salutation": " \n", "unsubscribe": "https://x.example"}}, "variable_empty"),
    ],
)
async def test_without_an_approved_template_nothing_goes_by_whatsapp(changes: dict[str, Any], trouble: str) -> None:
    """WhatsApp takes no other words of a business that writes first; the reason is said, and nobody is asked."""
    subject = subject_of("twilio-whatsapp")
    handed = await offered(subject, TEXT.model_copy(update=changes))
    assert (handed.result, handed.trouble, subject.office.asked) == (Handover.REFUSED, trouble, [])


@pytest.mark.parametrize("name", ["sendgrid", "mailgun", "postmark", "ses"])
@pytest.mark.parametrize("to", ["astrid@clinic.example\r\nBcc: all@clinic.example", "Astrid <astrid@clinic.example>", "a@x.example, b@x.example", ""])
async def test_a_letter_goes_to_one_address(name: str, to: str) -> None:
    """What is no single address is refused before anybody is asked: some providers would write to two."""
    subject = subject_of(name)
    handed = await offered(subject, a_message(to=to))
    assert (handed.result, subject.office.asked) == (Handover.REFUSED, [])


async def test_a_provider_that_is_asked_and_breaks_says_nothing() -> None:
    """A question without a good answer leaves the message as unknown as it was."""
    for name in ("sendgrid", "mailgun", "postmark"):
        subject = subject_of(name)
        async with subject.channel() as channel:
            subject.office.shown = lambda asked: Answer(500, "")  # type: ignore[method-assign]
            assert await channel.arrived(LETTER.message_id) is None
            subject.office.shown = lambda asked: Answer(200, "{")  # type: ignore[method-assign]
            assert await channel.arrived(LETTER.message_id) is None


async def test_a_conversation_whose_body_does_not_begin_in_time_never_began() -> None:
    """The last look was taken just before: what a slow hand-shake would let go out long after it is kept back, and is not in doubt."""

    async def listen(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    silent = await asyncio.start_server(listen, "127.0.0.1", 0)
    async with silent, new_client() as client, asyncio.timeout(PATIENT):
        request = httpx.Request("POST", f"https://127.0.0.1:{silent.sockets[0].getsockname()[1]}/", content=b"words")
        heard = await converse(client, request, patience=2 * PATIENT, opening=HASTY)
    assert isinstance(heard, BrokenOff)
    assert not heard.begun


async def test_our_id_is_kept_by_every_provider() -> None:
    """Without brackets, as `dirigent_message`: what a provider tells later finds its touch by it."""
    for name in ("sendgrid", "mailgun", "postmark", "ses", "twilio-sms", "twilio-whatsapp", "webhook"):
        subject = subject_of(name)
        subject.manner = Manner.TAKES
        await offered(subject, subject.message)
        assert dict(subject.office.taken) == {"abc@mail.example": 1}


async def test_a_webhook_is_signed_under_our_id_of_the_message() -> None:
    """It is the id that is signed and the idempotency key: the other side takes each once. No run or person can be read from it."""
    subject = subject_of("webhook")
    await offered(subject, TEXT)
    (asked,) = subject.office.asked
    assert (asked.headers["webhook-id"], asked.headers["idempotency-key"], asked.json["dirigent_message"]) == ("abc@mail.example",) * 3
    assert TEXT.key not in asked.body.decode()
