"""Replies on a real PostgreSQL: stored once, heard, given to whom they concern, and looked through; programs and mail systems are told from people."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from api.paging import Slice
from api.ports import Brought
from api.rows import NotificationRow, ReplyRow
from api.who import Who
from orchestrator.replies.letters import read
from orchestrator.store import tables
from orchestrator.store.desk.notifications import StoredNotifications
from orchestrator.store.desk.replies import StoredReplies
from orchestrator.webhooks.postmark import Postmark
from orchestrator.webhooks.telling import Provider
from orchestrator.webhooks.twilio import Twilio
from tests.builders import NOW
from tests.orchestrator.replies.letters import OURS, a_letter, a_report
from tests.orchestrator.store.desk.filling import ADMIN, ASTRID, BO, MEDICAL, MSL, REP, TOUCH, a_touch, add, every
from tests.orchestrator.store.sending import change
from tests.orchestrator.webhooks.signers import from_postmark, from_twilio

A_DAY = timedelta(days=1)


@pytest.fixture
async def sent(world: AsyncEngine) -> AsyncEngine:
    """An e-mail to Astrid, in a run that the rep conducts, has gone out."""
    await add(world, a_touch(message_id=f"<{OURS}>"))
    return world


def the_desk(engine: AsyncEngine) -> StoredReplies:
    providers: dict[str, Provider] = {
        "postmark": Postmark(username="dirigent", password="a-long-secret"),
        "twilio": Twilio("twilio-token", public_url="https://dirigent.example"),
    }
    return StoredReplies(engine, providers, {}, mail_domain="mail.example", real=lambda: NOW)


async def take(engine: AsyncEngine, *words: str, **headers: str) -> str:
    return await the_desk(engine).take(read(a_letter(*words, **headers).as_bytes()), now=NOW)


async def seen(engine: AsyncEngine, who: Who, **asked: Any) -> list[ReplyRow]:
    return list((await the_desk(engine).page(who, **{"standing": None, "unread": None, "safety": None, **asked}, cut=Slice())).rows)


async def heard(engine: AsyncEngine) -> list[str]:
    return sorted(fact.heard for fact in await every(engine, tables.HeardFact))


async def test_an_answer_is_heard_and_given_to_the_rep(sent: AsyncEngine) -> None:
    """Once by its Message-ID, whichever way it came; the words are read by commercial, and that they were is noted."""
    given = from_postmark({"RawEmail": a_letter().as_string()})
    assert await the_desk(sent).bring("postmark", Brought(given.headers, given.body, ""), now=NOW) == "replied"
    assert await take(sent) == "repeated"
    assert await heard(sent) == ["replied"]
    (row,) = await seen(sent, REP, unread=True)
    assert (row.told, row.person_id, row.touch_key) == (REP.id, ASTRID, TOUCH)
    found = await the_desk(sent).read(REP, row.id, now=NOW)
    assert found is not None
    assert (found[1], found[0].read_at) == ("Thank you, please come on Tuesday.", NOW)
    assert await seen(sent, MSL) == []
    assert await seen(sent, REP, unread=True) == []


async def test_an_answer_to_medical_is_medical_s(sent: AsyncEngine) -> None:
    """Its words lie in the schema of medical; no commercial role finds it, and that it is read is audited."""
    await add(sent, a_touch(key="letter", message_id="<medical@mail.example>", purpose="medical_response"))
    await take(sent, "What of dialysis?", In_Reply_To="<medical@mail.example>")
    assert await seen(sent, REP) == []
    (row,) = await seen(sent, MEDICAL)
    found = await the_desk(sent).read(MEDICAL, row.id, now=NOW)
    assert found is not None
    assert found[1] == "What of dialysis?"
    assert [line.action for line in await every(sent, tables.AuditEntry)] == ["reply.read"]
    assert await every(sent, tables.ReplyWords) == []
    assert await the_desk(sent).read(REP, row.id, now=NOW) is None


async def test_what_nobody_can_place_is_medical_s_too(sent: AsyncEngine) -> None:
    """It may hold a question that sales must not read; it is counted and visible."""
    assert await take(sent, In_Reply_To="<who@knows>") == "unknown_touch"
    assert (len(await seen(sent, MEDICAL, standing="unknown_touch")), await seen(sent, REP), await heard(sent)) == (1, [], [])


async def test_the_address_alone_says_what_is_answered(sent: AsyncEngine) -> None:
    """Behind the plus, where a mail program leaves the headers out."""
    assert await take(sent, In_Reply_To="", To=f"replies+{OURS.partition('@')[0]}@mail.example") == "replied"


async def test_a_program_s_answer_is_no_reply(sent: AsyncEngine) -> None:
    """On holiday until Monday: kept, and the run hears nothing."""
    assert await take(sent, "I am away; STOP.", Auto_Submitted="auto-replied") == "automatic"
    assert (await heard(sent), await seen(sent, REP, standing="replied")) == ([], [])


async def test_a_report_of_a_mail_system_is_a_fact_of_its_message(sent: AsyncEngine) -> None:
    """It bounced: heard as that, and no reply."""
    assert await the_desk(sent).take(read(a_report()), now=NOW) == "report"
    assert (await heard(sent), await every(sent, tables.Reply)) == (["bounced"], [])
    (fact,) = await every(sent, tables.FactIn)
    assert (fact.source, fact.kind, fact.code, fact.touch_key) == ("mail", "bounced", "5.1.1", TOUCH)


async def test_who_answers_stop_gets_no_more(sent: AsyncEngine) -> None:
    """The consent is withdrawn, for the channel of the message."""
    assert await take(sent, "STOP") == "unsubscribed"
    (act,) = [act for act in await every(sent, tables.Consent) if act.act == "withdrawn"]
    assert (act.channel, act.purpose, act.method) == ("email", "promotional", "reply")


async def test_words_of_safety_are_found(sent: AsyncEngine) -> None:
    """In what was written, and not in what it quotes."""
    await take(sent, "En patient fick svåra biverkningar.")
    await take(sent, "Tack.\n\n> Rapportera biverkningar till oss.", Message_ID="<answer-2@x>")
    assert [row.safety for row in await seen(sent, REP, safety=True)] == [True]
    assert len(await seen(sent, REP, safety=False)) == 1


async def test_words_of_safety_are_found_in_what_seems_to_be_a_program_s_too(sent: AsyncEngine) -> None:
    """A person's may look so, by way of a list or of a hospital's mail system: no reply, and yet put before drug safety."""
    assert await take(sent, "En patient fick svåra biverkningar.", Precedence="bulk") == "automatic"
    assert [flag.person_id for flag in await every(sent, tables.SafetyFlag)] == [ASTRID]


async def test_a_text_answers_what_was_last_sent_to_its_number(sent: AsyncEngine) -> None:
    """On the same channel, to whichever record of the number; STOP ends that channel alone."""
    for number, person in enumerate((ASTRID, BO)):
        await add(sent, a_touch(key=f"sms-{number}", person_id=person, channel="sms", message_id=None, at=NOW + number * A_DAY))
    async with sent.begin() as connection:
        await connection.exec_driver_sql("UPDATE person SET mobile = '+46701740605'")
    given = from_twilio("MessageSid=SM9&From=%2B46701740605&Body=Stop", target="/webhooks/twilio/replies")
    brought = Brought(given.headers, given.body, given.target)
    assert [await the_desk(sent).bring("twilio", brought, now=NOW) for _ in range(2)] == ["unsubscribed", "repeated"]
    (act,) = [act for act in await every(sent, tables.Consent) if act.act == "withdrawn"]
    assert (act.person_id, act.channel) == (BO, "sms")


async def test_what_is_not_proved_or_not_understood_is_refused(sent: AsyncEngine) -> None:
    """Nothing is stored of it."""
    forged = from_postmark({"RawEmail": "x"}, credentials="dirigent:a-guess")
    odd = from_postmark(json.loads('["no message"]'))
    codes = [await the_desk(sent).bring("postmark", Brought(given.headers, given.body, ""), now=NOW) for given in (forged, odd)]
    assert [getattr(each, "code", each) for each in codes] == ["signature_invalid", "invalid"]
    assert await every(sent, tables.Reply) == []


async def test_stop_is_meant_though_nothing_was_sent_to_the_number(world: AsyncEngine) -> None:
    """It comes from the number of a record, on a channel by which nothing of ours is known to have gone: consent to it is withdrawn all the same."""
    async with world.begin() as connection:
        await connection.exec_driver_sql(f"UPDATE person SET mobile = '+46701740605' WHERE id = '{ASTRID}'")  # noqa: S608 - a name of this suite
    for number, standing in (("%2B46701740605", "unknown_touch"), ("%2B46709999999", "unknown_touch")):
        given = from_twilio(f"MessageSid=SM{number[-4:]}&From={number}&Body=Stop", target="/webhooks/twilio/replies")
        assert await the_desk(world).bring("twilio", Brought(given.headers, given.body, given.target), now=NOW) == standing
    (act,) = [act for act in await every(world, tables.Consent) if act.act == "withdrawn"]
    assert (act.person_id, act.channel, act.purpose, act.method, act.proof is not None) == (ASTRID, "sms", "promotional", "reply", True)


async def test_what_could_not_be_placed_is_placed_once_its_message_is_known(sent: AsyncEngine) -> None:
    """A text from a number that is put on record later, and an e-mail whose message the provider calls otherwise: heard, told to the rep, and its words given
    over from medical to commercial; one that medical has read meanwhile keeps its words there."""
    await add(sent, a_touch(key="sms-1", channel="sms", message_id=None))
    given = from_twilio("MessageSid=SM9&From=%2B46701740605&Body=Stop", target="/webhooks/twilio/replies")
    brought = Brought(given.headers, given.body, given.target)
    desk = the_desk(sent)
    assert await desk.bring("twilio", brought, now=NOW) == "unknown_touch"
    nameless = from_twilio("MessageSid=SM8&From=%2B46701740605&Body=Hej", target="/webhooks/twilio/replies")
    await desk.bring("twilio", Brought(nameless.headers, nameless.body, nameless.target), now=NOW)
    await change(sent, "UPDATE reply SET names = '[]' WHERE source_id = 'SM8'")  # as it was before the number's digest was kept
    await take(sent, "On Tuesday, please.", In_Reply_To="<0102-77@eu-north-1.amazonses.com>")
    await take(sent, "What of dialysis?", In_Reply_To="<0102-78@eu-north-1.amazonses.com>", Message_ID="<answer-2@x>")
    (question,) = [row.reply_id for row in await every(sent, tables.MedicalReplyWords) if row.words == "What of dialysis?"]
    await desk.read(MEDICAL, question, now=NOW)
    again: dict[str, Any] = {"source": None, "most": 10, "remark": "remark-1", "now": NOW + A_DAY}
    assert await desk.judge_again(ADMIN, **again) == {"unknown_touch": 4}
    await change(sent, "UPDATE person SET mobile = '+46701740605' WHERE id = 'person-astrid'")
    for number in (77, 78):
        await add(sent, a_touch(key=f"ses-{number}", message_id=f"<{number}@x>", provider_id=f"0102-{number}"))
    assert await desk.judge_again(ADMIN, **again) == {"unsubscribed": 1, "replied": 2, "unknown_touch": 1}
    assert {row.words for row in await every(sent, tables.ReplyWords)} == {"Stop", "On Tuesday, please."}
    assert {row.words for row in await every(sent, tables.MedicalReplyWords)} == {"What of dialysis?", "Hej"}
    assert [act.channel for act in await every(sent, tables.Consent) if act.act == "withdrawn"] == ["sms"]
    assert (await heard(sent), len(await seen(sent, REP)), len(await every(sent, tables.Notification))) == (["replied"] * 3, 2, 2)
    assert [row.action for row in await every(sent, tables.AuditEntry)].count("reply.placed") == 3
    assert await desk.judge_again(ADMIN, **again) == {"unknown_touch": 1}


async def test_who_is_given_an_answer_is_told_of_it(sent: AsyncEngine) -> None:
    """Among the notifications, without its words, until it is read; a program's answer tells nobody."""
    await take(sent)
    await take(sent, "I am away.", Auto_Submitted="auto-replied", Message_ID="<away@x>")
    book = StoredNotifications(sent)
    (line,) = (await book.page(REP, unread=True, cut=Slice())).rows
    assert isinstance(line, NotificationRow)
    assert line.reply is not None
    assert line.person is not None
    assert (line.reply.standing, line.reply.channel, line.person.id) == ("replied", "email", ASTRID)
    await the_desk(sent).read(REP, line.reply.id, now=NOW)
    assert (await book.page(REP, unread=True, cut=Slice())).rows == ()
