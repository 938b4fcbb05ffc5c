"""What people choose by the links of their messages, on a real PostgreSQL: given with its proof, taken back at once, and asked for by a letter whose link is
good once and for a while."""

from datetime import timedelta

import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.orders import LetterOrder
from api.rows import OptInRow
from api.schemas.consents import NewOptIn
from journeys.content import ContentVersion
from journeys.definitions import Purpose
from orchestrator.mail.links import MailLinks
from orchestrator.store import library, tables
from orchestrator.store.desk.preferences import GOOD_FOR, MOST_A_DAY, StoredPreferences
from orchestrator.store.dispatches import StoredDispatches
from orchestrator.store.engine import transaction
from orchestrator.store.hearing import digest_of
from tests.builders import NOW, a_consent_text, a_content, a_letter
from tests.orchestrator.counting import Counted, counting
from tests.orchestrator.store.desk.filling import ASTRID, ENROLMENT, REP, TOUCH, a_touch, add, astrid, every, once
from tests.orchestrator.store.sending import LINKS, a_ledger

TEXT = a_consent_text("email-all", letter="confirm-consent@1", lasts="10 days")
ONE = a_consent_text("email-one", product="cardiolex")
SMS = a_consent_text("sms-all", channel="sms")


@pytest_asyncio.fixture
async def centre(world: AsyncEngine) -> StoredPreferences:
    """Astrid got a letter and has an open run; three texts are in the library, and the letter that asks for the second click."""
    letter = a_letter(text="{{ confirm }}", html="<p>{{ confirm }}</p>")
    content = a_content("confirm-consent@1", purpose="transactional", letters={"sv": letter, "en": letter})
    await add(world, a_touch())
    async with transaction(world) as session:
        await library.publish_content(session, ContentVersion.model_validate(content), now=NOW)
        for text in (TEXT, ONE, SMS):
            await library.publish_consent_text(session, text, now=NOW)
    return StoredPreferences(world, MailLinks(LINKS, public_url="https://dirigent.example"))


async def _stands(centre: StoredPreferences) -> dict[str, bool]:
    row = await centre.of_touch(TOUCH, now=NOW)
    assert row is not None
    return {line.text: line.allowed for line in row.lines}


async def _new(engine: AsyncEngine) -> list[tables.Consent]:
    """The acts that were added by links, in their order."""
    return sorted((act for act in await every(engine, tables.Consent) if act.captured_by == "recipient"), key=lambda act: (act.at, act.channel))


async def test_each_choice_is_an_act_with_its_evidence(centre: StoredPreferences, world: AsyncEngine) -> None:
    """The touch, the text and its language, the kind of program; twice is once; and the running journey is told."""
    assert await _stands(centre) == {"email-all": True, "email-one": True, "sms-all": False}
    for _ in range(2):
        await centre.withdraw(TOUCH, channel="email", product="cardiolex", agent="browser", now=NOW)
    assert await _stands(centre) == {"email-all": True, "email-one": False, "sms-all": False}
    assert await centre.give(TOUCH, "email-one", language="sv", agent="browser", now=NOW + timedelta(seconds=1))
    taken, given = await _new(world)
    assert (taken.act, taken.product, taken.proof, taken.evidence) == ("withdrawn", "cardiolex", f"touch:{TOUCH}", {"touch": TOUCH, "agent": "browser"})
    assert (given.act, given.text_version, given.language, given.method) == ("given", "email-one", "sv", "preference_page")
    told = [(row.enrolment_id, row.payload["is_"]) for row in await every(world, tables.Outbox)]
    assert [what for run, what in told if run == ENROLMENT and what != "facts_changed"] == ["consent_withdrawn", "consent_given"]


async def test_a_click_proves_the_address_that_it_came_to_and_no_other(centre: StoredPreferences, world: AsyncEngine) -> None:
    """A letter's link gives no consent to text messages, nor to a text that there is not, nor in a language that it has not."""
    for text, language in (("sms-all", "sv"), ("unheard-of", "sv"), ("email-one", "de")):
        await centre.withdraw(TOUCH, channel="email", product=None, agent="browser", now=NOW)
        assert await centre.give(TOUCH, text, language=language, agent="browser", now=NOW + timedelta(minutes=1)) is False
    assert [act.act for act in await _new(world)] == ["withdrawn"]


async def test_a_click_proves_no_address_that_came_later(centre: StoredPreferences, world: AsyncEngine) -> None:
    """Who reads an old mailbox gives nothing for the new one, by the page or by a second click; taking back works from there still."""
    opt_in = await _ask(centre, world)
    letter = a_touch(key=f"{opt_in.id}.dispatch.1", enrolment_id=None, dispatch_id=opt_in.id, message_id="<letter@mail.example>")
    await add(world, letter)
    async with transaction(world) as session:
        person = await session.get_one(tables.Person, ASTRID)
        for key in (TOUCH, letter.key):
            (await session.get_one(tables.Touch, key)).address = digest_of(person.email or "", "email")
    await centre.withdraw(TOUCH, channel="email", product=None, agent="browser", now=NOW)
    for address, may in ((None, True), ("another@hospital.example", False)):
        async with transaction(world) as session:
            person = await session.get_one(tables.Person, ASTRID)
            person.email = address or person.email
        row = await centre.of_touch(TOUCH, now=NOW)
        assert row is not None
        assert [line.can_give for line in row.lines if line.channel == "email"] == [may] * 2
    assert await centre.give(TOUCH, "email-all", language="sv", agent="browser", now=NOW + timedelta(minutes=1)) is False
    assert await centre.confirm(opt_in.id, agent="browser", now=NOW + timedelta(minutes=1)) is False
    assert await centre.withdraw(TOUCH, channel="sms", product=None, agent="browser", now=NOW)


async def test_everything_is_taken_back_at_once(centre: StoredPreferences, world: AsyncEngine) -> None:
    """On every channel that anybody may ask about; a channel or a product that nobody knows is none: no link fills the book with what somebody made up."""
    await centre.withdraw(TOUCH, channel="carrier-pigeon", product=None, agent="program", now=NOW)
    for made_up in ("words of anybody", "a\x00b"):
        assert await centre.withdraw(TOUCH, channel="email", product=made_up, agent="program", now=NOW) is False
    assert await _new(world) == []
    await centre.withdraw(TOUCH, channel=None, product=None, agent="program", now=NOW)
    assert [(act.channel, act.product) for act in await _new(world)] == [("email", None), ("sms", None)]
    assert not any((await _stands(centre)).values())


async def test_what_was_agreed_to_is_shown_in_its_own_words(centre: StoredPreferences, world: AsyncEngine) -> None:
    """Also where another text is in use now; what was agreed to by a text of its own that is retired can be taken back still, and then is gone."""
    older = {text: a_consent_text(text, retired=True, channel="email", product=product) for text, product in (("older", None), ("letters", "newsline"))}
    async with transaction(world) as session:
        for text in older.values():
            await library.publish_consent_text(session, text, now=NOW)
        given = (await session.get_one(tables.Consent, "consent-1")).model_dump()
        for name, later in (("older", 1), ("letters", 2)):
            told = {"id": name, "text_version": name, "product": older[name].product, "at": NOW - timedelta(minutes=9 - later)}
            session.add(tables.Consent(**{**given, **told}))
        stored = await session.get_one(tables.ConsentText, "older")
        stored.body = {**stored.body, "words": {"sv": {**stored.body["words"]["sv"], "text": "Older words: " + stored.body["words"]["sv"]["text"]}}}
    row = await centre.of_touch(TOUCH, now=NOW)
    assert row is not None
    by_line = {(line.channel, line.product): line for line in row.lines}
    assert by_line["email", None].words["sv"].startswith("Older words")
    assert (by_line["email", "newsline"].allowed, by_line["email", "newsline"].can_give) == (True, False)
    assert await centre.withdraw(TOUCH, channel="email", product="newsline", agent="browser", now=NOW)
    assert "letters" not in await _stands(centre)


async def test_a_no_that_another_system_heard_is_not_said_to_be_lifted_by_a_click(centre: StoredPreferences, world: AsyncEngine) -> None:
    """A consent here would leave it standing, so that none is offered and none is recorded."""
    async with transaction(world) as session:
        given = (await session.get_one(tables.Consent, "consent-1")).model_dump()
        session.add(tables.Consent(**{**given, "id": "no", "act": "withdrawn", "source": "crm", "source_id": "1", "at": NOW}))
    row = await centre.of_touch(TOUCH, now=NOW)
    assert row is not None
    assert [(line.held, line.can_give) for line in row.lines if line.channel == "email"] == [(True, False)] * 2
    assert await centre.give(TOUCH, "email-all", language="sv", agent="browser", now=NOW + timedelta(minutes=1)) is False


async def test_an_objection_leaves_nothing_to_choose(centre: StoredPreferences, world: AsyncEngine) -> None:
    """It is on record with its method, and nothing can be given by a link any more."""
    await centre.object(TOUCH, now=NOW)
    row = await centre.of_touch(TOUCH, now=NOW)
    assert row is not None
    assert (row.objected, row.lines) == (True, ())
    assert [(objection.person_id, objection.method) for objection in await every(world, tables.Objection)] == [(ASTRID, "preference_page")]
    await centre.withdraw(TOUCH, channel="email", product=None, agent="browser", now=NOW)
    assert await centre.give(TOUCH, "email-one", language="sv", agent="browser", now=NOW + timedelta(minutes=1)) is False


async def test_giving_has_its_limit_and_taking_back_has_none(centre: StoredPreferences) -> None:
    """Whoever plays with the buttons all day is stopped at a consent, never at a withdrawal."""
    for number in range(MOST_A_DAY):
        at = NOW + timedelta(seconds=2 * number)
        await centre.withdraw(TOUCH, channel="email", product=None, agent="browser", now=at)
        assert await centre.give(TOUCH, "email-all", language="sv", agent="browser", now=at + timedelta(seconds=1))
    at = NOW + timedelta(hours=1)
    await centre.withdraw(TOUCH, channel="email", product=None, agent="browser", now=at)
    assert await centre.give(TOUCH, "email-all", language="sv", agent="browser", now=at + timedelta(seconds=1)) is False
    row = await centre.of_touch(TOUCH, now=at + timedelta(seconds=1))
    assert row is not None
    assert not row.lines[0].allowed


async def _ask(centre: StoredPreferences, engine: AsyncEngine, key: str = "a-key-of-mine") -> OptInRow:
    asked = NewOptIn(text_version="email-all", language="sv")
    return await centre.ask(REP, await astrid(engine), asked, TEXT, once=once(key), now=NOW)


async def test_a_double_opt_in_is_asked_by_a_letter_that_the_gate_lets_out(centre: StoredPreferences, world: AsyncEngine) -> None:
    """It is no promotion, so that it needs no consent; it carries the link; and asking again sends no second letter."""
    async with transaction(world) as session:
        session.add(tables.Consent(**{**(await session.get_one(tables.Consent, "consent-1")).model_dump(), "id": "no", "act": "withdrawn", "at": NOW}))
    opt_in = await _ask(centre, world)
    assert (await _ask(centre, world, "another-key")).id == opt_in.id
    (row,) = await every(world, tables.Dispatch)
    assert (row.id, row.purpose, row.channel) == (opt_in.id, Purpose.TRANSACTIONAL, "email")
    order = await StoredDispatches(world).read(opt_in.id)
    assert isinstance(order, LetterOrder)
    reserved = await a_ledger(world).reserve(order, now=NOW)
    assert reserved.message is not None, reserved.blocked
    assert reserved.message.text.strip() == f"https://dirigent.example/c/{LINKS.confirm(opt_in.id)}"


async def test_the_second_click_is_the_consent(centre: StoredPreferences, world: AsyncEngine) -> None:
    """With who asked and when, the letter, the text and its time; twice is once."""
    await centre.withdraw(TOUCH, channel="email", product=None, agent="browser", now=NOW)
    opt_in = await _ask(centre, world)
    assert not (await _stands(centre))["email-all"]
    at = NOW + timedelta(days=1)
    assert [await centre.confirm(opt_in.id, agent="browser", now=at) for _ in range(2)] == [True, True]
    (given,) = [act for act in await _new(world) if act.act == "given"]
    assert (given.method, given.proof, given.text_version, given.language, given.at) == ("double_opt_in", f"opt-in:{opt_in.id}", "email-all", "sv", at)
    assert given.expires == at + timedelta(days=10)
    assert [row.undone for row in [await centre.opt_in(opt_in.id)] if row is not None] == [False]
    await centre.withdraw(TOUCH, channel="email", product=None, agent="browser", now=at + timedelta(hours=1))
    assert [row.undone for row in [await centre.opt_in(opt_in.id)] if row is not None] == [True]
    assert await centre.confirm(opt_in.id, agent="browser", now=at + timedelta(hours=2)) is False
    assert given.evidence is not None
    assert (given.evidence["asked_by"], given.evidence["agent"], given.evidence["touch"]) == ("user-rep", "browser", f"{opt_in.id}.dispatch.1")


async def test_a_second_click_that_is_too_late_or_unwanted_gives_nothing(centre: StoredPreferences, world: AsyncEngine) -> None:
    """After its time, and after an objection."""
    opt_in = await _ask(centre, world)
    assert await centre.confirm(opt_in.id, agent="browser", now=NOW + GOOD_FOR) is False
    await centre.object(TOUCH, now=NOW)
    assert await centre.confirm(opt_in.id, agent="browser", now=NOW) is False
    assert await _new(world) == []


async def test_each_choice_that_comes_to_nothing_is_counted(centre: StoredPreferences, world: AsyncEngine) -> None:
    """By what it was and why: nothing is swallowed in silence."""
    opt_in = await _ask(centre, world)
    risen: Counted = {}
    with counting(risen):
        for _ in range(2):
            await centre.withdraw(TOUCH, channel="email", product=None, agent="browser", now=NOW)
        await centre.give(TOUCH, "sms-all", language="sv", agent="browser", now=NOW)
        await centre.confirm(opt_in.id, agent="browser", now=NOW + GOOD_FOR)
        await _ask(centre, world, "another-key")
    assert risen == {("unsubscription", "repeated"): 1, ("consent", "not_here"): 1, ("consent", "too_late"): 1, ("request", "repeated"): 1}
