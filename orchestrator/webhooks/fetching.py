"""Gets what lies at an address of Amazon's: a certificate, or the confirmation of a subscription. Small, at once, and following nobody elsewhere."""

import httpx

from orchestrator.webhooks.sns import Fetch

_LONGEST = 64 * 1024
_PATIENCE = 5.0


class UnreachableError(Exception):
    """Nothing lies at the address now. Whoever brought the message brings it again."""


def fetcher(*, transport: httpx.AsyncBaseTransport | None = None) -> Fetch:
    """A way to get addresses, each with a client of its own: it is done once for each certificate."""

    async def fetch(address: str) -> bytes:
        try:
            async with httpx.AsyncClient(timeout=_PATIENCE, follow_redirects=False, trust_env=False, transport=transport) as client:
                answer = await client.get(address)
        except httpx.RequestError as error:
            raise UnreachableError(type(error).__name__) from None
        if not answer.is_success or len(answer.content) > _LONGEST:
            raise UnreachableError(str(answer.status_code))
        return answer.content

    return fetch
