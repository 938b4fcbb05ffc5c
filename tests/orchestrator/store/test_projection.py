"""What the advances of a run leave in the tables, on a real PostgreSQL: the story, the tasks, the persona, and the strategy that follows."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select

from activities.orders import Entry
from journeys.commands import Note, What
from journeys.definitions import Definition
from journeys.events import FactsChanged
from orchestrator.store import tables
from orchestrator.store.engine import transaction
from orchestrator.store.projection import project
from tests.builders import NOW, a_journey
from tests.orchestrator.store.desk.filling import ASTRID, ENROLMENT, a_task, a_version, add, an_enrolment, every
from tests.orchestrator.store.sending import a_position, an_end, an_entry, change

LATER = NOW + timedelta(days=1)
VISIT, QUESTION = "enr1.first-visit.1", "enr1.question.1"


async def _record(engine: AsyncEngine, entry: Entry) -> None:
    async with transaction(engine) as session:
        await project(session, entry, now=LATER)


async def _story(engine: AsyncEngine) -> list[tables.TimelineEntry]:
    async with transaction(engine) as session:
        return list(await session.exec(select(tables.TimelineEntry).order_by(col(tables.TimelineEntry.id))))


async def _get(engine: AsyncEngine, table: type[Any], key: Any) -> Any:
    async with transaction(engine) as session:
        return await session.get_one(table, key)


def _closed(to: str, **told: Any) -> Note:
    return Note(**{"what": What.TASK_CLOSED, "step": "first-visit", "key": VISIT, "to": to, "by": "user-rep", **told})


async def test_every_kind_of_note_becomes_a_line(world: AsyncEngine) -> None:
    """With all that it says, in the order of the advance, at journey time, and with the time of writing beside it."""
    notes = [
        Note(what=what, step="a-step", way="a_way", to="ordinary", reason="a_reason", until=LATER, by="user-rep", remark="remark-1", channel="phone")
        for what in What
        if what is not What.ENDED
    ]
    await _record(world, an_entry(*notes, position=a_position(step="reading", doing="waiting", until=LATER)))
    story = await _story(world)
    assert [line.what for line in story] == [what for what in What if what is not What.ENDED]
    assert [line.line for line in story] == list(range(len(notes)))
    for line in story:
        assert (line.step, line.way, line.to, line.reason, line.until) == ("a-step", "a_way", "ordinary", "a_reason", LATER)
        assert (line.by, line.remark_id, line.channel, line.at, line.arrived_at) == ("user-rep", "remark-1", "phone", NOW, LATER)
        assert (line.person_id, line.enrolment_id, line.journey, line.version, line.move) == (ASTRID, ENROLMENT, "heart-failure-pioneer", 1, 1)


async def test_the_position_of_the_run_is_kept(world: AsyncEngine) -> None:
    """Lists read where a run stands from its enrolment."""
    await _record(world, an_entry(move=7, position=a_position(step="follow-up", doing="held", until=LATER, reason="weekly_cap")))
    enrolment = await _get(world, tables.Enrolment, ENROLMENT)
    assert (enrolment.move, enrolment.step, enrolment.doing, enrolment.since) == (7, "follow-up", "held", NOW)
    assert (enrolment.until, enrolment.held_because, enrolment.status) == (LATER, "weekly_cap", "running")


@pytest.mark.parametrize("move", [1, 2])
async def test_an_advance_that_was_recorded_is_not_recorded_again(world: AsyncEngine, move: int) -> None:
    """Neither the same one nor an older one changes anything."""
    await _record(world, an_entry(Note(what=What.BEGAN), move=2))
    await _record(world, an_entry(Note(what=What.MOVED), move=move, position=a_position(step="elsewhere")))
    assert [line.what for line in await _story(world)] == ["began"]
    assert (await _get(world, tables.Enrolment, ENROLMENT)).step == "follow-up"


async def test_a_completed_visit_is_a_call_that_counts(world: AsyncEngine) -> None:
    """The task is closed with what was reported, and the call stands in the ledger as a touch of that person."""
    await add(world, a_task())
    await _record(world, an_entry(_closed("done", way="interested", channel="face_to_face"), at=LATER))
    task = await _get(world, tables.Task, VISIT)
    assert (task.status, task.outcome, task.channel, task.closed_by, task.closed_at) == ("done", "interested", "face_to_face", "user-rep", LATER)
    call = await _get(world, tables.Touch, VISIT)
    assert (call.person_id, call.channel, call.state, call.purpose, call.sent_by, call.at) == (
        ASTRID,
        "face_to_face",
        "accepted",
        "promotional",
        "user-rep",
        LATER,
    )


@pytest.mark.parametrize(("status", "reason"), [("skipped", "on_leave"), ("overdue", None), ("redirected", None), ("cancelled", "consent_withdrawn")])
async def test_a_visit_that_did_not_happen_is_no_call(world: AsyncEngine, status: str, reason: str | None) -> None:
    """It is closed for what it was, with the reason, and touches nobody."""
    await add(world, a_task())
    await _record(world, an_entry(_closed(status, reason=reason)))
    task = await _get(world, tables.Task, VISIT)
    assert (task.status, task.reason, task.outcome, task.closed_at) == (status, reason, None, NOW)
    assert await every(world, tables.Touch) == []


async def test_a_rep_s_email_is_no_call(world: AsyncEngine) -> None:
    """Its touch is the ledger's own, under the same key."""
    await add(world, a_task(kind="email"))
    await _record(world, an_entry(_closed("done", way="sent")))
    assert await every(world, tables.Touch) == []


async def test_a_snoozed_task_is_due_when_the_run_wakes(world: AsyncEngine) -> None:
    """The due date of the task is the alarm of the run."""
    await add(world, a_task())
    note = Note(what=What.SNOOZED, step="first-visit", key=VISIT, until=LATER, by="user-rep")
    await _record(world, an_entry(note, position=a_position(step="first-visit", doing="task", until=LATER + timedelta(days=2))))
    task = await _get(world, tables.Task, VISIT)
    assert (task.snoozed_until, task.due, task.status) == (LATER, LATER + timedelta(days=2), "open")


async def test_a_reassigned_task_has_another_assignee(world: AsyncEngine) -> None:
    """And stays open."""
    await add(world, a_task())
    await _record(world, an_entry(Note(what=What.REASSIGNED, key=VISIT, to="user-msl", by="user-rep")))
    task = await _get(world, tables.Task, VISIT)
    assert (task.assignee, task.status) == ("user-msl", "open")


@pytest.mark.parametrize("outcome", ["answered", "withdrawn"])
async def test_the_end_of_a_hand_off_closes_the_inquiry(world: AsyncEngine, outcome: str) -> None:
    """With what became of it."""
    inquiry = tables.Inquiry(id="inq1", person_id=ASTRID, product="cardiolex", unsolicited=True, recorded_by="user-rep", recorded_at=NOW)
    await add(world, inquiry, a_task(id=QUESTION, side="medical", kind="medical", inquiry_id="inq1"))
    await _record(world, an_entry(_closed("done", key=QUESTION, way=outcome), at=LATER))
    kept = await _get(world, tables.Inquiry, "inq1")
    assert (kept.status, kept.closed_at) == (outcome, LATER)


async def test_an_overdue_hand_off_leaves_the_inquiry_open(world: AsyncEngine) -> None:
    """The HCP's question stays a question."""
    inquiry = tables.Inquiry(id="inq1", person_id=ASTRID, product="cardiolex", unsolicited=True, recorded_by="user-rep", recorded_at=NOW)
    await add(world, inquiry, a_task(id=QUESTION, side="medical", kind="medical", inquiry_id="inq1"))
    await _record(world, an_entry(_closed("overdue", key=QUESTION)))
    kept = await _get(world, tables.Inquiry, "inq1")
    assert (kept.status, kept.closed_at) == ("received", None)


async def test_a_hand_off_that_is_taken_back_leaves_the_inquiry_open_for_the_next(world: AsyncEngine) -> None:
    """It is no task's until the run comes to medical again, and is closed with the one that answers it."""
    inquiry = tables.Inquiry(id="inq1", person_id=ASTRID, product="cardiolex", unsolicited=True, recorded_by="user-rep", recorded_at=NOW)
    await add(world, inquiry, a_task(id=QUESTION, side="medical", kind="medical", inquiry_id="inq1"))
    await _record(world, an_entry(_closed("cancelled", key=QUESTION)))
    assert (await _get(world, tables.Inquiry, "inq1")).status == "received"
    await add(world, a_task(id=f"{QUESTION}-again", side="medical", kind="medical", inquiry_id="inq1"))
    await _record(world, an_entry(_closed("done", key=f"{QUESTION}-again", way="answered"), move=2, at=LATER))
    assert (await _get(world, tables.Inquiry, "inq1")).status == "answered"


async def test_a_line_stands_on_the_side_that_may_read_it(world: AsyncEngine) -> None:
    """What happens at a medical task is open to both sides, everything else is commercial; nothing here is for medical alone."""
    await add(world, a_task(), a_task(id=QUESTION, side="medical", kind="medical"))
    notes = (Note(what=What.BEGAN), _closed("done", way="question"), Note(what=What.MOVED, key=VISIT), _closed("done", key=QUESTION, way="answered"))
    await _record(world, an_entry(*notes))
    assert [line.side for line in await _story(world)] == ["commercial", "commercial", "commercial", "open"]


def _met(what: What, persona: str) -> Note:
    return Note(what=what, step="first-visit", key=VISIT, to=persona, by="user-rep", remark="remark-1")


async def test_a_corrected_persona_is_kept_with_who_said_it_and_why(world: AsyncEngine) -> None:
    """The assignment is added, the profile follows, and the person's other runs are told; the run that it comes from knows already."""
    await add(world, an_enrolment(id="enr2", journey="another"), an_enrolment(id="enr3", journey="a-third", status="ended"))
    await _record(world, an_entry(_met(What.PERSONA_CORRECTED, "ordinary"), at=LATER))
    (assignment,) = await every(world, tables.PersonaAssignment)
    assert (assignment.persona, assignment.previous, assignment.by, assignment.reason) == ("ordinary", "pioneer", "user-rep", "persona_corrected")
    assert (assignment.remark_id, assignment.enrolment_id, assignment.at) == ("remark-1", ENROLMENT, LATER)
    profile = await _get(world, tables.CommercialProfile, ASTRID)
    assert (profile.persona, profile.tier, profile.updated_at) == ("ordinary", "A", LATER)
    (told,) = await every(world, tables.Outbox)
    assert told.enrolment_id == "enr2"
    assert FactsChanged.model_validate(told.payload).facts == {"persona": "ordinary"}


async def test_a_confirmed_persona_is_kept_and_tells_nobody(world: AsyncEngine) -> None:
    """That somebody met the HCP and agreed is worth a line; nothing has changed."""
    await add(world, an_enrolment(id="enr2", journey="another"))
    await _record(world, an_entry(_met(What.PERSONA_CONFIRMED, "pioneer")))
    (assignment,) = await every(world, tables.PersonaAssignment)
    assert (assignment.persona, assignment.previous, assignment.reason) == ("pioneer", "pioneer", "persona_confirmed")
    assert await every(world, tables.Outbox) == []


async def test_assignments_are_added_one_after_another(world: AsyncEngine) -> None:
    """A second correction leaves the first in the book; a person without a profile gets one."""
    await change(world, "DELETE FROM commercial_profile")
    await _record(world, an_entry(_met(What.PERSONA_CORRECTED, "ordinary")))
    await _record(world, an_entry(_met(What.PERSONA_CORRECTED, "pioneer"), move=2, at=LATER))
    book = sorted(await every(world, tables.PersonaAssignment), key=lambda each: each.at)
    assert [(each.previous, each.persona) for each in book] == [(None, "ordinary"), ("ordinary", "pioneer")]


async def test_an_end_is_kept_with_its_kind_and_reason(world: AsyncEngine) -> None:
    """The run is over in every list, and its person may be enrolled again."""
    await _record(world, an_entry(Note(what=What.ENDED, to="goal", reason="goal_reached"), at=LATER, position=an_end(kind="goal", reason="goal_reached")))
    enrolment = await _get(world, tables.Enrolment, ENROLMENT)
    assert (enrolment.status, enrolment.end_kind, enrolment.end_reason, enrolment.ended_at) == ("ended", "goal", "goal_reached", LATER)
    assert (enrolment.step, enrolment.doing) == (None, "ended")
    await add(world, an_enrolment(id="enr2"))


ORDINARY = "heart-failure-ordinary"


def _ordinary(**changes: Any) -> Definition:
    entry = {"when": {"fact": "persona", "is": "ordinary"}}
    return a_journey(**{"journey": ORDINARY, "persona": "ordinary", "entry": entry, **changes})


async def _publish(engine: AsyncEngine, *definitions: Definition) -> None:
    await add(engine, *map(a_version, definitions))


async def _hand_over(engine: AsyncEngine) -> tables.TimelineEntry:
    """The rep corrects the persona to ordinary, and the run ends by handing the HCP over. Returns the last line of the story."""
    corrected = _met(What.PERSONA_CORRECTED, "ordinary")
    ended = Note(what=What.ENDED, step="other-strategy", to="finished", reason="other_persona")
    await _record(engine, an_entry(corrected, ended, at=LATER, position=an_end(reason="other_persona", continue_with="ordinary")))
    return (await _story(engine))[-1]


async def _following(engine: AsyncEngine) -> list[tables.Enrolment]:
    return [enrolment for enrolment in await every(engine, tables.Enrolment) if enrolment.continued_from == ENROLMENT]


async def test_the_strategy_of_the_corrected_persona_takes_the_hcp_over(world: AsyncEngine) -> None:
    """In its latest version, with the same conductor and territory; its start is in the outbox, and the audit knows it."""
    await _publish(world, _ordinary(), _ordinary(version=2, priority=10), _ordinary(journey="abroad", markets=["UK"], priority=99))
    line = await _hand_over(world)
    (following,) = await _following(world)
    assert (following.journey, following.version, following.digest) == (ORDINARY, 2, _ordinary(version=2, priority=10).digest)
    assert (following.person_id, following.conductor, following.territory_id) == (ASTRID, "user-rep", "se-stockholm")
    assert (following.status, following.market, following.purpose, following.created_at) == ("requested", "SE", "promotional", LATER)
    assert [(row.enrolment_id, row.kind) for row in await every(world, tables.Outbox)] == [(following.id, "start")]
    (audited,) = await every(world, tables.AuditEntry)
    assert (audited.action, audited.subject) == ("enrolment.created", f"enrolment:{following.id}")
    assert (line.what, line.way) == ("ended", None)


async def _run_already(world: AsyncEngine) -> None:
    await add(world, an_enrolment(id="enr2", journey=ORDINARY))


async def _was_there(world: AsyncEngine) -> None:
    await add(world, an_enrolment(id="enr2", journey=ORDINARY, status="ended", ended_at=NOW - timedelta(days=400)))


async def _objects(world: AsyncEngine) -> None:
    await add(world, tables.Objection(id="o1", person_id=ASTRID, method="phone", captured_by="user-rep", at=NOW))


async def _retires(world: AsyncEngine) -> None:
    await change(world, "UPDATE person SET status = 'retired'")


async def _moves_abroad(world: AsyncEngine) -> None:
    await change(world, "UPDATE person SET market = 'UK'")


async def _loses_policy(world: AsyncEngine) -> None:
    await change(world, "DELETE FROM market")


@pytest.mark.parametrize(
    ("happens", "code"),
    [
        (_objects, "objected"),
        (_retires, "suppressed"),
        (_moves_abroad, "wrong_market"),
        (_loses_policy, "no_market_policy"),
        (_run_already, "already_enrolled"),
        (_was_there, "never_again"),
    ],
)
async def test_a_hand_over_asks_what_every_entry_asks(world: AsyncEngine, happens: Any, code: str) -> None:
    """What would keep the HCP from being enrolled keeps them from being handed over; the story and the audit say why."""
    await _publish(world, _ordinary())
    await happens(world)
    line = await _hand_over(world)
    assert await _following(world) == []
    assert not [row for row in await every(world, tables.Outbox) if row.kind == "start"]
    assert (line.what, line.way) == ("ended", f"not_continued_{code}")
    (audited,) = await every(world, tables.AuditEntry)
    assert (audited.action, audited.reason, audited.subject) == ("enrolment.not_continued", code, f"enrolment:{ENROLMENT}")


async def test_a_hand_over_needs_an_eligible_hcp(world: AsyncEngine) -> None:
    """The strategy's own entry condition is asked on fresh facts, the corrected persona included."""
    when = {"all": [{"fact": "persona", "is": "ordinary"}, {"fact": "tier", "is": "B"}]}
    await _publish(world, _ordinary(entry={"when": when}))
    assert (await _hand_over(world)).way == "not_continued_not_eligible"
    assert await _following(world) == []


@pytest.mark.parametrize(
    "changes",
    [{"state": "signed"}, {"state": "retired"}, {"state": "draining"}, {"effective_from": LATER + timedelta(days=1)}, {"drains_from": LATER}],
    ids=str,
)
async def test_a_hand_over_leads_into_the_version_that_is_in_effect(world: AsyncEngine, changes: dict[str, Any]) -> None:
    """A later one that takes nobody, or nobody yet, is passed over; where no version takes people, there is no strategy."""
    await add(world, a_version(_ordinary(version=2), **changes))
    await _publish(world, _ordinary())
    assert (await _hand_over(world)).way is None
    (following,) = await _following(world)
    assert following.version == 1


@pytest.mark.parametrize("others", [(), (_ordinary(product="nephrolex"),)], ids=["none at all", "of another product"])
async def test_a_persona_without_a_strategy_takes_nobody_over(world: AsyncEngine, others: tuple[Definition, ...]) -> None:
    """The run has ended all the same, and says that nothing follows."""
    await _publish(world, *others)
    assert (await _hand_over(world)).way == "not_continued_no_strategy"
    assert (await _get(world, tables.Enrolment, ENROLMENT)).status == "ended"


async def test_an_end_recorded_twice_hands_over_once(world: AsyncEngine) -> None:
    """A repeated record after a crash makes no second enrolment."""
    await _publish(world, _ordinary())
    await _hand_over(world)
    await _hand_over(world)
    assert len(await _following(world)) == 1
