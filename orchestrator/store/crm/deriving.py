"""What a CRM is to be told, read from our own books as they stand now: visits that took place, e-mails that went out, tasks of reps.

The commercial side alone: what is not named here is not told. A visit is one of a commercial task; an e-mail is a touch of a run with one of the purposes
below, which a medical response is not; a suggestion is a commercial task of two kinds. A call that a CRM told us of is its own already.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.ports import Handover
from api import telling
from journeys.content import EMAIL
from journeys.definitions import Definition, Purpose
from journeys.facts import Wall
from journeys.shapes import read_back
from journeys.touches import TouchEvent
from orchestrator.crm.records import CallRecord, Kind, Record, SentEmailRecord, SuggestionRecord, external_id
from orchestrator.store.crosswalk import accounts_of, users_of
from orchestrator.store.tables import CallReport, DefinitionVersion, Enrolment, HeardFact, Task, Touch

PURPOSES = (Purpose.PROMOTIONAL, Purpose.TRANSACTIONAL, Purpose.SAFETY)
SUGGESTED = ("visit", "email")
"""The kinds of tasks that a CRM has suggestions for."""

UNKNOWN_ACCOUNT, UNKNOWN_USER = "unknown_account", "unknown_user"

_SAID = (TouchEvent.COMPLAINED, TouchEvent.BOUNCED, TouchEvent.DELIVERED)
"""What a CRM is told of an e-mail, the last word first."""


class Due(NamedTuple):
    """A record as it should stand at the CRM now, or why there can be none yet."""

    kind: Kind
    key: str
    person_id: str
    record: Record | None
    lacks: str | None = None
    open: bool = True
    """Of a suggestion: whether there is still something to do."""
    at: datetime | None = None
    """When it happened; none of a suggestion, which is about what is still to come."""


async def derive(session: AsyncSession, crm: str, kind: Kind, keys: Collection[str]) -> dict[str, Due]:
    """The records under these keys; a key that is none of the commercial side's has none."""
    match kind:
        case Kind.CALL:
            found = await _calls(session, keys)
        case Kind.SENT_EMAIL:
            found = await _emails(session, keys)
        case Kind.SUGGESTION:
            found = await _suggestions(session, keys)
    accounts = await accounts_of(session, crm, [each.person_id for each in found])
    users = await users_of(session, crm, [each.user for each in found if each.user is not None])
    return {each.key: _due(kind, each, accounts, users) for each in found}


_SHAPES: Mapping[Kind, type[CallRecord | SentEmailRecord | SuggestionRecord]] = {
    Kind.CALL: CallRecord,
    Kind.SENT_EMAIL: SentEmailRecord,
    Kind.SUGGESTION: SuggestionRecord,
}


class _Found(NamedTuple):
    key: str
    person_id: str
    user: str | None
    told: dict[str, object]
    at: datetime | None = None


def _due(kind: Kind, found: _Found, accounts: Mapping[str, str], users: Mapping[str, str]) -> Due:
    account, user = accounts.get(found.person_id), users.get(found.user or "")
    lacks = UNKNOWN_ACCOUNT if account is None else UNKNOWN_USER if found.user is not None and user is None else None
    told = {"external_id": external_id(kind, found.key), "account": account, "user": user, **found.told}
    record = _SHAPES[kind].model_validate(told) if lacks is None else None
    return Due(kind, found.key, found.person_id, record, lacks, open=bool(found.told.get("open", True)), at=found.at)


async def _calls(session: AsyncSession, keys: Collection[str]) -> list[_Found]:
    theirs = select(CallReport.task_id).where(col(CallReport.task_id).in_(keys))
    wanted = select(Touch, Task).join(Task, col(Task.id) == col(Touch.key)).where(col(Touch.key).in_(keys), col(Touch.key).not_in(theirs))
    visits = wanted.where(Task.kind == "visit", Task.side == Wall.COMMERCIAL, Task.status == "done", Touch.state == Handover.ACCEPTED)
    return [
        _Found(
            touch.key, touch.person_id, touch.sent_by, {"product": touch.product, "channel": touch.channel, "outcome": task.outcome, "at": touch.at}, touch.at
        )
        for touch, task in await session.exec(visits)
        if touch.sent_by is not None
    ]


async def _emails(session: AsyncSession, keys: Collection[str]) -> list[_Found]:
    wanted = select(Touch).where(col(Touch.key).in_(keys), Touch.channel == EMAIL, Touch.state == Handover.ACCEPTED, col(Touch.enrolment_id).is_not(None))
    touches = list(await session.exec(wanted.where(col(Touch.purpose).in_(PURPOSES))))
    heard = select(HeardFact.touch_key, HeardFact.heard).where(col(HeardFact.touch_key).in_([touch.key for touch in touches]), col(HeardFact.heard).in_(_SAID))
    said = {(key, event) for key, event in await session.exec(heard)}
    return [
        _Found(
            touch.key,
            touch.person_id,
            touch.sent_by,
            {
                "product": touch.product,
                "content": f"{touch.content_id}@{touch.content_version}" if touch.content_id is not None else None,
                "status": next((event.value for event in _SAID if (touch.key, event) in said), "sent"),
                "at": touch.settled_at or touch.at,
            },
            touch.settled_at or touch.at,
        )
        for touch in touches
    ]


async def _suggestions(session: AsyncSession, keys: Collection[str]) -> list[_Found]:
    """Those with somebody in charge: a suggestion is somebody's."""
    wanted = select(Task, Enrolment).join(Enrolment, col(Enrolment.id) == col(Task.enrolment_id))
    tasks = list(await session.exec(wanted.where(col(Task.id).in_(keys), Task.side == Wall.COMMERCIAL, col(Task.kind).in_(SUGGESTED))))
    definitions: dict[tuple[str, int], Definition] = {}
    for version in {(enrolment.journey, enrolment.version) for _, enrolment in tasks}:
        row = await session.get(DefinitionVersion, version)
        if row is not None:
            definitions[version] = read_back(Definition, row.body)
    return [_suggestion(task, run, definitions.get((run.journey, run.version))) for task, run in tasks if (task.assignee or run.conductor) is not None]


def _suggestion(task: Task, enrolment: Enrolment, definition: Definition | None) -> _Found:
    step = definition.steps.get(task.step) if definition is not None else None
    is_open = task.status == "open"
    until: datetime = task.due if is_open else task.closed_at or task.due
    told: dict[str, object] = {
        "product": enrolment.product,
        "action": task.kind,
        "title": telling.title(definition, task.step),
        "why": step.why if step is not None else None,
        "posted": task.opened_at,
        "expires": until,
        "open": is_open,
        "done": task.status == "done",
    }
    return _Found(task.id, task.person_id, task.assignee or enrolment.conductor, told)
