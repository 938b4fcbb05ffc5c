"""Safety cases: anybody signed in reports one and sees how it stands; drug safety and compliance read them; drug safety, or its system, acknowledges."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from api import strict
from api.attempts import Attempted
from api.codes import Code
from api.house import House
from api.idempotency import Once
from api.nudging import Nudged
from api.paging import Slice, asked, page
from api.ports import Ports
from api.ports.safety import SafetyCaseRow, Standing
from api.problems import in_field, not_found, responses
from api.routers.people import found_person
from api.schemas.safety import (
    Acknowledge,
    AdapterAnswer,
    MoreOfCase,
    NewSafetyCase,
    SafetyCaseForReporter,
    SafetyCaseForSafety,
    SafetyCaseListed,
    SafetyCaseRead,
    SafetyCaseWhole,
    SafetyLineRead,
)
from api.schemas.shapes import Page
from api.security import SignedIn, only
from api.stamps import Stamped, admit
from api.who import SAFETY_READERS, Role, Who

router = APIRouter(prefix="/safety-cases", tags=["safety"])
answers = APIRouter(prefix="/api/v1/safety-cases", tags=["safety"], dependencies=[Depends(strict.known_only)])
"""Where the safety system brings its answer. It does not sign in: its signature over the body proves who it is."""

Officer = Annotated[Who, Depends(only(Role.SAFETY))]
ADAPTER, SYSTEM = "adapter", "system"
"""Who acknowledges where the safety system does: no user."""


@router.post("", status_code=201, summary="Report a safety case", dependencies=[Nudged], responses=responses(401, 404, 422))
async def report_safety_case(body: NewSafetyCase, who: SignedIn, house: House, attempt: Attempted) -> SafetyCaseForReporter:
    """Report an adverse event, a product complaint, a pregnancy or the like, about an HCP's patient or about nobody in particular. The words are then drug
    safety's alone."""

    async def work(once: Once) -> SafetyCaseForReporter:
        now = house.clock.now()
        if body.aware_at is not None and body.aware_at > now:
            raise in_field(Code.IN_THE_FUTURE, "Nobody can have learnt of it later than now.", "/aware_at")
        if body.person_id is not None:
            await found_person(house, who, body.person_id)
        return _for_reporter(await house.safety.open(who, body, once=once, now=now), house)

    return await attempt.once(body, SafetyCaseForReporter, work)


@router.get("", summary="List safety cases", responses=responses(401, 422))
async def list_safety_cases(
    who: SignedIn,
    house: House,
    cut: Annotated[Slice, Depends(asked)],
    standing: Annotated[Standing | None, Query(description="Those that stand so only. `unsent`: the safety inbox has not taken them yet.")] = None,
) -> Page[SafetyCaseListed]:
    """The first due first. Drug safety and compliance see every case, without its words; everybody else the ones that they reported, with status and dates."""
    found = await house.safety.page(who, standing=standing, now=house.clock.now(), cut=cut)
    return page(found, lambda row: _for_safety(row, house) if who.role in SAFETY_READERS else _for_reporter(row, house))


@router.get("/{case_id}", summary="Read a safety case", responses=responses(401, 404))
async def read_safety_case(case_id: str, who: SignedIn, house: House) -> SafetyCaseRead:
    """With its words for drug safety and compliance, and the audit notes who read them; status and dates for who reported it."""
    row = await _found(house, who, case_id)
    if who.role not in SAFETY_READERS:
        return _for_reporter(row, house)
    return await _whole(house, who, row)


@router.post("/{case_id}/lines", summary="Add to a safety case", dependencies=[Nudged], responses=responses(401, 404, 422))
async def add_to_safety_case(case_id: str, body: MoreOfCase, who: SignedIn, house: House, attempt: Attempted) -> SafetyCaseForReporter:
    """Add what was heard later, or correct what was reported by a line beside it. News of a case that is acknowledged already opens a case of its own, which is
    told in its place."""

    async def work(once: Once) -> SafetyCaseForReporter:
        await _found(house, who, case_id)
        row = await house.safety.add(who, case_id, kind=body.kind, words=body.words, once=once, now=house.clock.now())
        return _for_reporter(row, house)

    return await attempt.once(body, SafetyCaseForReporter, work)


@router.post("/{case_id}/acknowledge", summary="Acknowledge a safety case", dependencies=[Nudged], responses=responses(401, 403, 404, 422))
async def acknowledge_safety_case(case_id: str, body: Acknowledge, who: Officer, house: House) -> SafetyCaseForSafety:
    """Say that drug safety has taken the case over: reminders and escalation end. Again changes nothing."""
    await _found(house, who, case_id)
    row = await house.safety.acknowledge(case_id, by=who.id, role=who.role, reference=body.reference, now=house.clock.now())
    return _for_safety(row, house)


async def signed(case_id: str, request: Request, house: House, stamp: Stamped) -> None:
    """Raises Problem unless the safety system signed this very body, just now, for this case."""
    admit(await house.safety.genuine(case_id, stamp, await request.body()), noun="safety case", signer="the safety system")


@answers.post("/{case_id}/answer", summary="Acknowledge by the safety system", dependencies=[Depends(signed), Nudged], responses=responses(401, 404, 422))
async def answer_safety_case(case_id: str, body: AdapterAnswer, house: House) -> SafetyCaseForReporter:
    """The safety system says that it has the case. Again changes nothing."""
    row = await house.safety.acknowledge(case_id, by=ADAPTER, role=SYSTEM, reference=body.reference, now=house.clock.now())
    return _for_reporter(row, house)


async def _found(house: Ports, who: Who, case_id: str) -> SafetyCaseRow:
    row = await house.safety.find(who, case_id)
    if row is None:
        raise not_found("safety case")
    return row


def _status(row: SafetyCaseRow, house: Ports) -> str:
    if row.acknowledged_at is not None:
        return "acknowledged"
    return "overdue" if row.due_at <= house.clock.now() else "open"


def _for_reporter(row: SafetyCaseRow, house: Ports) -> SafetyCaseForReporter:
    told = {name: getattr(row, name) for name in ("id", "kind", "aware_at", "received_at", "due_at", "acknowledged_at")}
    return SafetyCaseForReporter(**told, status=_status(row, house))


def _for_safety(row: SafetyCaseRow, house: Ports) -> SafetyCaseForSafety:
    left = row.due_at - (row.acknowledged_at or house.clock.now())
    told = {name: getattr(row, name) for name in SafetyCaseRow.__dataclass_fields__}
    return SafetyCaseForSafety(**told, status=_status(row, house), hours_left=round(left.total_seconds() / 3600, 1))


async def _whole(house: Ports, who: Who, row: SafetyCaseRow) -> SafetyCaseWhole:
    person, lines = await house.safety.lines(who, row.id, now=house.clock.now())
    return SafetyCaseWhole(**_for_safety(row, house).model_dump(), person=person, lines=tuple(SafetyLineRead.model_validate(line) for line in lines))
