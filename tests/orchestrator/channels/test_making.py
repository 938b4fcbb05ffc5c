"""Channels over a real SMTP conversation: a text goes to its gateway and carries nothing of an e-mail; an invitation carries a calendar."""

import json
from datetime import timedelta
from typing import Any

import pytest
from icalendar import Calendar
from pydantic import SecretStr, ValidationError

from activities.ports import TAKEN_BACK, Handover, Invitation, Message
from orchestrator.channels.accounts import AnyAccount
from orchestrator.channels.gateway import GatewayChannel
from orchestrator.channels.making import channel_names, make_channels
from orchestrator.mail.invitations import as_calendar
from tests.activities.fakes import FakeChannel, StoppedClock
from tests.activities.orders import MESSAGE_ID, a_message
from tests.builders import NOW
from tests.orchestrator.channels.contract import PATIENT, SUBJECTS, OverHttp, a_subject
from tests.orchestrator.channels.offices import opened
from tests.orchestrator.channels.servers import a_channel, a_postbox, the_settings
from tests.orchestrator.channels.text_offices import WebhookOffice

TEXT = a_message(to="+46701740605", subject=None, html=None, text="Hej! Stopp: https://dirigent.example/u/abcdefghijklm")
STARTS = NOW + timedelta(days=3, hours=4)
INVITING = a_message(
    text="Dear Dr Lindqvist, come; and listen.\nÅsa",
    invitation=Invitation(uid="abc@mail.example", starts=STARTS, ends=STARTS + timedelta(hours=1), organiser="Rut Rask"),
)


async def test_a_text_goes_to_the_number_at_the_gateway() -> None:
    """The digits at the gateway's domain, and a plain text: no HTML, no subject, no header of mail marketing."""
    async with a_postbox() as box:
        channel = GatewayChannel(a_channel(box.port), domain="sms.gateway.example")
        assert (await channel.send(TEXT)).result is Handover.ACCEPTED
        (envelope,) = box.envelopes
    mail = box.mail()
    assert envelope.rcpt_tos == ["46701740605@sms.gateway.example"]
    assert (mail["To"], mail["Subject"], mail["Message-ID"]) == ("46701740605@sms.gateway.example", None, MESSAGE_ID)
    assert (mail.get_content_type(), mail.get_content().strip()) == ("text/plain", TEXT.text)
    assert mail["List-Unsubscribe"] is None


@pytest.mark.parametrize("journal", [None, [], [MESSAGE_ID]])
async def test_what_became_of_a_text_is_asked_where_the_mail_went(journal: list[str] | None) -> None:
    """The gateway is reached by mail, so the mail's journal knows."""
    mail = FakeChannel(journal=journal)
    assert await GatewayChannel(mail, domain="sms.gateway.example").arrived(MESSAGE_ID) == await mail.arrived(MESSAGE_ID)


def test_an_installation_has_email_and_what_its_settings_name() -> None:
    """By name, and nothing else."""
    settings = the_settings(message_gateways="sms=sms.gateway.example, pager=page.example")
    assert list(make_channels(settings, StoppedClock())) == list(channel_names(settings)) == ["email", "sms", "pager"]
    assert channel_names(the_settings()) == ("email",)


def test_other_providers_are_named_in_the_settings() -> None:
    """Each channel has its own; e-mail that goes by one of them needs no server, and what is sent by gateways still does."""
    names = {"email": {"provider": "postmark", "token": "t"}, "whatsapp": {"provider": "webhook", "url": "https://x.example", "secret": WebhookOffice.SECRET}}
    settings = the_settings(channels=json.dumps(names), smtp_host=None)
    assert list(make_channels(settings, StoppedClock())) == list(channel_names(settings)) == ["email", "whatsapp"]
    with pytest.raises(ValidationError, match="is not set"):
        the_settings(channels=json.dumps(names), smtp_host=None, message_gateways="sms=sms.gateway.example")
    both = the_settings(channels=json.dumps(names), message_gateways="sms=sms.gateway.example")
    assert list(make_channels(both, StoppedClock())) == list(channel_names(both)) == ["email", "whatsapp", "sms"]


@pytest.mark.parametrize("name", [name for name in SUBJECTS if name != "gateway"])
async def test_every_kind_of_account_is_made_into_its_channel(name: str) -> None:
    """From the JSON of the settings to a message that is taken."""
    subject = a_subject(name)
    channel = "email" if subject.message.subject is not None else "sms"
    if isinstance(subject, OverHttp):
        async with opened(subject.office):
            settings = the_settings(channels=json.dumps({channel: _written(subject.office.account(PATIENT))}))
            handed = await make_channels(settings, StoppedClock())[channel].send(subject.message)
    else:
        async with a_postbox() as box:
            settings = the_settings(smtp_port=box.port, channels='{"email": {"provider": "smtp", "per_second": 5}}')
            handed = await make_channels(settings, StoppedClock())[channel].send(subject.message)
    assert handed.result is Handover.ACCEPTED


class Never:
    """A last look that lets nothing go."""

    async def may_go(self, message: Message) -> bool:
        return False


@pytest.mark.parametrize("name", [name for name in SUBJECTS if name != "smtp"])
async def test_no_channel_goes_without_the_last_look(name: str) -> None:
    """However the settings make it: what may not go any more does not reach the provider."""
    subject = a_subject(name)
    async with a_postbox() as box:
        channels, channel, office = None, "sms", None
        if isinstance(subject, OverHttp):
            async with opened(subject.office):
                channel, office = ("email" if subject.message.subject is not None else "sms"), subject.office
                channels = json.dumps({channel: _written(office.account(PATIENT))})
        settings = the_settings(smtp_port=box.port, **({"channels": channels} if channels else {"message_gateways": "sms=sms.gateway.example"}))
        handed = await make_channels(settings, StoppedClock(), Never())[channel].send(subject.message)
        assert (handed.result, handed.trouble, box.envelopes) == (Handover.DOWN, TAKEN_BACK, [])
        assert office is None or office.asked == []


def _written(account: AnyAccount) -> dict[str, Any]:
    """The account as an operator writes it, with its secrets."""
    secret = {name: told.get_secret_value() for name, told in account if isinstance(told, SecretStr)}
    return {**account.model_dump(mode="json", exclude_none=True), **secret}


async def test_an_invitation_carries_a_calendar_for_the_mail_program() -> None:
    """A third form beside text and HTML, with the method in its type, as mail programs look for it (RFC 6047)."""
    async with a_postbox() as box:
        assert (await a_channel(box.port).send(INVITING)).result is Handover.ACCEPTED
    parts = list(box.mail().iter_parts())
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html", "text/calendar"]
    assert parts[2].get_param("method") == "REQUEST"
    (event,) = Calendar.from_ical(parts[2].get_content()).walk("VEVENT")
    assert event["uid"] == "abc@mail.example"


def test_a_calendar_says_what_the_letter_says() -> None:
    """RFC 5545 and 5546: a request with its id and number, in UTC, from the rep at our address to the one reader, in the approved words."""
    written = as_calendar(INVITING, at=NOW)
    calendar = Calendar.from_ical(written)
    (event,) = calendar.walk("VEVENT")
    assert (calendar["method"], calendar["version"], event["sequence"]) == ("REQUEST", "2.0", 0)
    assert [event.decoded(name) for name in ("dtstart", "dtend", "dtstamp")] == [STARTS, STARTS + timedelta(hours=1), NOW]
    assert "\r\nDTSTART:20270304T130000Z\r\n" in written
    assert (event["organizer"], event["organizer"].params["CN"]) == ("mailto:no-reply@dirigent.example", "Rut Rask")
    assert (event["attendee"], event["attendee"].params["RSVP"]) == ("mailto:astrid@clinic.example", "FALSE")
    assert (event["summary"], event["description"]) == (INVITING.subject, INVITING.text)
    assert all(len(line.encode()) <= 75 for line in written.split("\r\n"))


@pytest.mark.parametrize(("called_off", "method", "status"), [(False, "REQUEST", "CONFIRMED"), (True, "CANCEL", "CANCELLED")])
async def test_a_change_is_told_to_the_calendar_under_the_next_number(called_off: bool, method: str, status: str) -> None:
    """RFC 5546: the same id, a higher number; what is called off is taken out again. A remote meeting names its room."""
    room = "https://meet.example/r/1"
    entry = INVITING.invitation.model_copy(update={"sequence": 2, "called_off": called_off, "where": room}) if INVITING.invitation else None
    async with a_postbox() as box:
        assert (await a_channel(box.port).send(INVITING.model_copy(update={"invitation": entry}))).result is Handover.ACCEPTED
    part = list(box.mail().iter_parts())[2]
    calendar = Calendar.from_ical(part.get_content())
    (event,) = calendar.walk("VEVENT")
    assert (part.get_param("method"), calendar["method"], event["status"], event["sequence"]) == (method, method, status, 2)
    assert (event["uid"], event["location"], event["url"]) == ("abc@mail.example", room, room)


def test_a_message_that_invites_to_nothing_has_no_calendar() -> None:
    """An empty invitation would be a lie in somebody's calendar."""
    with pytest.raises(ValueError, match="invites to nothing"):
        as_calendar(a_message(), at=NOW)
