"""What contact pressure puts off keeps its place; this says which touches have one, and since when."""

from datetime import datetime

from journeys.policy.asking import Intent, Verdict, Waiting
from journeys.reasons import Reason

PRESSED = frozenset({Reason.WEEKLY_CAP, Reason.CAP, Reason.TOO_SOON, Reason.OTHERS_FIRST})
"""The reasons of contact pressure. Each ends by itself."""


def place(intent: Intent, verdict: Verdict, *, since: datetime | None, now: datetime) -> Waiting | None:
    """The place of a touch after this verdict, None where it has none. `since` is since when it had one.

    It gets one when pressure puts it off, and keeps it as long as it is only put off. Whatever is allowed, refused or paused loses it.
    """
    against = {check.reason for check in verdict.checks if check.verdict == "deferred"}
    if verdict.verdict != "deferred" or verdict.until is None or Reason.PAUSED in against or not (since is not None or against & PRESSED):
        return None
    return Waiting(
        key=intent.key,
        priority=intent.priority,
        since=since or now,
        until=verdict.until,
        channel=intent.channel,
        purpose=intent.purpose,
        product=intent.product,
    )
