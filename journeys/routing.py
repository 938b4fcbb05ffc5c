"""By which channel a touch goes, where several would do: the one that the recipient prefers, then in the order in which they were named, the first that
the gate allows."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from journeys.commands import Deliver
from journeys.policy import Verdict

_NEVER: Final = datetime.max.replace(tzinfo=UTC)


def in_order(touch: Deliver, *, prefers: object) -> tuple[Deliver, ...]:
    """One touch for each channel that would do, the recipient's own preference first."""
    if not touch.instead:
        return (touch,)
    ways = [touch.model_copy(update={"instead": ()})]
    ways += [ways[0].model_copy(update={"channel": route.channel, "content": route.content}) for route in touch.instead]
    return tuple(sorted(ways, key=lambda way: way.channel != prefers))


def first_allowed(verdicts: Iterable[Verdict]) -> tuple[int, Verdict]:
    """Which one goes, and its verdict: no further one is asked for. Where none is allowed, what is put off for the shortest time, else what was
    refused first."""
    against: list[tuple[int, Verdict]] = []
    for number, verdict in enumerate(verdicts):
        if verdict.verdict == "allowed":
            return number, verdict
        against.append((number, verdict))
    return min(against, key=lambda one: (one[1].verdict == "refused", one[1].until or _NEVER))
