"""The work of people: tasks, what they are told, and the words they give as reasons."""

from datetime import datetime
from typing import Literal, Protocol

from api.idempotency import Once
from api.paging import Batch, Slice
from api.ports.safety import SafetyNoticeRow
from api.rows import NotificationRow, TaskRow
from api.who import Who
from journeys.choosing import Chosen
from journeys.definitions import ContentRef


class Tasks(Protocol):
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
        """Tasks of the sides that the asker sees, by when they are due."""
        ...

    async def find(self, who: Who, task_id: str) -> TaskRow | None: ...

    async def open_of(self, who: Who, enrolment_id: str) -> tuple[TaskRow, ...]:
        """The run's open tasks that the asker may see, the first due first: one for each line that stands at one."""
        ...


class Choices(Protocol):
    async def keep(self, who: Who, key: str, letter: ContentRef, chosen: Chosen, *, now: datetime) -> None:
        """Write down what the rep chose for the letter of that passage. The latest choice counts, until the letter goes out."""
        ...


class Notifications(Protocol):
    async def page(self, who: Who, *, unread: bool | None, cut: Slice) -> Batch[NotificationRow | SafetyNoticeRow]:
        """The asker's own: those not read yet first, the latest first."""
        ...

    async def read(self, who: Who, notification_id: str, *, now: datetime) -> NotificationRow | SafetyNoticeRow | None:
        """Note that one of the asker's own was read; the first time stands."""
        ...


class Remarks(Protocol):
    async def keep(self, who: Who, words: str, *, side: str, once: Once, now: datetime) -> str:
        """Store the words under an id that follows from the request, and return the id."""
        ...
