"""Versions of journeys as the front desk tells them: with their signatures, whom their markets ask to sign, and how many runs are in each."""

from collections.abc import Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from api.rows import VersionRow
from journeys.definitions import Definition
from journeys.lifecycle import Running
from journeys.shapes import read_back
from orchestrator.store.tables import DefinitionVersion
from orchestrator.store.versions import as_version, open_runs, policies, signatures


async def told(session: AsyncSession, rows: Sequence[DefinitionVersion]) -> list[VersionRow]:
    """The rows in their order, with all that hangs on them in three queries."""
    keys = [(row.journey, row.version) for row in rows]
    asked, given, runs = await policies(session), await signatures(session, keys), await open_runs(session, keys)
    return [
        VersionRow(
            definition=read_back(Definition, row.body),
            source=row.source,
            life=as_version(row, given.get(key, ())),
            policies=asked,
            created_at=row.created_at,
            published_by=row.published_by,
            published_at=row.published_at,
            running=Running(row.running) if row.running is not None else None,
            open_runs=runs.get(key, 0),
        )
        for row, key in zip(rows, keys, strict=True)
    ]
