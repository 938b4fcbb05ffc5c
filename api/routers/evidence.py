"""The evidence pack: what compliance shows to whoever asks what an HCP allowed, took back and got, and why."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Response

from api.house import House
from api.ports import Ports
from api.problems import responses
from api.routers.people import found_person
from api.schemas.evidence import EvidencePack
from api.security import only
from api.who import Role, Who

router = APIRouter(prefix="/people", tags=["consents"])

Keeper = Annotated[Who, Depends(only(Role.COMPLIANCE, Role.ADMIN))]


PDF = "application/pdf"
_PAPER: dict[int | str, dict[str, Any]] = {200: {"content": {PDF: {}}, "description": "The pack, as a PDF where that is accepted; both carry the same digest."}}


@router.get("/{person_id}/evidence", summary="Read a person's evidence pack", responses={**_PAPER, **responses(401, 403, 404)}, response_model=EvidencePack)
async def read_evidence(
    person_id: str, who: Keeper, house: House, accept: Annotated[str, Header(description="application/json or application/pdf.")] = "application/json"
) -> EvidencePack | Response:
    """Consents with their texts, the objection, every touch with what the gate said of it, and the audit, as one document with a digest. An administrator
    sees the commercial side alone. Each reading is audited."""
    person = await found_person(house, who, person_id)
    pack = await house.evidence.of_person(who, person, now=house.clock.now())
    return _on_paper(house, pack) if PDF in accept else pack


@router.get(
    "/{person_id}/evidence.pdf", summary="Read a person's evidence pack as a PDF", response_class=Response, responses={**_PAPER, **responses(401, 403, 404)}
)
async def read_evidence_on_paper(person_id: str, who: Keeper, house: House) -> Response:
    """The same on paper, for those who file it."""
    person = await found_person(house, who, person_id)
    return _on_paper(house, await house.evidence.of_person(who, person, now=house.clock.now()))


def _on_paper(house: Ports, pack: EvidencePack) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="evidence-{pack.person_id}.pdf"', "Cache-Control": "no-store"}
    return Response(house.printed(pack), media_type=PDF, headers=headers)
