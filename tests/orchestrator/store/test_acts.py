"""What a run does in the transaction that writes its advance down, on a real PostgreSQL: learning, telling, stopping, and being told of a child's end."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.orders import TaskOrder
from journeys.commands import Act, Learn, Note, OpenTask, StopJourney, Tell, What
from journeys.position import Standing
from journeys.state import EndKind
from orchestrator.store import stimuli, tables
from orchestrator.store.desk.knowing import StoredKnowledge
from orchestrator.store.desk.notifications import StoredNotifications
from orchestrator.store.engine import transaction
from orchestrator.store.facts import load_facts
from orchestrator.store.projection import project
from orchestrator.store.runs import StoredRuns
from orchestrator.store.standings import lines_of
from tests.builders import NOW, a_journey, a_medical_step, a_visit, an_exit
from tests.orchestrator.store.desk.filling import ASTRID, ENROLMENT, HOME, MARKETING, REP, a_task, a_version, add, an_enrolment, every, ids, once, walk
from tests.orchestrator.store.sending import a_position, an_end, an_entry

KEY = "enr1.learnt.1"


async def _do(engine: AsyncEngine, *acts: Act, move: int = 1, **told: Any) -> None:
    entry = an_entry(Note(what=What.MOVED), move=move, **told)
    async with transaction(engine) as session:
        await project(session, entry.model_copy(update={"acts": acts}), now=NOW)


async def _outbox(engine: AsyncEngine, kind: str = "fact") -> list[tuple[str, dict[str, Any]]]:
    return [(row.enrolment_id, row.payload) for row in await every(engine, tables.Outbox) if row.kind == kind]


async def _other_runs(engine: AsyncEngine) -> None:
    """Two more runs of Astrid's: one whose journey asks for tags, one whose journey does not."""
    asks = a_journey(journey="asks", entry={"when": {"fact": "tags", "has": "renal"}})
    await add(engine, a_version(asks), an_enrolment(id="asks", journey="asks", digest=asks.digest))
    deaf = a_journey(journey="deaf")
    await add(engine, a_version(deaf), an_enrolment(id="deaf", journey="deaf", digest=deaf.digest))


async def test_what_is_learnt_stands_and_is_told_once(world: AsyncEngine) -> None:
    """Tags and a preference become facts; the runs that ask for them learn it, the one that learnt it and a repeat say nothing more."""
    await _other_runs(world)
    learn = Learn(key=KEY, add_tags=("renal", "fibrosis"), channel_preference="remote")
    await _do(world, learn)
    await _do(world, learn)  # the activity is tried again
    await _do(world, Learn(key="enr1.learnt.2", add_tags=("renal",)), move=2)  # nothing new
    async with transaction(world) as session:
        facts = await load_facts(session, ASTRID, ["tags", "channel_preference"], now=NOW)
    assert facts == {"tags": ("fibrosis", "renal"), "channel_preference": "remote"}
    told = await _outbox(world)
    assert [(run, fact["facts"]["tags"]) for run, fact in told] == [("asks", ["fibrosis", "renal"])]
    audited = [entry for entry in await every(world, tables.AuditEntry) if entry.action == "facts.changed"]
    assert [(entry.by, entry.details["step"]) for entry in audited] == [("dirigent", "learnt")]
    tag = next(tag for tag in await every(world, tables.PersonTag) if tag.tag == "renal")
    assert (tag.enrolment_id, tag.step) == (ENROLMENT, "learnt")


async def test_a_tag_that_is_taken_away_is_gone(world: AsyncEngine) -> None:
    """Only that one."""
    await _do(world, Learn(key=KEY, add_tags=("renal", "fibrosis")))
    await _do(world, Learn(key="enr1.learnt.2", remove_tags=("renal", "never_had")), move=2)
    assert [tag.tag for tag in await every(world, tables.PersonTag)] == ["fibrosis"]


async def test_what_is_learnt_enters_a_journey_that_waits_for_it(world: AsyncEngine) -> None:
    """A journey that enters by itself considers the HCP in the same transaction."""
    waits = a_journey(journey="waits", purpose="medical_response", entry={"when": {"fact": "tags", "has": "renal"}, "automatic": True})
    await add(world, a_version(waits))
    async with transaction(world) as session:
        await stimuli.keep(session, waits)
    await _do(world, Learn(key=KEY, add_tags=("renal",)))
    assert "waits" in [enrolment.journey for enrolment in await every(world, tables.Enrolment)]


@pytest.mark.parametrize(("asked", "kind", "value"), [({"propose_stage": "user"}, "stage", "user"), ({"propose_persona": "ordinary"}, "persona", "ordinary")])
async def test_what_is_proposed_changes_nothing_until_a_rep_accepts(world: AsyncEngine, asked: dict[str, Any], kind: str, value: str) -> None:
    """Then it is on record with the reason, and every run learns it, the one that proposed it too."""
    await _do(world, Learn(key=KEY, **asked))
    await _do(world, Learn(key="enr1.learnt.2", **asked), move=2)
    knowledge = StoredKnowledge(world)
    (proposal,) = await walk(lambda cut: knowledge.proposals(ASTRID, status="open", cut=cut), limit=1)
    assert (proposal.kind, proposal.value, proposal.id) == (kind, value, f"{KEY}.{kind}")
    assert (await _profile(world)).adoption_stage is None
    decided = await knowledge.decide(REP, ASTRID, proposal.id, "accepted", reason="Seen on the ward.", once=once(), now=NOW)
    again = await knowledge.decide(REP, ASTRID, proposal.id, "accepted", reason="Seen on the ward.", once=once(), now=NOW)
    assert decided == again
    late = await knowledge.decide(REP, ASTRID, proposal.id, "dismissed", reason="No.", once=once("another"), now=NOW)
    assert late is not None
    assert late[1] is False
    profile = await _profile(world)
    assert {"stage": profile.adoption_stage, "persona": profile.persona}[kind] == value
    if kind == "persona":
        (said,) = await every(world, tables.PersonaAssignment)
        assert (said.persona, said.previous, said.by) == ("ordinary", "pioneer", "user-rep")
        assert [run for run, _ in await _outbox(world)] == [ENROLMENT]
    assert [entry.action for entry in await every(world, tables.AuditEntry) if entry.subject.startswith("proposal")] == ["proposal.accepted"]


async def _profile(engine: AsyncEngine) -> tables.CommercialProfile:
    async with transaction(engine) as session:
        return await session.get_one(tables.CommercialProfile, ASTRID)


async def test_a_later_proposal_replaces_an_open_one(world: AsyncEngine) -> None:
    """A human decides on one at a time; what was dismissed may be proposed again, and what stands is not proposed."""
    await _do(world, Learn(key=KEY, propose_stage="trial", propose_persona="pioneer"))
    await _do(world, Learn(key="enr1.learnt.2", propose_stage="user"), move=2)
    proposals = {proposal.value: proposal.status for proposal in await every(world, tables.Proposal)}
    assert proposals == {"trial": "replaced", "user": "open"}
    await StoredKnowledge(world).decide(REP, ASTRID, "enr1.learnt.2.stage", "dismissed", reason="Not yet.", once=once(), now=NOW)
    assert (await _profile(world)).adoption_stage is None


@pytest.mark.parametrize(
    ("whom", "users"),
    [("conductor", ["user-rep"]), ("sales", ["user-sales"]), ("marketing", ["user-marketing"]), ("medical", ["user-medical"])],
)
async def test_a_line_is_told_to_those_it_is_for(world: AsyncEngine, whom: str, users: list[str]) -> None:
    """The run's rep, or the active users of a role who are aligned with the territory; where nobody is, all of the role."""
    await add(world, tables.User(id=f"{whom}-gone", name="Gone", role=users[0].removeprefix("user-"), active=False))
    tell = Tell(key="enr1.tell.1", step="tell", whom=whom)
    await _conducted(world)
    await _do(world, tell)
    await _do(world, tell)
    assert [line.user_id for line in await every(world, tables.Notification)] == users


async def _conducted(engine: AsyncEngine) -> None:
    async with transaction(engine) as session:
        enrolment = await session.get_one(tables.Enrolment, ENROLMENT)
        enrolment.conductor, enrolment.territory_id = "user-rep", HOME
        session.add(enrolment)


async def test_the_lead_of_the_territory_is_told_and_no_other(world: AsyncEngine) -> None:
    """Aligned leads come before all of the role."""
    await add(world, tables.User(id="sales-2", name="Another", role="sales"), tables.Alignment(user_id="sales-2", territory_id=HOME))
    await _conducted(world)
    await _do(world, Tell(key="enr1.tell.1", step="tell", whom="sales"))
    assert [line.user_id for line in await every(world, tables.Notification)] == ["sales-2"]


async def test_notifications_are_paged_unread_first(world: AsyncEngine) -> None:
    """And read once."""
    for number in range(3):
        await _do(world, Tell(key=f"enr1.tell.{number}", step="tell", whom="marketing"), move=number + 1, at=NOW + timedelta(minutes=number))
    mine = StoredNotifications(world)
    read = await mine.read(MARKETING, "enr1.tell.2.user-marketing", now=NOW)
    assert read is not None
    assert await mine.read(MARKETING, "enr1.tell.2.user-marketing", now=NOW + timedelta(days=1)) == read
    assert await mine.read(REP, "enr1.tell.2.user-marketing", now=NOW) is None
    rows = await walk(lambda cut: mine.page(MARKETING, unread=None, cut=cut), limit=1)
    assert ids(rows) == [f"enr1.tell.{number}.user-marketing" for number in (1, 0, 2)]
    assert rows[0].person.family_name == "Lindqvist"


async def test_a_journey_that_nobody_awaits_any_more_is_ended_by_the_house(world: AsyncEngine) -> None:
    """The run that the passage began, and no other; one that has ended is left alone."""
    await add(world, an_enrolment(id="child", journey="child", begun_by="enr1.nurse.1"))
    await add(world, an_enrolment(id="over", journey="over", begun_by="enr1.other.1", status="ended"))
    await _do(world, StopJourney(key="enr1.nurse.1"), StopJourney(key="enr1.other.1"))
    ((run, command),) = await _outbox(world, "command")
    assert (run, command["is_"], command["by"], command["reason"]) == ("child", "leave", "dirigent", "no_longer_awaited")


@pytest.mark.parametrize(("kind", "way"), [(EndKind.FINISHED, "finished"), (EndKind.GOAL, "goal"), (EndKind.LEFT, "ended"), (EndKind.OBJECTED, "ended")])
async def test_a_run_that_is_awaited_tells_how_it_ended(world: AsyncEngine, kind: EndKind, way: str) -> None:
    """The passage that began it, in the transaction of the end; one that is not awaited tells nobody."""
    await add(world, an_enrolment(id="child", journey="child", begun_by="enr1.nurse.1", awaited=True, continued_from=ENROLMENT))
    await add(world, an_enrolment(id="free", journey="free", begun_by="enr1.other.1", continued_from=ENROLMENT))
    for run in ("child", "free"):
        async with transaction(world) as session:
            await project(session, an_entry(Note(what=What.ENDED), enrolment=run, position=an_end(kind=kind)), now=NOW)
    ((run, fact),) = await _outbox(world)
    assert (run, fact["is_"], fact["key"], fact["way"]) == (ENROLMENT, "journey_ended", "enr1.nurse.1", way)


async def test_every_line_is_kept_and_a_snoozed_task_is_due_by_its_own(world: AsyncEngine) -> None:
    """The run itself may wake earlier, for another line."""
    await add(world, a_task(id="enr1.visit.1", step="visit"))
    later = NOW + timedelta(days=3)
    lines = tuple(
        Standing(line=line, step=step, key=f"enr1.{step}.1", doing=doing, since=NOW, until=until, reason=None)
        for line, step, doing, until in (("", "both", "joining", None), ("both.a", "visit", "task", later), ("both.b", "reading", "waiting", NOW))
    )
    snoozed = Note(what=What.SNOOZED, step="visit", key="enr1.visit.1", until=NOW + timedelta(days=2))
    async with transaction(world) as session:
        await project(session, an_entry(snoozed, position=a_position(step="both", doing="joining", until=NOW, lines=lines)), now=NOW)
    async with transaction(world) as session:
        standing = await lines_of(session, [ENROLMENT])
        task = await session.get_one(tables.Task, "enr1.visit.1")
    assert standing == {ENROLMENT: list(lines)}
    assert task.due == later


@pytest.mark.parametrize(
    ("about", "aligned", "side", "assignee"),
    [("visit", True, "commercial", "user-sales"), ("visit", False, "commercial", None), ("question", True, "medical", "user-medical")],
)
async def test_an_escalation_goes_to_the_lead_of_the_side_it_is_about(world: AsyncEngine, about: str, aligned: bool, side: str, assignee: str | None) -> None:
    """The one aligned with the territory; where there is none, any lead of the side may take it."""
    lead = {"escalate": {"about": about, "due": "2 days"}, "next": "done"}
    journey = a_journey(journey="stuck", steps={"visit": a_visit(next="lead"), "question": a_medical_step(next="lead"), "lead": lead, "done": an_exit()})
    await add(world, a_version(journey), an_enrolment(id="enr9", journey="stuck", digest=journey.digest, conductor="user-rep", territory_id=HOME))
    if aligned:
        await add(world, *(tables.Alignment(user_id=f"user-{role}", territory_id=HOME) for role in ("sales", "medical")))
    order = TaskOrder(entry=an_entry(enrolment="enr9"), task=OpenTask(key="enr9.lead.1", step="lead", kind="escalate", due=NOW, about=about))
    await StoredRuns(world).open_task(order)
    (task,) = await every(world, tables.Task)
    assert (task.kind, task.side, task.assignee) == ("escalate", side, assignee)
