"""From a provider taxonomy code to our own words: the profession and, where one fits, the specialty. The table beside this file is ours, by prefix of
the code; the code set itself belongs to its publisher and is not copied here."""

import csv
from functools import cache
from importlib.resources import files
from typing import NamedTuple


class Calling(NamedTuple):
    """A profession of the catalogue of facts (physician, nurse, pharmacist, other) and a specialty's slug."""

    profession: str
    specialty: str | None = None


def calling_of(code: str) -> Calling:
    """What the longest known prefix of the code says; a code that none of them fits is of another profession."""
    known = _callings()
    return next((known[code[:length]] for length in range(len(code), 0, -1) if code[:length] in known), Calling("other"))


@cache
def _callings() -> dict[str, Calling]:
    with (files("orchestrator.registries") / "taxonomy.csv").open(encoding="utf-8") as table:
        return {row["prefix"]: Calling(row["profession"], row["specialty"] or None) for row in csv.DictReader(table)}
