"""Rules and judgements on a real PostgreSQL: set once and audited with what was before; told within territory and side, for the past and for now."""

from datetime import timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from orchestrator.store import tables
from orchestrator.store.desk.judgements import StoredJudgements
from orchestrator.store.desk.markets import StoredMarkets
from tests.builders import NOW, a_journey, a_market, an_email
from tests.orchestrator.store.desk.filling import ASTRID, AWAY, COMPLIANCE, ENROLMENT, MARKETING, REP, TOUCH, a_person, a_touch, add, an_enrolment, every
from tests.orchestrator.store.operating import a_standing
from tests.orchestrator.store.sending import NURSE, a_consent, a_ledger, a_touch_order, change, set_cap

JOURNEY = a_journey().journey
MAILING = a_journey(steps={"follow-up": an_email(next="done"), "done": {"exit": {"reason": "finished"}}})


def judgements(engine: AsyncEngine) -> StoredJudgements:
    return StoredJudgements(engine, channels=("email",))


async def test_rules_are_set_over_those_that_were_read(world: AsyncEngine) -> None:
    """Audited with the former and the new ones, whole; whoever read older ones changes nothing."""
    markets = StoredMarkets(world)
    (read,) = await markets.all()
    assert (read.policy, read.imported) == (a_market(), True)
    done = await markets.set(COMPLIANCE, a_market(weekly_cap=1), replaces=read.digest, remark="remark-1", now=NOW)
    assert done is not None
    assert (done.policy.caps[0].at_most, done.imported, done.operation) == (1, False, None)
    assert await markets.set(COMPLIANCE, a_market(weekly_cap=9), replaces=read.digest, remark="remark-2", now=NOW) is None
    found = await markets.find("SE")
    assert found is not None
    assert (found.digest, found.policy, found.imported) == (done.digest, done.policy, False)
    (line,) = [line for line in await every(world, tables.AuditEntry) if line.action == "market.set"]
    assert (line.by, line.subject, line.details["remark"]) == ("user-compliance", "market:SE", "remark-1")
    assert [line.details[when]["caps"][0]["at_most"] for when in ("before", "after")] == [2, 1]


async def test_a_new_market_replaces_nothing(world: AsyncEngine) -> None:
    """And is set once."""
    markets = StoredMarkets(world)
    finland = a_market("FI", country="FI")
    assert await markets.set(COMPLIANCE, finland, replaces="a" * 64, remark="r", now=NOW) is None
    assert await markets.set(COMPLIANCE, finland, replaces=None, remark="r", now=NOW) is not None
    assert await markets.set(COMPLIANCE, finland, replaces=None, remark="r", now=NOW) is None


async def test_the_past_is_told_as_it_was_judged(world: AsyncEngine) -> None:
    """Every time, with the checks in their order, what each saw, where its rule comes from, and what the ledger knows by now."""
    await set_cap(world, 1)
    await add(world, a_touch(key="enr1.earlier.1", message_id=None))
    await a_ledger(world).reserve(a_touch_order(), now=NOW)
    await change(world, "UPDATE touch SET state = 'refused'")
    await a_ledger(world).reserve(a_touch_order(move=2), now=NOW + timedelta(minutes=1))
    held, sent = await judgements(world).of_touch(REP, TOUCH)
    assert (held.verdict, held.reason, held.channel, held.content, held.step) == ("deferred", "weekly_cap", "email", "hf-dialogue@2", "follow-up")
    assert held.sentence == "Held because the cap of touches, over all journeys and channels, is reached."
    cap = next(check for check in held.checks if check.rule == "cap")
    assert (cap.saw, cap.inputs["caps"][0]["counted"], cap.verdict) == ("1 of 1 in the last 7 days", 1, "deferred")
    assert all(check.saw and check.source for check in held.checks)
    assert (sent.verdict, sent.state) == ("allowed", "reserved")
    assert await judgements(world).of_person(REP, ASTRID, journey=None, step=None, limit=9) == [sent, held]
    assert await judgements(world).of_person(REP, ASTRID, journey=JOURNEY, step="another", limit=9) == []
    assert len(await judgements(world).of_person(REP, ASTRID, journey=JOURNEY, step="follow-up", limit=1)) == 1


async def test_what_lies_elsewhere_is_not_told(world: AsyncEngine) -> None:
    """Not to a rep of another territory, also where the nurse who was written to is one of theirs; and no answer of medical's to commercial."""
    await add(world, a_consent(id="consent-nurse", person_id=NURSE))
    await a_ledger(world).reserve(a_touch_order(to="nurse"), now=NOW)
    assert len(await judgements(world).of_person(REP, NURSE, journey=None, step=None, limit=9)) == 1
    await change(world, "UPDATE person SET territory_id = :away WHERE id = :id", away=AWAY, id=ASTRID)
    assert await judgements(world).of_person(REP, NURSE, journey=None, step=None, limit=9) == []
    assert await judgements(world).of_touch(REP, TOUCH) == []
    assert len(await judgements(world).of_touch(COMPLIANCE, TOUCH)) == 1
    await change(world, "UPDATE enrolment SET purpose = 'medical_response'")
    assert await judgements(world).of_touch(MARKETING, TOUCH) == []
    assert len(await judgements(world).of_touch(COMPLIANCE, TOUCH)) == 1


async def test_if_it_were_sent_now_is_judged_with_todays_evidence_and_writes_nothing(world: AsyncEngine) -> None:
    """In the run that the person is in, with its place; and in one that they are not in."""
    await add(world, a_standing(ENROLMENT, step="follow-up", doing="held"))

    async def asked(person: str = ASTRID, **journey: Any) -> tuple[str, str | None, str | None]:
        said = await judgements(world).if_sent_now(person, MAILING.model_copy(update=journey), "follow-up", now=NOW)
        assert said is not None
        return said.verdict, said.reason, said.enrolment_id

    assert await judgements(world).version_of(ASTRID, JOURNEY) == 1
    assert await asked() == ("allowed", None, ENROLMENT)
    assert await asked(journey="another") == ("allowed", None, None)
    assert await asked(NURSE) == ("refused", "no_consent", None)
    await change(world, "UPDATE person SET status = 'deceased' WHERE id = :id", id=ASTRID)
    assert await asked() == ("refused", "suppressed", ENROLMENT)
    assert await every(world, tables.Judgement) == []
    assert await every(world, tables.WaitingTouch) == []
    assert {row.id for row in await every(world, tables.Enrolment)} == {ENROLMENT}


async def test_a_person_without_runs_is_judged_too(world: AsyncEngine) -> None:
    """Nothing is on record of them: the past is empty, and now is judged."""
    await add(world, a_person(id="person-new", email=None), an_enrolment(id="other", person_id="person-new", status="ended"))
    assert await judgements(world).of_person(REP, "person-new", journey=None, step=None, limit=9) == []
    said = await judgements(world).if_sent_now("person-new", MAILING, "follow-up", now=NOW)
    assert (said.reason if said is not None else None) == "no_consent"
    assert await judgements(world).if_sent_now("person-new", MAILING, "done", now=NOW) is None
