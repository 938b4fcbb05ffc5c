"""Where each line of a run stands, kept beside the enrolment: what operators list by age and reason, and what a migration is previewed from."""

from collections.abc import Collection, Mapping

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.orders import Entry
from journeys.position import Standing
from orchestrator.store.tables import StandingRow, Task


async def stand(session: AsyncSession, entry: Entry) -> None:
    """Write down where the lines stand after an advance. A task whose deadline moved, by an edit or a pause, is due then; one whose step was
    renamed is that step's."""
    known = {row.line: row for row in await session.exec(select(StandingRow).where(StandingRow.enrolment_id == entry.enrolment))}
    tasks = {row.key: (row.step, row.until) for row in known.values() if row.doing == "task"}
    for standing in entry.position.lines:
        if tasks.get(standing.key, (standing.step, standing.until)) != (standing.step, standing.until):
            await _reword(session, standing)
        row = known.pop(standing.line, None)
        if row is None:
            session.add(StandingRow(enrolment_id=entry.enrolment, **dict(standing)))
            continue
        for name, value in standing:
            setattr(row, name, value)
    for gone in known.values():
        await session.delete(gone)


async def _reword(session: AsyncSession, standing: Standing) -> None:
    task = await session.get(Task, standing.key) if standing.doing == "task" else None
    if task is not None:
        task.step, task.due = standing.step, standing.until or task.due


async def lines_of(session: AsyncSession, runs: Collection[str]) -> Mapping[str, list[Standing]]:
    """Where the lines of these runs stand, the main line of each first: one question for all of them."""
    found: dict[str, list[Standing]] = {}
    if runs:
        for row in await session.exec(select(StandingRow).where(col(StandingRow.enrolment_id).in_(runs)).order_by(col(StandingRow.line))):
            found.setdefault(row.enrolment_id, []).append(Standing.model_validate(row.model_dump()))
    return found
