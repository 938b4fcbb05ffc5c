"""A register's file, read into the store in batches of one transaction each. Memory stays constant whatever the file's size, apart from what is
reported; an import that was cut off left whole batches behind, and is completed by running it again."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from journeys.shapes import Stored
from orchestrator.registries import nppes
from orchestrator.registries.entries import Problem, Reason, Row, Rows
from orchestrator.store.engine import transaction
from orchestrator.store.register import Change, Register, Taken, require_territory, take_in
from orchestrator.store.sweeps import look_at_everybody

BATCH = 1000
"""Rows per transaction."""
_FIRST, _NUMBERS = 100_000_000, 200_000_000
"""The first nine digits of an NPI go from here, for so many numbers; the tenth is their check digit."""


class Tally(Stored):
    """What became of the good rows of one kind."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    deactivated: int = 0


class Report(Stored):
    """What an import came to. Each row of the file is counted once: in a tally, or as a problem."""

    rows: int
    people: Tally
    organisations: Tally
    problems: tuple[Problem, ...]


async def import_nppes(engine: AsyncEngine, path: Path, *, now: datetime, territory: str | None = None, batch: int = BATCH) -> Report:
    """Import a file of the United States register. Raises RegisterUnusableError for a file that is none, TerritoryUnknownError for a territory that
    is not in that market; a bad row is no error but a problem in the report."""
    register = Register(nppes.SOURCE, nppes.MARKET, territory)
    if territory is not None:
        async with transaction(engine) as session:
            await require_territory(session, territory, market=register.market)
    with nppes.opened(path) as rows:
        last = _last_lines(rows)
    whole = Taken()
    with nppes.opened(path) as rows:
        good = _sifted(rows, last, whole.problems)
        while chunk := list(islice(good, batch)):
            async with transaction(engine) as session:
                taken = await take_in(session, chunk, register=register, now=now)
            whole.add(taken)
    if whole.people.total() > whole.people[Change.UNCHANGED]:
        async with transaction(engine) as session:
            await look_at_everybody(session, now=now)
    return _report(whole)


def _last_lines(rows: Rows) -> dict[str, int]:
    """The last line of each number that occurs more than once. One bit for each possible number: 25 MB, for a file of any size."""
    seen, last = bytearray(_NUMBERS // 8), dict[str, int]()
    for row in rows:
        if isinstance(row, Problem):
            continue
        place, bit = divmod(int(row.npi[:9]) - _FIRST, 8)
        if seen[place] >> bit & 1:
            last[row.npi] = row.line
        seen[place] |= 1 << bit
    return last


def _sifted(rows: Rows, last: dict[str, int], problems: list[Problem]) -> Iterator[Row]:
    """The rows to take in; of a number that occurs more than once, the last one."""
    for row in rows:
        if isinstance(row, Problem):
            problems.append(row)
        elif last.get(row.npi, row.line) != row.line:
            problems.append(Problem(line=row.line, reason=Reason.DUPLICATE, npi=row.npi))
        else:
            yield row


def _report(whole: Taken) -> Report:
    problems = tuple(sorted(whole.problems, key=lambda problem: problem.line))
    return Report(
        rows=whole.people.total() + whole.organisations.total() + len(problems),
        people=Tally.model_validate(whole.people),
        organisations=Tally.model_validate(whole.organisations),
        problems=problems,
    )
