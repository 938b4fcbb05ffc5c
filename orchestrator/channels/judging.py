"""What an answer means, for all providers alike: taken, refused for good, not taken and why, or in doubt. A provider's own codes outweigh the status."""

from datetime import datetime, timedelta
from http import HTTPStatus

import structlog

from activities.ports import Handed, Handover
from orchestrator.channels.conversation import BrokenOff, Reply
from orchestrator.channels.provider import Fault, Provider

log = structlog.get_logger()


LONGEST_WISH = timedelta(days=1)
"""A provider that wants to be left alone for longer is asked again all the same: the wish may be a mistake, and would stand until a restart."""

_COME_AGAIN = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})
_ABOUT_THE_MESSAGE = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNPROCESSABLE_ENTITY})


def judged(provider: Provider, heard: Reply | BrokenOff, *, now: datetime) -> Handed:
    """What became of a message, by what was heard of it at the real time `now`. The log has codes alone: the provider's words may name the recipient."""
    if isinstance(heard, BrokenOff):
        return _told(provider, Handed(result=Handover.UNKNOWN if heard.begun else Handover.DOWN, trouble=heard.trouble))
    code = provider.code(heard)
    if heard.good and code is None:
        taken = provider.taken(heard)
        if taken is None:
            return _told(provider, Handed(result=Handover.UNKNOWN, trouble="unreadable"))
        return Handed(result=Handover.ACCEPTED, provider_id=taken or None)
    wish = provider.wish(heard, now=now)
    known = provider.faults.get(code) if code is not None else None
    trouble = f"{provider.name}_{code}" if known is not None else f"http_{heard.status}"
    fault = known or _by_status(heard, asked=wish is not None)
    return _told(provider, _handed(fault, trouble, wish), ours=fault is Fault.OURS)


def _handed(fault: Fault, trouble: str, wish: timedelta | None) -> Handed:
    match fault:
        case Fault.MESSAGE:
            return Handed(result=Handover.REFUSED, trouble=trouble)
        case Fault.STOPPED:
            return Handed(result=Handover.REFUSED, trouble=trouble, unsubscribed=True)
        case Fault.OURS:
            return Handed(result=Handover.DOWN, trouble=trouble)
        case Fault.BUSY:
            return Handed(result=Handover.DOWN, trouble=trouble, retry_after=min(wish, LONGEST_WISH) if wish is not None else None)
        case Fault.DOUBT:
            return Handed(result=Handover.UNKNOWN, trouble=trouble)


def _by_status(reply: Reply, *, asked: bool) -> Fault:
    """A 5xx is in doubt, because messages have arrived after one, unless it is a 503 that asks to come again. A good status with a
    code of trouble is no acceptance; where nobody knows the code, it may be one all the same, and somebody must look."""
    if reply.status in _COME_AGAIN or (reply.status == HTTPStatus.SERVICE_UNAVAILABLE and asked):
        return Fault.BUSY
    if reply.good or reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Fault.DOUBT
    return Fault.MESSAGE if reply.status in _ABOUT_THE_MESSAGE else Fault.OURS


def _told(provider: Provider, handed: Handed, *, ours: bool = False) -> Handed:
    if ours:
        log.error("channel", provider=provider.name, result=handed.result, trouble=handed.trouble, check=provider.check)
    else:
        log.warning("channel", provider=provider.name, result=handed.result, trouble=handed.trouble)
    return handed
