"""Letters outside a journey, on a real PostgreSQL: the very gate and ledger of every touch, words on their own side, and a line in the person's story."""

from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.ports import Handover
from journeys.definitions import ContentRef
from journeys.events import Settled
from journeys.reasons import Reason
from orchestrator.store import tables
from orchestrator.store.dispatches import PATIENCE, StoredDispatches
from orchestrator.store.engine import transaction
from tests.activities.fakes import FakeChannel, StoppedClock
from tests.builders import NOW
from tests.orchestrator.store.desk.filling import ASTRID, a_person, add, every
from tests.orchestrator.store.lettering import KEY, LETTER, a_letter, an_answer, ask_for, deliver, furnish
from tests.orchestrator.store.sending import change, the_touch


@pytest_asyncio.fixture
async def house(world: AsyncEngine) -> AsyncEngine:
    """The world of e-mails, with letters that no journey sends."""
    await furnish(world)
    return world


async def the_letter(engine: AsyncEngine, letter: str = LETTER) -> tables.Dispatch:
    async with transaction(engine) as session:
        return await session.get_one(tables.Dispatch, letter)


async def story(engine: AsyncEngine) -> list[tuple[str, str, str | None]]:
    lines = sorted(await every(engine, tables.TimelineEntry), key=lambda line: line.line)
    return [(line.what, line.side, line.reason) for line in lines if line.dispatch_id is not None]


async def test_a_letter_outside_a_journey_is_a_touch_like_any_other(house: AsyncEngine) -> None:
    """It goes out once, with a row of the ledger and a judgement that belong to no run; what it said besides is gone from the table then."""
    channel = FakeChannel()
    assert await ask_for(house, a_letter())
    assert await deliver(house, channel) == Settled(key=KEY, result="sent")
    (message,) = channel.offered
    assert "https://dirigent.example/c/1?a=b&c=d" in message.text
    assert "https://dirigent.example/c/1?a=b&amp;c=d" in (message.html or "")
    touch = await the_touch(house, KEY)
    assert (touch.state, touch.enrolment_id, touch.dispatch_id, touch.purpose, touch.person_id) == ("accepted", None, LETTER, "transactional", ASTRID)
    (judgement,) = await every(house, tables.Judgement)
    assert (judgement.verdict, judgement.enrolment_id, judgement.dispatch_id) == ("allowed", None, LETTER)
    assert ((await the_letter(house)).state, await every(house, tables.DispatchWords)) == ("sent", [])
    assert await story(house) == [("sent", "commercial", None)]


async def test_asking_for_a_letter_again_changes_nothing(house: AsyncEngine) -> None:
    """Neither a second row nor a second letter, however often it is asked for and delivered."""
    channel = FakeChannel()
    assert [await ask_for(house, a_letter()) for _ in range(2)] == [True, False]
    assert [(await deliver(house, channel)).result for _ in range(3)] == ["sent"] * 3
    assert (len(channel.offered), len(await every(house, tables.Outbox))) == (1, 1)


async def test_what_medical_answers_lies_on_the_medical_side(house: AsyncEngine) -> None:
    """Its words are in medical's schema until they went out, escaped where they are HTML; that it went out, and when, both sides may know."""
    channel = FakeChannel(Handover.DOWN)
    await ask_for(house, an_answer())
    await deliver(house, channel, "answer-1")
    assert await every(house, tables.DispatchWords) == []
    assert [words.tokens for words in await every(house, tables.MedicalDispatchWords)] == [{"response": "No <b>dose</b> & no line"}]
    assert (await deliver(house, sent := FakeChannel(), "answer-1")).result == "sent"
    assert "No &lt;b&gt;dose&lt;/b&gt; &amp; no line" in (sent.offered[0].html or "")
    assert await every(house, tables.MedicalDispatchWords) == []
    assert await story(house) == [("held", "open", "channel_down"), ("sent", "open", None)]


@pytest.mark.parametrize(
    ("statement", "reason"), [("UPDATE person SET status = 'deceased'", Reason.SUPPRESSED), ("UPDATE person SET email = NULL", Reason.NO_RECIPIENT)]
)
async def test_the_gate_refuses_a_letter_as_it_does_a_touch(house: AsyncEngine, statement: str, reason: Reason) -> None:
    """Nothing is offered to the channel; the refusal stays with the letter, in the story, and is not thought over again."""
    await ask_for(house, a_letter())
    await change(house, statement)
    channel = FakeChannel()
    refused = Settled(key=KEY, result="refused", reason=reason)
    assert [await deliver(house, channel) for _ in range(2)] == [refused, refused]
    assert (channel.offered, len(await every(house, tables.Judgement))) == ([], 1)
    assert await story(house) == [("blocked", "commercial", reason)]


async def test_a_letter_with_a_token_that_nobody_fills_is_refused(house: AsyncEngine) -> None:
    """Rather none than one with a hole in it."""
    await ask_for(house, a_letter(values={}))
    assert (await deliver(house, FakeChannel())).result == "refused"


async def test_a_pause_holds_a_letter_and_too_long_a_pause_ends_it(house: AsyncEngine) -> None:
    """A pause of its product holds it as any touch; what is held for longer than two weeks is given up."""
    told: dict[str, Any] = {"kind": "pause", "scope": "product", "value": "cardiolex", "reason": "recall", "by": "user-operator", "at": NOW, "concerned": 0}
    await add(house, tables.Halt(id="halt-1", **told))
    await ask_for(house, a_letter())
    channel = FakeChannel()
    held = await deliver(house, channel)
    assert (held.result, held.reason) == ("deferred", Reason.PAUSED)
    assert (await the_letter(house)).state == "held"
    given_up = await deliver(house, channel, clock=StoppedClock(NOW + PATIENCE))
    assert (given_up.result, given_up.reason, channel.offered) == ("refused", Reason.HELD_TOO_LONG, [])


async def test_an_unknown_result_is_told_and_never_sent_again(house: AsyncEngine) -> None:
    """Whether it arrived nobody knows, so it counts as sent; its words are kept, in case an operator finds that it never did."""
    await ask_for(house, a_letter())
    channel = FakeChannel(Handover.UNKNOWN)
    assert [(await deliver(house, channel)).result for _ in range(2)] == ["unknown"] * 2
    assert (len(channel.offered), len(await every(house, tables.DispatchWords))) == (1, 1)


@pytest.mark.parametrize("wrong", [a_letter(id="a.b"), a_letter(inquiry_id="inquiry-1"), an_answer(inquiry_id=None)])
async def test_a_letter_that_cannot_be_is_not_taken(house: AsyncEngine, wrong: object) -> None:
    """An id that would make another touch's key, an answer to nothing, and a question that nothing answers."""
    with pytest.raises(ValueError, match="a "):
        await ask_for(house, wrong)  # type: ignore[arg-type]


async def test_content_for_another_purpose_is_no_letter(house: AsyncEngine) -> None:
    """Promotion does not go out under the name of a confirmation."""
    await ask_for(house, a_letter(content=ContentRef("hf-dialogue", 2)))
    assert (await deliver(house, FakeChannel())).reason == Reason.CONTENT_NOT_APPROVED


async def test_a_held_letter_rests_for_as_long_as_its_channel_asks(house: AsyncEngine) -> None:
    """The time of the next attempt is told to the workflow, and kept."""
    await ask_for(house, a_letter())
    held = await deliver(house, FakeChannel(Handover.DOWN, retry_after=timedelta(hours=2)))
    assert (held.until, (await the_letter(house)).until) == (NOW + timedelta(hours=2), NOW + timedelta(hours=2))


async def test_two_at_one_mailbox_get_each_their_own_letter(house: AsyncEngine) -> None:
    """The same approved words, with another thing to say to each: neither is a copy of the other's, and none is lost."""
    await add(house, a_person(id="person-twin", email="ASTRID@clinic.example"))
    channel = FakeChannel()
    for letter, person in ((LETTER, ASTRID), ("confirm-2", "person-twin")):
        await ask_for(house, a_letter(id=letter, person_id=person))
        assert (await deliver(house, channel, letter)).result == "sent"
    assert [message.key for message in channel.offered] == [KEY, "confirm-2.dispatch.1"]


async def test_an_attempt_that_was_given_up_does_not_end_the_letter(house: AsyncEngine) -> None:
    """Another attempt has the letter held for its channel; the first comes to life, knows nothing, and leaves it to be offered again."""
    await ask_for(house, a_letter())
    await deliver(house, FakeChannel(Handover.DOWN))
    given_up = Settled(key=KEY, result="unknown")
    assert await StoredDispatches(house).stand(LETTER, given_up, now=NOW) == given_up
    assert (await the_letter(house)).state == "held"
    assert (await deliver(house, FakeChannel())).result == "sent"
