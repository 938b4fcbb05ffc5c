"""The channels of an installation by name: e-mail always, and one for each gateway that its settings name."""

from collections.abc import Mapping

from activities.ports import Channel, Clock
from journeys.content import EMAIL
from orchestrator.channels.gateway import GatewayChannel
from orchestrator.channels.journal import InboxJournal
from orchestrator.channels.smtp import SmtpChannel
from orchestrator.embedded.inbox import Inbox
from orchestrator.settings import Settings


def make_channels(settings: Settings, clock: Clock) -> Mapping[str, Channel]:
    """The adapters that the settings ask for; in the embedded runtime all of them lead to the local inbox, which can be asked what arrived."""
    journal = InboxJournal(Inbox(settings.inbox_dir)) if settings.inbox_dir is not None else None
    mail = SmtpChannel(settings, clock, journal)
    return {EMAIL: mail} | {name: GatewayChannel(mail, domain=domain) for name, domain in settings.message_gateways.items()}


def channel_names(settings: Settings) -> tuple[str, ...]:
    """The names of those channels, for who need not send."""
    return (EMAIL, *settings.message_gateways)
