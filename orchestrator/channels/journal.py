"""The embedded inbox as a journal: whether a message was taken can be looked up there, so a crash leaves no result unknown."""

import asyncio

from orchestrator.embedded.inbox import Inbox


class InboxJournal:
    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox

    async def holds(self, message_id: str) -> bool:
        return await asyncio.to_thread(self._inbox.arrivals, message_id) > 0
