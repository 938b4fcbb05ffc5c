"""What a person allowed and took back: an append-only list of acts, and how it stands at an instant."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from journeys.reasons import Reason
from journeys.shapes import Instant, Stored


class ConsentAct(Stored):
    """One line of the consent ledger: given or withdrawn, for a channel and a purpose in a market. A consent without the text it was given to is none."""

    act: Literal["given", "withdrawn"]
    channel: str
    purpose: str
    market: str
    at: Instant
    expires: Instant | None = None
    text_version: str | None = None


_GRAVITY = tuple(Reason)


def missing(acts: Iterable[ConsentAct], *, channel: str, purpose: str, market: str, now: datetime) -> Reason | None:
    """None where consent stands at `now`, else why it does not (GDPR Art. 7(1) and 7(3)).

    The latest act decides; of two at the same instant, the least permissive. A withdrawal holds in every market.
    """
    ours = [act for act in acts if act.channel == channel and act.purpose == purpose and (act.market == market or act.act == "withdrawn") and act.at <= now]
    if not ours:
        return Reason.NO_CONSENT
    latest = max(act.at for act in ours)
    lacking = [lack for lack in (_lack(act, now) for act in ours if act.at == latest) if lack is not None]
    return min(lacking, key=_GRAVITY.index, default=None)


def _lack(act: ConsentAct, now: datetime) -> Reason | None:
    if act.act == "withdrawn":
        return Reason.CONSENT_WITHDRAWN
    if not act.text_version:
        return Reason.NO_CONSENT
    return Reason.CONSENT_EXPIRED if act.expires is not None and now >= act.expires else None
