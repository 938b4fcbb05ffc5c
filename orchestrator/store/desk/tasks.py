"""Tasks with the person they are about: of the sides that the asker sees, in the asker's territories."""

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, tuple_
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.paging import Batch, Slice
from api.rows import TaskRow
from api.who import Who
from orchestrator.store.desk.people import person_rows
from orchestrator.store.desk.scope import in_scope, visible
from orchestrator.store.engine import transaction
from orchestrator.store.tables import Enrolment, Person, Task

_ELSEWHERE = {"person", "journey", "version", "product"}
_COPIED = tuple(name for name in TaskRow.__dataclass_fields__ if name not in _ELSEWHERE)


class StoredTasks:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def page(
        self,
        who: Who,
        *,
        status: str | None,
        due_before: datetime | None,
        assignee: Literal["me", "none", "all"],
        person_id: str | None,
        cut: Slice,
    ) -> Batch[TaskRow]:
        order = (col(Task.due), col(Task.id))
        wanted = _seen_by(who).order_by(*order).limit(cut.limit + 1)
        if status is not None:
            wanted = wanted.where(Task.status == status)
        if due_before is not None:
            wanted = wanted.where(Task.due < due_before)
        if assignee != "all":
            wanted = wanted.where(col(Task.assignee).is_(None) if assignee == "none" else col(Task.assignee) == who.id)
        if person_id is not None:
            wanted = wanted.where(Task.person_id == person_id)
        if cut.after is not None:
            wanted = wanted.where(tuple_(*order) > (cut.after.instant(0), cut.after.text(1)))
        return Batch.of(await self._rows(wanted), cut, lambda row: (row.due, row.id))

    async def find(self, who: Who, task_id: str) -> TaskRow | None:
        return next(iter(await self._rows(_seen_by(who).where(Task.id == task_id))), None)

    async def open_of(self, who: Who, enrolment_id: str) -> tuple[TaskRow, ...]:
        wanted = _seen_by(who).where(Task.enrolment_id == enrolment_id, Task.status == "open")
        return tuple(await self._rows(wanted.order_by(col(Task.due), col(Task.id))))

    async def _rows(self, wanted: Any) -> list[TaskRow]:
        async with transaction(self._engine) as session:
            return await _read(session, wanted)


async def task_rows(session: AsyncSession, which: ColumnElement[bool]) -> list[TaskRow]:
    """Tasks for which the condition holds, whoever may see them."""
    return await _read(session, _every().where(which))


async def _read(session: AsyncSession, wanted: Any) -> list[TaskRow]:
    found = (await session.exec(wanted)).all()
    people = {row.id: row for row in await person_rows(session, {person.id: person for _, person, _ in found}.values())}
    return [
        TaskRow(
            **{name: getattr(task, name) for name in _COPIED},
            person=people[task.person_id],
            journey=enrolment.journey,
            version=enrolment.version,
            product=enrolment.product,
        )
        for task, _, enrolment in found
    ]


def _seen_by(who: Who) -> Any:
    return _every().where(in_scope(who), visible(Task.side, who))


def _every() -> Any:
    return select(Task, Person, Enrolment).join(Person, col(Person.id) == col(Task.person_id)).join(Enrolment, col(Enrolment.id) == col(Task.enrolment_id))
