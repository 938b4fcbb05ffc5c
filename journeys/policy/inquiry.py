"""Whether an answer of medical's answers anything: it needs no consent and no room under a cap, but only as the reply to a question on record."""

from datetime import datetime

from journeys.definitions import Purpose
from journeys.policy.asking import Check, Evidence, Intent, answer
from journeys.reasons import Reason


def inquiry(intent: Intent, evidence: Evidence, _: datetime) -> Check:
    """Correspondence that answers a specific question about a medicine is no marketing (LVFS 2009:6); the answer goes to whoever asked alone, about the
    product that was asked about, and carries nothing promotional (FDA draft guidance on unsolicited requests, 2011). Its content is medical's, and has no
    links that are followed: what is measured is promotion."""
    return answer("inquiry", _lacks(intent, evidence) if intent.purpose is Purpose.MEDICAL_RESPONSE else None)


def _lacks(intent: Intent, evidence: Evidence) -> Reason | None:
    asked, content = evidence.inquiry, evidence.content
    if asked is None:
        return Reason.NO_INQUIRY
    if not asked.stands:
        return Reason.INQUIRY_CLOSED
    if not asked.by_recipient:
        return Reason.INQUIRY_OF_ANOTHER
    if asked.product != intent.product:
        return Reason.INQUIRY_OTHER_PRODUCT
    if content is not None and (content.purpose != Purpose.MEDICAL_RESPONSE.value or content.links):
        return Reason.CONTENT_NOT_MEDICAL
    return None
