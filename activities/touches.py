"""The one activity that lets something out of the house: reserve in the ledger behind the gate, hand over, settle."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import assert_never

import structlog
from temporalio import activity

from activities.orders import LetterOrder, TouchOrder
from activities.ports import CHANNEL_SLOW, RESERVED, TAKEN_BACK, Channel, Clock, Counts, Handed, Handover, Ledger, Reservation
from journeys.events import Settled
from journeys.policy import Verdict
from journeys.reasons import Reason

OFFER_AGAIN = timedelta(minutes=15)
"""How long, in journey time, a touch rests when its channel is down and does not say for how long."""

AT_LEAST = timedelta(seconds=5)
"""How long it rests where the provider says "at once", in real time: a run that offered it again and again would only fill its history."""

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
        return await self.send(order)

    async def send(self, order: TouchOrder | LetterOrder) -> Settled:
        """The same, whoever orders it."""
        reserved = await self._ledger.reserve(order, now=self._clock.now())
        by = reserved.channel or order.touch.channel
        settled = await self._perform(order, reserved, self._channels.get(by))
        if order.touch.instead and settled.result in ("sent", "unknown"):
            settled = settled.model_copy(update={"channel": by})
        log.info("touch", key=order.touch.key, result=settled.result, reason=settled.reason)
        if settled.result != "sent":
            self._counts.dropped(f"touch_{settled.result}", settled.reason or "no_answer")
        return settled

    async def _perform(self, order: TouchOrder | LetterOrder, reserved: Reservation, channel: Channel | None) -> Settled:
        key = order.touch.key
        earlier = await _handed_over_earlier(reserved, channel)
        if earlier is None and reserved.blocked is not None:
            if reserved.earlier is not None:  # nothing of the earlier attempt went out, so its intent must not go on counting as a touch
                await self._ledger.settle(key, Handed(result=Handover.DOWN), now=self._clock.now(), offered=False)
            return _blocked(key, reserved.blocked)
        handed = Handed(result=earlier or Handover.UNKNOWN)
        offered = earlier is None and reserved.message is not None and channel is not None
        if earlier is None and reserved.message is not None:
            # Without the channel there is nothing to hand it to: the gate, which knows the channels too, says so when it is asked again.
            handed = await channel.send(reserved.message) if channel is not None else Handed(result=Handover.DOWN)
        now = self._clock.now()
        attempt = reserved.message.attempt if offered and reserved.message is not None else None
        ours = await self._ledger.settle(key, handed, now=now, offered=offered and handed.trouble != TAKEN_BACK, attempt=attempt)
        if not ours and handed.result is not Handover.ACCEPTED:  # this attempt was given up; whoever has the touch now knows what became of it
            return Settled(key=key, result="unknown")
        if handed.trouble == TAKEN_BACK:
            return await self._taken_back(order, now)
        return self._told(key, handed, now)

    async def _taken_back(self, order: TouchOrder | LetterOrder, now: datetime) -> Settled:
        """The gate is asked again, and says why it does not let the touch out any more. Where it does after all, the touch is offered again later."""
        again = await self._ledger.reserve(order, now=now)
        if again.blocked is not None:
            return _blocked(order.touch.key, again.blocked)
        down = Handed(result=Handover.DOWN, trouble=TAKEN_BACK)
        await self._ledger.settle(order.touch.key, down, now=now, offered=False)
        return self._told(order.touch.key, down, now)

    def _told(self, key: str, handed: Handed, now: datetime) -> Settled:
        match handed.result:
            case Handover.ACCEPTED:
                return Settled(key=key, result="sent")
            case Handover.DOWN:
                slow = handed.trouble == CHANNEL_SLOW  # our own pace lets them come one by one, and knows when
                reason = Reason.CHANNEL_SLOW if slow else Reason.CHANNEL_DOWN
                until = now + OFFER_AGAIN
                if handed.retry_after is not None:
                    until = self._clock.later(handed.retry_after if slow else max(handed.retry_after, AT_LEAST))
                return Settled(key=key, result="deferred", reason=reason, until=until)
            case Handover.REFUSED:
                return Settled(key=key, result="refused", reason=Reason.CHANNEL_REFUSED)
            case Handover.UNKNOWN:
                return Settled(key=key, result="unknown")
            case _ as never:
                assert_never(never)


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
