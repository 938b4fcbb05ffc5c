"""Taking back through the whole house, in the middle of every kind of wait: each run learns it at once, and the last touch is no later than the limit, by
the clock of the server that took the mail and of the database that has the withdrawal."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlmodel import col, select

from journeys.markets import MarketPolicy
from journeys.reasons import Reason
from journeys.shapes import read_back
from orchestrator.store import library, stimuli, tables
from orchestrator.store.engine import transaction
from tests.builders import Authored, a_journey, a_rep_email, a_visit, a_wait, an_email, an_exit
from tests.end_to_end.conftest import Opening
from tests.end_to_end.house import Desk, House, link, unsubscribe
from tests.end_to_end.test_requests import bring, requests
from tests.journeys.playing import a_parallel, a_request, a_sub_journey, a_wait_with
from tests.orchestrator.requests.others import another_system, reply
from tests.orchestrator.store.desk.filling import a_version

ALVA = "alva.tallmark@norrviken.example"
AT_MOST = timedelta(seconds=5)
"""How long after the withdrawal the last touch may be."""


def _letter(**changes: Any) -> Authored:
    return an_email(**{"email": {"content": "hf-dialogue@2"}, "blocked": {"no_consent": "done", "otherwise": "wait"}, "next": "done", **changes})


_BOOKED: Authored = {"event": "appointment_booked", "up_to": "30 days"}
_LINES = {"meeting": a_visit(next="join"), "booking": a_wait_with("join", **_BOOKED)}
KINDS: dict[str, dict[str, Authored]] = {
    "a-visit": {"first": a_visit(next="letter")},
    "an-email-of-the-reps": {"first": a_rep_email(email={"content": "hf-dialogue@2"}, blocked={"otherwise": "letter"}, next="letter")},
    "something-heard": {"mail": _letter(next="first"), "first": a_wait("clicked", next={"clicked": "letter", "otherwise": "done"})},
    "an-event": {"first": a_wait_with("letter", **_BOOKED)},
    "a-held-touch": {"first": _letter(email={"content": "never-approved@1"}, blocked={"no_consent": "letter", "otherwise": "wait"}, next="letter")},
    "another-system": {"first": a_request("letter", "in_stock", "short")},
    "another-journey": {"first": a_sub_journey("letter", start="the-inner-one")},
    "lines-side-by-side": {
        "first": a_parallel("letter", one="meeting", two="booking"),
        "meeting": a_visit(next="join"),
        "booking": a_wait_with("join", **_BOOKED),
    },
}
"""By what a run waits for: its steps, after which it would send a letter. It rests at `first`."""
INNER = {"first": a_visit(next="letter")}


@asynccontextmanager
async def _waiting(opened: Any, other: Any) -> AsyncIterator[tuple[House, str, dict[str, str]]]:
    """Alva in a run of every kind, each at its wait; one letter has gone out."""
    async with opened(endpoints={"stock": other.endpoint}) as house:
        async with transaction(house.engine) as session:
            policy = read_back(MarketPolicy, (await session.get_one(tables.Market, "SE")).body)
            await library.publish_market(session, policy.model_copy(update={"journeys_at_once": 20, "weekly_cap": 20}), now=datetime.now(UTC))
            for journey, steps in {**KINDS, "the-inner-one": INNER}.items():
                written = a_journey(journey=journey, start=next(iter(steps)), steps={**steps, "letter": _letter(), "done": an_exit()})
                session.add(a_version(written, effective_from=datetime.now(UTC)))
                await stimuli.keep(session, written)
        anna = house.desk("rep-anna")
        alva = await anna.person("Tallmark")
        runs = {journey: await anna.enrol(alva, journey) for journey in KINDS}
        for journey, doing in _RESTS.items():
            await anna.standing(runs[journey], doing, "first")
        await requests(house, runs["another-system"], "accepted")
        await house.mails(ALVA)
        yield house, alva, runs


_RESTS = {"a-visit": "task", "an-email-of-the-reps": "task", "a-held-touch": "held", "lines-side-by-side": "joining"}
_RESTS = {journey: _RESTS.get(journey, "waiting") for journey in KINDS}
"""How a run stands at `first`."""


async def _go_on(house: House, alva: str, runs: dict[str, str]) -> None:
    """All that the runs wait for happens."""
    anna = house.desk("rep-anna")
    await house.public.get(link(house.mails_to(ALVA)[0]))
    event = {"source": "booking", "id": uuid4().hex, "event": "appointment_booked", "key": "4711", "person": alva, "at": datetime.now(UTC).isoformat()}
    fields = {"starts_at": (datetime.now(UTC) + timedelta(days=3)).isoformat()}
    await house.desk("admin").post("/events", {**event, "fields": fields})
    await bring(house, (await requests(house, runs["another-system"], "accepted"))["key"], "in_stock")
    for task in await anna.all("/tasks", person=alva):
        await anna.complete(task["id"], "interested", "face_to_face")
    for run in runs.values():
        await anna.standing(run, "ended")


async def _touches(house: House) -> list[tables.Touch]:
    """The e-mails that went out, the last one last."""
    async with transaction(house.engine) as session:
        sent = select(tables.Touch).where(tables.Touch.channel == "email", tables.Touch.state == "accepted").order_by(col(tables.Touch.settled_at))
        return list(await session.exec(sent))


async def _second_record(house: House) -> str:
    """Another record with Alva's address, in a run that waits for a visit."""
    async with transaction(house.engine) as session:
        now, rows = (
            datetime.now(UTC),
            {"given_name": "A.", "family_name": "Tallmark-Berg", "profession": "physician", "market": "SE", "territory_id": "stockholm"},
        )
        session.add(tables.Person(id="the-other-record", email=ALVA.upper(), created_at=now, updated_at=now, **rows))
        await session.flush()
        session.add(tables.CommercialProfile(person_id="the-other-record", persona="pioneer", updated_at=now))
        consent: dict[str, Any] = {"act": "given", "channel": "email", "purpose": "promotional", "market": "SE", "method": "paper", "captured_by": "rep-anna"}
        session.add(tables.Consent(id="the-other-consent", person_id="the-other-record", text_version="se-email-2025-1", at=now, recorded_at=now, **consent))
    return await house.desk("rep-anna").enrol("the-other-record", "a-visit")


async def _refused(house: House, reason: Reason) -> set[str]:
    """The journeys of which a touch was refused for this reason."""
    async with transaction(house.engine) as session:
        asked = select(tables.Enrolment.journey).join(tables.TimelineEntry, col(tables.TimelineEntry.enrolment_id) == tables.Enrolment.id)
        return set(await session.exec(asked.where(tables.TimelineEntry.what == "blocked", tables.TimelineEntry.reason == reason)))


async def test_a_withdrawal_reaches_every_kind_of_wait_and_every_record(open_house: Opening) -> None:
    """One click; then everything that the runs waited for happens, and not one of them writes again, nor does the other record of the address."""
    async with another_system(reply(202)) as other, _waiting(open_house, other) as (house, alva, runs):
        anna: Desk = house.desk("rep-anna")
        second = await _second_record(house)
        await anna.task(second, "first")
        (mail,) = house.mails_to(ALVA)
        assert (await house.public.post(unsubscribe(mail))).status_code == 200
        for journey in ("an-email-of-the-reps", "a-held-touch"):  # nothing needs to happen there any more
            await anna.standing(runs[journey], "ended")
        await _go_on(house, alva, runs)
        await anna.complete(await anna.task(second, "first"), "interested", "face_to_face")
        await anna.standing(second, "ended")
        assert await _refused(house, Reason.CONSENT_WITHDRAWN) == {*KINDS, "the-inner-one"}
        async with transaction(house.engine) as session:
            taken_back = (await session.exec(select(tables.Consent).where(tables.Consent.act == "withdrawn"))).one()
        last = (await _touches(house))[-1].settled_at
        assert last is not None
        assert last - taken_back.recorded_at <= AT_MOST
        assert len(house.mails_to(ALVA)) == 1


async def test_an_objection_ends_every_kind_of_wait(open_house: Opening) -> None:
    """Nothing has to happen: each run ends where it stands, its tasks are taken back, and nothing goes out any more."""
    async with another_system(reply(202)) as other, _waiting(open_house, other) as (house, alva, runs):
        anna = house.desk("rep-anna")
        await anna.post(f"/people/{alva}/objection", {"method": "letter"})
        for run in runs.values():
            assert (await anna.standing(run, "ended"))["reason"] == "objected"
        assert await anna.all("/tasks", person=alva) == []
        assert len(house.mails_to(ALVA)) == len(await _touches(house)) == 1
