"""The way out of the messages, looked at as a recipient would: the page behind the unsubscribe link of the latest one. A broken link is a breach of the codes
(a case before the PMCPA), and nobody but the recipients would notice it. Every worker looks again and again, and `dirigent monitor` once."""

import httpx
import structlog
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select

from journeys.definitions import Purpose
from orchestrator.counts import Dropped, count
from orchestrator.mail.links import MailLinks
from orchestrator.store.engine import transaction
from orchestrator.store.tables import Touch

PATIENCE = 10.0
"""Seconds until a page that does not answer is one that does not work."""

PAUSE = 120.0
"""Seconds between two looks of a worker."""

log = structlog.get_logger()


class WayOut:
    """Reads the page and changes nothing: a GET never unsubscribes."""

    def __init__(self, engine: AsyncEngine, links: MailLinks, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._engine = engine
        self._links = links
        self._transport = transport
        self._was_in_trouble = False

    async def trouble(self) -> str | None:
        """None where the page works, or where nothing was sent yet; else what is wrong, as a code. Logged, and counted."""
        found = await self._found()
        if found is not None:
            _tell(found)
        return found

    async def look(self) -> None:
        """Look as a worker does: trouble is told when it is there at two looks running, for the API may be starting at this moment."""
        found = await self._found()
        if found is not None and self._was_in_trouble:
            _tell(found)
        self._was_in_trouble = found is not None

    async def _found(self) -> str | None:
        key = await self._latest()
        return await self._ask(self._links.unsubscribe(key)) if key is not None else None

    async def _latest(self) -> str | None:
        sent = select(Touch.key).where(Touch.purpose == Purpose.PROMOTIONAL, col(Touch.message_id).is_not(None)).order_by(col(Touch.at).desc())
        async with transaction(self._engine) as session:
            return (await session.exec(sent.limit(1))).first()

    async def _ask(self, address: str) -> str | None:
        try:
            async with httpx.AsyncClient(timeout=PATIENCE, transport=self._transport) as http:
                page = await http.get(address)
        except httpx.HTTPError as error:
            return type(error).__name__.lower()
        if page.status_code != httpx.codes.OK:
            return f"http_{page.status_code}"
        return None if 'name="List-Unsubscribe"' in page.text else "no_button"


def _tell(trouble: str) -> None:
    log.error("way_out", trouble=trouble, check="DIRIGENT_PUBLIC_URL, DIRIGENT_SIGNING_KEY, and the path /u/ of what stands before the API")
    count(Dropped.LOOK, f"way_out_{trouble}")
