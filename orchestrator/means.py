"""What an installation has, as its settings say."""

from journeys.means import Means
from orchestrator.channels.making import channel_names
from orchestrator.settings import Settings


def means_of(settings: Settings) -> Means:
    """The channels by which it sends, and the other systems that it knows how to ask."""
    return Means(channels=channel_names(settings), endpoints=tuple(settings.endpoints))
