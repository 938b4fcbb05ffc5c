"""Invitations after they were sent, on a real PostgreSQL: moved or called off once, told to the run and to the HCP, and refused where there is nothing left
to change."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.ports import Invitation, Message
from api.rows import Rescheduled, Unchangeable
from journeys.content import ContentVersion
from orchestrator.mail.compose import Composer
from orchestrator.mail.links import MailLinks
from orchestrator.store import library, tables
from orchestrator.store.desk.occasions import StoredOccasions
from orchestrator.store.engine import transaction
from orchestrator.store.knowing import Teller, change_facts
from tests.activities.fakes import FakeChannel
from tests.builders import NOW, a_content, a_journey, a_letter, an_exit
from tests.orchestrator.store.desk.filling import ASTRID, ENROLMENT, MSL, REP, a_touch, a_version, add, every, once
from tests.orchestrator.store.lettering import deliver
from tests.orchestrator.store.sending import LINKS, change

INVITING = f"{ENROLMENT}.webinar.1"
STARTS, LATER = NOW + timedelta(days=3), NOW + timedelta(days=9)
HOUR = timedelta(hours=1)
COMPOSER = Composer(MailLinks(LINKS, public_url="https://dirigent.example"), sender="no-reply@dirigent.example", domain="mail.example")
WORDS = a_letter(text="{{ event.starts }} {{ answer.accept }} {{ answer.decline }}", html="<p>{{ event.starts }}</p>")


@pytest_asyncio.fixture
async def house(world: AsyncEngine) -> AsyncEngine:
    """Astrid was invited to a webinar, and there are approved notices."""
    async with transaction(world) as session:
        for content in ("invitation-moved@1", "invitation-called-off@1"):
            told = a_content(content, purpose="transactional", letters={"sv": WORDS, "en": WORDS})
            await library.publish_content(session, ContentVersion.model_validate(told), now=NOW)
    await add(world, a_touch(key=INVITING, step="webinar", message_id="<invitation@mail.example>", starts=STARTS, ends=STARTS + HOUR))
    return world


async def changed(engine: AsyncEngine, starts: datetime | None, *, key: str = "one", who: Any = REP, now: datetime = NOW) -> Rescheduled | Unchangeable:
    return await StoredOccasions(engine).change(who, INVITING, starts=starts, reason="rep_away", once=once(key), now=now)


async def told(engine: AsyncEngine) -> list[Any]:
    """What the run is told of it."""
    return [row.payload["starts"] for row in await every(engine, tables.Outbox) if row.payload.get("is_") == "invitation_changed"]


async def the_notice(engine: AsyncEngine, number: int = 1) -> Message:
    """The letter by which the HCP learns of it, as it is handed over."""
    notice = next(row for row in await every(engine, tables.InvitationNotice) if row.sequence == number)
    channel = FakeChannel()
    assert (await deliver(engine, channel, notice.dispatch_id)).result == "sent"
    return channel.offered[0]


def invitation_of(message: Message) -> Invitation:
    assert message.invitation is not None
    return message.invitation


async def test_an_invitation_is_moved(house: AsyncEngine) -> None:
    """It lasts as long as before; the run is told, and the HCP gets a letter that changes the very entry, with answers to the first invitation."""
    assert await changed(house, LATER) == Rescheduled(INVITING, 1, LATER, LATER + HOUR, called_off=False)
    assert await told(house) == [LATER.isoformat().replace("+00:00", "Z")]
    message = await the_notice(house)
    entry = invitation_of(message)
    assert (entry.starts, entry.ends, entry.sequence, entry.called_off) == (LATER, LATER + HOUR, 1, False)
    assert f"<{entry.uid}>" == COMPOSER.message_id(INVITING)
    assert message.message_id != "<invitation@mail.example>"
    assert message.text.count("/a/") == 2


async def test_an_invitation_is_called_off(house: AsyncEngine) -> None:
    """The entry is taken out of the calendar, and nothing of it can be changed any more."""
    await changed(house, LATER)
    assert await changed(house, None, key="two") == Rescheduled(INVITING, 2, LATER, LATER + HOUR, called_off=True)
    entry = invitation_of(await the_notice(house, 2))
    assert (entry.called_off, entry.sequence, entry.starts) == (True, 2, LATER)
    assert await told(house) == [LATER.isoformat().replace("+00:00", "Z"), None]
    assert await changed(house, STARTS, key="three") is Unchangeable.CALLED_OFF


async def test_the_notice_needs_no_consent_to_promotion(house: AsyncEngine) -> None:
    """Who has withdrawn, or objected, has an entry in the calendar all the same, and is told that it is wrong."""
    await add(house, tables.Objection(id="no", person_id=ASTRID, method="letter", captured_by="user-rep", at=NOW))
    await changed(house, None)
    assert invitation_of(await the_notice(house)).called_off


async def test_the_same_request_changes_it_once(house: AsyncEngine) -> None:
    """Also where its answer was lost: one notice, one number."""
    assert await changed(house, LATER) == await changed(house, LATER)
    assert (len(await every(house, tables.InvitationNotice)), len(await told(house))) == (1, 1)


@pytest.mark.parametrize(
    ("statement", "value", "reason"),
    [
        ("UPDATE touch SET state = :value WHERE key = :key", "refused", Unchangeable.NOT_SENT),
        ("UPDATE touch SET state = :value WHERE key = :key", "reserved", Unchangeable.NOT_SENT),
        ("UPDATE touch SET starts = :value WHERE key = :key", NOW, Unchangeable.BEGUN),
        ("UPDATE touch SET starts = :value WHERE key = :key", None, Unchangeable.NO_INVITATION),
    ],
    ids=["refused", "reserved", "begun", "no invitation"],
)
async def test_what_cannot_be_changed_is_left_alone(house: AsyncEngine, statement: str, value: Any, reason: Unchangeable) -> None:
    """With the reason; nobody is told anything."""
    await change(house, statement, value=value, key=INVITING)
    assert await changed(house, LATER) is reason
    assert (await told(house), await every(house, tables.InvitationNotice)) == ([], [])


async def test_who_declined_is_left_in_peace(house: AsyncEngine) -> None:
    """There is no entry to be changed."""
    await add(house, tables.HeardFact(id="h", source="link", source_id="1", touch_key=INVITING, heard="declined", at=NOW, arrived_at=NOW))
    assert await changed(house, LATER) is Unchangeable.DECLINED


async def test_without_approved_words_nothing_is_changed(house: AsyncEngine) -> None:
    """A change that the HCP is not told of would be a trap."""
    await change(house, "UPDATE content_version SET state = 'withdrawn' WHERE id = 'invitation-moved'")
    assert await changed(house, LATER) is Unchangeable.NO_NOTICE
    assert await told(house) == []


async def test_outside_the_territory_and_across_the_wall_there_is_no_invitation(house: AsyncEngine) -> None:
    """It is as unknown as one that never was."""
    assert await changed(house, LATER, who=MSL) is Unchangeable.NO_INVITATION
    await change(house, "UPDATE person SET territory_id = 'se-malmo' WHERE id = :id", id=ASTRID)
    assert await changed(house, LATER) is Unchangeable.NO_INVITATION


@pytest.mark.parametrize(
    ("appointment", "starts"),
    [("2027-05-04T09:00:00+02:00", datetime(2027, 5, 4, 7, 0, tzinfo=UTC)), (None, None), ("2020-01-01T09:00:00Z", None)],
    ids=["moved", "not known any more", "past"],
)
async def test_an_invitation_follows_the_fact_that_it_begins_by(house: AsyncEngine, appointment: str | None, starts: datetime | None) -> None:
    """When the appointment moves so does the entry in the calendar; when it is dropped, or was before now, it is called off. Other facts move nothing."""
    invite = {"content": "hf-webinar@1", "occasion": "meeting", "starts": {"fact": "next_appointment_on"}, "answer_by": "2 days"}
    by_appointment = a_journey(version=7, steps={"webinar": {"invite": invite, "next": "done"}, "done": an_exit()})
    await add(house, a_version(by_appointment))
    await change(house, "UPDATE enrolment SET journey = :journey, version = 7", journey=by_appointment.journey)
    told_by = Teller(by="user-rep", role="rep")
    async with transaction(house) as session:
        await change_facts(session, ASTRID, {"language": "en"}, teller=told_by, told="t0", at=NOW)
        await change_facts(session, ASTRID, {"next_appointment_on": "2027-04-30"}, teller=told_by, told="t1", at=NOW)
    async with transaction(house) as session:
        await change_facts(session, ASTRID, {"next_appointment_on": appointment}, teller=told_by, told="t2", at=NOW)
    notices = sorted(await every(house, tables.InvitationNotice), key=lambda row: row.sequence)
    assert [row.called_off for row in notices] == [False, starts is None]
    assert starts is None or notices[-1].starts == starts
