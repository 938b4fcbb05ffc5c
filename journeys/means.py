"""What an installation has of all that definitions name: channels by which it sends, and other systems that it knows how to ask."""

from journeys.channels import missing_channels
from journeys.definitions import Definition, RequestStep
from journeys.shapes import Stored


class Means(Stored):
    """The names of the channels, and of the endpoints that requests go to."""

    channels: tuple[str, ...]
    endpoints: tuple[str, ...] = ()


class Lacking(Stored):
    """What a definition names and an installation does not have, each once, in the order of the steps."""

    channels: tuple[str, ...] = ()
    endpoints: tuple[str, ...] = ()


def endpoints(definition: Definition) -> tuple[str, ...]:
    """The names of the other systems that the definition's steps ask."""
    return tuple(dict.fromkeys(step.request.to for step in definition.steps.values() if isinstance(step, RequestStep)))


def lacking(definition: Definition, means: Means) -> Lacking:
    """What would be refused or fail for want of a setting."""
    unknown = tuple(name for name in endpoints(definition) if name not in means.endpoints)
    return Lacking(channels=missing_channels(definition, means.channels), endpoints=unknown)
