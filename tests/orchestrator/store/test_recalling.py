"""A recall on a real PostgreSQL: the account before, the gate shut in the transaction of the act, the runs told after it, and who has it already."""

import asyncio
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from api.paging import Slice
from api.ports import CountChanged
from api.schemas.recalls import JourneyReached, WithdrawContent, Withdrawn
from api.who import Role, Who
from journeys.content import ContentVersion
from journeys.definitions import ContentRef
from journeys.reasons import Reason
from orchestrator.store import tables
from orchestrator.store.desk.recalls import StoredRecalls
from orchestrator.store.engine import transaction
from orchestrator.store.library import publish_content
from orchestrator.store.recalling import Withdrawing, withdraw
from tests.builders import NOW, a_choice, a_content, a_fragment
from tests.orchestrator.store.desk.filling import ASTRID, BO, TOUCH, a_task, a_touch, add, an_enrolment, every, once, walk
from tests.orchestrator.store.operating import FakeHands, a_standing, carried_out
from tests.orchestrator.store.sending import a_ledger, a_touch_order

REF = ContentRef("hf-dialogue", 2)
MEDICAL = Who("user-medical", Role.MEDICAL)


def asked(**changes: object) -> WithdrawContent:
    return WithdrawContent.model_validate({"reason": "label_changed", "remark": "A new label.", "safety": {"answer": "none"}, **changes})


async def withdrawn(engine: AsyncEngine, **changes: object) -> object:
    return await StoredRecalls(engine).withdraw(MEDICAL, REF, asked(**changes), remark="remark-1", once=once(), now=NOW)


async def _in_flight(engine: AsyncEngine) -> None:
    """Beside Astrid's run at the letter one that is held there, one at the visit, one that has ended; Bo has the letter already."""
    await add(
        engine,
        a_standing("enr1", step="follow-up", doing="sending"),
        an_enrolment(id="held", journey="heart-failure-pioneer", person_id=BO),
        a_standing("held", step="follow-up", doing="held", reason="weekly_cap"),
        an_enrolment(id="over", journey="heart-failure-pioneer", status="ended", person_id=BO),
        a_touch(key="over.follow-up.1", enrolment_id="over", person_id=BO, message_id="<bo@mail.example>"),
        a_touch(key="over.follow-up.2", enrolment_id="over", person_id=BO, message_id="<bo2@mail.example>", state="refused"),
    )


async def test_the_account_names_journeys_steps_and_people(world: AsyncEngine) -> None:
    """What is open, what is held, and who has it; and nothing has happened. A version that nobody has is unknown."""
    await _in_flight(world)
    reached = await StoredRecalls(world).reach(REF)
    assert reached is not None
    assert reached.journeys == (JourneyReached(journey="heart-failure-pioneer", version=1, steps=("follow-up",), runs=2, held=1, tasks=0),)
    assert (reached.runs, reached.people, reached.held, reached.received) == (2, 2, 1, 1)
    assert await StoredRecalls(world).reach(ContentRef("hf-dialogue", 9)) is None
    assert await every(world, tables.Recall) == []


async def test_from_the_act_on_nothing_goes_out_with_it(world: AsyncEngine) -> None:
    """The gate reads the state; the act is on record with its account, and audited."""
    await _in_flight(world)
    done = await withdrawn(world, expected=2)
    assert isinstance(done, Withdrawn)
    blocked = (await a_ledger(world).reserve(a_touch_order(), now=NOW)).blocked
    assert blocked is not None
    assert (blocked.verdict, blocked.reason) == ("refused", Reason.CONTENT_NOT_APPROVED)
    assert (done.recall.by, done.recall.reason, done.recall.reach.people, done.recall.source) == (MEDICAL.id, "label_changed", 2, "desk")
    (line,) = [line for line in await every(world, tables.AuditEntry) if line.action == "content.withdrawn"]
    assert (line.subject, line.reason, line.details["received"], line.details["before"]) == ("content:hf-dialogue@2", "label_changed", 1, "approved")


async def test_every_open_run_that_names_it_is_told_once(world: AsyncEngine) -> None:
    """After the act, at its pace; a run of another version of the journey, and one that has ended, hear nothing."""
    await _in_flight(world)
    done = await withdrawn(world)
    assert isinstance(done, Withdrawn)
    assert done.operation is not None
    await carried_out(world, FakeHands(), done.operation.id)
    told = {row.enrolment_id: row.payload for row in await every(world, tables.Outbox) if row.kind == "fact"}
    assert set(told) == {"enr1", "held"}
    assert told["held"] == {"is_": "content_recalled", "id": done.operation.id, "content": "hf-dialogue@2"}
    latest = await StoredRecalls(world).latest(REF)
    assert latest is not None
    assert latest.operation is not None
    assert (latest.operation.status, latest.operation.counts.done, latest.now.runs) == ("done", 2, 2)


async def test_it_is_withdrawn_once_and_with_the_count_that_was_told(world: AsyncEngine) -> None:
    """The same request again tells the same; another says that it was done; with another count nothing is done."""
    assert await withdrawn(world, expected=7) == CountChanged(1)
    first = await withdrawn(world, expected=1)
    assert isinstance(first, Withdrawn)
    again = await withdrawn(world)
    assert isinstance(again, Withdrawn)
    assert again.recall == first.recall
    assert await StoredRecalls(world).withdraw(MEDICAL, REF, asked(), remark="r", once=once("another-key-1"), now=NOW) == "withdrawn"
    assert len(await every(world, tables.Recall)) == 1


async def test_who_has_it_is_listed_for_the_follow_up(world: AsyncEngine) -> None:
    """As a letter, and as a fragment of one; each page ends where it says."""
    await _in_flight(world)
    part = ContentRef("hf-renal", 1)
    await add(world, a_touch(key="enr1.other.1", step="other", content_id="hf-other", content_version=1, fragments=[str(part)], message_id="<a@x>"))
    recalls = StoredRecalls(world)
    assert [line.person_id for line in await walk(lambda cut: recalls.received(REF, cut=cut), limit=1)] == [BO]
    assert [line.person_id for line in (await recalls.received(part, cut=Slice())).rows] == [ASTRID]


async def test_what_is_held_with_a_withdrawn_passage_is_put_before_the_gate_at_once(world: AsyncEngine) -> None:
    """That alone: a letter for which something else was chosen, or with which a rep has yet to begin, goes on as it was."""
    part = ContentRef("hf-renal", 1)
    told: dict[str, Any] = {"letter": "hf-choice@1", "fill": {"occasion": "round"}, "by": "user-rep", "at": NOW}
    async with transaction(world) as session:
        for content in (a_choice(), a_fragment("hf-renal@1"), a_fragment("hf-dosing@1")):
            await publish_content(session, ContentVersion.model_validate(content), now=NOW)
    await add(
        world,
        a_standing("enr1", step="follow-up", doing="held", reason="weekly_cap"),
        tables.Choice(key="enr1.follow-up.1", fragments=["hf-dosing@1", "hf-renal@1"], **told),
        an_enrolment(id="other", journey="heart-failure-pioneer", person_id=BO),
        a_standing("other", step="follow-up", doing="held", reason="weekly_cap"),
        tables.Choice(key="other.follow-up.1", fragments=["hf-dosing@1"], **told),
    )
    done = await StoredRecalls(world).withdraw(MEDICAL, part, asked(), remark="remark-1", once=once(), now=NOW)
    assert isinstance(done, Withdrawn)
    hands = FakeHands()
    (again,) = [row for row in await every(world, tables.Operation) if row.kind == "retry"]
    assert again.id in {row.enrolment_id for row in await every(world, tables.Outbox)}
    await carried_out(world, hands, again.id)
    assert [(run, command.is_, getattr(command, "passage", None)) for run, command in hands.commands] == [("enr1", "retry", "enr1.follow-up.1")]


async def test_a_touch_that_is_being_reserved_is_counted_and_none_is_after_it(world: AsyncEngine) -> None:
    """The act waits for the gate, and the gate for the act: whichever was first is told by the other."""
    async with transaction(world) as session:
        held = await session.get(tables.ContentVersion, (REF.id, REF.version), with_for_update={"read": True})
        assert held is not None
        acting = asyncio.create_task(withdrawn(world))
        await _until_somebody_waits(world)
        session.add(a_touch(state="reserved"))
    done = await acting
    assert isinstance(done, Withdrawn)
    assert done.recall.reach.received == 1
    assert (await a_ledger(world).reserve(a_touch_order(passage=2), now=NOW)).message is None


async def _until_somebody_waits(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        while not (await connection.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted"))).scalar_one():
            await asyncio.sleep(0.01)


async def test_a_task_of_it_is_counted(world: AsyncEngine) -> None:
    """A letter that a rep has yet to send is told beside what is held."""
    await add(world, a_task(id=TOUCH, kind="email", step="follow-up"), a_standing("enr1", step="follow-up"))
    async with transaction(world) as session:
        act = Withdrawing(id="recall-1", ref=REF, reason="superseded", by="vault", role="system", source="vault", now=NOW)
        made = await withdraw(session, act)
    assert isinstance(made, tables.Recall)
    assert (made.reach["tasks"], made.reach["held"], made.source) == (1, 0, "vault")


async def test_a_file_that_withdraws_is_a_recall_too(world: AsyncEngine) -> None:
    """Once, and no later file makes it approved again."""
    links = {"study": "https://dirigent.example/study"}
    for state in ("withdrawn", "withdrawn", "approved"):
        async with transaction(world) as session:
            await publish_content(session, ContentVersion.model_validate(a_content(state=state, links=links)), now=NOW)
    (recall,) = await every(world, tables.Recall)
    assert (recall.source, recall.reach["runs"]) == ("library", 1)
    (content,) = await every(world, tables.ContentVersion)
    assert content.state == "withdrawn"
