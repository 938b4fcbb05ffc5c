"""Whom a version of content concerns: the versions of journeys that name it, their open runs, what is held and which tasks are open, and who has it."""

from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import ColumnElement, func, or_, tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.schemas.recalls import ContentReach, JourneyReached
from journeys.content import ContentVersion
from journeys.definitions import ContentRef, Definition
from journeys.shapes import read_back
from journeys.versions import RELEASED
from orchestrator.store import tables
from orchestrator.store.halts import contents_of_step
from orchestrator.store.tables import DefinitionVersion, Enrolment, StandingRow, Touch

WENT = ("reserved", "accepted", "unknown")
"""The states of a touch that went out, or may have."""

Named = Mapping[tuple[str, int], tuple[str, ...]]
"""Versions of journeys, and the steps of each that name a content."""


async def reach(session: AsyncSession, ref: ContentRef) -> ContentReach:
    """The account of one version, as things stand now."""
    named = await naming(session, ref)
    runs = await _runs(session, named)
    standing = await _standing(session, named)
    journeys = tuple(
        JourneyReached(journey=journey, version=version, steps=steps, runs=runs.get((journey, version), 0), **standing[journey, version])
        for (journey, version), steps in sorted(named.items())
    )
    people = select(func.count(func.distinct(Enrolment.person_id))).where(open_in(named))
    received = select(func.count(func.distinct(Touch.person_id))).where(went_with(ref))
    return ContentReach(
        content=str(ref),
        runs=sum(runs.values()),
        people=(await session.exec(people)).one(),
        held=sum(each.held for each in journeys),
        tasks=sum(each.tasks for each in journeys),
        received=(await session.exec(received)).one(),
        journeys=journeys,
    )


async def naming(session: AsyncSession, ref: ContentRef) -> Named:
    """The versions that are in force, or that somebody is in, with the steps that use the content: by name, or as a fragment of a letter that they name."""
    wanted = {ref, *await _letters_with(session, ref)}
    in_use = select(Enrolment.journey, Enrolment.version).where(Enrolment.status != "ended").distinct()
    rows = select(DefinitionVersion).where(
        or_(col(DefinitionVersion.state).in_(RELEASED), tuple_(col(DefinitionVersion.journey), col(DefinitionVersion.version)).in_(in_use))
    )
    found = {}
    for row in await session.exec(rows):
        steps = tuple(step_id for step_id, step in read_back(Definition, row.body).steps.items() if wanted.intersection(contents_of_step(step)))
        if steps:
            found[row.journey, row.version] = steps
    return found


def open_in(named: Named) -> ColumnElement[bool]:
    """A condition on `enrolment`: its run is open, in one of these versions."""
    return tuple_(col(Enrolment.journey), col(Enrolment.version)).in_(list(named)) & (col(Enrolment.status) != "ended")


def went_with(ref: ContentRef) -> ColumnElement[bool]:
    """A condition on `touch`: it went out with this version, or may have; as its letter, or as a fragment in it."""
    as_letter = (col(Touch.content_id) == ref.id) & (col(Touch.content_version) == ref.version)
    return col(Touch.state).in_(WENT) & (as_letter | func.jsonb_exists(func.to_jsonb(col(Touch.fragments)), str(ref)))


async def _letters_with(session: AsyncSession, ref: ContentRef) -> list[ContentRef]:
    """The letters that offer the content as a fragment."""
    rows = await session.exec(select(tables.ContentVersion))
    letters = (read_back(ContentVersion, row.body) for row in rows if row.body.get("fragments"))
    return [letter.ref for letter in letters if letter.fragments is not None and ref in letter.fragments.offered]


async def _runs(session: AsyncSession, named: Named) -> dict[tuple[str, int], int]:
    counted = select(Enrolment.journey, Enrolment.version, func.count()).where(open_in(named)).group_by(col(Enrolment.journey), col(Enrolment.version))
    return {(journey, version): count for journey, version, count in await session.exec(counted)}


async def _standing(session: AsyncSession, named: Named) -> Mapping[tuple[str, int], dict[str, int]]:
    """How many lines of those runs are held, or before a human, at the steps that use the content."""
    at = (col(Enrolment.journey), col(Enrolment.version), col(StandingRow.step))
    places = [(journey, version, step) for (journey, version), steps in named.items() for step in steps]
    lines = (
        select(Enrolment.journey, Enrolment.version, StandingRow.doing, func.count())
        .join(StandingRow, col(StandingRow.enrolment_id) == col(Enrolment.id))
        .where(tuple_(*at).in_(places), Enrolment.status != "ended", col(StandingRow.doing).in_(("held", "task")))
        .group_by(col(Enrolment.journey), col(Enrolment.version), col(StandingRow.doing))
    )
    found: dict[tuple[str, int], dict[str, int]] = defaultdict(dict)
    for journey, version, doing, count in await session.exec(lines):
        found[journey, version]["tasks" if doing == "task" else "held"] = count
    return found
