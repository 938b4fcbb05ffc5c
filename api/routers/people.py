"""People: who is in one's territory, what one's side knows of each, and their story."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query

from api import lines
from api.attempts import Attempted
from api.briefs import person_line
from api.codes import Code
from api.house import House
from api.idempotency import Once
from api.paging import Slice, asked, page
from api.ports import Ports
from api.problems import FieldError, Problem, not_found, responses
from api.rows import PersonRow
from api.schemas.people import NewMobile, PersonForCommercial, PersonForCompliance, PersonForMedical, PersonLine, PersonRead, ReopenAddress
from api.schemas.shapes import Page
from api.schemas.timeline import TimelineLine
from api.security import Anyone, only
from api.who import Role, Who
from journeys.facts import Wall
from journeys.shapes import Market, Slug

router = APIRouter(prefix="/people", tags=["people"])

Keeper = Annotated[Who, Depends(only(Role.REP, Role.COMPLIANCE, Role.ADMIN))]


@router.get("", summary="List people", responses=responses(401, 403, 422))
async def list_people(
    who: Anyone,
    house: House,
    cut: Annotated[Slice, Depends(asked)],
    market: Annotated[Market | None, Query(description="Of this market only.", examples=["SE"])] = None,
    persona: Annotated[Slug | None, Query(description="Of this persona only; commercial roles may ask.", examples=["pioneer"])] = None,
    q: Annotated[str | None, Query(min_length=2, max_length=80, pattern=r"^[^\x00]*$", description="A part of the given or family name.")] = None,
) -> Page[PersonLine]:
    """People by family name: those of one's own territories for reps and MSLs, all for the other roles."""
    if persona is not None and not who.sees(Wall.COMMERCIAL):
        detail = "Personas are commercial: medical roles neither see them nor search by them."
        raise Problem(Code.FIREWALL, detail, errors=[FieldError(detail=detail, parameter="persona")])
    found = await house.people.page(who, market=market, persona=persona, name=q, cut=cut)
    return page(found, person_line)


@router.get("/{person_id}", summary="Read a person", responses=responses(401, 404))
async def read_person(person_id: str, who: Anyone, house: House) -> PersonRead:
    """A person with the profile of one's own side of the firewall; compliance sees both."""
    person = await found_person(house, who, person_id)
    open_part = person_line(person).model_dump()
    if who.sees(Wall.COMMERCIAL) and who.sees(Wall.MEDICAL):
        medical = await house.people.medical(who, person_id, now=house.clock.now())
        return PersonForCompliance(**open_part, commercial=await house.people.commercial(person_id), medical=medical)
    if who.sees(Wall.MEDICAL):
        return PersonForMedical(**open_part, medical=await house.people.medical(who, person_id, now=house.clock.now()))
    return PersonForCommercial(**open_part, commercial=await house.people.commercial(person_id))


@router.get("/{person_id}/timeline", summary="Read a person's timeline", responses=responses(401, 404, 422))
async def read_timeline(
    person_id: str,
    who: Anyone,
    house: House,
    cut: Annotated[Slice, Depends(asked)],
    order: Annotated[Literal["newest", "oldest"], Query(description="Which line comes first.")] = "newest",
) -> Page[TimelineLine]:
    """What happened with this HCP over all journeys and why, as far as one's side may read it."""
    await found_person(house, who, person_id)
    found = await house.timelines.of_person(who, person_id, newest_first=order == "newest", cut=cut, now=house.clock.now())
    return await lines.page(house, who, found)


@router.post("/{person_id}/mobile", summary="Record a mobile number", responses=responses(401, 403, 404, 422))
async def record_mobile(person_id: str, body: NewMobile, who: Keeper, house: House, attempt: Attempted) -> PersonLine:
    """Put on record at which number the person is reached by text message. The number is no consent: that is asked for and recorded by itself."""

    async def work(_: Once) -> PersonLine:
        await found_person(house, who, person_id)
        await house.people.set_mobile(who, person_id, body.mobile, now=house.clock.now())
        return person_line(await found_person(house, who, person_id))

    return await attempt.once(body, PersonLine, work)


@router.post("/{person_id}/reopen-address", summary="Open a closed address again", responses=responses(401, 403, 404, 422))
async def reopen_address(person_id: str, body: ReopenAddress, who: Keeper, house: House, attempt: Attempted) -> PersonLine:
    """Mail came back from it for good, and by now it is known to arrive: from now on the gate lets letters go there again. What goes out after this, and comes
    back, closes it anew. An address that is not closed stays as it is."""

    async def work(once: Once) -> PersonLine:
        await found_person(house, who, person_id)
        now = house.clock.now()
        remark = await house.remarks.keep(who, body.reason, side=Wall.COMMERCIAL, once=once, now=now)
        await house.people.reopen(who, person_id, body.channel, remark=remark, now=now)
        return person_line(await found_person(house, who, person_id))

    return await attempt.once(body, PersonLine, work)


async def found_person(house: Ports, who: Who, person_id: str) -> PersonRow:
    """The person, where they are the asker's to see."""
    person = await house.people.find(who, person_id)
    if person is None:
        raise not_found("person")
    return person
