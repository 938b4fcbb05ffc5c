"""A channel over HTTP: what all providers have in common. What is a provider's own is in its class."""

from collections.abc import Callable
from datetime import datetime

import httpx

from activities.ports import Handed, Handover, Message
from orchestrator.channels.conversation import Reply, converse
from orchestrator.channels.judging import judged, log
from orchestrator.channels.provider import CannotBeWrittenError, Provider
from orchestrator.clock import wall_clock

ASKING = 4.0
"""Seconds to ask what became of an earlier attempt, which comes before a conversation of full length."""


class HttpChannel:
    """Hands messages to a provider, once each."""

    def __init__(self, provider: Provider, client: httpx.AsyncClient, *, patience: float, real: Callable[[], datetime] = wall_clock) -> None:
        self._provider, self._client = provider, client
        self._patience, self._real = patience, real

    async def send(self, message: Message) -> Handed:
        try:
            request = self._provider.written(message, now=self._real())
        except ValueError as error:
            return self._unwritten(error)
        heard = await converse(self._client, request, patience=self._patience)
        return judged(self._provider, heard, now=self._real())

    async def arrived(self, message_id: str) -> bool | None:
        """What a provider shows has arrived. What it does not show may only not be shown yet, for each of them is later in telling than in taking; so this
        never says no."""
        question = self._provider.question(message_id)
        if question is None:
            return None
        heard = await converse(self._client, question, patience=min(ASKING, self._patience))
        return True if isinstance(heard, Reply) and heard.good and self._provider.found(heard) else None

    def _unwritten(self, error: ValueError) -> Handed:
        trouble, check = (error.trouble, error.check) if isinstance(error, CannotBeWrittenError) else ("unwritable", None)
        log.error("channel", provider=self._provider.name, result=Handover.REFUSED, trouble=trouble, check=check)
        return Handed(result=Handover.REFUSED, trouble=trouble)
