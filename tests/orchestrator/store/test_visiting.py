"""How HCOs receive reps, on a real PostgreSQL: whose word counts, what is skipped because of it, and what stays on record."""

from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.orders import TaskOrder
from api.schemas.organisations import AccessSet, UnitApproval
from api.who import Who
from journeys.access import Access, MeetingForm
from journeys.commands import Note, OpenTask, What
from orchestrator.store import library, tables
from orchestrator.store.desk.organisations import StoredOrganisations
from orchestrator.store.engine import transaction
from orchestrator.store.runs import StoredRuns
from tests.builders import NOW, a_market
from tests.orchestrator.store.desk.filling import ASTRID, AWAY, BO, REP, SALES, a_task, add, every, walk
from tests.orchestrator.store.sending import a_position, an_entry, change

FORM = MeetingForm.PRODUCT_INFORMATION
VISIT = "enr1.first-visit.1"


async def _set(world: AsyncEngine, access: str, *, who: Who = SALES, at: str = "org-1") -> Any:
    return await StoredOrganisations(world).set_access(who, at, {FORM: Access(access)}, remark="remark-1", now=NOW)


async def _orders(world: AsyncEngine) -> list[tuple[str, str]]:
    return [(row.payload["task"], row.payload["reason"]) for row in await every(world, tables.Outbox) if row.kind == "command"]


async def _open(world: AsyncEngine) -> None:
    task = OpenTask(key=VISIT, step="first-visit", kind="visit", due=NOW)
    entry = an_entry(Note(what=What.BEGAN), move=1, position=a_position(step="first-visit", doing="task", until=NOW))
    await StoredRuns(world).open_task(TaskOrder(entry=entry, task=task))


async def test_a_visit_that_can_take_place_nowhere_is_skipped_as_it_is_opened(world: AsyncEngine) -> None:
    """The house gives the run the command in the transaction that opens the task, once."""
    await _set(world, "none")
    await _open(world)
    await _open(world)
    assert await _orders(world) == [(VISIT, "access_forbidden")]


@pytest.mark.parametrize("access", ["open", "by_approval"])
async def test_a_visit_that_may_take_place_stays(world: AsyncEngine, access: str) -> None:
    """An approval is the rep's to get."""
    await _set(world, access)
    await _open(world)
    assert await _orders(world) == []


async def test_another_place_where_the_hcp_works_lets_the_rep_in(world: AsyncEngine) -> None:
    """The most permissive counts, a place that is no longer active does not."""
    await add(
        world, tables.Organisation(id="org-2", name="Södra kliniken", market="SE"), tables.Affiliation(person_id=ASTRID, organisation_id="org-2", role="x")
    )
    await _set(world, "none")
    found = await StoredOrganisations(world).visiting(ASTRID, FORM, task_id=VISIT)
    assert (found.access, [(place.id, place.access) for place in found.workplaces]) == ("open", [("org-1", "none"), ("org-2", "open")])
    await change(world, "UPDATE organisation SET status = 'deactivated' WHERE id = 'org-2'")
    assert (await StoredOrganisations(world).visiting(ASTRID, FORM, task_id=VISIT)).access == "none"


async def test_who_works_nowhere_is_met_by_the_market_s_rule(world: AsyncEngine) -> None:
    """So is a form of meeting of which the HCO said nothing."""
    async with transaction(world) as session:
        await library.publish_market(session, a_market(visits={FORM: "by_approval"}), now=NOW)
    await change(world, "DELETE FROM affiliation WHERE organisation_id IS NOT NULL")
    desk = StoredOrganisations(world)
    assert [(await desk.visiting(ASTRID, form, task_id=VISIT)).access for form in MeetingForm] == ["by_approval", "open", "open"]


async def test_an_hco_of_another_market_goes_by_its_own_market_s_rule(world: AsyncEngine) -> None:
    """Where it has said nothing itself; and when that market closes, the visits to those who work there are looked at too."""
    await change(world, "UPDATE organisation SET market = 'UK'")
    await add(world, a_task())
    async with transaction(world) as session:
        await library.publish_market(session, a_market("UK", visits={FORM: "none"}), now=NOW)
    assert (await StoredOrganisations(world).visiting(ASTRID, FORM, task_id=VISIT)).access == "none"
    assert await _orders(world) == [(VISIT, "access_forbidden")]


async def test_an_hco_that_closes_takes_its_open_visits_away(world: AsyncEngine) -> None:
    """Those of the people who work there and nobody else's, with an audit of what was before; opening again brings nothing back by itself."""
    await add(world, a_task(), a_task(id="bo.first-visit.1", person_id=BO))
    done = await _set(world, "none")
    assert isinstance(done, AccessSet)
    assert (done.skipped, done.access[FORM], await _orders(world)) == (1, "none", [(VISIT, "access_forbidden")])
    (line,) = [line for line in await every(world, tables.AuditEntry) if line.action == "access.set"]
    assert (line.subject, line.details) == ("organisation:org-1", {"before": {}, "after": {FORM: "none"}, "remark": "remark-1"})
    assert (await _set(world, "open")).skipped == 0


async def test_a_market_that_closes_takes_open_visits_away(world: AsyncEngine) -> None:
    """A rule of the market acts on visits that are open, as any other acts on touches that are held."""
    await add(world, a_task())
    async with transaction(world) as session:
        await library.publish_market(session, a_market(visits={FORM: "none"}), now=NOW)
    assert await _orders(world) == [(VISIT, "access_forbidden")]


async def test_a_rep_sets_the_access_of_their_own_hcos_and_lets_in_less(world: AsyncEngine) -> None:
    """One of another territory is nobody's of theirs; sales sets any, and one that is not there is not there."""
    await add(world, tables.Organisation(id="org-2", name="Away", market="UK"), tables.Affiliation(person_id=BO, organisation_id="org-2", role="x"))
    assert await _set(world, "none", who=REP, at="org-2") == "not_yours"
    assert isinstance(await _set(world, "none", who=REP), AccessSet)
    assert await _set(world, "by_approval", who=REP) == "looser"
    assert isinstance(await _set(world, "open", at="org-2"), AccessSet)
    assert await _set(world, "open", at="org-9") == "unknown"
    await change(world, "DELETE FROM alignment WHERE user_id = 'user-rep'")
    await add(world, tables.Alignment(user_id="user-rep", territory_id=AWAY))
    assert await _set(world, "none", who=REP) == "not_yours"


async def test_an_approval_is_kept_once_and_never_changed(world: AsyncEngine) -> None:
    """The same said again is there once; PostgreSQL refuses to change it."""
    await add(world, a_task())
    desk = StoredOrganisations(world)
    for _ in range(2):
        await desk.approve(REP, VISIT, ASTRID, FORM, UnitApproval(organisation_id="org-1", proof="mail-7"), now=NOW)
    found = await desk.visiting(ASTRID, FORM, task_id=VISIT)
    assert [(line.organisation_id, line.proof, line.by, line.at) for line in found.approvals] == [("org-1", "mail-7", "user-rep", NOW)]
    assert [line.subject for line in await every(world, tables.AuditEntry) if line.action == "visit.approved"] == [f"task:{VISIT}"]
    with pytest.raises(DBAPIError, match="append-only"):
        await change(world, "UPDATE unit_approval SET proof = 'another'")


async def test_hcos_are_listed_by_name(world: AsyncEngine) -> None:
    """Page by page, by market, and by a part of the name."""
    await add(world, *(tables.Organisation(id=f"org-{n}", name=f"Klinik {n}", market="UK") for n in (3, 2)))
    desk = StoredOrganisations(world)
    assert [line.id for line in await walk(lambda cut: desk.page(market=None, name=None, cut=cut), limit=1)] == ["org-2", "org-3", "org-1"]
    assert [line.id for line in await walk(lambda cut: desk.page(market="SE", name="norra", cut=cut), limit=9)] == ["org-1"]
