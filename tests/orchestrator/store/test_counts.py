"""Nothing is swallowed in silence: each path of the store that drops, refuses, puts off or de-duplicates raises one counter by one, with its reason."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.orders import CallOrder
from activities.ports import Handover, Unanswered
from activities.sweeps import PageOrder
from activities.touches import TouchActivities
from api.schemas.consents import NewConsent, NewObjection
from api.schemas.events import NewEvent
from api.schemas.operations import NewHalt, RepairMany
from journeys.acceptance import Refusal, Refused
from journeys.commands import Act, CallOut, Learn, Note, StartJourney, Tell, What
from journeys.events import ConsentWithdrawn
from journeys.reasons import Reason
from journeys.selections import Selection
from journeys.touches import TouchEvent
from orchestrator.counts import Counts
from orchestrator.embedded import ports
from orchestrator.requests.asking import SignedRequests
from orchestrator.requests.conversation import new_client
from orchestrator.requests.endpoints import Endpoint, Endpoints
from orchestrator.store import outbox, sweeps, tables
from orchestrator.store.considering import consider
from orchestrator.store.continuing import begin_within
from orchestrator.store.desk.consents import StoredConsents
from orchestrator.store.desk.enrolments import StoredEnrolments
from orchestrator.store.desk.events import StoredEvents
from orchestrator.store.desk.halts import StoredHalts
from orchestrator.store.desk.idempotency import StoredIdempotency
from orchestrator.store.desk.operations import StoredOperations
from orchestrator.store.desk.repairs import StoredRepairs
from orchestrator.store.desk.requests import StoredRequests
from orchestrator.store.desk.touches import StoredTouches
from orchestrator.store.engine import transaction
from orchestrator.store.halts import tell_of_pauses
from orchestrator.store.operations import Operating
from orchestrator.store.projection import project
from orchestrator.store.requests import RequestBook
from orchestrator.store.runs import StoredRuns
from orchestrator.store.sweeping import StoredSweeps
from tests.activities.fakes import FakeChannel, StoppedClock
from tests.builders import NOW, a_journey
from tests.orchestrator.counting import Counted, counting
from tests.orchestrator.requests.others import SECRET
from tests.orchestrator.store.desk.filling import ADMIN, ASTRID, ENROLMENT, REP, TOUCH, a_touch, add, an_enrolment, astrid, once
from tests.orchestrator.store.forcing import an_event, declare, put_in_force
from tests.orchestrator.store.operating import AWAY, CLOCK, FakeHands, a_standing
from tests.orchestrator.store.sending import a_ledger, a_touch_order, a_withdrawal, an_end, an_entry, change
from tests.orchestrator.store.test_outbox import FakeRunner

Does = Callable[[AsyncEngine], Awaitable[Any]]


async def nothing(_: AsyncEngine) -> None:
    """What has to be there is there."""


async def told(engine: AsyncEngine, **changes: Any) -> None:
    event: dict[str, Any] = {"source": "booking", "id": "evt-1", "event": "webinar_attended", "person": ASTRID, "at": NOW, "fields": {"place": "clinic"}}
    if "external" in changes:
        del event["person"]
    await StoredEvents(engine).take(NewEvent.model_validate({**event, **changes}), now=NOW)


async def heard(engine: AsyncEngine, **changes: Any) -> None:
    base: dict[str, Any] = {"source": "mail", "source_id": "1", "touch": TOUCH, "message_id": None, "heard": TouchEvent.OPENED, "at": NOW, "now": NOW}
    await StoredTouches(engine).heard(**{**base, **changes})


async def did(engine: AsyncEngine, *acts: Act, move: int = 1) -> None:
    async with transaction(engine) as session:
        await project(session, an_entry(Note(what=What.MOVED), move=move).model_copy(update={"acts": acts}), now=NOW)


async def delivered(engine: AsyncEngine, *, answer: Handover = Handover.ACCEPTED, move: int = 1) -> None:
    channels = {"email": FakeChannel(answer)}
    await TouchActivities(a_ledger(engine), channels, StoppedClock(), Counts()).deliver(a_touch_order(passage=2, move=move))


async def relayed(engine: AsyncEngine, **runner: Any) -> None:
    await outbox.Relay(engine, FakeRunner(**runner)).nudge()


async def a_fact_is_written(engine: AsyncEngine) -> None:
    async with transaction(engine) as session:
        await outbox.tell(session, ENROLMENT, ConsentWithdrawn(id="fact", channel="email"))


async def a_fact_for_an_ended_run(engine: AsyncEngine) -> None:
    await a_fact_is_written(engine)
    await change(engine, "UPDATE enrolment SET status = 'ended'")


async def an_enrolment_asked_for(engine: AsyncEngine) -> None:
    definition = a_journey(journey="another")
    await StoredEnrolments(engine).create(REP, await astrid(engine), definition, once=once(), now=NOW)


async def entering_by_condition(engine: AsyncEngine) -> None:
    """The journey that Astrid is in already."""
    entry = {"when": {"fact": "profession", "is": "physician"}, "automatic": True}
    await put_in_force(engine, a_journey(version=2, entry=entry))


async def considered(engine: AsyncEngine) -> None:
    async with transaction(engine) as session:
        await consider(session, ASTRID, now=NOW)


async def an_entry_by_event(engine: AsyncEngine) -> None:
    entry = {"when": {"fact": "profession", "is": "nurse"}, "on": {"event": "webinar_attended"}}
    await put_in_force(engine, a_journey(journey="another", entry=entry))


async def begun_within(engine: AsyncEngine, journey: str = "nowhere") -> None:
    async with transaction(engine) as session:
        parent = await session.get_one(tables.Enrolment, ENROLMENT)
        await begin_within(session, parent, StartJourney(key="enr1.nurse.1", journey=journey, awaited=False), now=NOW)


async def a_run_within(engine: AsyncEngine) -> None:
    await add(engine, an_enrolment(id="enr2", journey="another", begun_by="enr1.nurse.1"))


async def ended_with_nobody_to_follow(engine: AsyncEngine) -> None:
    await StoredRuns(engine).record(an_entry(Note(what=What.ENDED), position=an_end(continue_with="ordinary")))


async def a_sweep(engine: AsyncEngine, journey: str = "heart-failure-pioneer") -> None:
    async with transaction(engine) as session:
        asked = sweeps.Asked(sweeps.CONDITION)
        await sweeps.begin(session, journey, Selection(people=(ASTRID,)), asked=asked, now=NOW, sweep_id="sweep-1")


async def swept(engine: AsyncEngine) -> None:
    await StoredSweeps(engine, per_second=5).take(PageOrder(sweep="sweep-1"), now=NOW)


async def a_sweep_that_came_by(engine: AsyncEngine) -> None:
    await a_sweep(engine)
    await add(engine, tables.SweepResult(sweep_id="sweep-1", person_id=ASTRID, result="entered", at=NOW))


async def without_a_conductor(engine: AsyncEngine) -> None:
    await change(engine, "UPDATE enrolment SET conductor = NULL")
    await change(engine, "UPDATE app_user SET active = false WHERE role = 'rep'")


async def a_proposal(engine: AsyncEngine) -> None:
    await did(engine, Learn(key="enr1.learnt.1", propose_stage="trial"))


async def a_call(engine: AsyncEngine, **changes: Any) -> None:
    row = {"key": "enr1.stock.1", "enrolment_id": ENROLMENT, "step": "stock", "endpoint": "stock", "status": "sent", "answers": ["yes"]}
    await add(engine, tables.Request(**{**row, "answer_by": NOW + timedelta(days=1), "asked_at": NOW, **changes}))


async def called(engine: AsyncEngine, *, endpoints: Endpoints | None = None, move: int = 1) -> None:
    """Another system that is not set up, or that nobody reaches, is asked."""
    call = CallOut(key="enr1.stock.1", step="stock", to="stock", facts=(), answers=("yes",), until=CLOCK.now() + timedelta(days=1))
    async with new_client() as client:
        asking = SignedRequests(RequestBook(engine), endpoints or {}, client, CLOCK, public_url="https://dirigent.example/")
        with suppress(Unanswered):
            await asking.call(CallOrder(entry=an_entry(move=move), call=call), attempt=1)


async def told_of_pauses(engine: AsyncEngine) -> None:
    async with transaction(engine) as session:
        await tell_of_pauses(session, await session.get_one(tables.Enrolment, ENROLMENT))


async def answered(engine: AsyncEngine) -> None:
    await StoredRequests(engine, {}).answer("enr1.stock.1", "yes", now=NOW)


async def a_call_of_an_ended_run(engine: AsyncEngine) -> None:
    await a_call(engine)
    await change(engine, "UPDATE enrolment SET status = 'ended'")


async def a_key_that_was_answered(engine: AsyncEngine) -> None:
    keys = StoredIdempotency(engine)
    await keys.claim(once(), now=NOW)
    await keys.settle(once(), status=201, response={})


async def claimed(engine: AsyncEngine) -> None:
    await StoredIdempotency(engine).claim(once(), now=NOW)


async def consented(engine: AsyncEngine) -> None:
    consent = NewConsent.model_validate({"channel": "email", "method": "signature", "text_version": "v1", "language": "sv", "proof": "form-1"})
    await StoredConsents(engine).record(REP, await astrid(engine), consent, once=once(), now=NOW)


async def objected(engine: AsyncEngine) -> None:
    await StoredConsents(engine).object(REP, await astrid(engine), NewObjection(method="letter"), once=once(), now=NOW)


async def paused(engine: AsyncEngine) -> None:
    halt = NewHalt.model_validate({"kind": "pause", "scope": "market", "value": "SE", "reason": "other", "remark": "A break.", "safety": {"answer": "none"}})
    await StoredHalts(engine).impose(ADMIN, halt, remark="r", once=once(), now=NOW)


async def a_repair(engine: AsyncEngine) -> None:
    asked = {"action": "retry", "journey": "heart-failure-pioneer", "reason": "stuck", "remark": "As agreed.", "safety": {"answer": "none"}}
    await StoredRepairs(engine).begin(ADMIN, RepairMany.model_validate(asked), remark="r", once=once(), now=NOW)


async def something_held(engine: AsyncEngine) -> None:
    await add(engine, a_standing(ENROLMENT, step="mail", doing="held", reason="no_consent"))
    await a_repair(engine)


async def repaired(engine: AsyncEngine, *said: Any) -> None:
    hands = FakeHands()
    hands.said[ENROLMENT] = list(said)
    await Operating(engine, hands, CLOCK).carry_on(once().id("operation"))


async def stopped(engine: AsyncEngine) -> None:
    await StoredOperations(engine).steer(ADMIN, once().id("operation"), "stop", remark="r", now=NOW)


async def unsubscribed(engine: AsyncEngine, touch: str = TOUCH) -> None:
    await StoredTouches(engine).unsubscribe(touch, now=NOW)


def drops(what: str, reason: str, does: Does, *, before: Does = nothing) -> Any:
    return pytest.param(what, reason, before, does, id=f"{what}-{reason}-{does.__name__}")


def with_(does: Any, *given: Any, **changes: Any) -> Does:
    async def done(engine: AsyncEngine) -> None:
        await does(engine, *given, **changes)

    done.__name__ = does.__name__
    return done


NOWHERE = Endpoint.model_validate({"url": f"http://127.0.0.1:{ports.free()}/", "secret": SECRET})
REFUSED = Refused(code=Refusal.NOT_HELD, detail="Nothing is held there.")
PATHS = [
    drops("event", "repeated", told, before=told),
    drops("event", "unknown_person", with_(told, person="nobody")),
    drops("event", "unknown_event", with_(told, event="unheard_of")),
    drops("event", "unknown_field", with_(told, fields={"colour": "red"})),
    drops("event", "firewall", with_(told, event="advisory_board_joined", fields={})),
    drops("event", "concerns_nobody", told),
    drops("entry_by_event", "not_eligible", told, before=an_entry_by_event),
    drops("entry_by_condition", "already_enrolled", considered, before=entering_by_condition),
    drops("entry_by_step", "no_such_journey", begun_within),
    drops("entry_by_step", "repeated", begun_within, before=a_run_within),
    drops("hand_over", "no_strategy", ended_with_nobody_to_follow),
    drops("sweep", "repeated", a_sweep, before=a_sweep),
    drops("entry_in_sweep", "already_enrolled", swept, before=a_sweep),
    drops("entry_in_sweep", "no_version", swept, before=with_(a_sweep, "nowhere")),
    drops("entry_in_sweep", "repeated", swept, before=a_sweep_that_came_by),
    drops("advance", "repeated", did, before=did),
    drops("notice", "nobody_to_tell", with_(did, Tell(key="enr1.tell.1", step="tell", whom="conductor")), before=without_a_conductor),
    drops("proposal", "repeated", with_(did, Learn(key="enr1.learnt.2", propose_stage="trial"), move=2), before=a_proposal),
    drops("proposal", "on_record", with_(did, Learn(key="enr1.learnt.1", propose_persona="pioneer"))),
    drops("touch_refused", "consent_withdrawn", delivered, before=lambda engine: add(engine, a_withdrawal())),
    drops("touch_refused", "objected", delivered, before=objected),
    drops("touch_refused", "channel_refused", with_(delivered, answer=Handover.REFUSED)),
    drops("touch_deferred", "channel_down", with_(delivered, answer=Handover.DOWN)),
    drops("touch_unknown", "no_answer", with_(delivered, answer=Handover.UNKNOWN)),
    drops("touch_deferred", "weekly_cap", delivered, before=lambda engine: add(engine, *(a_touch(key=f"t{n}", message_id=f"<{n}>") for n in range(2)))),
    drops("touch", "repeated", with_(delivered, move=2), before=delivered),
    drops("heard", "repeated", heard, before=heard),
    drops("heard", "unknown", with_(heard, touch="unheard-of")),
    drops("link", "unknown", with_(unsubscribed, "unheard-of")),
    drops("unsubscription", "repeated", unsubscribed, before=unsubscribed),
    drops("outbox", "ended", with_(relayed, strict=True), before=a_fact_for_an_ended_run),
    drops("outbox_deferred", "not_started", with_(relayed, strict=True), before=a_fact_is_written),
    drops("outbox_deferred", "ConnectionRefusedError", with_(relayed, failing=[ENROLMENT]), before=a_fact_is_written),
    drops("call", "unknown_endpoint", called),
    drops("call", "repeated", with_(called, move=2), before=called),
    drops("call_deferred", "unanswered", with_(called, endpoints={"stock": NOWHERE})),
    drops("pause", "repeated", told_of_pauses, before=paused),
    drops("answer", "late", answered, before=a_call_of_an_ended_run),
    drops("answer", "repeated", answered, before=with_(a_call, status="answered", answer="yes")),
    drops("request", "repeated", claimed, before=a_key_that_was_answered),
    drops("request", "repeated", consented, before=consented),
    drops("request", "repeated", objected, before=objected),
    drops("request", "repeated", paused, before=paused),
    drops("request", "repeated", a_repair, before=a_repair),
    drops("operation", "not_held", with_(repaired, REFUSED), before=something_held),
    drops("operation_deferred", "unavailable", with_(repaired, AWAY), before=something_held),
    drops("operation", "left_out", stopped, before=something_held),
]


@pytest.fixture
async def house(world: AsyncEngine) -> AsyncEngine:
    """Astrid may be written to and is in a run, whose letter went out; three events are declared."""
    await add(world, a_touch(at=NOW - timedelta(days=30)))
    await declare(world, an_event("webinar_attended", place="code"), an_event("advisory_board_joined", wall="medical"))
    return world


@pytest.mark.parametrize(("what", "reason", "before", "does"), PATHS)
async def test_failure_2_each_path_that_drops_counts_it_once(house: AsyncEngine, what: str, reason: str, before: Does, does: Does) -> None:
    """By what it was and why; no other counter moves."""
    await before(house)
    risen: Counted = {}
    with counting(risen):
        await does(house)
    assert risen == {(what, reason): 1}


async def interrupted(engine: AsyncEngine) -> None:
    async with transaction(engine) as session:
        await project(session, an_entry(), now=NOW)
        raise RuntimeError


async def test_failure_2_what_is_rolled_back_is_not_counted(house: AsyncEngine) -> None:
    """It is tried again, and counts then."""
    await did(house)
    risen: Counted = {}
    with counting(risen), pytest.raises(RuntimeError):
        await interrupted(house)
    assert risen == {}


async def test_whatever_a_run_leaves_undone_is_counted_by_its_reason(world: AsyncEngine) -> None:
    """Every reason code that gives a touch up, a step that was played often enough, and a line that is over."""
    notes = [Note(what=What.BLOCKED, step="follow-up", reason=reason) for reason in Reason]
    notes += [Note(what=What.EXHAUSTED, step="follow-up"), Note(what=What.CANCELLED, step="follow-up")]
    risen: Counted = {}
    with counting(risen):
        async with transaction(world) as session:
            await project(session, an_entry(*notes), now=NOW)
    assert {reason for what, reason in risen if what == "step"} == {*Reason, "exhausted", "cancelled"}
