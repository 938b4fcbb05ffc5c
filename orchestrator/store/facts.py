"""How the facts of the catalogue stand for one person, read fresh from the tables they live in."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from journeys.conditions import Value
from journeys.consents import ConsentAct, missing, withdrawn
from journeys.definitions import Purpose
from journeys.facts import CATALOGUE, Wall
from orchestrator.store.addresses import same_anywhere, share
from orchestrator.store.markets import policy_of
from orchestrator.store.tables import Affiliation, CommercialProfile, Consent, Objection, Person, PersonFact, PersonTag

COMMERCIAL = ("persona", "adoption_stage", "tier", "decile", "identity", "engagement")
TOLD = frozenset({"workplace", "therapy_patients", "days_since_prescription", "congress_attended_on", "next_appointment_on", "letter_due_on"})
"""The facts that have no column of their own, and are as somebody last told them."""

_COUNTING = frozenset({"days_since_prescription"})
"""Days that have gone on since they were told."""
CONSENT = "_consent"
"""How the facts end that tell whether promotion is allowed on a channel: email_consent, sms_consent."""


async def load_facts(session: AsyncSession, person_id: str, names: Iterable[str], *, now: datetime, product: str | None = None) -> dict[str, Value | None]:
    """The named facts of a person at `now`, as they stand for a journey of the product; a fact that is not known, or that commercial may not use, is
    None."""
    person = await session.get(Person, person_id)
    usable = [name for name in names if name in CATALOGUE and CATALOGUE[name].wall is not Wall.MEDICAL]
    if person is None:
        return dict.fromkeys(names)
    known = await _register(session, person) | await _commercial(session, person_id) | await _told(session, person_id, TOLD.intersection(usable), now)
    if "tags" in usable:
        known["tags"] = await tags_of(session, person_id)
    if asked := [name for name in usable if name.endswith(CONSENT)]:
        acts = await consent_acts(session, person)
        for name in asked:
            lacks = missing(acts, channel=name.removesuffix(CONSENT), purpose=Purpose.PROMOTIONAL, market=person.market, now=now, product=product)
            known[name] = lacks is None
    if "nurse_in_care_team" in usable:
        known["nurse_in_care_team"] = await nurse_of(session, person_id) is not None
    return {name: known.get(name) if name in usable else None for name in names}


async def tags_of(session: AsyncSession, person_id: str) -> tuple[str, ...]:
    """The person's tags, in alphabetical order."""
    return tuple(await session.exec(select(PersonTag.tag).where(PersonTag.person_id == person_id).order_by(PersonTag.tag)))


async def consent_acts(session: AsyncSession, person: Person) -> tuple[ConsentAct, ...]:
    """Every act of consent on record for the person, in no order, and what other records of the same address gave or took back by the channel of it."""
    rows = await session.exec(select(Consent).where(Consent.person_id == person.id))
    acts = [ConsentAct.model_validate(row.model_dump()) for row in rows]
    others = {other.id: other for other in await session.exec(select(Person).where(same_anywhere(person), Person.id != person.id))}
    if others:
        rows = await session.exec(select(Consent).where(col(Consent.person_id).in_(others)))
        told = (row for row in rows if share(person, others[row.person_id], row.channel))
        acts += [ConsentAct.model_validate({**row.model_dump(), "record": row.person_id}) for row in told]
    return tuple(acts)


async def withdrawn_channels(session: AsyncSession, person: Person, *, product: str, now: datetime) -> tuple[str, ...]:
    """Every channel whose promotional use for the product the person has taken back, and not given again."""
    return withdrawn(await consent_acts(session, person), market=person.market, now=now, product=product)


async def has_objected(session: AsyncSession, person_id: str) -> bool:
    """Whether the person has objected to direct marketing."""
    return (await session.exec(select(Objection.id).where(Objection.person_id == person_id))).first() is not None


async def nurse_of(session: AsyncSession, person_id: str) -> Person | None:
    """The nurse who supports this HCP: of several, the one whose id comes first, so that the answer does not waver."""
    nurses = (
        select(Person)
        .join(Affiliation, col(Affiliation.person_id) == col(Person.id))
        .where(Affiliation.other_id == person_id, Affiliation.role == "nurse", Person.status == "active")
        .order_by(Person.id)
    )
    return (await session.exec(nurses)).first()


async def _register(session: AsyncSession, person: Person) -> dict[str, Value | None]:
    policy = await policy_of(session, person.market)
    return {
        "profession": person.profession,
        "specialty": person.specialty,
        "market": person.market,
        "language": person.language or (policy.languages[0] if policy is not None else None),
        "channel_preference": person.channel_preference,
    }


async def _commercial(session: AsyncSession, person_id: str) -> dict[str, Value | None]:
    profile = await session.get(CommercialProfile, person_id)
    return {name: getattr(profile, name) for name in COMMERCIAL} if profile is not None else {}


async def _told(session: AsyncSession, person_id: str, names: Collection[str], now: datetime) -> dict[str, Value | None]:
    if not names:
        return {}
    rows = await session.exec(select(PersonFact).where(PersonFact.person_id == person_id, col(PersonFact.name).in_(names)))
    return {row.name: row.value + (now - row.at).days if row.name in _COUNTING else row.value for row in rows}
