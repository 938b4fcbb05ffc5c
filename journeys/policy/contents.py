"""Whether the content may be used: approved today, for this market, product and reader, and not sent to the same address before."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from journeys.choosing import NOTHING, misfit, needs_choice
from journeys.content import ContentState, ContentVersion
from journeys.minimum_information import lacking
from journeys.policy.asking import Check, Evidence, Intent, answer
from journeys.reasons import Reason

ONE_COPY = timedelta(days=30)
"""How long a copy counts that another record with the same address got."""


def content(intent: Intent, evidence: Evidence, now: datetime) -> Check:
    """Only what review approved, for this market, product and audience, on this very day (Dir. 2001/83 Art. 91 and 92), and with the market's minimum
    information in it (LER Ch. 1 Div. 1 art. 17 and 19)."""
    return answer("content", next(_failings(intent, evidence, now), None))


def one_copy(_: Intent, evidence: Evidence, __: datetime) -> Check:
    """Two records of one person, one address: one copy."""
    return answer("one_copy", Reason.SAME_ADDRESS if evidence.has_copy else None)


def _failings(intent: Intent, evidence: Evidence, now: datetime) -> Iterator[Reason]:
    version = evidence.content
    if version is None:
        yield Reason.CONTENT_UNKNOWN
        return
    state = version.state_at(now)
    if state is ContentState.EXPIRED:
        yield Reason.CONTENT_EXPIRED
    if state is not ContentState.APPROVED or version.purpose != intent.purpose:
        yield Reason.CONTENT_NOT_APPROVED
    if intent.market not in version.markets:
        yield Reason.CONTENT_WRONG_MARKET
    if version.product != intent.product:
        yield Reason.CONTENT_WRONG_PRODUCT
    if evidence.audience not in version.audience:
        yield Reason.CONTENT_WRONG_AUDIENCE
    if evidence.market is not None and not any(language in version.written_for(intent.channel) for language in evidence.market.languages):
        yield Reason.CONTENT_NO_LANGUAGE
    if evidence.market is not None and lacking(version, evidence.market, fragments=evidence.fragments) is not None:
        yield Reason.CONTENT_NO_MINIMUM_INFORMATION
    if _chosen_wrongly(version, intent, evidence, now):
        yield Reason.CONTENT_CHOICE_UNFIT


def _chosen_wrongly(version: ContentVersion, intent: Intent, evidence: Evidence, now: datetime) -> bool:
    """Whether a fragment was withdrawn since the rep chose it, or has expired, or nobody chose what must be chosen."""
    if evidence.chosen == NOTHING and not needs_choice(version):
        return False
    return misfit(version, evidence.chosen, {each.ref: each for each in evidence.fragments}, market=intent.market, now=now) is not None
