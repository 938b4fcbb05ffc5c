"""Consent: what a person allowed, with its evidence; how it stands; and how it is taken back, which every running journey learns at once."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends

from api.attempts import Attempted
from api.codes import Code
from api.house import House
from api.idempotency import Once
from api.nudging import Nudged
from api.problems import in_field, responses
from api.routers.people import found_person
from api.schemas.consents import ConsentLine, ConsentRecord, ConsentStanding, NewConsent, NewObjection, NewWithdrawal, ObjectionRecord
from api.security import Anyone, only
from api.who import Role, Who
from journeys.consents import ConsentAct, missing
from journeys.content import MEETINGS

router = APIRouter(prefix="/people/{person_id}", tags=["consents"])

Recorder = Annotated[Who, Depends(only(Role.REP, Role.COMPLIANCE, Role.ADMIN))]


@router.get("/consents", summary="Read a person's consents", responses=responses(401, 404))
async def read_consents(person_id: str, who: Anyone, house: House) -> ConsentRecord:
    """Every act on record with its evidence, and how each channel and purpose stands now."""
    person = await found_person(house, who, person_id)
    acts = await house.consents.of_person(person_id)
    now = house.clock.now()
    standing = tuple(_standing(acts, channel, purpose, person.market, now) for channel, purpose in sorted({(act.channel, act.purpose) for act in acts}))
    return ConsentRecord(person_id=person_id, objected_at=await house.consents.objected_at(person_id), standing=standing, acts=acts)


@router.post("/consents", status_code=201, summary="Record a consent", dependencies=[Nudged], responses=responses(401, 403, 404, 422))
async def record_consent(person_id: str, body: NewConsent, who: Recorder, house: House, attempt: Attempted) -> ConsentLine:
    """Record what the person agreed to, in which text and language, how, and where the proof is."""

    async def work(once: Once) -> ConsentLine:
        person = await found_person(house, who, person_id)
        _require_channel(body.channel, (*MEETINGS, *house.channels))
        now = house.clock.now()
        if body.at is not None and body.at > now:
            raise in_field(Code.IN_THE_FUTURE, "A consent is recorded after it was given.", "/at")
        return await house.consents.record(who, person, body, once=once, now=now)

    return await attempt.once(body, ConsentLine, work)


@router.post("/consents/withdraw", status_code=201, summary="Withdraw a consent", dependencies=[Nudged], responses=responses(401, 404, 422))
async def withdraw_consent(person_id: str, body: NewWithdrawal, who: Anyone, house: House, attempt: Attempted) -> ConsentLine:
    """Record that the person takes a consent back. Whoever hears it may record it: taking back is as easy as giving."""

    async def work(once: Once) -> ConsentLine:
        person = await found_person(house, who, person_id)
        given = [act.channel for act in await house.consents.of_person(person_id)]  # by a channel, perhaps, that there is no more
        _require_channel(body.channel, (*MEETINGS, *house.channels, *given))
        return await house.consents.withdraw(who, person, body, once=once, now=house.clock.now())

    return await attempt.once(body, ConsentLine, work)


@router.post("/objection", status_code=201, summary="Record an objection", dependencies=[Nudged], responses=responses(401, 404, 422))
async def object_to_marketing(person_id: str, body: NewObjection, who: Anyone, house: House, attempt: Attempted) -> ObjectionRecord:
    """Record that the person objects to direct marketing: every promotional journey of theirs ends at once, and none begins again."""

    async def work(once: Once) -> ObjectionRecord:
        person = await found_person(house, who, person_id)
        objected_at = await house.consents.object(who, person, body, once=once, now=house.clock.now())
        return ObjectionRecord(person_id=person_id, objected_at=objected_at)

    return await attempt.once(body, ObjectionRecord, work)


def _require_channel(channel: str, known: Iterable[str]) -> None:
    """A misspelt channel would be on record and change nothing."""
    if channel not in (allowed := tuple(dict.fromkeys(known))):
        raise in_field(Code.UNKNOWN_CHANNEL, "Nothing is sent, and nobody is met, by this channel.", "/channel", allowed=allowed)


def _standing(acts: tuple[ConsentLine, ...], channel: str, purpose: str, market: str, now: datetime) -> ConsentStanding:
    lacks = missing((ConsentAct.model_validate(act.model_dump()) for act in acts), channel=channel, purpose=purpose, market=market, now=now)
    return ConsentStanding(channel=channel, purpose=purpose, allowed=lacks is None, reason=lacks)
