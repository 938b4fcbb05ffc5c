"""After the answer has gone out, hands over what the request put in the outbox; what fails here is handed over later by any worker."""

import structlog
from fastapi import BackgroundTasks, Depends

from api.house import House
from api.ports import Counts, Relay

_log = structlog.get_logger(__name__)


async def _nudge(relay: Relay, counts: Counts) -> None:
    try:
        await relay.nudge()
    except Exception as error:  # noqa: BLE001 - the request is done and answered; the outbox keeps what is left
        _log.warning("nudge_failed", trouble=type(error).__name__)
        counts.dropped("relay", type(error).__name__)


def _afterwards(background: BackgroundTasks, house: House) -> None:
    background.add_task(_nudge, house.relay, house.counts)


Nudged = Depends(_afterwards)
"""For operations that tell runs something."""
