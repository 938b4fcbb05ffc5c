"""Cuts the lists of the fakes: numbers serve as sort keys here."""

from typing import Any

from api.paging import Batch, Slice


def sliced(rows: list[Any], cut: Slice) -> Batch[Any]:
    """The slice that is asked for."""
    start = cut.after.number(0) if cut.after is not None else 0
    numbered = list(enumerate(rows, start=1))[start : start + cut.limit + 1]
    batch = Batch.of(numbered, cut, lambda pair: (pair[0],))
    return Batch(tuple(row for _, row in batch.rows), batch.next)
