"""Draws that come out the same whenever and wherever they are made: no random number is stored, and a replay cannot differ."""

from collections.abc import Mapping
from hashlib import sha256


def arm_of(enrolment: str, step: str, arms: Mapping[str, int]) -> str:
    """The arm that a run falls into at a split: SHA-256 of enrolment and step over the weights, arms in the order of their names."""
    left = _number(f"{enrolment}.{step}") % sum(arms.values())
    for arm in sorted(arms):
        left -= arms[arm]
        if left < 0:
            return arm
    raise AssertionError("a draw is smaller than the sum of the weights")  # pragma: no cover


def hundredth(person: str, journey: str) -> int:
    """Where a person falls among 100 for a journey, 0 to 99: who is held out of it once is held out every time."""
    return _number(f"{journey}.{person}") % 100


def _number(text: str) -> int:
    return int.from_bytes(sha256(text.encode()).digest()[:8])
