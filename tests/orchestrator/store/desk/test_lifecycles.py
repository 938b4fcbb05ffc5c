"""The acts of a version's life on a real PostgreSQL: one transaction each, once under their request, audited, and safe when several come at once."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

from api.idempotency import Once
from api.ports import Acted, AskedRelease, AskedSignature, NotEnrolled
from api.rows import EnrolmentRow, Unclean, VersionRow
from api.who import Who
from journeys.commands import Note, What
from journeys.content import ContentVersion
from journeys.definitions import Definition
from journeys.lifecycle import Act, Refusal, Refused, Running
from journeys.means import Means
from journeys.signatures import ALWAYS, Meaning, Party
from journeys.versions import VersionState
from orchestrator.store import library, pins, tables
from orchestrator.store.desk.definitions import StoredDefinitions
from orchestrator.store.desk.enrolments import StoredEnrolments
from orchestrator.store.desk.lifecycles import StoredLifecycles
from orchestrator.store.desk.users import StoredUsers
from orchestrator.store.engine import transaction
from orchestrator.store.projection import project
from tests.builders import CONTENTS, NOW, a_journey, a_market, an_email, an_exit, written
from tests.orchestrator.store.desk.filling import (
    COMPLIANCE,
    MARKETING,
    MEDICAL,
    REP,
    SALES,
    a_version,
    add,
    an_enrolment,
    astrid,
    every,
    once,
    the_world,
)
from tests.orchestrator.store.sending import an_end, an_entry

JOURNEY = "heart-failure-pioneer"
PIN = "a-pin-of-mine"
_HASHED = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PIN)
"""Hashed quickly: a hash says itself how it was made, and proving it takes no longer than making it."""
MEANS = Means(channels=("email",))
LATER = NOW + timedelta(days=10)
ENDED = Note(what=What.ENDED, step="done", to="finished", reason="finished")
SIGNERS = {Party.SALES: SALES, Party.MARKETING: MARKETING, Party.MEDICAL: MEDICAL, Party.LEGAL: COMPLIANCE, Party.REGULATORY: COMPLIANCE}


class Desk:
    """The acts as short words; each call is a request of its own unless a key is given."""

    def __init__(self, engine: AsyncEngine, **changes: Any) -> None:
        self.engine = engine
        self.real = datetime(2027, 3, 1, 12, tzinfo=UTC)
        self.lives = StoredLifecycles(engine, **{"means": MEANS, "real": lambda: self.real, **changes})
        self._requests = 0

    def once(self, key: str | None) -> Once:
        self._requests += 1
        return once(key or f"request-{self._requests}")

    async def draft(self, definition: Definition, *, who: Who = MARKETING, key: str | None = None, source: str | None = None) -> Acted:
        return await self.lives.draft(who, definition, source=source or a_text(definition), reason="A new version.", once=self.once(key), now=NOW)

    async def act(self, act: Act, version: int = 2, *, who: Who = MARKETING, key: str | None = None, now: datetime = NOW) -> Acted | None:
        return await self.lives.act(who, JOURNEY, version, act, reason="As agreed.", once=self.once(key), now=now)

    async def sign(self, party: Party, version: int = 2, *, who: Who | None = None, pin: str = PIN, key: str | None = None, **changes: Any) -> Acted | None:
        digest = (await self.read(version)).life.digest
        asked = AskedSignature(**{"party": party, "meaning": None, "digest": digest, "pin": pin, **changes})
        return await self.lives.sign(who or SIGNERS[party], JOURNEY, version, asked, once=self.once(key), now=NOW)

    async def publish(self, version: int = 2, *, key: str | None = None, now: datetime = NOW, **asked: Any) -> Acted | None:
        release = AskedRelease(**{"running": Running.PIN, **asked})
        return await self.lives.publish(MARKETING, JOURNEY, version, release, reason="Agreed for the spring.", once=self.once(key), now=now)

    async def signed(self, definition: Definition, parties: Sequence[Party] = ALWAYS) -> VersionRow:
        """A version that all have signed."""
        row = good(await self.draft(definition))
        good(await self.act(Act.SUBMIT, definition.version))
        for party in parties:
            row = good(await self.sign(party, definition.version))
        return row

    async def read(self, version: int, *, now: datetime = NOW) -> VersionRow:
        found = await StoredDefinitions(self.engine).find(JOURNEY, version, now=now)
        assert found is not None
        return found

    async def enrol(self, definition: Definition, *, now: datetime = NOW) -> EnrolmentRow | NotEnrolled:
        return await StoredEnrolments(self.engine).create(REP, await astrid(self.engine), definition, once=self.once(None), now=now)


def a_text(definition: Definition) -> str:
    return written(definition.model_dump(mode="json", by_alias=True, exclude_defaults=True))


def good(done: Acted | None) -> VersionRow:
    assert isinstance(done, VersionRow), done
    return done


def code(done: Acted | None) -> Refusal:
    assert isinstance(done, Refused), done
    return done.code


@pytest.fixture(autouse=True)
async def world(engine: AsyncEngine) -> None:
    """The usual world, all the content of the tests' library, and a PIN for whoever signs. Version 1 is in force."""
    await the_world(engine)
    by = pins.By("admin", "admin", NOW, NOW)
    async with transaction(engine) as session:
        for content in CONTENTS:
            if content["content"] != "hf-dialogue":
                await library.publish_content(session, ContentVersion.model_validate(content), now=NOW)
        await pins.set_pin(session, SALES.id, PIN, by=by)
        for who in (SALES, MARKETING, MEDICAL, COMPLIANCE):
            await session.merge(tables.SigningPin(user_id=who.id, hash=_HASHED, changed_at=NOW))


@pytest.fixture
def desk(engine: AsyncEngine) -> Desk:
    return Desk(engine)


@pytest.fixture
def second() -> Definition:
    """The second version of the journey that is in force."""
    return a_journey(version=2, priority=71)


async def _audited(engine: AsyncEngine) -> list[tuple[str, str]]:
    return [(entry.by, entry.action) for entry in await every(engine, tables.AuditEntry) if entry.subject.startswith("definition:")]


async def test_a_version_is_drafted_reviewed_signed_and_published(desk: Desk, second: Definition) -> None:
    """Each act is in the audit with its reason; the signatures tell who, for whom, as what, when and over which text."""
    row = await desk.signed(second)
    assert (row.life.state, row.life.authors) == (VersionState.SIGNED, ("user-marketing",))
    row = good(await desk.publish())
    assert (row.life.state, row.life.effective_from, row.published_by, row.running) == (VersionState.PUBLISHED, NOW, "user-marketing", Running.PIN)
    given = await every(desk.engine, tables.VersionSignature)
    assert {(one.party, one.by, one.name, one.meaning) for one in given} == {
        ("sales", "user-sales", "A sales", "approval"),
        ("marketing", "user-marketing", "A marketing", "authorship"),
        ("medical", "user-medical", "A medical", "approval"),
    }
    assert {(one.digest, one.round, one.at) for one in given} == {(second.digest, 1, NOW)}
    acts = await StoredDefinitions(desk.engine).history(JOURNEY, 2)
    assert [(act.action.partition(".")[2], act.by, act.reason) for act in acts] == [
        ("drafted", "user-marketing", "A new version."),
        ("submitted", "user-marketing", "As agreed."),
        ("signed", "user-sales", "approval"),
        ("signed", "user-marketing", "authorship"),
        ("signed", "user-medical", "approval"),
        ("published", "user-marketing", "Agreed for the spring."),
    ]


async def test_the_audit_holds_no_words(desk: Desk, second: Definition) -> None:
    """They lie in the remarks, where they can be erased; what is left then says nothing."""
    good(await desk.draft(second))
    (entry,) = [one for one in await every(desk.engine, tables.AuditEntry) if one.action == "definition.drafted"]
    (remark,) = await every(desk.engine, tables.Remark)
    assert (entry.reason, remark.words, remark.side) == (remark.id, "A new version.", "open")
    assert "A new version." not in str(entry)


async def test_a_request_that_is_made_again_is_done_once(desk: Desk, second: Definition) -> None:
    """Every act, also when it was cut short before it was answered; the second answer is the first."""
    for _ in range(2):
        assert good(await desk.draft(second, key="d")).life.state is VersionState.DRAFT
    for _ in range(2):
        assert good(await desk.act(Act.SUBMIT, key="s")).life.state is VersionState.IN_REVIEW
    for party in ALWAYS:
        for _ in range(2):
            good(await desk.sign(party, key=f"sign-{party}"))
    for _ in range(2):
        assert good(await desk.publish(key="p")).life.state is VersionState.PUBLISHED
    assert len(await _audited(desk.engine)) == 6


async def test_of_several_at_once_one_is_first(desk: Desk, second: Definition) -> None:
    """The others are told what has happened in the meantime."""
    drafts = await asyncio.gather(*(desk.draft(second) for _ in range(3)))
    assert sorted(isinstance(each, VersionRow) for each in drafts) == [False, False, True]
    submitted = await asyncio.gather(*(desk.act(Act.SUBMIT) for _ in range(3)))
    assert [code(each) for each in submitted if not isinstance(each, VersionRow)] == [Refusal.NOT_IN_THIS_STATE] * 2
    signed = await asyncio.gather(*(desk.sign(Party.SALES) for _ in range(3)))
    assert [code(each) for each in signed if not isinstance(each, VersionRow)] == [Refusal.PARTY_SIGNED] * 2
    assert len(await every(desk.engine, tables.VersionSignature)) == 1


async def test_a_signature_and_a_return_at_once_leave_one_truth(desk: Desk, second: Definition) -> None:
    """Either the signature came first and counts no more, or it was refused."""
    good(await desk.draft(second))
    good(await desk.act(Act.SUBMIT))
    sent_back, signed = await asyncio.gather(desk.act(Act.SEND_BACK, who=MEDICAL), desk.sign(Party.SALES))
    assert good(sent_back).life.state is VersionState.DRAFT
    assert isinstance(signed, VersionRow) or code(signed) is Refusal.NOT_IN_THIS_STATE
    good(await desk.act(Act.SUBMIT))
    row = await desk.read(2)
    assert (row.life.round, row.life.state) == (2, VersionState.IN_REVIEW)
    assert isinstance(await desk.sign(Party.SALES), VersionRow)


async def test_a_draft_is_replaced_and_a_locked_text_is_not(desk: Desk, second: Definition) -> None:
    """Whoever replaces it is an author too; the columns that lists are made of follow the text."""
    good(await desk.draft(second))
    other = a_journey(version=2, title="Another title", markets=["SE"])
    arguments: dict[str, Any] = {"source": "another: text", "reason": "Mended.", "now": NOW}
    lives = desk.lives
    row = good(await lives.replace(COMPLIANCE, other, **arguments, once=once("r1")))
    assert (row.life.digest, row.definition.title, row.source) == (other.digest, "Another title", "another: text")
    assert row.life.authors == ("user-marketing", "user-compliance")
    good(await lives.replace(MARKETING, second, **{**arguments, "source": a_text(second)}, once=once("r2")))
    good(await desk.act(Act.SUBMIT))
    assert code(await lives.replace(MARKETING, other, **arguments, once=once("r3"))) is Refusal.NOT_IN_THIS_STATE
    assert await lives.replace(MARKETING, a_journey(version=9), **arguments, once=once("r4")) is None


async def test_what_does_not_lint_is_neither_submitted_nor_published(desk: Desk, second: Definition) -> None:
    """It is judged against the library as it stands then: content that review withdraws after the last signature stops the publication."""
    good(await desk.draft(second, source="journey: [broken"))
    assert isinstance(await desk.act(Act.SUBMIT), Unclean)
    third = a_journey(version=3, priority=72)
    await desk.signed(third)
    async with desk.engine.begin() as connection:
        await connection.execute(text("UPDATE content_version SET state = 'withdrawn' WHERE id = 'hf-dialogue'"))
    refused = await desk.publish(3)
    assert isinstance(refused, Unclean)
    assert any("hf-dialogue" in finding.message for finding in refused.findings)
    assert (await desk.read(3)).life.state is VersionState.SIGNED


async def test_a_text_that_is_read_in_another_way_than_it_was_signed_is_not_published(desk: Desk, second: Definition) -> None:
    """As after a release that gives a word another meaning: what was agreed is the meaning, and not the letters."""
    await desk.signed(second)
    fourth = a_journey(version=4)
    await add(desk.engine, a_version(fourth, state="signed", digest="0" * 64))
    assert code(await desk.publish(4)) is Refusal.DIGEST_CHANGED


async def test_no_policy_means_no_step_forward(desk: Desk, second: Definition) -> None:
    """Fail closed, at each of the three steps."""
    good(await desk.draft(second))
    (policy,) = await every(desk.engine, tables.Market)
    forget, remember = text("DELETE FROM market"), [tables.Market(**policy.model_dump())]

    async def without(step: Any) -> Refusal:
        async with desk.engine.begin() as connection:
            await connection.execute(forget)
        refused = code(await step)
        await add(desk.engine, *[tables.Market(**one.model_dump()) for one in remember])
        return refused

    assert await without(desk.act(Act.SUBMIT)) is Refusal.NO_MARKET_POLICY
    good(await desk.act(Act.SUBMIT))
    assert await without(desk.sign(Party.SALES)) is Refusal.NO_MARKET_POLICY
    for party in ALWAYS:
        good(await desk.sign(party))
    assert await without(desk.publish()) is Refusal.NO_MARKET_POLICY
    good(await desk.publish())


async def test_a_market_that_asks_for_more_gets_it(desk: Desk, second: Definition) -> None:
    """Also when it asks after all others have signed; one person of compliance signs for one of the two parties."""
    await desk.signed(second)
    async with transaction(desk.engine) as session:
        await library.publish_market(session, a_market(signatures=[*ALWAYS, "legal", "regulatory"]), now=NOW)
    assert code(await desk.publish()) is Refusal.SIGNATURES_MISSING
    good(await desk.sign(Party.LEGAL))
    assert code(await desk.sign(Party.REGULATORY)) is Refusal.SIGNED_ALREADY
    (row, *_) = await every(desk.engine, tables.SigningPin)
    await add(desk.engine, tables.User(id="comp-2", name="Another", role="compliance"), tables.SigningPin(user_id="comp-2", hash=row.hash, changed_at=NOW))
    good(await desk.sign(Party.REGULATORY, who=Who("comp-2", COMPLIANCE.role)))
    assert good(await desk.publish()).life.state is VersionState.PUBLISHED


@pytest.fixture
async def in_review(desk: Desk, second: Definition) -> Desk:
    """The second version waits for its signatures."""
    good(await desk.draft(second))
    good(await desk.act(Act.SUBMIT))
    return desk


async def test_a_signature_needs_the_pin(in_review: Desk) -> None:
    """A miss leaves no signature, is counted although it was refused, and is in the audit; a hit begins the count anew."""
    for _ in range(4):
        assert code(await in_review.sign(Party.SALES, pin="wrong")) is Refusal.PIN_WRONG
    assert await every(in_review.engine, tables.VersionSignature) == []
    good(await in_review.sign(Party.SALES))
    actions = [entry.action for entry in await every(in_review.engine, tables.AuditEntry) if entry.subject == "user:user-sales"]
    assert actions == ["pin.set", *["pin.missed"] * 4]
    assert {row.misses for row in await every(in_review.engine, tables.SigningPin)} == {0}


async def test_five_misses_in_a_row_lock_the_pin_for_a_quarter_of_an_hour(in_review: Desk) -> None:
    """In real time; the right PIN does not help until then, and whoever guesses meanwhile learns nothing."""
    refused = [code(await in_review.sign(Party.SALES, pin="wrong")) for _ in range(5)]
    assert refused == [Refusal.PIN_WRONG] * 4 + [Refusal.PIN_LOCKED]
    in_review.real += timedelta(minutes=14, seconds=59)
    assert code(await in_review.sign(Party.SALES)) is Refusal.PIN_LOCKED
    in_review.real += timedelta(seconds=1)
    good(await in_review.sign(Party.SALES))
    assert [entry.action for entry in await every(in_review.engine, tables.AuditEntry)].count("pin.locked") == 1


async def test_misses_at_once_are_all_counted(in_review: Desk) -> None:
    """Nobody gets more tries by asking in parallel."""
    refused = await asyncio.gather(*(in_review.sign(Party.SALES, pin="wrong") for _ in range(7)))
    assert sorted(code(each) for each in refused) == [Refusal.PIN_LOCKED] * 3 + [Refusal.PIN_WRONG] * 4


async def test_a_pin_that_was_proven_lets_no_other_one_through(in_review: Desk) -> None:
    """Who signs again in the same transaction proves it again: the wrong PIN is a miss, also after the right one."""
    by = pins.By(SALES.id, SALES.role, NOW, NOW)
    async with transaction(in_review.engine) as session:
        proven = [await pins.prove(session, SALES.id, pin, by=by) for pin in (PIN, PIN, "wrong", PIN)]
    assert [refused.code if refused is not None else None for refused in proven] == [None, None, Refusal.PIN_WRONG, None]


async def test_nobody_learns_about_pins_by_signing_what_cannot_be_signed(in_review: Desk) -> None:
    """The PIN is asked last."""
    assert code(await in_review.sign(Party.LEGAL, pin="wrong")) is Refusal.PARTY_NOT_ASKED
    assert code(await in_review.sign(Party.MEDICAL, who=SALES, pin="wrong")) is Refusal.NOT_YOUR_PARTY
    assert {row.misses for row in await every(in_review.engine, tables.SigningPin)} == {0}


async def test_without_a_pin_there_is_no_signature(in_review: Desk) -> None:
    """Whoever has none is told where it comes from."""
    async with in_review.engine.begin() as connection:
        await connection.execute(text("DELETE FROM signing_pin"))
    assert code(await in_review.sign(Party.SALES)) is Refusal.PIN_NOT_SET


async def test_a_pin_is_changed_by_whoever_knows_it(in_review: Desk) -> None:
    """A wrong old one is a miss like any other."""
    users = StoredUsers(in_review.engine, real=lambda: in_review.real)
    refused = await users.change_pin(SALES, old="wrong", new="another-pin", now=NOW)
    assert refused is not None
    assert refused.code is Refusal.PIN_WRONG
    assert await users.change_pin(SALES, old=PIN, new="another-pin", now=NOW) is None
    assert code(await in_review.sign(Party.SALES)) is Refusal.PIN_WRONG
    good(await in_review.sign(Party.SALES, pin="another-pin", meaning=Meaning.REVIEW))
    assert PIN not in str(await every(in_review.engine, tables.SigningPin))


async def test_before_its_date_the_earlier_version_goes_on(desk: Desk, second: Definition) -> None:
    """From its date on HCPs enter the later one; pinned, the earlier one takes only those who name it."""
    await desk.signed(second)
    good(await desk.publish(since=LATER))
    entered = await StoredDefinitions(desk.engine).find(JOURNEY, None, now=NOW)
    assert entered is not None
    assert entered.life.version == 1
    refused = await desk.enrol(second)
    assert isinstance(refused, NotEnrolled)
    assert refused.code == "not_in_effect"
    later = await StoredDefinitions(desk.engine).find(JOURNEY, None, now=LATER)
    assert later is not None
    assert later.life.version == 2
    assert isinstance(await desk.enrol(a_journey(), now=LATER), EnrolmentRow)


async def test_a_drain_takes_nobody_and_retires_the_version_with_its_last_run(desk: Desk, second: Definition) -> None:
    """From the later version's date on, even by its number; those who are in it play on, and the end of the last run is the end of it."""
    await add(desk.engine, an_enrolment(status="running"))
    await desk.signed(second)
    good(await desk.publish(since=LATER, running=Running.DRAIN))
    before = (await desk.read(1)).life
    assert (before.state, before.drains_from) == (VersionState.PUBLISHED, LATER)
    assert (await desk.read(1, now=LATER)).life.state is VersionState.DRAINING
    refused = await desk.enrol(a_journey(), now=LATER)
    assert isinstance(refused, NotEnrolled)
    assert refused.code == "admits_nobody"
    assert code(await desk.act(Act.RETIRE, 1, now=LATER)) is Refusal.RUNS_OPEN
    async with transaction(desk.engine) as session:
        await project(session, an_entry(ENDED, at=LATER, position=an_end()), now=LATER)
    (row,) = [row for row in await every(desk.engine, tables.DefinitionVersion) if row.version == 1]
    assert row.state == VersionState.RETIRED
    assert [action for _, action in await _audited(desk.engine)][-4:] == [
        "definition.published",
        "definition.drained",
        "definition.drained",
        "definition.retired",
    ]


async def test_of_two_last_runs_that_end_at_once_one_retires_the_version(desk: Desk) -> None:
    """Neither relies on the other."""
    await add(desk.engine, *(an_enrolment(id=run, person_id=person) for run, person in (("run-1", "person-astrid"), ("run-2", "person-bo"))))
    good(await desk.act(Act.DRAIN, 1))

    async def end(run: str) -> None:
        async with transaction(desk.engine) as session:
            await project(session, an_entry(ENDED, enrolment=run, at=LATER, position=an_end()), now=LATER)

    await asyncio.gather(end("run-1"), end("run-2"))
    (row,) = await every(desk.engine, tables.DefinitionVersion)
    assert row.state == VersionState.RETIRED


async def test_an_empty_version_that_is_drained_retires_at_once(desk: Desk) -> None:
    """And then nobody enters the journey at all."""
    assert good(await desk.act(Act.DRAIN, 1)).life.state is VersionState.RETIRED
    found = await StoredDefinitions(desk.engine).find(JOURNEY, None, now=NOW)
    assert found is not None
    assert found.life.state is VersionState.RETIRED


async def test_an_entry_and_a_drain_at_once_leave_nobody_behind(desk: Desk) -> None:
    """Whoever came in first is in it, and the version waits for them; whoever came later is refused."""
    entered, drained = await asyncio.gather(desk.enrol(a_journey()), desk.act(Act.DRAIN, 1))
    state = (await desk.read(1)).life.state
    assert good(drained).life.state is state
    assert state is (VersionState.DRAINING if isinstance(entered, EnrolmentRow) else VersionState.RETIRED)


async def test_a_choice_is_needed_where_people_may_be_on_their_way(desk: Desk, second: Definition) -> None:
    """And moving them is refused as long as nothing here could."""
    await desk.signed(second)
    assert code(await desk.publish(running=None)) is Refusal.RUNNING_CHOICE_REQUIRED
    assert code(await desk.publish(running=Running.MIGRATE)) is Refusal.MIGRATION_UNAVAILABLE
    assert (await desk.read(2)).running is None


class FakeMigrating:
    def __init__(self) -> None:
        self.begun: list[tuple[str, int, dict[str, str], datetime, str]] = []

    async def begin(self, session: AsyncSession, *, journey: str, version: int, mapping: Mapping[str, str], since: datetime, by: str) -> None:
        self.begun.append((journey, version, dict(mapping), since, by))


async def test_a_migration_is_begun_by_whoever_can(engine: AsyncEngine, second: Definition) -> None:
    """In the transaction that publishes; the choice is kept with the version."""
    migrating = FakeMigrating()
    desk = Desk(engine, migrating=migrating)
    await desk.signed(second)
    first = a_journey().first
    unknown = await desk.publish(since=LATER, running=Running.MIGRATE, mapping={first: "nowhere"})
    assert isinstance(unknown, Refused)
    assert (unknown.code, unknown.allowed, migrating.begun) == (Refusal.UNKNOWN_STEP, tuple(second.steps), [])
    assert isinstance(await desk.publish(since=LATER, running=Running.MIGRATE, mapping={"nowhere": second.first}), Refused)
    row = good(await desk.publish(since=LATER, running=Running.MIGRATE, mapping={first: second.first}))
    assert (row.running, migrating.begun) == (Running.MIGRATE, [(JOURNEY, 2, {first: second.first}, LATER, "user-marketing")])


async def test_a_withdrawn_draft_stays_on_record(desk: Desk, second: Definition) -> None:
    """Its number is taken."""
    good(await desk.draft(second))
    assert good(await desk.act(Act.WITHDRAW)).life.state is VersionState.WITHDRAWN
    assert code(await desk.draft(second)) is Refusal.VERSION_EXISTS
    assert await desk.act(Act.SUBMIT, 9) is None


async def test_what_is_not_set_up_here_is_not_published(engine: AsyncEngine) -> None:
    """A channel or another system that the text names and the settings do not: refused with the name, and published once it is there."""
    steps = a_journey().model_dump(mode="json", by_alias=True, exclude_defaults=True)["steps"]
    first, *_ = steps
    asking = {"asking": {"request": {"to": "stock", "answers": ["yes"], "up_to": "2 days"}, "next": {"otherwise": first}}}
    await Desk(engine).signed(a_journey(version=2, start="asking", steps={**asking, **steps}))
    without = await Desk(engine, means=Means(channels=())).publish(key="no-channel")
    assert isinstance(without, Refused)
    assert (without.code, "email" in without.detail) == (Refusal.CHANNEL_NOT_CONFIGURED, True)
    refused = await Desk(engine).publish(key="no-endpoint")
    assert isinstance(refused, Refused)
    assert (refused.code, "stock" in refused.detail) == (Refusal.ENDPOINT_NOT_CONFIGURED, True)
    assert good(await Desk(engine, means=Means(channels=("email",), endpoints=("stock",))).publish(key="all-there")).life.state is VersionState.PUBLISHED


async def test_content_that_ends_soon_asks_for_a_plan_which_is_kept_with_the_act(desk: Desk, engine: AsyncEngine) -> None:
    """Named by the refusal; a successor must be on record; the audit keeps what was planned."""
    ending = a_journey(version=2, steps={"mail": an_email(email={"content": "hf-ending@1"}, blocked={"otherwise": "done"}), "done": an_exit()})
    await desk.signed(ending)
    refused = await desk.publish()
    assert isinstance(refused, Refused)
    assert (refused.code, refused.allowed) == (Refusal.PLAN_REQUIRED, ("hf-ending@1",))
    assert code(await desk.publish(plan={"hf-ending@1": "hf-never@1"})) is Refusal.UNKNOWN_SUCCESSOR
    good(await desk.publish(plan={"hf-ending@1": "hf-dialogue@2"}))
    (line,) = [line for line in await every(engine, tables.AuditEntry) if line.action == "definition.published" and line.subject.endswith("@2")]
    assert line.details["plan"] == {"hf-ending@1": "hf-dialogue@2"}


async def test_promotion_without_minimum_information_is_not_published(desk: Desk) -> None:
    """Whoever signed it: it is linted once more, against the content as it stands."""
    bare = a_journey(version=2, steps={"mail": an_email(email={"content": "hf-uninformed@1"}), "done": an_exit()})
    good(await desk.draft(bare))
    unclean = await desk.act(Act.SUBMIT)
    assert isinstance(unclean, Unclean)
    assert [finding.code for finding in unclean.findings if finding.severity == "error"] == ["J413"]
