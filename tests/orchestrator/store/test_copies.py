"""Copies of what was sent, on a real PostgreSQL: sealed with the intent, opened by few and on record, gone in time unless they are held back."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.ports import Handover
from activities.touches import TouchActivities
from api.paging import Slice
from api.ports import CopySealedError
from api.schemas.safety import NothingToReport
from api.schemas.touches import HoldCopies, SettleTouch
from api.who import Role
from journeys.markets import Copies
from journeys.touches import TouchEvent
from orchestrator.sealing import SealedForGoodError, Sealing
from orchestrator.store import tables
from orchestrator.store.copies import Purge
from orchestrator.store.desk.facts_in import StoredFactsIn
from orchestrator.store.desk.firewall import StoredFirewall
from orchestrator.store.desk.ledger import StoredTouchBook
from orchestrator.store.desk.touches import StoredTouches
from tests.activities.fakes import FakeChannel, FakeCounts, StoppedClock
from tests.builders import NOW
from tests.orchestrator.store.desk.filling import ADMIN, ASTRID, COMPLIANCE, MARKETING, MEDICAL, MSL, REP, TOUCH, add, every
from tests.orchestrator.store.lettering import KEY, LETTER, a_letter, an_answer, ask_for, deliver, furnish
from tests.orchestrator.store.sending import a_ledger, a_touch_order, change, the_touch

OLD, NEW = b"o" * 32, b"n" * 32
SEALING = Sealing({"k1": OLD})
NONE = NothingToReport(answer="none")
HOLD = HoldCopies(held=True, reason="litigation", remark="By counsel.", safety=NONE)
TEN_YEARS = Copies().days


OF_ANY: dict[str, Any] = {"state": None, "channel": None, "person": None, "alarm": False, "cut": Slice()}
OF_ALL: dict[str, Any] = {"standing": None, "source": None, "kind": None, "person_id": None, "late": None, "cut": Slice()}
OF_ANYBODY: dict[str, Any] = {"person_id": None, "by": None, "since": None, "until": None, "cut": Slice()}


def _told_of(touch: str) -> tables.FactIn:
    """What a provider told of a message."""
    told: dict[str, Any] = {"source": "sendgrid", "source_id": touch, "event": "open", "kind": "opened", "standing": "heard", "touch_key": touch}
    return tables.FactIn(id=touch, **told, at=NOW, arrived_at=NOW, judged_at=NOW, late=False)


async def _send(world: AsyncEngine, channel: FakeChannel, sealing: Sealing = SEALING) -> None:
    await TouchActivities(a_ledger(world, sealing=sealing), {"email": channel}, StoppedClock(), FakeCounts()).deliver(a_touch_order())


def test_a_copy_opens_for_its_touch_under_its_key_alone() -> None:
    """One changed byte, another touch, or a key that is not here: each opens nothing; after a change of keys the old one still opens."""
    key, sealed = SEALING.seal(b"words", of="touch#1")
    assert Sealing({"k2": NEW, "k1": OLD}).open(key, sealed, of="touch#1") == b"words"
    assert b"words" not in sealed
    changed = sealed[:-1] + bytes([sealed[-1] ^ 1])
    attempts = (({"k1": OLD}, changed, "touch#1"), ({"k1": OLD}, sealed, "touch#2"), ({"k1": NEW}, sealed, "touch#1"), ({"k2": NEW}, sealed, "touch#1"))
    for keys, given, name in attempts:
        with pytest.raises(SealedForGoodError):
            Sealing(keys).open(key, given, of=name)


async def test_what_was_sent_can_be_shown_word_for_word(world: AsyncEngine) -> None:
    """The copy is the message that the channel got, its digest the ledger's, and the reading is on record; nobody reads it from the table."""
    await _send(world, channel := FakeChannel())
    (row,) = await every(world, tables.SentCopy)
    assert (row.key_id, row.keep_until, b"astrid" in row.sealed) == ("k1", NOW + TEN_YEARS, False)
    (copy,) = await StoredTouchBook(world, SEALING).copies(COMPLIANCE, TOUCH, now=NOW) or ()
    (message,) = channel.offered
    assert (copy.to, copy.subject, copy.text, copy.html, copy.headers) == (message.to, message.subject, message.text, message.html, message.headers)
    assert copy.digest_matches
    assert [(line.action, line.by, line.subject) for line in await every(world, tables.AuditEntry)] == [("copy.read", COMPLIANCE.id, f"touch:{TOUCH}")]


async def test_nothing_is_sent_of_which_no_copy_can_be_kept(world: AsyncEngine) -> None:
    """A seal that fails takes the intent back with it, and the channel is offered nothing."""

    class Broken(Sealing):
        def seal(self, words: bytes, *, of: str) -> tuple[str, bytes]:
            raise SealedForGoodError(of)

    channel = FakeChannel()
    with pytest.raises(SealedForGoodError):
        await _send(world, channel, Broken({"k1": OLD}))
    assert (channel.offered, await every(world, tables.Touch)) == ([], [])


async def test_each_attempt_has_its_copy_under_the_key_of_its_time(world: AsyncEngine) -> None:
    """The channel was down, the name was corrected, the key was changed: both attempts can be shown, the first as it would have been."""
    await _send(world, FakeChannel(Handover.DOWN))
    await change(world, "UPDATE person SET family_name = 'Lind'")
    both = Sealing({"k2": NEW, "k1": OLD})
    await _send(world, FakeChannel(), both)
    first, second = await StoredTouchBook(world, both).copies(COMPLIANCE, TOUCH, now=NOW) or ()
    assert ("Lindqvist" in first.text, "Lindqvist" in second.text, "Lind" in second.text) == (True, False, True)
    assert {row.key_id for row in await every(world, tables.SentCopy)} == {"k1", "k2"}
    with pytest.raises(CopySealedError):
        await StoredTouchBook(world, Sealing({"k2": NEW})).copies(COMPLIANCE, TOUCH, now=NOW)


async def test_a_copy_goes_when_its_time_is_over_unless_it_is_held_back(world: AsyncEngine) -> None:
    """Not a day earlier; under a legal hold not at all; and the audit names what went."""
    await _send(world, FakeChannel())
    book = StoredTouchBook(world, SEALING)
    assert await book.hold(COMPLIANCE, TOUCH, HOLD, remark="r1", now=NOW) == 1
    over = Purge(world, StoppedClock(NOW + TEN_YEARS))
    assert await over.look() == 0
    await book.hold(COMPLIANCE, TOUCH, HOLD.model_copy(update={"held": False}), remark="r2", now=NOW)
    assert await Purge(world, StoppedClock(NOW + TEN_YEARS - timedelta(days=1))).look() == 0
    assert (await over.look(), await every(world, tables.SentCopy)) == (1, [])
    lines = sorted(await every(world, tables.AuditEntry), key=lambda line: line.id or 0)
    assert [line.action for line in lines] == ["copy.held", "copy.released", "copy.purged"]
    assert lines[-1].details == {"touches": [f"{TOUCH}#1"]}


async def test_medicals_answer_is_shown_to_its_side(world: AsyncEngine) -> None:
    """Commercial learns that it went out, and when; not with which content, what it said, or how it was read. Medical reads its own, and no promotion."""
    await furnish(world)
    await ask_for(world, an_answer())
    await deliver(world, FakeChannel(), "answer-1", sealing=SEALING)
    await _send(world, FakeChannel())
    book, key = StoredTouchBook(world, SEALING), "answer-1.dispatch.1"
    await StoredTouches(world).heard(source="mail", source_id="1", touch=key, message_id=None, heard=TouchEvent.OPENED, at=NOW, now=NOW)
    await add(world, _told_of(key), _told_of(TOUCH))
    seen = {who.role: await book.find(who, key) for who in (MARKETING, REP, MSL, MEDICAL)}
    assert {role: (touch.state, touch.content) for role, touch in seen.items() if touch is not None} == {
        Role.MARKETING: ("accepted", None),
        Role.REP: ("accepted", None),
        Role.MSL: ("accepted", "our-answer@1"),
        Role.MEDICAL: ("accepted", "our-answer@1"),
    }
    assert {role: (touch.heard, [line.kind for line in touch.events if line.kind == "heard"]) for role, touch in seen.items() if touch is not None} == {
        **dict.fromkeys((Role.MARKETING, Role.REP), ((), [])),
        **dict.fromkeys((Role.MSL, Role.MEDICAL), (("opened",), ["heard"])),
    }
    assert {line.key: line.heard for line in (await book.page(MARKETING, **OF_ANY)).rows} == {TOUCH: (), key: ()}
    assert [line.side for line in await every(world, tables.TimelineEntry) if line.what == "heard"] == ["medical"]
    facts = {who.role: [fact.touch_key for fact in (await StoredFactsIn(world, {}, {}).page(who, **OF_ALL)).rows] for who in (ADMIN, COMPLIANCE)}
    assert facts == {Role.ADMIN: [TOUCH], Role.COMPLIANCE: [TOUCH, key]}
    (copy,) = await book.copies(MEDICAL, key, now=NOW) or ()
    assert "No <b>dose</b> & no line" in copy.text
    assert await book.copies(MARKETING, key, now=NOW) is None
    assert (await book.find(MEDICAL, TOUCH), await book.copies(MEDICAL, TOUCH, now=NOW)) == (None, None)
    (read,) = [row for row in (await StoredFirewall(world).crossings(**OF_ANYBODY)).rows if row.by == MEDICAL.id]
    assert (read.crossing, read.subject, read.person_id, read.why) == ("inquiry.copy_read", f"touch:{key}", ASTRID, "medical_work")
    assert [line.key for line in (await book.page(MSL, state=None, channel=None, person=None, alarm=False, cut=Slice())).rows] == [key]


async def test_the_field_sees_the_touches_of_its_own_territories(world: AsyncEngine) -> None:
    """And filters narrow what is seen."""
    await _send(world, FakeChannel(Handover.UNKNOWN))
    book = StoredTouchBook(world, SEALING)
    told = {"channel": None, "person": None, "alarm": False, "cut": Slice()}
    assert [line.key for line in (await book.page(REP, state="unknown", **told)).rows] == [TOUCH]  # type: ignore[arg-type]
    assert (await book.page(REP, state="accepted", **told)).rows == ()  # type: ignore[arg-type]
    await change(world, "UPDATE person SET territory_id = 'se-malmo'")
    assert ((await book.page(REP, state=None, **told)).rows, await book.find(REP, TOUCH)) == ((), None)  # type: ignore[arg-type]


@pytest.mark.parametrize(("said", "state"), [("sent", "accepted"), ("not_sent", "refused")])
async def test_an_operator_settles_what_nobody_knows(world: AsyncEngine, said: str, state: str) -> None:
    """With a reason, on record, once; nothing is offered to any channel by it."""
    await _send(world, channel := FakeChannel(Handover.UNKNOWN))
    book, order = (
        StoredTouchBook(world, SEALING),
        SettleTouch.model_validate({"as": said, "reason": "mail_log", "remark": "Looked up.", "safety": NONE}),
    )
    settled = await book.settle(MARKETING, TOUCH, order, remark="r1", now=NOW)
    assert settled is not None
    assert not isinstance(settled, str)
    assert (settled.state, [(event.what, event.source, event.by) for event in settled.events][-1]) == (state, (state, "operator", MARKETING.id))
    assert await book.settle(MARKETING, TOUCH, order, remark="r1", now=NOW) == "touch_known"
    (line,) = await every(world, tables.AuditEntry)
    assert (line.action, line.reason, line.details["as"]) == ("touch.settled", "mail_log", said)
    assert len(channel.offered) == 1


async def test_a_letter_that_was_not_sent_goes_out_as_another_touch_when_somebody_asks(world: AsyncEngine) -> None:
    """The first stays refused in the books; the second passes the gate under a key and a Message-ID of its own."""
    await furnish(world)
    await ask_for(world, a_letter())
    await deliver(world, FakeChannel(Handover.UNKNOWN))
    order = SettleTouch.model_validate({"as": "not_sent", "again": True, "reason": "provider_says", "remark": "Never received.", "safety": NONE})
    assert not isinstance(await StoredTouchBook(world, SEALING).settle(MARKETING, KEY, order, remark="r1", now=NOW), str)
    channel = FakeChannel()
    assert (await deliver(world, channel)).result == "sent"
    first, second = await the_touch(world, KEY), await the_touch(world, f"{LETTER}.dispatch.2")
    assert (first.state, second.state, first.message_id == second.message_id) == ("refused", "accepted", False)
    assert [message.idempotency_key for message in channel.offered] == [(second.message_id or "").strip("<>").partition("@")[0]]


async def test_nobody_who_sells_has_an_answer_of_medicals_sent_again(world: AsyncEngine) -> None:
    """Neither do they say what became of it: compliance does."""
    await furnish(world)
    await ask_for(world, an_answer())
    await deliver(world, FakeChannel(Handover.UNKNOWN), "answer-1")
    order = SettleTouch.model_validate({"as": "not_sent", "again": True, "reason": "provider_says", "remark": "Never received.", "safety": NONE})
    book, key = StoredTouchBook(world, SEALING), "answer-1.dispatch.1"
    for who in (MARKETING, ADMIN):
        assert await book.settle(who, key, order, remark="r1", now=NOW) == "firewall"
    assert ((await the_touch(world, key)).state, [row.kind for row in await every(world, tables.Outbox) if row.kind == "dispatch"]) == ("unknown", ["dispatch"])
    settled = await book.settle(COMPLIANCE, key, order, remark="r1", now=NOW)
    assert not isinstance(settled, str | None)
    assert settled.state == "refused"
