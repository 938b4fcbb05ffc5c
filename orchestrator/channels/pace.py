"""A pace: turns at a steady rate, with the wait told beforehand. Who would wait too long is told when to come back instead, each later than the one
before, so that they come back one by one. The limiters that there are can wait, and cannot tell for how long."""

import time
from collections.abc import Callable
from typing import NamedTuple


class Turn(NamedTuple):
    """After `wait` seconds it is `mine`; else one may ask again then."""

    mine: bool
    wait: float


class Pace:
    """`per_second` turns; None is as many as are asked for. `patience` is how many seconds a turn is waited for. `now` is in seconds, from any origin."""

    def __init__(self, per_second: float | None, *, patience: float = 2.0, now: Callable[[], float] = time.monotonic) -> None:
        self._gap = 1 / per_second if per_second is not None else 0.0
        self._patience, self._now = patience, now
        self._next = 0.0
        self._sent_away = 0.0

    def turn(self) -> Turn:
        now = self._now()
        due = max(self._next, now)
        if due - now <= self._patience:
            self._next = due + self._gap
            return Turn(mine=True, wait=due - now)
        self._sent_away = max(self._sent_away, due) + self._gap
        return Turn(mine=False, wait=self._sent_away - now)
