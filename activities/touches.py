"""The one activity that lets something out of the house: reserve in the ledger behind the gate, hand over, settle."""

from collections.abc import Mapping
from datetime import timedelta

import structlog
from temporalio import activity

from activities.orders import TouchOrder
from activities.ports import RESERVED, Channel, Clock, Counts, Handover, Ledger, Reservation
from journeys.events import Settled
from journeys.policy import Verdict
from journeys.reasons import Reason

OFFER_AGAIN = timedelta(minutes=15)
"""How long, in journey time, a touch rests when its channel is down."""

log = structlog.get_logger()


class TouchActivities:
    """The intent is written before the channel is called and the result after it. What an earlier attempt may have handed over is
    asked of the channel where that is possible; where it is not, it is called unknown and never sent again."""

    def __init__(self, ledger: Ledger, channels: Mapping[str, Channel], clock: Clock, counts: Counts) -> None:
        self._ledger = ledger
        self._counts = counts
        self._channels = channels
        self._clock = clock

    @activity.defn
    async def deliver(self, order: TouchOrder) -> Settled:
        """Sent, unknown, deferred until a time, or refused: the last two with their reason code."""
        reserved = await self._ledger.reserve(order, now=self._clock.now())
        settled = await self._perform(order.touch.key, reserved, self._channels.get(order.touch.channel))
        log.info("touch", key=order.touch.key, result=settled.result, reason=settled.reason)
        if settled.result != "sent":
            self._counts.dropped(f"touch_{settled.result}", settled.reason or "no_answer")
        return settled

    async def _perform(self, key: str, reserved: Reservation, channel: Channel | None) -> Settled:
        result = await _handed_over_earlier(reserved, channel)
        if result is None and reserved.blocked is not None:
            if reserved.earlier is not None:  # nothing of the earlier attempt went out, so its intent must not go on counting as a touch
                await self._ledger.settle(key, Handover.DOWN, now=self._clock.now())
            return _blocked(key, reserved.blocked)
        if result is None and reserved.message is not None:
            # Without the channel there is nothing to hand it to: the gate, which knows the channels too, says so when it is asked again.
            result = await channel.send(reserved.message) if channel is not None else Handover.DOWN
        now = self._clock.now()
        await self._ledger.settle(key, result or Handover.UNKNOWN, now=now)
        match result:
            case Handover.ACCEPTED:
                return Settled(key=key, result="sent")
            case Handover.DOWN:
                return Settled(key=key, result="deferred", reason=Reason.CHANNEL_DOWN, until=now + OFFER_AGAIN)
            case Handover.REFUSED:
                return Settled(key=key, result="refused", reason=Reason.CHANNEL_REFUSED)
            case _:
                return Settled(key=key, result="unknown")


async def _handed_over_earlier(reserved: Reservation, channel: Channel | None) -> Handover | None:
    """What became of an earlier attempt; None where there was none, or where the channel says that nothing of it arrived."""
    if reserved.earlier != RESERVED:
        return Handover(reserved.earlier) if reserved.earlier is not None else None
    arrived = await channel.arrived(reserved.message_id or "") if channel is not None else None
    if arrived is None:
        return Handover.UNKNOWN
    return Handover.ACCEPTED if arrived else None


def _blocked(key: str, verdict: Verdict) -> Settled:
    result = "deferred" if verdict.verdict == "deferred" else "refused"
    return Settled.model_validate({"key": key, "result": result, "reason": verdict.reason, "until": verdict.until})
