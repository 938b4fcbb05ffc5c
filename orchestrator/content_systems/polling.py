"""Reading a content system page by page. A page is taken whole and its cursor kept with it, so that what was read twice or cut short changes nothing; what
keeps a system from being read is counted, and stands in its row."""

import asyncio
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import httpx
import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from journeys.syncing import found
from orchestrator.content_systems.systems import ContentSystem, ContentSystems
from orchestrator.counts import Dropped, count
from orchestrator.store.engine import transaction
from orchestrator.store.syncing import Applied, apply_items, keep_trouble, source_of

PAGES = 50
"""Pages that one look takes at most; the next look goes on."""

_LONGEST = 4 * 1024 * 1024
"""Bytes of a page."""

log = structlog.get_logger()


class NotReadError(Exception):
    """A content system did not answer with a page. The message is a code."""


class ContentPoller:
    def __init__(self, engine: AsyncEngine, systems: ContentSystems, client: httpx.AsyncClient, now: Callable[[], datetime]) -> None:
        self._engine, self._systems, self._client, self._now = engine, systems, client, now

    async def look(self) -> dict[str, Applied]:
        """Read every system that has an address as far as it goes. One that cannot be read keeps no other from being read."""
        return {name: await self.read(name) for name, system in self._systems.items() if system.url is not None}

    async def read(self, name: str) -> Applied:
        """Read one system on from its cursor. Returns what came of its items; a trouble is counted and kept in its row."""
        came = Applied()
        try:
            for _ in range(PAGES):
                page, more = await self._page(name)
                came = came.plus(page)
                if not more:
                    break
        except NotReadError as error:
            count(Dropped.CONTENT_SYNC, str(error))
            log.warning("content_sync", system=name, trouble=str(error))
            async with transaction(self._engine) as session:
                await keep_trouble(session, name, str(error), now=self._now())
            return came.model_copy(update={"trouble": str(error)})
        return came

    async def _page(self, name: str) -> tuple[Applied, bool]:
        system = self._systems[name]
        async with transaction(self._engine) as session:
            cursor = (await source_of(session, name)).cursor
        told = await self._ask(system, cursor)
        listed, after = told, found(told, system.next)
        for key in system.items.split("."):
            listed = listed.get(key) if isinstance(listed, dict) else None
        if not isinstance(listed, list) or any(str(found(told, path)) != wanted for path, wanted in system.expect.items()):
            raise NotReadError("not_a_page")
        cursor_after = str(after) if after not in (None, "") else cursor
        async with transaction(self._engine) as session:
            page = await apply_items(session, name, system, listed, cursor=cursor_after, now=self._now())
        return page, bool(listed) and cursor_after != cursor

    async def _ask(self, system: ContentSystem, cursor: str | None) -> Any:
        """One page. Raises NotReadError. Nothing is tried twice here: the next look asks again from the same cursor."""
        headers = {"Accept": "application/json"} | ({"Authorization": f"Bearer {system.token.get_secret_value()}"} if system.token is not None else {})
        parameters = {"cursor": cursor} if cursor is not None else {}
        try:
            async with asyncio.timeout(self._client.timeout.read), self._client.stream("GET", str(system.url), params=parameters, headers=headers) as reply:
                if not reply.is_success:
                    raise NotReadError(f"http_{reply.status_code}")
                said = b""
                async for part in reply.aiter_bytes():
                    said += part
                    if len(said) > _LONGEST:
                        raise NotReadError("too_long")
            return json.loads(said)
        except (httpx.HTTPError, TimeoutError) as error:
            raise NotReadError(type(error).__name__) from None
        except ValueError:
            raise NotReadError("not_json") from None
