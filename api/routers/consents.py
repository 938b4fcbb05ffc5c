"""Consent: what a person allowed, with its evidence; how it stands; and how it is taken back, which every running journey learns at once."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends

from api.attempts import Attempted
from api.codes import Code
from api.house import House
from api.idempotency import Once
from api.nudging import Nudged
from api.ports import Ports
from api.problems import Problem, in_field, responses
from api.routers.people import found_person
from api.schemas.consents import ConsentLine, ConsentRecord, ConsentStanding, NewConsent, NewObjection, NewOptIn, NewWithdrawal, ObjectionRecord, OptInRead
from api.security import Anyone, only
from api.who import Role, Who
from journeys.consent_texts import ConsentText, differs
from journeys.consents import ConsentAct, missing
from journeys.content import MEETINGS

router = APIRouter(prefix="/people/{person_id}", tags=["consents"])

Recorder = Annotated[Who, Depends(only(Role.REP, Role.COMPLIANCE, Role.ADMIN))]


@router.get("/consents", summary="Read a person's consents", responses=responses(401, 404))
async def read_consents(person_id: str, who: Anyone, house: House) -> ConsentRecord:
    """Every act on record with its evidence, and how each channel and purpose stands now."""
    person = await found_person(house, who, person_id)
    acts = await house.consents.of_person(person_id)
    standing = tuple(standings(await house.consents.counting(person_id), market=person.market, now=house.clock.now()))
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
        text = await _agreed_to(house, person.market, body)
        ends = [end for end in (body.expires, text.expires(body.at or now)) if end is not None]
        consent = body.model_copy(update={"expires": min(ends, default=None)})
        return await house.consents.record(who, person, consent, once=once, now=now)

    return await attempt.once(body, ConsentLine, work)


@router.post(
    "/consents/double-opt-in", status_code=202, summary="Ask for a consent by e-mail", dependencies=[Nudged], responses=responses(401, 403, 404, 409, 422)
)
async def ask_by_letter(person_id: str, body: NewOptIn, who: Recorder, house: House, attempt: Attempted) -> OptInRead:
    """Send the letter that asks the person to confirm. Nothing is allowed before they do; asking again within a week sends no second letter."""

    async def work(once: Once) -> OptInRead:
        person = await found_person(house, who, person_id)
        text = await house.consents.text(body.text_version)
        claimed = {"channel": text.channel, "purpose": text.purpose} if text is not None else {"channel": "email"}
        told = {"text_version": body.text_version, "product": body.product, "language": body.language, "method": "double_opt_in", "proof": "asked"}
        text = await _agreed_to(house, person.market, NewConsent.model_validate({**claimed, **told}))
        if text.letter is None or text.retired or "email" not in person.addresses:
            raise Problem(Code.NO_DOUBLE_OPT_IN, "Nobody can be asked about this text by e-mail here.")
        if await house.consents.objected_at(person_id) is not None:
            raise Problem(Code.OBJECTED, "The HCP objected to direct marketing: a letter that asks for consent to it is none of what they want.")
        return OptInRead.model_validate(await house.preferences.ask(who, person, body, text, once=once, now=house.clock.now()))

    return await attempt.once(body, OptInRead, work)


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


async def _agreed_to(house: Ports, home: str, consent: NewConsent) -> ConsentText:
    """The text of a consent, which must be known, so that its words can be shown, and must ask for what was given."""
    text = await house.consents.text(consent.text_version)
    if text is None:
        raise in_field(Code.TEXT_UNKNOWN, "There is no such text; GET /consent-texts lists them.", "/text_version")
    claim = differs(
        text,
        channel=consent.channel,
        purpose=consent.purpose,
        market=consent.market or home,
        product=consent.product,
        language=consent.language,
    )
    if claim is not None:
        allowed = tuple(text.words) if claim == "language" else tuple(filter(None, [getattr(text, claim)]))
        raise in_field(Code.TEXT_DIFFERS, f"{text.text} asks for another {claim}.", f"/{claim}", allowed=allowed)
    return text


def standings(acts: Sequence[ConsentAct], *, market: str, now: datetime) -> Iterator[ConsentStanding]:
    """How each channel, purpose and product of which there is an act stands."""
    lines = {(act.channel, act.purpose, act.product) for act in acts}
    for channel, purpose, product in sorted(lines, key=lambda line: (line[0], line[1], line[2] or "")):
        lacks = missing(acts, channel=channel, purpose=purpose, market=market, now=now, product=product)
        yield ConsentStanding(channel=channel, purpose=purpose, product=product, allowed=lacks is None, reason=lacks)
