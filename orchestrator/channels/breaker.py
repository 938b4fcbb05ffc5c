"""A circuit breaker: who was in trouble several times in a row is left alone for a while, then tried with one message, then with all. It keeps to what
a provider asks for, too. Fifty lines of our own, because the libraries for it count exceptions, and here trouble is an answer."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Patience:
    """`after` troubles in a row a channel rests, for `rest` seconds, each time twice as long, `longest` at most."""

    after: int = 5
    rest: float = 30.0
    longest: float = 600.0


class Breaker:
    """`now` is in seconds, from any origin."""

    def __init__(self, patience: Patience = Patience(), *, now: Callable[[], float] = time.monotonic) -> None:
        self._patience, self._now = patience, now
        self._troubles = 0
        self._until = 0.0
        self._rest = patience.rest
        self._trying = False

    @property
    def open(self) -> bool:
        """Whether it was in trouble too often, and no try has gone well since."""
        return self._troubles >= self._patience.after

    def rests(self) -> float | None:
        """For how many seconds nothing is to be offered; None where something may be."""
        left = self._until - self._now()
        if left > 0:
            return left
        return self._rest if self.open and self._trying else None

    def admit(self) -> float | None:
        """The same, for who offers something if it is None: while the breaker is open, one at a time."""
        rests = self.rests()
        if rests is None:
            self._trying = self.open
        return rests

    def went_well(self) -> None:
        """Close. What the provider asked for before is kept to."""
        self._troubles, self._rest, self._trying = 0, self._patience.rest, False

    def not_tried(self) -> None:
        """Who was admitted offered nothing after all: how the provider is, nobody knows better than before, and the next one tries."""
        self._trying = False

    def in_trouble(self, *, asked: float | None = None) -> None:
        """`asked`: for how many seconds the provider wants to be left alone. It knows better than we do, so this is no trouble of ours to count; but "at
        once" is no wish."""
        self._trying = False
        if asked:
            self._until = max(self._until, self._now() + asked)
            return
        self._troubles += 1
        if self.open:
            self._until = max(self._until, self._now() + self._rest)
            self._rest = min(self._rest * 2, self._patience.longest)
