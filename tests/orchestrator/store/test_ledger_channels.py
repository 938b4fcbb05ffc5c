"""The ledger and the channels: each has an address and a consent of its own, all share one cap, and invitations keep when they begin."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import SQLModel, select

from activities.orders import OpenOrder
from activities.ports import Handed, Handover, Reservation
from api.links import Links
from journeys.content import ContentVersion
from journeys.definitions import ContentRef, Route
from journeys.reasons import Reason
from orchestrator.store import library, tables
from orchestrator.store.addresses import same_address
from orchestrator.store.engine import transaction
from orchestrator.store.facts import load_facts
from orchestrator.store.runs import StoredRuns
from tests.builders import NOW, a_content, a_letter
from tests.orchestrator.store.desk.filling import ASTRID, ENROLMENT, TOUCH, a_touch, add, every
from tests.orchestrator.store.sending import NURSE, a_consent, a_ledger, a_touch_order, a_withdrawal, change, handed, set_cap, the_touch

NUMBER = "+46701740605"
TEXT, WEBINAR = ContentRef("hf-text", 1), ContentRef("hf-webinar", 1)
STARTS = NOW + timedelta(days=3)


async def equip(world: AsyncEngine, *rows: SQLModel) -> None:
    """Astrid has a mobile, and content for text messages is approved."""
    await change(world, "UPDATE person SET mobile = :number WHERE id = :id", number=NUMBER, id=ASTRID)
    text = a_content(str(TEXT), made_for="sms", texts={"sv": "Hej {{ hcp.family_name }}! Avsluta: {{ unsubscribe }}"})
    letter = a_letter(text="{{ event.starts }} {{ answer.accept }} {{ answer.decline }} {{ unsubscribe }}")
    async with transaction(world) as session:
        await library.publish_content(session, ContentVersion.model_validate(text), now=NOW)
        await library.publish_content(session, ContentVersion.model_validate(a_content(str(WEBINAR), letters={"sv": letter})), now=NOW)
    await add(world, *rows)


def by_sms(**changes: Any) -> tables.Consent:
    return a_consent(**{"id": "consent-sms", "channel": "sms", **changes})


async def ask(world: AsyncEngine, *, channels: tuple[str, ...] = ("email", "sms"), **touch: Any) -> Reservation:
    order = a_touch_order(**{"channel": "sms", "content": TEXT, **touch})
    return await a_ledger(world, channels=channels).reserve(order, now=NOW)


def reason_of(reservation: Reservation) -> str | None:
    assert reservation.blocked is not None
    return reservation.blocked.reason


async def test_a_text_is_reserved_for_the_number(world: AsyncEngine) -> None:
    """With the channel in the ledger, and the short code that its links lead back by."""
    await equip(world, by_sms())
    message = handed((await ask(world)).message)
    touch = await the_touch(world)
    assert (message.to, message.html, touch.channel, touch.code) == (NUMBER, None, "sms", Links("k" * 32).code(TOUCH))
    assert message.text == f"Hej Lindqvist! Avsluta: https://dirigent.example/u/{touch.code}"


async def test_consent_to_one_channel_is_none_to_another(world: AsyncEngine) -> None:
    """Whoever agreed to e-mail has not agreed to text messages, and the other way round."""
    await equip(world)
    assert reason_of(await ask(world)) == Reason.NO_CONSENT
    await add(world, by_sms(), a_withdrawal())
    assert (await ask(world, move=2)).blocked is None
    assert reason_of(await ask(world, passage=2, move=3, channel="email", content=ContentRef("hf-dialogue", 2))) == Reason.CONSENT_WITHDRAWN


async def test_without_a_number_there_is_nobody_to_write_to(world: AsyncEngine) -> None:
    """An e-mail address does not help, nor the HCP's number where the nurse is written to."""
    await equip(world, by_sms(), a_consent(id="consent-nurse", person_id=NURSE, channel="sms"))
    assert reason_of(await ask(world, to="nurse")) == Reason.NO_RECIPIENT
    await change(world, "UPDATE person SET mobile = NULL")
    assert reason_of(await ask(world, move=2)) == Reason.NO_RECIPIENT


async def test_a_channel_that_the_installation_lacks_carries_nothing(world: AsyncEngine) -> None:
    """However well the rest stands; the judgement says so in a check of its own."""
    await equip(world, by_sms())
    assert reason_of(await ask(world, channels=("email",))) == Reason.CHANNEL_UNKNOWN
    (judgement,) = await every(world, tables.Judgement)
    assert [check["rule"] for check in judgement.checks if check["verdict"] == "refused"] == ["channel"]
    assert await every(world, tables.Touch) == []


async def test_all_channels_share_one_cap(world: AsyncEngine) -> None:
    """An e-mail and a visit leave no room for a text, nor a text for an e-mail."""
    await equip(world, by_sms())
    await set_cap(world, 2)
    visit = a_touch(key="enr1.visit.1", channel="face_to_face", message_id=None, at=NOW - timedelta(days=2))
    await add(world, visit)
    assert (await ask(world)).blocked is None
    assert reason_of(await ask(world, passage=2, move=2, channel="email", content=ContentRef("hf-dialogue", 2))) == Reason.WEEKLY_CAP


@pytest.mark.parametrize("wrong", [{"content": ContentRef("hf-dialogue", 2)}, {"channel": "email"}], ids=["a letter by SMS", "a text by mail"])
async def test_words_go_by_the_channel_they_are_written_for(world: AsyncEngine, wrong: dict[str, Any]) -> None:
    """A letter has no words for a text message, and a text none for an e-mail."""
    await equip(world, by_sms())
    assert reason_of(await ask(world, **wrong)) == Reason.CONTENT_NO_LANGUAGE


async def test_an_invitation_keeps_when_it_begins(world: AsyncEngine) -> None:
    """In the ledger, for the answer; in the message, for the calendar; and a new attempt takes the time that holds then."""
    await equip(world)
    invite: dict[str, Any] = {"channel": "email", "content": WEBINAR, "starts": STARTS, "ends": STARTS + timedelta(hours=1)}
    message = handed((await ask(world, **invite)).message)
    touch = await the_touch(world)
    assert (touch.channel, touch.starts, touch.ends) == ("email", STARTS, STARTS + timedelta(hours=1))
    assert message.invitation is not None
    assert message.text.startswith("torsdag 4 mars 2027, 10:00 (centraleuropeisk normaltid) https://dirigent.example/a/")
    await a_ledger(world).settle(TOUCH, Handed(result=Handover.DOWN), now=NOW)
    later = {"starts": STARTS + timedelta(days=1), "ends": STARTS + timedelta(days=1, hours=1)}
    await ask(world, move=2, **{**invite, **later})
    assert (await the_touch(world)).starts == later["starts"]


async def test_a_run_learns_every_channel_that_was_withdrawn(world: AsyncEngine) -> None:
    """Those that were given again, and those that were never asked for, are not among them."""
    runs = StoredRuns(world)
    await add(
        world,
        by_sms(),
        by_sms(id="no-sms", act="withdrawn", text_version=None, at=NOW),
        a_consent(id="no-fax", channel="fax", act="withdrawn", at=NOW - timedelta(days=2)),
        a_consent(id="fax", channel="fax", at=NOW - timedelta(days=1)),
    )
    assert (await runs.open(OpenOrder(enrolment=ENROLMENT, at=NOW))).withdrawn == ("sms",)
    await add(world, a_withdrawal())
    assert (await runs.open(OpenOrder(enrolment=ENROLMENT, at=NOW))).withdrawn == ("email", "sms")


async def test_consent_facts_stand_for_their_channel(world: AsyncEngine) -> None:
    """Each is true where promotion is allowed on that channel now."""
    async with transaction(world) as session:
        assert await load_facts(session, ASTRID, ("email_consent", "sms_consent"), now=NOW) == {"email_consent": True, "sms_consent": False}
    await add(world, by_sms(), a_withdrawal())
    async with transaction(world) as session:
        assert await load_facts(session, ASTRID, ("email_consent", "sms_consent"), now=NOW) == {"email_consent": False, "sms_consent": True}


FALLEN: dict[str, Any] = {"channel": "email", "content": ContentRef("hf-dialogue", 2), "instead": (Route(channel="sms", content=TEXT),)}
"""An order that either channel may carry out."""


async def test_the_channel_that_the_recipient_prefers_is_asked_first(world: AsyncEngine) -> None:
    """And taken where it is allowed: with its own content, and one judgement, for no other way was asked about."""
    await equip(world, by_sms())
    await change(world, "UPDATE person SET channel_preference = 'sms' WHERE id = :id", id=ASTRID)
    reserved = await ask(world, **FALLEN)
    touch = await the_touch(world)
    assert (reserved.channel, touch.channel, touch.content_id) == ("sms", "sms", TEXT.id)
    assert len(await every(world, tables.Judgement)) == 1


async def test_what_one_channel_may_not_carry_the_next_does(world: AsyncEngine) -> None:
    """Each judgement is kept, so that the answer to why it was a text is complete."""
    await equip(world, by_sms(), a_withdrawal())
    reserved = await ask(world, **FALLEN)
    assert (reserved.channel, reserved.blocked, handed(reserved.message).to) == ("sms", None, NUMBER)
    judged = await every(world, tables.Judgement)
    assert sorted((one.verdict, one.reason) for one in judged) == [("allowed", None), ("refused", Reason.CONSENT_WITHDRAWN)]


async def test_where_no_channel_may_carry_it_the_first_refusal_stands(world: AsyncEngine) -> None:
    """Nothing is reserved."""
    await equip(world, a_withdrawal())
    assert reason_of(await ask(world, **FALLEN)) == Reason.CONSENT_WITHDRAWN
    assert await every(world, tables.Touch) == []


async def test_what_may_have_gone_by_one_channel_is_not_offered_to_another(world: AsyncEngine) -> None:
    """After a crash the channel that was called is asked; the recipient's wish has changed meanwhile."""
    await equip(world, by_sms())
    assert (await ask(world, **FALLEN)).channel == "email"
    await change(world, "UPDATE person SET channel_preference = 'sms' WHERE id = :id", id=ASTRID)
    again = await ask(world, **FALLEN)
    assert (again.channel, again.earlier, handed(again.message).to) == ("email", "reserved", "astrid@clinic.example")


async def test_who_has_no_number_keeps_nobody_waiting(world: AsyncEngine) -> None:
    """People without an address do not share one: the lock is on the recipient alone."""
    async with transaction(world) as session:
        nobody = tables.Person(id="x", given_name="", family_name="", profession="nurse", market="SE", created_at=NOW, updated_at=NOW)
        matching = select(tables.Person).where(same_address(nobody, "sms"))
        assert (await session.exec(matching)).all() == []


async def test_what_died_on_one_channel_is_not_begun_anew_on_another(world: AsyncEngine) -> None:
    """Its own channel alone can tell what became of it: the text that would go now is kept back, and the touch stays as it was reserved."""
    await equip(world, by_sms())
    assert (await ask(world, channel="email", content=ContentRef("hf-dialogue", 2))).message is not None
    again = await ask(world, move=2)
    assert (again.earlier, again.channel, again.message, again.blocked) == ("reserved", "email", None, None)
    assert (await the_touch(world)).channel == "email"


async def test_who_said_stop_to_the_provider_has_withdrawn(world: AsyncEngine) -> None:
    """The refusal is the first that we hear of it: the consent to the channel is withdrawn, once, with the touch as its proof."""
    await a_ledger(world).reserve(a_touch_order(), now=NOW)
    stopped = Handed(result=Handover.REFUSED, trouble="twilio_21610", unsubscribed=True)
    for _ in range(2):
        await a_ledger(world).settle(TOUCH, stopped, now=NOW)
    (act,) = [act for act in await every(world, tables.Consent) if act.act == "withdrawn"]
    assert (act.channel, act.purpose, act.method, act.proof) == ("email", "promotional", "provider_unsubscribe", f"touch:{TOUCH}")
    blocked = (await a_ledger(world).reserve(a_touch_order(passage=2, move=2), now=NOW)).blocked
    assert blocked is not None
    assert blocked.reason is Reason.CONSENT_WITHDRAWN
