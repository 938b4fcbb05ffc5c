"""The exchange with a CRM on a real PostgreSQL and over HTTP: what we do goes there once, what is done there comes here once, and medical stays at home."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select

from activities.ports import Handover
from activities.touches import TouchActivities
from api import telling
from api.paging import Slice
from api.schemas.crm import CrmRecordLine
from journeys.calls import CallWords
from journeys.commands import Note, What
from journeys.touches import TouchEvent
from orchestrator.channels.breaker import Breaker, Patience
from orchestrator.channels.conversation import new_client
from orchestrator.crm.exchange import Exchange
from orchestrator.crm.making import make_crm
from orchestrator.crm.port import Crm, Page, Written
from orchestrator.crm.records import Arriving, Kind, external_id
from orchestrator.store import calls, tables
from orchestrator.store.crm.arrivals import StoredArrivals
from orchestrator.store.crm.standing import StoredStanding
from orchestrator.store.crm.watching import OLD, StoredCrmWatch
from orchestrator.store.desk.crm import StoredCrmRecords
from orchestrator.store.engine import transaction
from orchestrator.store.hearing import hear
from orchestrator.store.runs import StoredRuns
from tests.activities.fakes import FakeChannel, FakeCounts, StoppedClock
from tests.builders import NOW
from tests.orchestrator.counting import Counted, counting
from tests.orchestrator.crm.vendors import A_MINUTE, PRODUCTS, Manner, Org, Vault, Vendor, opened
from tests.orchestrator.store.desk.filling import ADMIN, ASTRID, TOUCH, a_task, a_touch, add, every, walk
from tests.orchestrator.store.sending import a_ledger, a_touch_order, an_entry, change

VISIT = "enr1.first-visit.1"


class Times:
    """The clock on the wall, two minutes on, so that what was just written is old enough; and as much later as a test says."""

    def __init__(self) -> None:
        self.later = 2 * A_MINUTE

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.later


class Trade:
    """A house, a CRM and what goes on between them."""

    def __init__(self, engine: AsyncEngine, vendor: Vendor, crm: Crm) -> None:
        self.engine, self.vendor, self.crm = engine, vendor, crm
        self.times, self.since = Times(), datetime.now(UTC) - timedelta(hours=1)
        self.arrivals = StoredArrivals(engine, "crm", CallWords())
        self._exchange = self.begun(since=self.since)

    def begun(self, *, since: datetime | None, now: datetime = NOW + 2 * A_MINUTE) -> Exchange:
        """An exchange as a worker has it when it starts, with a breaker that lets go at once."""
        calm, clock = Breaker(Patience(after=1000)), StoppedClock(now)
        return Exchange(self.engine, "crm", self.crm, self.arrivals, clock, since=since, breaker=calm, real=self.times)

    def begin_again(self, *, since: datetime | None, now: datetime = NOW + 2 * A_MINUTE) -> None:
        """The worker has started anew; what the CRM asked for is forgotten."""
        self._exchange = self.begun(since=since, now=now)

    async def look(self, times: int = 1) -> None:
        for _ in range(times):
            await self._exchange.look()

    async def records(self, **filters: Any) -> dict[tuple[str, str], CrmRecordLine]:
        told: dict[str, Any] = {"kind": None, "state": None, "trouble": None, "person_id": None, **filters}
        rows = (await StoredCrmRecords(self.engine, real=self.times).page(ADMIN, **told, cut=Slice(100))).rows
        return {(row.kind, row.key): row for row in rows}

    def theirs(self, kind: Kind, key: str) -> dict[str, Any]:
        (row,) = [row for (_, external), row in self.vendor.rows.items() if external == external_id(kind, key)]
        return row


@asynccontextmanager
async def trading(engine: AsyncEngine, vendor: Vault | Org) -> AsyncIterator[Trade]:
    """The vendor's server is open, and the exchange begins an hour before now."""
    async with opened(vendor), new_client() as client:
        yield Trade(engine, vendor, make_crm(vendor.account(), client))


@pytest.fixture
async def trade(known: AsyncEngine) -> AsyncIterator[Trade]:
    """With Vault: what is the vendor's own is in the contract."""
    async with trading(known, Vault()) as made:
        yield made


@pytest.fixture(params=[Vault, Org])
async def either(request: pytest.FixtureRequest, known: AsyncEngine) -> AsyncIterator[Trade]:
    async with trading(known, request.param()) as made:
        yield made


@pytest.fixture
async def known(world: AsyncEngine) -> AsyncEngine:
    """Astrid and her rep have ids at the CRM; the run's visit is open."""
    await add(
        world,
        tables.ExternalId(source="crm", value="V4T1", person_id=ASTRID),
        tables.UserExternalId(source="crm", value="V0D1", user_id="user-rep"),
        a_task(due=NOW + timedelta(days=3)),
    )
    return world


async def send(engine: AsyncEngine, result: Handover = Handover.ACCEPTED, **order: Any) -> None:
    """The run sends its e-mail, through the gate and the ledger."""
    touching = TouchActivities(a_ledger(engine), {"email": FakeChannel(result)}, StoppedClock(), FakeCounts())
    await touching.deliver(a_touch_order(**order))


async def book(engine: AsyncEngine, key: str, **changes: Any) -> None:
    """A touch that the ledger has accepted by now."""
    await add(engine, a_touch(key=key, message_id=f"<{key}@mail.example>", settled_at=NOW, **changes))
    await add(engine, tables.LedgerEntry(touch_key=key, attempt=1, state="accepted", source="house", at=NOW, recorded_at=datetime.now(UTC)))


async def heard(engine: AsyncEngine, event: TouchEvent, *, arrived: datetime = NOW) -> None:
    async with transaction(engine) as session:
        touch = await session.get_one(tables.Touch, TOUCH)
        await hear(session, touch, event, source="provider", source_id=event, at=NOW, now=arrived)


async def visit(engine: AsyncEngine, *, move: int = 1, outcome: str = "interested") -> None:
    """The run's visit is done, as the run tells it."""
    note = Note(what=What.TASK_CLOSED, step="first-visit", key=VISIT, way=outcome, to="done", by="user-rep", channel="remote")
    await StoredRuns(engine).record(an_entry(note, move=move))


async def tell(engine: AsyncEngine, move: int = 1) -> None:
    """Something happens in the run."""
    await StoredRuns(engine).record(an_entry(Note(what=What.MOVED, step="first-visit", to="first-visit"), move=move))


async def commands(engine: AsyncEngine) -> list[dict[str, Any]]:
    return [row.payload for row in await every(engine, tables.Outbox) if row.kind == "command"]


async def test_an_email_that_went_out_is_there_once_and_follows_what_is_heard_of_it(either: Trade) -> None:
    """From the touch to the CRM's record; looking again writes nothing, a delivery writes it again, and an opening does not."""
    await send(either.engine)
    await either.look(3)
    theirs, ours = either.theirs(Kind.SENT_EMAIL, TOUCH), (await either.records())["sent_email", TOUCH]
    assert (ours.state, ours.crm_id, ours.attempts, ours.trouble) == ("written", theirs["id"], 0, None)
    assert {"sent__v", "Sent_vod"} & set(map(str, theirs.values()))
    assert "V4T1" in theirs.values()
    assert either.vendor.writes[ours.external_id] == 1
    await heard(either.engine, TouchEvent.DELIVERED)
    await either.look(2)
    assert {"delivered__v", "Delivered_vod"} & set(map(str, either.theirs(Kind.SENT_EMAIL, TOUCH).values()))
    await heard(either.engine, TouchEvent.OPENED)
    await either.look(2)
    assert either.vendor.writes[ours.external_id] == 2
    assert len(either.vendor.created) == len(set(either.vendor.created))


async def test_a_visit_is_a_call_and_its_suggestion_is_closed(either: Trade) -> None:
    """The open task is a suggestion with its why; done, it is a call with outcome and channel, and the suggestion is marked."""
    await tell(either.engine)
    await either.look()
    suggestion = either.theirs(Kind.SUGGESTION, VISIT)
    assert "V0D1" in suggestion.values()
    assert 0 in suggestion.values()  # not done yet
    await visit(either.engine, move=2)
    await either.look(2)
    call = either.theirs(Kind.CALL, VISIT)
    assert "interested" in call.values()
    assert {"video__v", "Video_vod"} & set(map(str, call.values()))
    assert 1 in either.theirs(Kind.SUGGESTION, VISIT).values()
    assert {key: row.state for key, row in (await either.records()).items()} == {("call", VISIT): "written", ("suggestion", VISIT): "written"}


async def test_medical_is_never_mirrored(trade: Trade) -> None:
    """Responses, tasks of medical and letters outside a journey leave no row here and no word there, whatever else goes out."""
    await tell(trade.engine)
    await send(trade.engine, move=2)
    await book(trade.engine, "canary-response", purpose="medical_response")
    await book(trade.engine, "canary-letter", enrolment_id=None)
    await add(
        trade.engine,
        a_task(id="canary-question", side="medical", kind="medical", step="canary-step", assignee="user-msl"),
        a_task(id="canary-escalation", kind="escalate", step="canary-step"),
        a_task(id="canary-visit", side="medical", step="canary-step", status="done", outcome="canary-outcome"),
        a_touch(key="canary-visit", channel="remote", content_id=None, content_version=None, message_id=None, sent_by="user-msl", settled_at=NOW),
    )
    await trade.look(3)
    assert set(await trade.records()) == {("sent_email", TOUCH), ("suggestion", VISIT)}
    said = json.dumps(list(trade.vendor.rows.values())) + "".join(asked.body.decode() for asked in trade.vendor.asked)
    assert "canary" not in said
    assert "Lindqvist" not in said
    assert "astrid@clinic.example" not in said


async def test_one_bad_row_stops_no_other_and_is_shown(trade: Trade) -> None:
    """Refused by itself it stays refused, with its code; tried again by an administrator it is written."""
    await send(trade.engine)
    await book(trade.engine, "bad")
    trade.vendor.bad = {external_id(Kind.SENT_EMAIL, "bad"): "INVALID_DATA"}
    await trade.look(3)
    rows = await trade.records(kind="sent_email")
    assert {key[1]: (row.state, row.trouble) for key, row in rows.items()} == {TOUCH: ("written", None), "bad": ("refused", "invalid_data")}
    watch = StoredCrmWatch(trade.engine)
    assert [alarm.key for alarm in await watch.raise_alarms(now=trade.times())] == ["bad"]
    assert await watch.raise_alarms(now=trade.times()) == ()
    trade.vendor.bad = {}
    assert await watch.retry(ADMIN, kind=None, trouble=None, reason="mended", now=trade.times()) == 1
    await trade.look()
    assert (await trade.records())["sent_email", "bad"].crm_id == trade.theirs(Kind.SENT_EMAIL, "bad")["id"]
    assert [row.action for row in await every(trade.engine, tables.AuditEntry) if row.action.startswith("crm.")] == ["crm.retried"]


async def test_a_row_that_spoils_its_request_is_found_and_the_others_are_written(trade: Trade) -> None:
    """The requests grow smaller until it stands alone."""
    keys = [f"mail-{number}" for number in range(8)]
    for key in keys:
        await book(trade.engine, key)
    trade.vendor.spoils = {external_id(Kind.SENT_EMAIL, "mail-5")}
    await trade.look(2)
    rows = await trade.records(kind="sent_email")
    asked: dict[str, Any] = {"kind": None, "state": "written", "trouble": None, "person_id": ASTRID}
    assert {row.key for row in await walk(lambda cut: StoredCrmRecords(trade.engine).page(ADMIN, **asked, cut=cut), limit=2)} == set(keys) - {"mail-5"}
    assert rows["sent_email", "mail-5"].state == "refused"
    assert len(trade.vendor.created) == len(set(trade.vendor.created)) == 7


async def test_trouble_loses_nothing_and_doubles_nothing(trade: Trade) -> None:
    """Whether the CRM took it or not, it is told again and is there once."""
    troubles = (Manner.THROTTLES, Manner.BREAKS, Manner.BREAKS_AFTER, Manner.HALF_CLOSED, Manner.TRUNCATED, Manner.ENDED)
    for manner in troubles:
        await book(trade.engine, manner.name)
        trade.vendor.manners.append(manner)
        for _ in range(2):
            trade.times.later += timedelta(hours=1)
            trade.begin_again(since=trade.since)
            await trade.look()
    assert {key for (_, key), row in (await trade.records(kind="sent_email")).items() if row.state == "written"} == {manner.name for manner in troubles}
    assert sorted(trade.vendor.created) == sorted(external_id(Kind.SENT_EMAIL, manner.name) for manner in troubles)
    assert trade.vendor.writes[external_id(Kind.SENT_EMAIL, Manner.HALF_CLOSED.name)] == 2


async def test_who_is_unknown_there_waits_and_goes_when_the_crosswalk_knows(world: AsyncEngine) -> None:
    """It stays visible meanwhile, rests longer each time, and after hours raises an alarm."""
    async with trading(world, Vault()) as trade:
        await send(world)
        await trade.look()
        ours = (await trade.records())["sent_email", TOUCH]
        assert (ours.state, ours.trouble, ours.attempts) == ("waiting", "unknown_account", 0)
        trade.times.later += OLD
        await trade.look()
        rested = (await trade.records())["sent_email", TOUCH]
        assert rested.try_after is not None
        assert ours.try_after is not None
        assert rested.try_after - trade.times() > timedelta(hours=3) > ours.try_after - ours.since
        watch = StoredCrmWatch(world)
        assert [alarm.state for alarm in await watch.raise_alarms(now=trade.times() + A_MINUTE)] == ["waiting"]
        rows = (("account", ASTRID, "V4T1"), ("user", "user-rep", "V0D1"), ("user", "nobody", "V0D2"))
        assert await watch.learn(ADMIN, "crm", rows, now=trade.times()) == (2, (3,))
        await trade.look()
        assert (await trade.records())["sent_email", TOUCH].state == "written"


async def test_a_suggestion_that_is_over_before_it_was_written_is_let_go(trade: Trade) -> None:
    """Nobody needs it any more."""
    await change(trade.engine, "UPDATE task SET assignee = 'user-marketing'")  # unknown at the CRM
    await tell(trade.engine)
    await trade.look()
    assert (await trade.records())["suggestion", VISIT].trouble == "unknown_user"
    await change(trade.engine, "UPDATE task SET status = 'cancelled', closed_at = now()")
    trade.times.later += timedelta(hours=7)
    await trade.look()
    assert await trade.records() == {}
    assert trade.vendor.created == []


async def test_a_call_of_the_crm_completes_the_visit_and_is_not_written_back(either: Trade) -> None:
    """By the very function behind `POST /call-reports`, once however often its page is read; the call that the run makes of it is theirs already."""
    assert isinstance(either.vendor, Vault | Org)
    either.vendor.repeats = 2
    either.vendor.call(1, NOW)
    await either.look(3)
    (command,) = await commands(either.engine)
    assert (command["task"], command["outcome"], command["channel"], command["by"]) == (VISIT, "interested", "face_to_face", "user-rep")
    await visit(either.engine)
    await either.look(2)
    assert set(await either.records()) <= {("suggestion", VISIT)}
    (arrival,) = await every(either.engine, tables.CrmArrival)
    assert (arrival.standing, arrival.trouble, arrival.task_id) == ("taken", "completed", VISIT)
    assert len(await every(either.engine, tables.CallRevision)) == 1


async def test_a_call_that_we_wrote_comes_back_as_our_own(either: Trade) -> None:
    """It is known by our id of it, and by theirs."""
    assert isinstance(either.vendor, Vault | Org)
    await visit(either.engine)
    await either.look()
    written = either.theirs(Kind.CALL, VISIT)["id"]
    field = "external_id__v" if isinstance(either.vendor, Vault) else "Mobile_ID_vod__c"
    either.vendor.call(1, NOW, **{field: external_id(Kind.CALL, VISIT)})
    either.vendor.call(2, NOW, **{"id" if isinstance(either.vendor, Vault) else "Id": written})
    await either.look()
    assert [row.standing for row in await every(either.engine, tables.CrmArrival)] == ["own", "own"]
    assert await every(either.engine, tables.CallReport) == []


async def test_calls_come_late_out_of_order_and_of_people_whom_nobody_knows(trade: Trade) -> None:
    """An older revision changes nothing; a planned call waits; a stranger's stays visible until the crosswalk knows, and what is unreadable is told."""
    assert isinstance(trade.vendor, Vault)
    trade.vendor.call(1, NOW + A_MINUTE)
    trade.vendor.call(2, NOW, account__v="V4T2")
    trade.vendor.call(3, NOW, call2_status__v="planned__v")
    trade.vendor.call(4, NOW, account__v=None)
    await trade.look()
    trade.vendor.call(1, NOW, outcome__c="no_access")  # stamped before what we know
    risen: Counted = {}
    with counting(risen):
        await trade.look()
    assert risen == {("crm_arrival", "superseded"): 1}
    standings = {row.crm_id[-1]: (row.standing, row.trouble) for row in await every(trade.engine, tables.CrmArrival)}
    assert standings == {"1": ("taken", "completed"), "2": ("taken", "unknown_person"), "3": ("unfinished", None), "4": ("unreadable", "no_account")}
    assert [command["outcome"] for command in await commands(trade.engine)] == ["interested"]
    await add(trade.engine, tables.ExternalId(source="crm", value="V4T2", person_id="person-bo"))
    async with transaction(trade.engine) as session:
        assert await calls.judge_again(session, {}, source="crm", most=10, now=NOW) == {"recorded": 1}


async def test_a_call_that_is_submitted_within_the_stamp_of_its_draft_is_taken(trade: Trade) -> None:
    """A stamp may be in seconds: what could not be used yet is looked at again, what was taken is not; nothing of that is a repeat."""
    assert isinstance(trade.vendor, Vault)
    trade.vendor.call(1, NOW, call2_status__v="planned__v")
    await trade.look(2)
    (row,) = trade.vendor.lists["call2__v"]
    row["call2_status__v"] = ["submitted__v"]
    risen: Counted = {}
    with counting(risen):
        await trade.look(3)
    assert [row.standing for row in await every(trade.engine, tables.CrmArrival)] == ["taken"]
    assert (len(await commands(trade.engine)), risen) == (1, {})


async def test_a_call_that_was_deleted_counts_no_more_whatever_it_has_lost(known: AsyncEngine) -> None:
    """With whom it was, and by whom: what we know of it stays on record. One that was never submitted is no call."""
    async with trading(known, Org()) as trade:
        assert isinstance(trade.vendor, Org)
        trade.vendor.call(1, NOW, Product_Priority_1_vod__c="other")
        await trade.look()
        gone = {"IsDeleted": True, "Account_vod__c": None, "User_vod__c": None}
        trade.vendor.call(1, NOW + A_MINUTE, **gone)
        trade.vendor.call(2, NOW + A_MINUTE, **gone)
        await trade.look()
        (row,) = await every(known, tables.CallReport)
        assert (row.standing, row.person_id, row.rep, row.product) == ("cancelled", ASTRID, "user-rep", "other")
        assert [touch.state for touch in await every(known, tables.Touch)] == ["cancelled"]
        assert {row.standing for row in await every(known, tables.CrmArrival)} == {"taken", "unfinished"}


async def test_a_cursor_moves_with_its_page_or_not_at_all(known: AsyncEngine) -> None:
    """Of two workers that read the same page one stores it; a page that cannot be stored is read again."""
    async with trading(known, Vault()) as trade:
        assert isinstance(trade.vendor, Vault)
        for number in range(5):
            trade.vendor.call(number, NOW + number * A_MINUTE)
        since = await trade.arrivals.cursor(Arriving.CALL, since=NOW, now=NOW)
        page = await trade.crm.changed(Arriving.CALL, since)
        assert isinstance(page, Page)
        assert await trade.arrivals.take(Arriving.CALL, page, since, real=NOW, now=NOW) is True
        assert await trade.arrivals.take(Arriving.CALL, page, since, real=NOW, now=NOW) is False
        assert len(await every(known, tables.CrmArrival)) == 2
        await trade.look()
        assert len(await every(known, tables.CrmArrival)) == 5


async def test_feedback_on_a_suggestion_is_kept_with_it(either: Trade) -> None:
    """The latest word and its reason, told in the run's story once; one on a suggestion of somebody else's stays visible."""
    await tell(either.engine)
    await either.look()
    theirs = either.theirs(Kind.SUGGESTION, VISIT)["id"]
    stamp = NOW.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    if isinstance(either.vendor, Vault):
        row: dict[str, Any] = {"id": "V5F1", "modified_date__v": stamp, "suggestion__v": theirs, "record_type_name__v": "dismiss__v"}
        either.vendor.lists["suggestion_feedback__v"] = [row, {**row, "id": "V5F2", "suggestion__v": "somebody's"}]
    else:
        row = {"Id": "a0F1", "SystemModstamp": stamp, "Suggestion_vod__c": theirs, "RecordType": {"DeveloperName": "Dismiss_vod"}}
        either.vendor.lists["Suggestion_Feedback_vod__c"] = [row, {**row, "Id": "a0F2", "Suggestion_vod__c": "somebody's"}]
    await either.look(2)
    ours = (await either.records())["suggestion", VISIT]
    assert (ours.feedback, ours.feedback_at) == ("dismissed", NOW)
    assert {row.standing for row in await every(either.engine, tables.CrmArrival)} == {"taken", "unknown_suggestion"}
    (line,) = [line for line in await every(either.engine, tables.TimelineEntry) if line.what == What.FEEDBACK]
    assert (line.person_id, line.enrolment_id, line.step, line.key, line.way, line.side) == (ASTRID, "enr1", "first-visit", VISIT, "dismissed", "commercial")
    assert telling.sentence(line, definition=None) == "In the CRM the suggestion of “First visit” was dismissed."


async def test_what_a_mapping_has_no_word_for_waits(known: AsyncEngine) -> None:
    """A product that nobody mapped holds up its own record and no other."""
    async with trading(known, Vault()) as trade:
        await send(known)
        await book(known, "other", product="renalix")
        await trade.look(2)
        rows = await trade.records(kind="sent_email")
        assert {key[1]: (row.state, row.trouble) for key, row in rows.items()} == {TOUCH: ("written", None), "other": ("waiting", "unmapped_product")}
        assert "renalix" not in PRODUCTS


async def test_what_happened_before_the_crm_was_there_is_not_told(known: AsyncEngine) -> None:
    """Nobody's history is poured into it by accident, also where its run goes on and more is heard of its e-mail; what is still open is a suggestion."""
    async with trading(known, Vault()) as trade:
        trade.begin_again(since=None)
        await send(known)
        await visit(known, move=2)
        await trade.look()
        await add(known, a_task(id="enr1.second-visit.1", due=NOW + timedelta(days=9)))
        await tell(known, move=3)
        await heard(known, TouchEvent.DELIVERED, arrived=NOW + 3 * A_MINUTE)
        trade.begin_again(since=None, now=NOW + 5 * A_MINUTE)
        trade.times.later += A_MINUTE
        await trade.look(2)
        assert set(await trade.records()) == {("suggestion", "enr1.second-visit.1")}


async def test_what_changes_while_it_is_told_is_told_again(trade: Trade) -> None:
    """The CRM has heard of an e-mail that was sent, and it was delivered before the answer came."""
    await send(trade.engine)
    standing = StoredStanding(trade.engine, "crm")
    trade.vendor.manners.append(Manner.BREAKS)
    await trade.look()
    (taken,) = await standing.take(Kind.SENT_EMAIL, most=10, now=trade.times())
    await heard(trade.engine, TouchEvent.DELIVERED)
    await standing.settle(Kind.SENT_EMAIL, [(taken, Written("V1"))], now=trade.times())
    assert (await trade.records())["sent_email", TOUCH].state == "waiting"
    await trade.look()
    assert "delivered__v" in trade.theirs(Kind.SENT_EMAIL, TOUCH).values()


async def test_the_status_counts_what_stands_how(trade: Trade) -> None:
    """And says how far each list was read."""
    await send(trade.engine)
    await trade.look()
    going, coming, places = await StoredCrmWatch(trade.engine).status()
    assert ("sent_email", "written", 1) in [(row.kind, row.state, row.records) for row in going]
    assert coming == ()
    assert {place.list for place in places} == {"begun", "our_timeline", "our_ledger", "our_hearing", "call", "feedback"}
    async with transaction(trade.engine) as session:
        assert (await session.exec(select(tables.CrmCursor).where(tables.CrmCursor.list == "our_ledger"))).one().last != "0"
