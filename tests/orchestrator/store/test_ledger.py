"""The touch ledger on a real PostgreSQL: the gate in its transaction, one intent per key, and a cap that holds for any number of runs at once."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import SQLModel

from activities.ports import RESERVED, Handed, Handover, Reservation
from journeys.commands import Note, What
from journeys.content import ContentState, ContentVersion
from journeys.definitions import ContentRef
from journeys.policy import ONE_COPY, RULES
from journeys.reasons import Reason
from orchestrator.store import library, tables
from orchestrator.store.consents import add_act
from orchestrator.store.engine import transaction
from orchestrator.store.library import publish_market
from orchestrator.store.projection import project
from tests.builders import NOW, a_content, a_letter, a_market
from tests.orchestrator.store.desk.filling import ASTRID, ENROLMENT, TOUCH, a_person, a_touch, add, an_enrolment, every
from tests.orchestrator.store.sending import (
    NURSE,
    a_consent,
    a_ledger,
    a_position,
    a_touch_order,
    a_withdrawal,
    an_entry,
    change,
    handed,
    runs_of_one_person,
    set_cap,
    the_touch,
)

WEEK = timedelta(days=7)
MINUTE = timedelta(minutes=1)
_NOTES = (Note(what=What.MOVED, step="first-visit", to="follow-up", way="interested"),)


def reason_of(reservation: Reservation) -> str | None:
    assert reservation.blocked is not None
    return reservation.blocked.reason


async def test_an_allowed_touch_is_reserved_before_anybody_calls_a_provider(world: AsyncEngine) -> None:
    """The intent stands with all that it takes to answer for it, and with a message that is ready."""
    reserved = await a_ledger(world).reserve(a_touch_order(by="user-rep"), now=NOW)
    message = handed(reserved.message)
    touch = await the_touch(world)
    assert (reserved.blocked, reserved.earlier, message.to) == (None, None, "astrid@clinic.example")
    assert (touch.state, touch.attempt, touch.at, touch.settled_at) == (RESERVED, 1, NOW, None)
    assert (touch.message_id, touch.person_id, touch.sent_by) == (message.message_id, ASTRID, "user-rep")
    assert (touch.content_id, touch.content_version, touch.product, touch.purpose) == ("hf-dialogue", 2, "cardiolex", "promotional")
    assert touch.digest is not None


async def test_every_check_is_kept_with_its_result(world: AsyncEngine) -> None:
    """Why somebody got an e-mail, or did not, can be told check by check, however often the gate was asked."""
    await change(world, "UPDATE person SET status = 'retired' WHERE id = :id", id=ASTRID)
    await a_ledger(world).reserve(a_touch_order(), now=NOW)
    await change(world, "UPDATE person SET status = 'active' WHERE id = :id", id=ASTRID)
    await a_ledger(world).reserve(a_touch_order(move=2), now=NOW + MINUTE)
    refused, allowed = sorted(await every(world, tables.Judgement), key=lambda judgement: judgement.at)
    assert [check["rule"] for check in refused.checks] == [rule.__name__ for rule in RULES]
    assert {check["rule"]: check["reason"] for check in refused.checks if check["verdict"] != "allowed"} == {"objection": "suppressed"}
    assert (refused.verdict, refused.reason, refused.touch_key, refused.person_id) == ("refused", "suppressed", TOUCH, ASTRID)
    assert (allowed.verdict, allowed.reason, allowed.at) == ("allowed", None, NOW + MINUTE)


REFUSALS: dict[Reason, tuple[str | SQLModel, ...]] = {
    Reason.OBJECTED: (tables.Objection(id="o1", person_id=ASTRID, method="phone", captured_by="user-rep", at=NOW),),
    Reason.SUPPRESSED: ("UPDATE person SET status = 'deceased'",),
    Reason.CONSENT_WITHDRAWN: (a_withdrawal(),),
    Reason.CONSENT_EXPIRED: (a_consent(id="consent-3", at=NOW - MINUTE, expires=NOW),),
    Reason.NO_CONSENT: ("ALTER TABLE consent DISABLE TRIGGER ALL", "DELETE FROM consent"),
    Reason.CONTENT_UNKNOWN: ("DELETE FROM content_version",),
    Reason.CONTENT_NOT_APPROVED: ("UPDATE content_version SET state = 'withdrawn'",),
    Reason.CONTENT_EXPIRED: ("UPDATE content_version SET expires = '2027-03-01T09:00:00Z'",),
    Reason.CONTENT_WRONG_MARKET: ("""UPDATE content_version SET body = jsonb_set(body::jsonb, '{markets}', '["UK"]')""",),
    Reason.CONTENT_WRONG_PRODUCT: ("""UPDATE content_version SET body = jsonb_set(body::jsonb, '{product}', '"nephrolex"')""",),
    Reason.CONTENT_WRONG_AUDIENCE: ("UPDATE person SET profession = 'pharmacist'",),
    Reason.CONTENT_NO_LANGUAGE: ("""UPDATE market SET body = jsonb_set(body::jsonb, '{languages}', '["fi"]')""",),
    Reason.CONTENT_NO_MINIMUM_INFORMATION: ("""UPDATE content_version SET body = jsonb_set(body::jsonb, '{above_the_brand}', 'false')""",),
    Reason.NO_MARKET_POLICY: ("DELETE FROM market",),
    Reason.NO_RECIPIENT: ("UPDATE person SET email = NULL",),
    Reason.CHANNEL_UNKNOWN: (),
}


@pytest.mark.parametrize("reason", REFUSALS)
async def test_what_is_missing_is_refused_with_its_reason(world: AsyncEngine, reason: Reason) -> None:
    """Each thing that must hold is looked up in the transaction of the sending, so what was true at the enrolment does not help."""
    for each in REFUSALS[reason]:
        await (change(world, each) if isinstance(each, str) else add(world, type(each)(**each.model_dump())))
    channels = () if reason is Reason.CHANNEL_UNKNOWN else ("email",)
    reserved = await a_ledger(world, channels=channels).reserve(a_touch_order(), now=NOW)
    assert (reserved.message, reason_of(reserved)) == (None, reason)
    assert await every(world, tables.Touch) == []
    (judgement,) = await every(world, tables.Judgement)
    assert (judgement.verdict, judgement.reason) == ("refused", reason)


async def test_every_reason_of_the_gate_is_shown(world: AsyncEngine) -> None:
    """No reason code of the gate is without its test; the others are shown where what they need is at hand, or given by the conductor and the channel."""
    elsewhere = {Reason.WEEKLY_CAP, Reason.NO_INQUIRY, Reason.CHANNEL_DOWN, Reason.CHANNEL_SLOW, Reason.CHANNEL_REFUSED, Reason.HELD_TOO_LONG}
    elsewhere |= {
        Reason.CAP,
        Reason.CONTENT_CHOICE_UNFIT,
        Reason.TOO_SOON,
        Reason.OTHERS_FIRST,
        Reason.ZONE_UNKNOWN,
        Reason.REST_DAY,
        Reason.NOT_SENT,
        Reason.ADDRESS_BOUNCED,
        Reason.CHANNEL_SLOW,
    }
    elsewhere |= {Reason.PAUSED, Reason.DROPPED, Reason.STARTED_ALREADY, Reason.SAME_ADDRESS, Reason.QUIET_HOURS, Reason.UNANSWERED}
    elsewhere |= {Reason.INQUIRY_CLOSED, Reason.INQUIRY_OF_ANOTHER, Reason.INQUIRY_OTHER_PRODUCT, Reason.CONTENT_NOT_MEDICAL}  # of answers: test_answers.py
    assert set(REFUSALS) == set(Reason) - elsewhere


async def test_failure_9_two_records_of_one_person_get_one_copy(world: AsyncEngine) -> None:
    """Two runs of two records that share an address ask at the same instant: one letter goes out, and the other says why it does not."""
    await add(
        world,
        a_person(id="person-twin", email="ASTRID@clinic.example"),
        a_consent(id="consent-twin", person_id="person-twin"),
        an_enrolment(id="twin", person_id="person-twin", journey="journey-twin"),
    )
    ledger = a_ledger(world)
    reserved = await asyncio.gather(ledger.reserve(a_touch_order(), now=NOW), ledger.reserve(a_touch_order("twin"), now=NOW))
    assert sum(each.message is not None for each in reserved) == 1
    assert [reason_of(each) for each in reserved if each.blocked is not None] == [Reason.SAME_ADDRESS]
    later = await ledger.reserve(a_touch_order("twin", passage=2, move=2), now=NOW + ONE_COPY + MINUTE)
    assert later.message is not None


async def test_quiet_hours_are_those_of_the_recipient(world: AsyncEngine) -> None:
    """At nine in the morning of UTC it is evening in Tokyo: the letter waits for the morning there. A zone that is none is the market's."""
    quiet = {"between": ["18:00", "08:00"]}
    async with transaction(world) as session:
        await publish_market(session, a_market(weekly_cap=100, quiet_hours=quiet), now=NOW)
    await change(world, "UPDATE person SET zone = 'Asia/Tokyo'")
    blocked = (await a_ledger(world).reserve(a_touch_order(), now=NOW)).blocked
    assert blocked is not None
    assert (blocked.verdict, blocked.reason, blocked.until) == ("deferred", Reason.QUIET_HOURS, datetime(2027, 3, 1, 23, tzinfo=UTC))
    await change(world, "UPDATE person SET zone = 'Mars/Olympus'")
    assert (await a_ledger(world).reserve(a_touch_order(passage=2, move=2), now=NOW)).message is not None


async def test_where_no_zone_is_known_what_depends_on_the_clock_is_held(world: AsyncEngine) -> None:
    """The market has hours and no zone of its own, and neither the person nor their workplace has one; the workplace's is found when it is told."""
    async with transaction(world) as session:
        await publish_market(session, a_market(weekly_cap=100, zone=None, business_days="working_days"), now=NOW)
    held = (await a_ledger(world).reserve(a_touch_order(), now=NOW)).blocked
    assert held is not None
    assert (held.verdict, held.reason, held.until) == ("deferred", Reason.ZONE_UNKNOWN, NOW + timedelta(days=1))
    await change(world, "UPDATE organisation SET zone = 'Europe/Stockholm'")
    assert (await a_ledger(world).reserve(a_touch_order(move=2), now=NOW)).message is not None
    judgements = sorted(await every(world, tables.Judgement), key=lambda one: (one.verdict, one.id))
    zones = [check["inputs"]["of"] for one in judgements for check in one.checks if check["rule"] == "zone"]
    assert zones == ["workplace", None]


@pytest.mark.parametrize(("runs", "cap"), [(2, 1), (50, 2), (50, 3)])
async def test_a_cap_holds_for_any_number_of_runs_at_once(world: AsyncEngine, runs: int, cap: int) -> None:
    """Of all the runs that ask at the same instant exactly the cap may send; the others are deferred until the period is over."""
    await set_cap(world, cap)
    await add(world, *runs_of_one_person(runs))
    ledger = a_ledger(world)
    reserved = await asyncio.gather(*(ledger.reserve(a_touch_order(f"run{number}"), now=NOW) for number in range(runs)))
    assert sum(each.message is not None for each in reserved) == cap
    verdicts = [each.blocked for each in reserved if each.blocked is not None]
    assert {(verdict.verdict, verdict.reason, verdict.until) for verdict in verdicts} == {("deferred", Reason.WEEKLY_CAP, NOW + WEEK)}
    assert Counter(touch.state for touch in await every(world, tables.Touch)) == {RESERVED: cap}
    assert len(await every(world, tables.Judgement)) == runs


async def test_runs_of_one_person_do_not_stand_in_each_others_way(world: AsyncEngine) -> None:
    """Advances that tell something and ask the gate in one transaction, while consent comes and goes, all finish without a deadlock."""
    await set_cap(world, 100)
    await add(world, *runs_of_one_person(30))
    ledger = a_ledger(world)

    async def withdraw(number: int) -> None:
        async with transaction(world) as session:
            await add_act(session, a_withdrawal(id=f"w{number}", at=NOW + timedelta(seconds=number)), by="user-rep", role="rep")

    async def tell(number: int) -> None:
        async with transaction(world) as session:
            await project(session, an_entry(_NOTES[0], enrolment=f"run{number}", move=2), now=NOW)

    orders = [a_touch_order(f"run{number}") for number in range(30)]
    told = [order.model_copy(update={"entry": order.entry.model_copy(update={"notes": _NOTES})}) for order in orders]
    async with asyncio.timeout(10):
        await asyncio.gather(*(ledger.reserve(order, now=NOW) for order in told), *map(withdraw, range(5)), *map(tell, range(30)))
    assert len(await every(world, tables.Judgement)) == 30
    async with world.connect() as connection:
        deadlocks = (await connection.exec_driver_sql("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")).scalar_one()
    assert deadlocks == 0


async def test_touches_over_all_journeys_brands_and_channels_count(world: AsyncEngine) -> None:
    """A rep's call and an e-mail for another product fill a cap of two; the wait ends when the older of the two is a week old."""
    call = a_touch(key="run0.first-visit.1", channel="face_to_face", content_id=None, content_version=None, message_id=None, at=NOW - 3 * MINUTE)
    mail = a_touch(key="run1.follow-up.1", product="nephrolex", state="unknown", at=NOW - MINUTE)
    await add(world, call, mail)
    reserved = await a_ledger(world).reserve(a_touch_order(), now=NOW)
    assert reserved.blocked is not None
    assert (reserved.blocked.reason, reserved.blocked.until) == (Reason.WEEKLY_CAP, NOW + WEEK - 3 * MINUTE)
    again = await a_ledger(world).reserve(a_touch_order(move=2), now=NOW + WEEK - 3 * MINUTE)
    assert again.message is not None


@pytest.mark.parametrize(
    "other",
    [
        {"state": "refused"},
        {"state": "deferred"},
        {"purpose": "medical_response"},
        {"at": NOW - WEEK},
        {"person_id": NURSE},
    ],
    ids="-".join,
)
async def test_what_never_reached_the_person_is_no_pressure(world: AsyncEngine, other: dict[str, Any]) -> None:
    """Touches that nobody took, medical's answers, those of a week ago and other people's leave the cap alone."""
    await set_cap(world, 1)
    await add(world, a_touch(**{"key": "run0.follow-up.1", "message_id": None, "at": NOW - MINUTE, **other}))
    assert (await a_ledger(world).reserve(a_touch_order(), now=NOW)).blocked is None


async def test_consent_that_is_being_withdrawn_is_waited_for(world: AsyncEngine) -> None:
    """The gate does not pass while an act of consent is being written: it waits behind the person's lock and then sees the act."""
    async with transaction(world) as session:
        await add_act(session, a_withdrawal(), by="user-rep", role="rep")
        asking = asyncio.create_task(a_ledger(world).reserve(a_touch_order(), now=NOW))
        done, _ = await asyncio.wait({asking}, timeout=0.2)
        assert not done
    assert reason_of(await asking) == Reason.CONSENT_WITHDRAWN


async def test_a_nurse_needs_consent_of_her_own(world: AsyncEngine) -> None:
    """The HCP's consent does not speak for the care team, nor does the HCP's objection stop what goes to a nurse who agreed."""
    order = a_touch_order(to="nurse")
    assert reason_of(await a_ledger(world).reserve(order, now=NOW)) == Reason.NO_CONSENT
    await add(world, a_consent(id="consent-nurse", person_id=NURSE), a_withdrawal())
    reserved = await a_ledger(world).reserve(a_touch_order(to="nurse", move=2), now=NOW)
    assert handed(reserved.message).to == "maria@clinic.example"
    assert (await the_touch(world)).person_id == NURSE


async def test_a_nurse_has_a_cap_of_her_own(world: AsyncEngine) -> None:
    """What the HCP received does not count for the nurse; what other physicians' journeys sent her does."""
    await set_cap(world, 1)
    await add(
        world,
        a_consent(id="consent-nurse", person_id=NURSE),
        a_person(id="person-cecilia"),
        tables.Affiliation(person_id=NURSE, other_id="person-cecilia", role="nurse"),
        an_enrolment(id="enr2", person_id="person-cecilia"),
        a_touch(key="enr1.earlier.1"),
    )
    first = await a_ledger(world).reserve(a_touch_order(to="nurse"), now=NOW)
    second = await a_ledger(world).reserve(a_touch_order("enr2", to="nurse"), now=NOW)
    assert first.blocked is None
    assert reason_of(second) == Reason.WEEKLY_CAP


@pytest.mark.parametrize("gone", ["DELETE FROM affiliation WHERE role = 'nurse'", "UPDATE person SET status = 'retired' WHERE id = 'person-maria'"])
async def test_without_a_nurse_there_is_nobody_to_write_to(world: AsyncEngine, gone: str) -> None:
    """A care team without an active nurse is a refusal with a reason, judged by the market of the HCP."""
    await change(world, gone)
    reserved = await a_ledger(world).reserve(a_touch_order(to="nurse"), now=NOW)
    assert reason_of(reserved) == Reason.NO_RECIPIENT
    (judgement,) = await every(world, tables.Judgement)
    assert judgement.person_id is None


async def test_a_touch_that_was_deferred_follows_the_care_team(world: AsyncEngine) -> None:
    """When another nurse has taken over by the next attempt, the touch is hers, and counts as hers."""
    await add(world, a_consent(id="consent-nurse", person_id=NURSE))
    await a_ledger(world).reserve(a_touch_order(to="nurse"), now=NOW)
    await a_ledger(world).settle(TOUCH, Handed(result=Handover.DOWN), now=NOW)
    await add(
        world,
        a_person(id="person-anna", profession="nurse", email="anna@clinic.example"),
        tables.Affiliation(person_id="person-anna", other_id=ASTRID, role="nurse"),
        a_consent(id="consent-anna", person_id="person-anna"),
    )
    reserved = await a_ledger(world).reserve(a_touch_order(to="nurse", move=2, by="user-rep"), now=NOW + MINUTE)
    touch = await the_touch(world)
    assert handed(reserved.message).to == "anna@clinic.example"
    assert (touch.person_id, touch.attempt, touch.state, touch.at, touch.settled_at, touch.sent_by) == (
        "person-anna",
        2,
        RESERVED,
        NOW + MINUTE,
        None,
        "user-rep",
    )


async def test_an_order_that_comes_twice_is_recorded_once(world: AsyncEngine) -> None:
    """The advance that led to the touch stands once in the story, and the second order finds the first one's intent."""
    order = a_touch_order()
    order = order.model_copy(update={"entry": order.entry.model_copy(update={"notes": _NOTES})})
    first = await a_ledger(world).reserve(order, now=NOW)
    second = await a_ledger(world).reserve(order, now=NOW + MINUTE)
    assert (second.earlier, second.message_id, second.blocked) == (RESERVED, handed(first.message).message_id, None)
    assert len(await every(world, tables.TimelineEntry)) == 1
    assert len(await every(world, tables.Touch)) == 1


@pytest.mark.parametrize("result", [Handover.ACCEPTED, Handover.UNKNOWN])
async def test_what_may_have_arrived_is_never_offered_again(world: AsyncEngine, result: Handover) -> None:
    """A key whose touch was accepted, or of which nobody knows, gives its result and no message, and is not judged again."""
    await a_ledger(world).reserve(a_touch_order(), now=NOW)
    await a_ledger(world).settle(TOUCH, Handed(result=result), now=NOW)
    again = await a_ledger(world).reserve(a_touch_order(), now=NOW + MINUTE)
    assert again == Reservation(earlier=result)
    assert len(await every(world, tables.Judgement)) == 1


@pytest.mark.parametrize("result", [Handover.DOWN, Handover.REFUSED])
async def test_what_was_not_taken_may_be_offered_again(world: AsyncEngine, result: Handover) -> None:
    """A touch that its channel did not take is judged anew under the same key and the same Message-ID."""
    await set_cap(world, 1)
    first = await a_ledger(world).reserve(a_touch_order(), now=NOW)
    await a_ledger(world).settle(TOUCH, Handed(result=result), now=NOW)
    again = await a_ledger(world).reserve(a_touch_order(move=2), now=NOW + MINUTE)
    assert handed(again.message).message_id == handed(first.message).message_id
    assert (await the_touch(world)).attempt == 2


async def test_two_orders_under_one_key_at_once_reserve_it_once(world: AsyncEngine) -> None:
    """Of two attempts at the same instant one reserves; the other is told that an attempt was there before it."""
    ledger = a_ledger(world)
    reserved = await asyncio.gather(*(ledger.reserve(a_touch_order(), now=NOW) for _ in range(5)))
    assert Counter(each.earlier for each in reserved) == {None: 1, RESERVED: 4}


async def test_the_first_result_stands(world: AsyncEngine) -> None:
    """Settling what is settled changes nothing, not even the time."""
    await a_ledger(world).reserve(a_touch_order(), now=NOW)
    for minutes, result in enumerate((Handover.ACCEPTED, Handover.UNKNOWN, Handover.REFUSED, Handover.DOWN, Handover.ACCEPTED)):
        await a_ledger(world).settle(TOUCH, Handed(result=result), now=NOW + minutes * MINUTE)
    touch = await the_touch(world)
    assert (touch.state, touch.settled_at) == ("accepted", NOW)


@pytest.mark.parametrize(("result", "state"), [(Handover.ACCEPTED, "accepted"), (Handover.REFUSED, "refused"), (Handover.DOWN, "deferred")])
async def test_a_result_is_kept_as_a_state(world: AsyncEngine, result: Handover, state: str) -> None:
    """A channel that was down leaves a deferred touch."""
    await a_ledger(world).reserve(a_touch_order(), now=NOW)
    await a_ledger(world).settle(TOUCH, Handed(result=result), now=NOW + MINUTE)
    touch = await the_touch(world)
    assert (touch.state, touch.settled_at) == (state, NOW + MINUTE)


async def test_an_intent_is_withdrawn_with_the_consent(world: AsyncEngine) -> None:
    """When consent went between a dead attempt and the next, the next has no message to hand over, only the earlier Message-ID to ask about."""
    await a_ledger(world).reserve(a_touch_order(), now=NOW)
    await add(world, a_withdrawal())
    again = await a_ledger(world).reserve(a_touch_order(), now=NOW)
    assert (again.earlier, again.message, reason_of(again)) == (RESERVED, None, Reason.CONSENT_WITHDRAWN)
    assert again.message_id == (await the_touch(world)).message_id


async def _publish(world: AsyncEngine, **changes: Any) -> None:
    async with transaction(world) as session:
        await library.publish_content(session, ContentVersion.model_validate(a_content("hf-broken@1", **changes)), now=NOW)


async def test_a_letter_that_cannot_be_filled_in_is_refused(world: AsyncEngine) -> None:
    """A token without a value stops that touch with a reason, a check of its own and no intent; it does not stop the run."""
    await _publish(world, letters={"en": a_letter(text="Dear {{ hcp.nickname }}")})
    reserved = await a_ledger(world).reserve(a_touch_order(content=ContentRef("hf-broken", 1)), now=NOW)
    assert reason_of(reserved) == Reason.CONTENT_NO_LANGUAGE
    (judgement,) = await every(world, tables.Judgement)
    assert judgement.checks[-1]["rule"] == "compose"
    assert await every(world, tables.Touch) == []


async def test_a_broken_letter_does_not_hide_a_graver_reason(world: AsyncEngine) -> None:
    """Somebody who withdrew is told to have withdrawn, whatever else is wrong."""
    await _publish(world, letters={"en": a_letter(text="Dear {{ hcp.nickname }}")})
    await add(world, a_withdrawal())
    reserved = await a_ledger(world).reserve(a_touch_order(content=ContentRef("hf-broken", 1)), now=NOW)
    assert reason_of(reserved) == Reason.CONSENT_WITHDRAWN


async def test_the_letter_speaks_a_language_of_the_market(world: AsyncEngine) -> None:
    """The reader's own language is taken where the market has it, else the market's first that the content has."""
    await set_cap(world, 5)
    await _publish(world, letters={"sv": a_letter(subject="Vårt samtal"), "en": a_letter(), "no": a_letter(subject="Samtalen vår")})
    content = ContentRef("hf-broken", 1)
    spoken = {}
    for passage, language in enumerate((None, "en", "no"), start=1):
        await change(world, "UPDATE person SET language = :language", language=language)
        reserved = await a_ledger(world).reserve(a_touch_order(content=content, passage=passage, move=passage), now=NOW)
        spoken[language] = handed(reserved.message).language
    assert spoken == {None: "sv", "en": "en", "no": "sv"}


async def test_a_market_that_lowers_its_cap_is_obeyed_at_once(world: AsyncEngine) -> None:
    """The rules in force are those of the sending, not those of the enrolment."""
    await set_cap(world, 5)
    await a_ledger(world).reserve(a_touch_order(), now=NOW)
    await set_cap(world, 1)
    assert reason_of(await a_ledger(world).reserve(a_touch_order(passage=2, move=2), now=NOW)) == Reason.WEEKLY_CAP


async def test_the_advance_is_recorded_though_the_touch_is_blocked(world: AsyncEngine) -> None:
    """Where the run stands is known even when nothing may go out."""
    await change(world, "UPDATE content_version SET state = :state", state=ContentState.EXPIRED)
    order = a_touch_order()
    entry = order.entry.model_copy(update={"position": a_position(doing="held", reason="content_expired")})
    await a_ledger(world).reserve(order.model_copy(update={"entry": entry}), now=NOW)
    async with transaction(world) as session:
        enrolment = await session.get_one(tables.Enrolment, ENROLMENT)
    assert (enrolment.move, enrolment.doing, enrolment.held_because) == (1, "held", "content_expired")
