"""Fills a test's own database with a small world: one HCP at home, one elsewhere, users, a market, a journey, content, a run with a touch."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import SQLModel, select

from api.idempotency import Once
from api.paging import Batch, Cursor, Slice
from api.rows import PersonRow
from api.who import Role, Who
from journeys.content import ContentVersion
from journeys.definitions import Definition
from orchestrator.store import library, tables
from orchestrator.store.desk.people import StoredPeople
from orchestrator.store.engine import transaction
from tests.builders import NOW, a_content, a_journey, a_market, a_persona, written
from tests.database import owning

HOME, AWAY = "se-stockholm", "se-malmo"
ASTRID, BO = "person-astrid", "person-bo"
REP, MSL, SALES, MARKETING, MEDICAL, SAFETY, COMPLIANCE, ADMIN, INTEGRATION = (Who(f"user-{role}", role) for role in Role)
ENROLMENT, TOUCH, MESSAGE_ID = "enr1", "enr1.follow-up.1", "<touch@mail.example>"


def once(key: str = "a-key-of-mine", digest: str = "digest") -> Once:
    """A request under a key."""
    return Once("user-rep", key, digest)


async def add(engine: AsyncEngine, *rows: SQLModel) -> None:
    """Store rows, those that are referred to first."""
    for row in rows:
        async with owning(engine) as session:
            session.add(row)


async def every(engine: AsyncEngine, table: type[Any]) -> list[Any]:
    """All rows of a table."""
    async with owning(engine) as session:
        return list(await session.exec(select(table)))


async def the_world(engine: AsyncEngine, definition: Definition | None = None) -> None:
    """Everything but a run."""
    await add(
        engine,
        *(tables.Territory(id=territory, name=territory, market="SE") for territory in (HOME, AWAY)),
        *(tables.User(id=f"user-{role}", name=f"A {role}", role=role) for role in Role),
        tables.Alignment(user_id="user-rep", territory_id=HOME),
        tables.Alignment(user_id="user-msl", territory_id=HOME),
        a_person(),
        a_person(id=BO, given_name="Bo", family_name="Holm", territory_id=AWAY, market="UK"),
        tables.CommercialProfile(person_id=ASTRID, persona="pioneer", tier="A", decile=8, updated_at=NOW),
        tables.MedicalProfile(person_id=ASTRID, kol_tier="national"),
        tables.Organisation(id="org-1", name="Norra kliniken", market="SE"),
        tables.Affiliation(person_id=ASTRID, organisation_id="org-1", role="consultant"),
    )
    content = a_content("hf-dialogue@2", links={"study": "https://dirigent.example/study"})
    async with transaction(engine) as session:
        await library.publish_persona(session, a_persona(), now=NOW)
        await library.publish_market(session, a_market(), now=NOW)
        await library.publish_content(session, ContentVersion.model_validate(content), now=NOW)
        session.add(a_version(definition or a_journey()))


def a_version(definition: Definition, **changes: Any) -> tables.DefinitionVersion:
    """A version in force for a day, as if all had signed it."""
    authored = definition.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    said = {name: getattr(definition, name) for name in ("journey", "version", "digest", "persona", "product", "title")}
    since = NOW - timedelta(days=1)
    told: dict[str, Any] = {"authors": ["user-marketing"], "created_at": since, "state": "published", "published_by": "user-marketing", "published_at": since}
    return tables.DefinitionVersion(**{**said, "body": authored, "source": written(authored), "effective_from": since, **told, **changes})


async def a_run(engine: AsyncEngine, **changes: Any) -> None:
    """Astrid's enrolment and one e-mail of it."""
    await add(engine, an_enrolment(**changes), a_touch())


def a_person(**changes: Any) -> tables.Person:
    """Astrid, or somebody else by another id, who has another address too."""
    address = f"{changes.get('id', ASTRID).removeprefix('person-')}@clinic.example"
    told: dict[str, Any] = {"id": ASTRID, "given_name": "Astrid", "family_name": "Lindqvist", "profession": "physician", "email": address}
    return tables.Person(**{**told, "market": "SE", "territory_id": HOME, "created_at": NOW, "updated_at": NOW, **changes})


def an_enrolment(**changes: Any) -> tables.Enrolment:
    definition = a_journey()
    told: dict[str, Any] = {"id": ENROLMENT, "person_id": ASTRID, "journey": definition.journey, "version": 1, "digest": definition.digest}
    told |= {"product": "cardiolex", "purpose": "promotional", "market": "SE", "status": "running", "created_by": "user-rep", "created_at": NOW}
    return tables.Enrolment(**{**told, **changes})


def a_touch(**changes: Any) -> tables.Touch:
    told: dict[str, Any] = {"key": TOUCH, "person_id": ASTRID, "enrolment_id": ENROLMENT, "step": "follow-up", "channel": "email", "purpose": "promotional"}
    told |= {"product": "cardiolex", "content_id": "hf-dialogue", "content_version": 2, "state": "accepted", "message_id": MESSAGE_ID, "at": NOW}
    return tables.Touch(**{**told, **changes})


def a_task(**changes: Any) -> tables.Task:
    told: dict[str, Any] = {"id": "enr1.first-visit.1", "enrolment_id": ENROLMENT, "person_id": ASTRID, "side": "commercial", "kind": "visit"}
    return tables.Task(**{**told, "step": "first-visit", "assignee": "user-rep", "due": NOW, "opened_at": NOW, **changes})


async def astrid(engine: AsyncEngine) -> PersonRow:
    """Astrid as the front desk has her."""
    found = await StoredPeople(engine).find(REP, ASTRID)
    assert found is not None
    return found


async def walk(ask: Any, *, limit: int) -> list[Any]:
    """Every row of a list, page by page; the pages must be no longer than asked."""
    rows: list[Any] = []
    after: Cursor | None = None
    for _ in range(100):
        batch: Batch[Any] = await ask(Slice(limit, after))
        assert len(batch.rows) <= limit
        rows += batch.rows
        if batch.next is None:
            return rows
        after = batch.next
    raise AssertionError("the list does not end")


def ids(rows: Sequence[Any]) -> list[str]:
    return [row.id for row in rows]
