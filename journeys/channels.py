"""The channels by which a definition sends, by name; which of them there are is a matter of the installation."""

from collections.abc import Collection

from journeys.definitions import Definition, SendStep


def channels(definition: Definition) -> tuple[str, ...]:
    """The names of the channels by which the definition's steps send, each once, in the order of the steps."""
    return tuple(dict.fromkeys(route.channel for step in definition.steps.values() if isinstance(step, SendStep) for route in step.sending.routes))


def missing_channels(definition: Definition, configured: Collection[str]) -> tuple[str, ...]:
    """The channels that the definition names and an installation with these channels does not have: what goes by them is refused at the gate."""
    return tuple(channel for channel in channels(definition) if channel not in configured)
