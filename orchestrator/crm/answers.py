"""What an answer means, for every CRM: who is away, what is wrong for good, and what may be tried again. Codes alone go on: a CRM's own words may name
a person."""

import json
import re
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from orchestrator.channels.conversation import BrokenOff, Reply
from orchestrator.clock import wall_clock
from orchestrator.crm.port import Away, Denied, Later, Refused
from orchestrator.requests.conversation import retry_after

THROTTLED = timedelta(minutes=1)
"""How long one is left alone that is throttled and does not say for how long."""

LONGEST_WISH = timedelta(hours=1)

MOST = 8 * 1024 * 1024
"""Bytes of an answer that are read: a page of rows is longer than what a provider of messages says."""

_CODE = re.compile(r"[a-z0-9_]{1,60}")


def code(written: object) -> str:
    """A CRM's code in our spelling. What is none, and might be a sentence, is `other`."""
    spelt = str(written).lower()
    return spelt if _CODE.fullmatch(spelt) else "other"


def said(heard: Reply) -> Any:
    """The body; None where it is no JSON, because it broke off, is too long or is a page of words."""
    try:
        return json.loads(heard.body)
    except ValueError:
        return None


def by_status(heard: Reply | BrokenOff) -> Away | None:
    """What is plain from the outside: nobody there, too busy, broken."""
    if isinstance(heard, BrokenOff):
        return Away(code(heard.trouble))
    if heard.status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        wish = retry_after(heard.headers.get("retry-after", ""), wall_clock())
        return Away(f"http_{heard.status}", min(wish or THROTTLED, LONGEST_WISH))
    return Away(f"http_{heard.status}") if heard.status >= HTTPStatus.INTERNAL_SERVER_ERROR or heard.status == HTTPStatus.REQUEST_TIMEOUT else None


def of_request(found: str, *, busy: frozenset[str], ours: frozenset[str]) -> Denied | Away:
    """A request that failed as a whole, by its code: throttled, a matter of our account, or wrong."""
    if found in busy:
        return Away(found, THROTTLED)
    return Away(found) if found in ours else Denied(found)


def of_row(found: str, *, passing: frozenset[str]) -> Refused | Later:
    """A row that failed, by its code."""
    return Later(found) if found in passing else Refused(found)
