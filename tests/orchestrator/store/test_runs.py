"""The store's part in a run's life, on a real PostgreSQL: opening it, recording it, putting its tasks before people, telling it facts."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.orders import FactsOrder, OpenOrder, TaskOrder
from activities.ports import UnknownRun
from journeys.commands import AskFacts, Note, OpenTask, What
from orchestrator.store import tables
from orchestrator.store.runs import StoredRuns
from tests.builders import NOW, a_journey
from tests.orchestrator.store.desk.filling import ASTRID, AWAY, ENROLMENT, HOME, a_task, add, an_enrolment, every
from tests.orchestrator.store.sending import a_consent, a_position, a_withdrawal, an_entry, change

LATER = NOW + timedelta(days=1)


def _open_order(enrolment: str = ENROLMENT) -> OpenOrder:
    return OpenOrder(enrolment=enrolment, at=NOW)


def _task_order(kind: str = "visit", *, move: int = 1, **told: Any) -> TaskOrder:
    task = OpenTask.model_validate({"key": f"enr1.a-step.{move}", "step": "a-step", "kind": kind, "due": LATER, **told})
    return TaskOrder(entry=an_entry(Note(what=What.BEGAN), move=move, position=a_position(step="a-step", doing="task", until=LATER)), task=task)


async def test_a_run_opens_with_all_that_it_needs(world: AsyncEngine) -> None:
    """The definition of its version, the facts that it names and no other, the HCP's calendar; the enrolment is running from then on."""
    await change(world, "UPDATE enrolment SET status = 'requested'")
    opened = await StoredRuns(world).open(_open_order())
    assert opened.definition == a_journey()
    assert opened.facts == {"persona": "pioneer"}
    assert (opened.calendar.zone, opened.withdrawn, opened.objected) == ("Europe/Stockholm", (), False)
    (enrolment,) = await every(world, tables.Enrolment)
    assert enrolment.status == "running"


async def test_opening_again_changes_nothing(world: AsyncEngine) -> None:
    """A repetition after a crash reads the same, and does not wake an enrolment that has ended."""
    runs = StoredRuns(world)
    assert await runs.open(_open_order()) == await runs.open(_open_order())
    await change(world, "UPDATE enrolment SET status = 'ended'")
    await runs.open(_open_order())
    (enrolment,) = await every(world, tables.Enrolment)
    assert enrolment.status == "ended"


async def test_an_unknown_enrolment_is_an_unknown_run(world: AsyncEngine) -> None:
    """The message names it."""
    with pytest.raises(UnknownRun, match="no enrolment nobody"):
        await StoredRuns(world).open(_open_order("nobody"))


@pytest.mark.parametrize("damage", ["UPDATE enrolment SET digest = 'another'", "UPDATE enrolment SET version = 9"])
async def test_a_definition_that_is_not_the_agreed_one_is_an_unknown_run(world: AsyncEngine, damage: str) -> None:
    """A run plays the version it was enrolled in, by its digest, or nothing; and it is not marked as running."""
    await change(world, "UPDATE enrolment SET status = 'requested'")
    await change(world, damage)
    with pytest.raises(UnknownRun, match="heart-failure-pioneer version"):
        await StoredRuns(world).open(_open_order())
    (enrolment,) = await every(world, tables.Enrolment)
    assert enrolment.status == "requested"


async def test_a_run_opens_with_what_was_taken_back(world: AsyncEngine) -> None:
    """A withdrawal or an objection from before the run is known to it from its first moment; consent that was never given is no withdrawal."""
    runs = StoredRuns(world)
    await add(world, a_withdrawal(), tables.Objection(id="o1", person_id=ASTRID, method="phone", captured_by="user-rep", at=NOW))
    opened = await runs.open(_open_order())
    assert (opened.withdrawn, opened.objected) == (("email",), True)
    await add(world, a_consent(id="consent-9", market="UK", at=LATER), an_enrolment(id="enr2", person_id="person-bo"))
    opened = await runs.open(_open_order("enr2"))
    assert (opened.withdrawn, opened.objected) == ((), False)


@pytest.mark.parametrize(("zone", "expected"), [("Europe/Helsinki", "Europe/Helsinki"), ("Nowhere/Atlantis", "Europe/Stockholm"), (None, "Europe/Stockholm")])
async def test_a_zone_that_is_unknown_falls_back_to_the_market_s(world: AsyncEngine, zone: str | None, expected: str) -> None:
    """One bad record opens like any other."""
    await change(world, "UPDATE person SET zone = :zone", zone=zone)
    assert (await StoredRuns(world).open(_open_order())).calendar.zone == expected


async def test_a_market_that_is_not_known_opens_all_the_same(world: AsyncEngine) -> None:
    """The run counts in UTC without holidays; the gate lets nothing out."""
    await change(world, "DELETE FROM market")
    calendar = (await StoredRuns(world).open(_open_order())).calendar
    assert (calendar.zone, calendar.holidays) == ("UTC", ())


async def test_the_calendar_knows_the_country_s_holidays(world: AsyncEngine) -> None:
    """A task of ten business days given before Easter is due after it."""
    calendar = (await StoredRuns(world).open(_open_order())).calendar
    assert {date(2027, 3, 26), date(2027, 3, 29), date(2027, 5, 6), date(2027, 6, 25)} <= set(calendar.holidays)


async def test_a_task_is_opened_with_its_advance_and_once(world: AsyncEngine) -> None:
    """The conductor of the run has it; the same order again adds neither a task nor a line."""
    await change(world, "UPDATE enrolment SET conductor = 'user-rep', territory_id = :home", home=HOME)
    for _ in range(2):
        await StoredRuns(world).open_task(_task_order())
    (task,) = await every(world, tables.Task)
    assert (task.id, task.kind, task.side, task.assignee, task.territory_id) == ("enr1.a-step.1", "visit", "commercial", "user-rep", HOME)
    assert (task.status, task.due, task.opened_at, task.person_id) == ("open", LATER, NOW, ASTRID)
    assert len(await every(world, tables.TimelineEntry)) == 1


async def test_a_hand_off_goes_to_the_msl_with_the_least_to_do(world: AsyncEngine) -> None:
    """Of the territory's active MSLs the one with the fewest open hand-offs, then the first by id."""
    await change(world, "UPDATE enrolment SET territory_id = :home", home=HOME)
    others = [tables.User(id=f"msl-{name}", name=name, role="msl", active=name != "c") for name in "abc"]
    homes = {"a": HOME, "b": HOME, "c": HOME}
    await add(world, *others, *(tables.Alignment(user_id=f"msl-{name}", territory_id=home) for name, home in homes.items()))
    await add(world, a_task(id="t1", assignee="user-msl"), a_task(id="t2", assignee="msl-a"), a_task(id="t3", assignee="msl-b", status="done"))
    runs = StoredRuns(world)
    for move in (1, 2, 3):
        await runs.open_task(_task_order("medical", move=move, inquiry="inq1"))
    given = {task.id: task for task in await every(world, tables.Task)}
    assert [given[f"enr1.a-step.{move}"].assignee for move in (1, 2, 3)] == ["msl-b", "msl-a", "msl-b"]
    assert (given["enr1.a-step.1"].side, given["enr1.a-step.1"].inquiry_id) == ("medical", "inq1")


@pytest.mark.parametrize("territory", [AWAY, None])
async def test_a_hand_off_without_an_msl_waits_in_the_queue(world: AsyncEngine, territory: str | None) -> None:
    """It is opened without an assignee, for any of them to take, and never given to a rep."""
    await change(world, "UPDATE enrolment SET territory_id = :territory, conductor = 'user-rep'", territory=territory)
    await StoredRuns(world).open_task(_task_order("medical"))
    (task,) = await every(world, tables.Task)
    assert (task.assignee, task.side) == (None, "medical")


async def test_recording_is_done_once(world: AsyncEngine) -> None:
    """The second time changes nothing."""
    for _ in range(2):
        await StoredRuns(world).record(an_entry(Note(what=What.BEGAN)))
    assert len(await every(world, tables.TimelineEntry)) == 1


async def test_facts_are_read_fresh_each_time(world: AsyncEngine) -> None:
    """A repeated order records nothing anew, but answers with how things stand now."""
    order = FactsOrder(entry=an_entry(), facts=AskFacts(key="enr1.which.1", names=("email_consent", "tier")))
    runs = StoredRuns(world)
    assert await runs.facts(order, now=NOW) == {"email_consent": True, "tier": "A"}
    await add(world, a_withdrawal())
    await change(world, "UPDATE commercial_profile SET tier = 'B'")
    assert await runs.facts(order, now=LATER) == {"email_consent": False, "tier": "B"}
