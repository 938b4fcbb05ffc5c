"""What a person chose stands in their story: a consent that is given or taken back, an objection; for both sides of the firewall."""

from sqlalchemy.ext.asyncio import AsyncEngine

from api import lines
from api.paging import Slice
from journeys.commands import What
from orchestrator.store import tables
from orchestrator.store.consents import add_act
from orchestrator.store.desk.timelines import StoredTimelines
from orchestrator.store.desk.touches import StoredTouches
from orchestrator.store.engine import transaction
from orchestrator.store.objections import object_to_marketing
from tests.builders import NOW
from tests.orchestrator.store.desk.filling import ASTRID, MSL, REP, TOUCH, a_person, a_touch, add, every
from tests.orchestrator.store.sending import a_consent, a_withdrawal


async def _told(world: AsyncEngine) -> list[tuple[str, str]]:
    """The sentences for the rep and for the MSL, the latest first."""
    told = []
    for who in (REP, MSL):
        found = await StoredTimelines(world).of_person(who, ASTRID, newest_first=True, cut=Slice(9, None), now=NOW)
        told.append([lines.line(row, who, None).sentence for row in found.rows])
    return list(zip(*told, strict=True))


async def test_the_one_click_stands_in_the_story(world: AsyncEngine) -> None:
    """By nobody's hand: the HCP did it. Whoever visits next reads it before."""
    await add(world, a_touch())
    await StoredTouches(world).unsubscribe(TOUCH, now=NOW)
    assert ("Consent to promotion by e-mail was withdrawn (one click).",) * 2 in await _told(world)


async def test_what_somebody_writes_down_names_them(world: AsyncEngine) -> None:
    """With the product, where it is of one; and an act that is told twice is one line."""
    for _ in range(2):
        async with transaction(world) as session:
            await add_act(session, a_consent(id="consent-7", channel="phone", product="cardiolex", method="signature"), by=REP.id, role=REP.role)
    assert await _told(world) == [("Consent to promotion by phone of cardiolex was given by A rep (signature).",) * 2]


async def test_who_objects_is_read_of_in_the_story(world: AsyncEngine) -> None:
    """Once, however often it is said."""
    for _ in range(2):
        async with transaction(world) as session:
            await object_to_marketing(session, tables.Objection(id="o1", person_id=ASTRID, method="letter", captured_by=REP.id, at=NOW), role=REP.role)
    assert await _told(world) == [("The HCP objected to direct marketing, as A rep wrote down (letter).",) * 2]


async def test_a_withdrawal_stands_in_the_story_of_every_record_of_the_address(world: AsyncEngine) -> None:
    """A consent stands in its own record's alone."""
    await add(world, a_person(id="person-twin", email="ASTRID@clinic.example"))
    async with transaction(world) as session:
        await add_act(session, a_consent(id="consent-8"), by=REP.id, role=REP.role)
        await add_act(session, a_withdrawal(), by=REP.id, role=REP.role)
    told = [(line.person_id, line.way) for line in await every(world, tables.TimelineEntry) if line.what == What.CONSENT]
    assert sorted(told) == [(ASTRID, "given"), (ASTRID, "withdrawn"), ("person-twin", "withdrawn")]
