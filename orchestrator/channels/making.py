"""The channels of an installation by name, each with its bounds: those that its settings name, and e-mail, which goes by SMTP where they do not."""

from collections.abc import Mapping

import httpx

from activities.ports import Channel, Clock, LastLook
from journeys.content import EMAIL
from orchestrator.channels import accounts
from orchestrator.channels.breaker import Breaker
from orchestrator.channels.conversation import new_client
from orchestrator.channels.gateway import GatewayChannel
from orchestrator.channels.guarded import GuardedChannel
from orchestrator.channels.journal import InboxJournal
from orchestrator.channels.mailgun import MailgunProvider
from orchestrator.channels.over_http import HttpChannel
from orchestrator.channels.pace import Pace
from orchestrator.channels.postmark import PostmarkProvider
from orchestrator.channels.provider import Provider
from orchestrator.channels.sendgrid import SendGridProvider
from orchestrator.channels.ses import SesProvider
from orchestrator.channels.smtp import Limits, SmtpChannel
from orchestrator.channels.twilio import TwilioSmsProvider, TwilioWhatsAppProvider
from orchestrator.channels.webhook import WebhookProvider
from orchestrator.embedded.inbox import Inbox
from orchestrator.settings import Settings

_SMTP = accounts.Smtp(provider="smtp")


def make_channels(settings: Settings, clock: Clock, last_look: LastLook | None = None) -> Mapping[str, Channel]:
    """The adapters that the settings ask for; in the embedded runtime all of them lead to the local inbox, which can be asked what arrived. Each
    asks `last_look` when its turn has come."""
    named = {EMAIL: _SMTP, **settings.channels}
    client = new_client() if any(not isinstance(account, accounts.Smtp) for account in named.values()) else None
    made = {name: make_channel(name, account, settings, clock, client, last_look) for name, account in named.items()}
    if not settings.message_gateways:
        return made
    # Gateways share the bounds of the one server that they are reached by.
    mail = made[EMAIL] if isinstance(named[EMAIL], accounts.Smtp) else make_channel("gateways", _SMTP, settings, clock, client, last_look)
    return made | {name: GatewayChannel(mail, domain=domain) for name, domain in settings.message_gateways.items()}


def channel_names(settings: Settings) -> tuple[str, ...]:
    """The names of those channels, for who need not send."""
    return tuple(dict.fromkeys((EMAIL, *settings.channels, *settings.message_gateways)))


def make_channel(
    name: str, account: accounts.AnyAccount, settings: Settings, clock: Clock, client: httpx.AsyncClient | None, last_look: LastLook | None = None
) -> Channel:
    """One channel with its bounds. SMTP needs no client, and looks once more itself, after a conversation that may be long."""
    if isinstance(account, accounts.Smtp) or client is None:
        limits, longest = Limits(), Limits().opening + Limits().text
        journal = InboxJournal(Inbox(settings.inbox_dir)) if settings.inbox_dir is not None else None
        channel: Channel = SmtpChannel(settings, clock, journal, limits=limits, last_look=last_look)
    else:
        channel, longest = HttpChannel(make_provider(account), client, patience=account.patience), account.patience
    return GuardedChannel(name, channel, breaker=Breaker(), pace=Pace(account.per_second), at_once=account.at_once, longest=longest, last_look=last_look)


def make_provider(account: accounts.Account) -> Provider:
    """Whom the account is with. Raises TypeError where that is nobody who is reached over HTTP."""
    match account:
        case accounts.SendGrid():
            return SendGridProvider(account)
        case accounts.Mailgun():
            return MailgunProvider(account)
        case accounts.Postmark():
            return PostmarkProvider(account)
        case accounts.Ses():
            return SesProvider(account)
        case accounts.TwilioSms():
            return TwilioSmsProvider(account)
        case accounts.TwilioWhatsApp():
            return TwilioWhatsAppProvider(account)
        case accounts.Webhook():
            return WebhookProvider(account)
        case _:
            raise TypeError(f"{type(account).__name__} is not reached over HTTP")
