"""What is known of an HCP: facts that users tell, each on its own side of the firewall, and the stages and personas that journeys propose."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query

from api.attempts import Attempted
from api.codes import Code
from api.house import House
from api.idempotency import Once
from api.nudging import Nudged
from api.paging import Slice, asked, page
from api.ports import Ports
from api.problems import FieldError, Problem, responses, unknown
from api.routers.people import found_person
from api.schemas.knowledge import Decision, FactsTold, NewFacts, ProposalRead
from api.schemas.shapes import Page
from api.security import only
from api.who import WITH_JOURNEYS, Role, Who
from journeys.conditions import Value
from journeys.fact_values import ELSEWHERE, fits, wanted
from journeys.facts import CATALOGUE, Wall

router = APIRouter(prefix="/people", tags=["people"])

Knower = Annotated[Who, Depends(only(*sorted(WITH_JOURNEYS - {Role.COMPLIANCE})))]
Commercial = Annotated[Who, Depends(only(Role.REP, Role.SALES, Role.MARKETING, Role.COMPLIANCE, Role.ADMIN))]
Rep = Annotated[Who, Depends(only(Role.REP))]


@router.put("/{person_id}/facts", summary="Tell facts of a person", dependencies=[Nudged], responses=responses(401, 403, 404, 409, 422))
async def tell_facts(person_id: str, body: NewFacts, who: Knower, house: House, attempt: Attempted) -> FactsTold:
    """Write down how facts of the catalogue stand now. The person's journeys learn of those that changed; medical facts reach none."""

    async def work(once: Once) -> FactsTold:
        await found_person(house, who, person_id)
        _check(who, body.facts)
        if any(value is not None and CATALOGUE[name].wall is Wall.COMMERCIAL for name, value in body.facts.items()):
            await _require_no_objection(house, person_id)
        side = Wall.COMMERCIAL if who.sees(Wall.COMMERCIAL) else Wall.MEDICAL
        changed = await house.knowledge.tell(who, person_id, body.facts, reason=body.reason, side=side, once=once, now=house.clock.now())
        return FactsTold(changed=changed)

    return await attempt.once(body, FactsTold, work)


@router.get("/{person_id}/proposals", summary="List what journeys propose of a person", responses=responses(401, 403, 404, 422))
async def list_proposals(
    person_id: str,
    who: Commercial,
    house: House,
    cut: Annotated[Slice, Depends(asked)],
    status: Annotated[Literal["open", "accepted", "dismissed", "replaced", "all"], Query(description="In this status only, or in all.")] = "open",
) -> Page[ProposalRead]:
    """Stages of the adoption ladder and personas that a journey proposes and a rep decides on, the latest first."""
    await found_person(house, who, person_id)
    found = await house.knowledge.proposals(person_id, status=None if status == "all" else status, cut=cut)
    return page(found, ProposalRead.model_validate)


@router.post("/{person_id}/proposals/{proposal_id}/accept", summary="Accept a proposal", dependencies=[Nudged], responses=responses(401, 403, 404, 409, 422))
async def accept_proposal(person_id: str, proposal_id: str, body: Decision, who: Rep, house: House, attempt: Attempted) -> ProposalRead:
    """The HCP is of that stage or persona from now on, as you say; every journey of theirs learns it."""
    return await _decide(house, who, person_id, proposal_id, "accepted", body, attempt)


@router.post("/{person_id}/proposals/{proposal_id}/dismiss", summary="Dismiss a proposal", responses=responses(401, 403, 404, 409, 422))
async def dismiss_proposal(person_id: str, proposal_id: str, body: Decision, who: Rep, house: House, attempt: Attempted) -> ProposalRead:
    """All stays as it is on record."""
    return await _decide(house, who, person_id, proposal_id, "dismissed", body, attempt)


async def _decide(
    house: Ports, who: Who, person_id: str, proposal_id: str, decision: Literal["accepted", "dismissed"], body: Decision, attempt: Attempted
) -> ProposalRead:
    async def work(once: Once) -> ProposalRead:
        await found_person(house, who, person_id)
        if decision == "accepted":
            await _require_no_objection(house, person_id)
        decided = await house.knowledge.decide(who, person_id, proposal_id, decision, reason=body.reason, once=once, now=house.clock.now())
        if decided is None:
            raise unknown("proposal of this HCP")
        row, by_this = decided
        if not by_this:
            raise Problem(Code.PROPOSAL_DECIDED, f"This proposal is {row.status} already.")
        return ProposalRead.model_validate(row)

    return await attempt.once(body, ProposalRead, work)


async def _require_no_objection(house: Ports, person_id: str) -> None:
    """What sales and marketing know of an HCP serves promotion: of who objected to it nothing is learnt any more (GDPR Art. 21(2)), only forgotten."""
    if await house.consents.objected_at(person_id) is not None:
        raise Problem(Code.OBJECTED, "The HCP objected to direct marketing: nothing is put on record for it any more. A fact may be taken off, with null.")


def _check(who: Who, facts: Mapping[str, Value | None]) -> None:
    """Every fact must be one that is told here, of the asker's side, and of its type."""
    across = [
        _error(name, f"{name} is {CATALOGUE[name].wall}: not yours to tell.") for name in facts if name in CATALOGUE and not who.sees(CATALOGUE[name].wall)
    ]
    if across:
        raise Problem(Code.FIREWALL, "Facts are told by the side of the firewall on which they live.", errors=across)
    wrong = list(_wrong(who, facts))
    if wrong:
        raise Problem(Code.INVALID, "; ".join(error.detail for error in wrong), errors=wrong)


def _wrong(who: Who, facts: Mapping[str, Value | None]) -> Iterator[FieldError]:
    for name, value in facts.items():
        fact = CATALOGUE.get(name)
        if fact is None:
            told = ", ".join(other.name for other in CATALOGUE.values() if other.name not in ELSEWHERE and who.sees(other.wall))
            yield _error(name, f"There is no such fact; there are {told}.")
        elif name in ELSEWHERE:
            yield _error(name, f"{name} is not told here: {ELSEWHERE[name]}.")
        elif value is not None and not fits(fact, value):
            yield _error(name, f"{name}: give {wanted(fact)}, or null.")


def _error(name: str, detail: str) -> FieldError:
    return FieldError(detail=detail, pointer=f"/facts/{name.replace('~', '~0').replace('/', '~1')}")
