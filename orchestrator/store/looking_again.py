"""What waited for somebody to be known, looked at again once that is so: by whoever has just learnt of people or users."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from journeys.calls import CallWords
from orchestrator.store import calls, events
from orchestrator.store.engine import transaction

AT_ONCE = 500
"""As many of each kind: what is left waits for the next time, or for an operator."""


async def look_again(engine: AsyncEngine, words: Mapping[str, CallWords], *, now: datetime) -> Counter[str]:
    """Judge the calls and events whose person or rep is known by now. Tells how many stand where, by kind: `call completed`, `event taken`. `words` is how
    each source speaks of calls."""
    async with transaction(engine) as session:
        found = {
            "call": await calls.judge_again(session, words, source=None, most=AT_ONCE, now=now, known=True),
            "event": await events.judge_again(session, source=None, most=AT_ONCE, now=now, known=True),
        }
    return Counter({f"{kind} {standing}": times for kind, each in found.items() for standing, times in each.items()})


def told(found: Mapping[str, int]) -> str:
    """What came of it, in a line."""
    return f"judged again: {', '.join(f'{times} {what}' for what, times in sorted(found.items()))}" if found else "nothing waited for them"
