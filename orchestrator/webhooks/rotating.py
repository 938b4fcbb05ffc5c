"""A provider whose key is being changed: for as long as the former one stands in the settings, what either of them signed is let in, so that nothing that the
provider tells meanwhile is lost."""

from collections.abc import Sequence
from datetime import datetime

from orchestrator.webhooks.telling import Delivery, Provider, Refusal, Rows


class Rotating:
    """One provider by each of its keys, the present one first. What is told is read alike by all of them."""

    def __init__(self, keys: Sequence[Provider]) -> None:
        self._keys = tuple(keys)

    async def refused(self, given: Delivery, *, now: datetime) -> Refusal | None:
        said = [await key.refused(given, now=now) for key in self._keys]
        if None in said:
            return None
        return next((refusal for refusal in said if refusal is not Refusal.SIGNATURE_INVALID), Refusal.SIGNATURE_INVALID)

    def token(self, given: Delivery) -> str | None:
        return self._keys[0].token(given)

    def read(self, given: Delivery) -> Rows:
        return self._keys[0].read(given)
