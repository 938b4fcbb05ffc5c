"""Looks at the counters of this process before and after something happens."""

from collections.abc import Iterator
from contextlib import contextmanager

from orchestrator.counts import DROPPED

Counted = dict[tuple[str, str], int]


@contextmanager
def counting(risen: Counted) -> Iterator[None]:
    """Fills `risen` with every counter that rose in the block, by what and reason, and by how much."""
    before = _all()
    yield
    risen.update({labels: value - before.get(labels, 0) for labels, value in _all().items() if value != before.get(labels, 0)})


def _all() -> Counted:
    (family,) = DROPPED.collect()
    return {(each.labels["what"], each.labels["reason"]): int(each.value) for each in family.samples if each.name.endswith("_total")}
