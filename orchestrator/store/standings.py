"""Where each line of a run stands, kept beside the enrolment: what operators list by age and reason, and what a migration is previewed from."""

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.orders import Entry
from journeys.position import Standing
from orchestrator.store.tables import StandingRow, Task


async def stand(session: AsyncSession, entry: Entry) -> None:
    """Write down where the lines stand after an advance. A task whose deadline moved, by an edit or a pause, is due then."""
    known = {row.line: row for row in await session.exec(select(StandingRow).where(StandingRow.enrolment_id == entry.enrolment))}
    for standing in entry.position.lines:
        row = known.pop(standing.line, None)
        if row is None:
            session.add(StandingRow(enrolment_id=entry.enrolment, **dict(standing)))
            continue
        if standing.doing == "task" and row.key == standing.key and row.until != standing.until:
            await _put_off(session, standing)
        for name, value in standing:
            setattr(row, name, value)
    for gone in known.values():
        await session.delete(gone)


async def _put_off(session: AsyncSession, standing: Standing) -> None:
    task = await session.get(Task, standing.key)
    if task is not None and standing.until is not None:
        task.due = standing.until
