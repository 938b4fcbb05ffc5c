"""Two versions of a journey compared by meaning: what is different, and what each difference does to the people who are in it."""

from journeys.comparing.changes import Change, ChangeKind, Comparison
from journeys.comparing.comparison import compare

__all__ = ["Change", "ChangeKind", "Comparison", "compare"]
