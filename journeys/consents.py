"""What a person allowed and took back: an append-only list of acts, and how it stands at an instant. Doubt decides against sending.

A *given* act allows one channel and purpose in one market, for one product or content line or for all of them. A *withdrawal* reaches further: it holds in
every market, and on every record that shares the address. In full: docs/consents.md.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final, Literal

from journeys.reasons import Reason
from journeys.shapes import Instant, Stored

RECIPIENT: Final = "recipient"
"""Who acts where the person does so by themselves, without a user: by a click, an answer, a complaint."""

HERE: Final = "dirigent"
"""The source of an act that was captured here; an import names the system that it comes from."""


class ConsentAct(Stored):
    """One line of the consent ledger: given or withdrawn, for a channel and a purpose in a market. A consent without the text it was given to is none."""

    act: Literal["given", "withdrawn"]
    channel: str
    purpose: str
    market: str
    at: Instant
    expires: Instant | None = None
    text_version: str | None = None
    product: str | None = None
    """The product or content line that it is about; None: every one."""
    source: str = HERE
    record: str | None = None
    """Another record of the same address, where it was made on that one: its withdrawals count here, and what it gives does not."""


_GRAVITY = tuple(Reason)


def missing(acts: Iterable[ConsentAct], *, channel: str, purpose: str, market: str, now: datetime, product: str | None = None) -> Reason | None:
    """None where consent stands at `now` for the product, else why it does not (GDPR Art. 7(1) and 7(3)). The purpose is the very one that was consented
    to: who agreed to information did not agree to promotion (ABPI Code 2021 cl. 15.5).

    A withdrawal counts from when it is on record, even where it is of a moment that has yet to come: two clocks may differ. It stands until the same record
    and source gives again, later, to a text, and as narrowly; of conflicting records the least permissive wins so. Where none stands, the
    latest consent decides; of several at one instant, again the least permissive.
    """
    ours = [act for act in acts if act.channel == channel and act.purpose == purpose and act.product in (None, product)]
    ours = [act for act in ours if act.at <= now or act.act == "withdrawn"]
    given = [act for act in ours if act.act == "given" and act.market == market]
    if any(act.act == "withdrawn" and not any(_lifts(later, act) for later in given) for act in ours):
        return Reason.CONSENT_WITHDRAWN
    mine = [act for act in given if act.record is None]
    if not mine:
        return Reason.NO_CONSENT
    latest = max(act.at for act in mine)
    lacking = [lack for lack in (_lack(act, now) for act in mine if act.at == latest) if lack is not None]
    return min(lacking, key=_GRAVITY.index, default=None)


def withdrawn(acts: Iterable[ConsentAct], *, market: str, now: datetime, product: str | None = None) -> tuple[str, ...]:
    """Every channel whose promotional use the person has taken back, and not given again."""
    acts = tuple(acts)
    channels = sorted({act.channel for act in acts})
    lacking = {channel: missing(acts, channel=channel, purpose="promotional", market=market, now=now, product=product) for channel in channels}
    return tuple(channel for channel, lack in lacking.items() if lack is Reason.CONSENT_WITHDRAWN)


def _lifts(given: ConsentAct, withdrawal: ConsentAct) -> bool:
    """Whether somebody changed their mind: what is not later, comes from elsewhere, names no text or is wider than what was taken back lifts nothing."""
    same_line = (given.record, given.source) == (withdrawal.record, withdrawal.source)
    as_narrow = withdrawal.product in (None, given.product)
    return same_line and as_narrow and given.at > withdrawal.at and bool(given.text_version)


def _lack(act: ConsentAct, now: datetime) -> Reason | None:
    if not act.text_version:
        return Reason.NO_CONSENT
    return Reason.CONSENT_EXPIRED if act.expires is not None and now >= act.expires else None
