"""Migrations: who would move where, before anything happens, and the move itself."""

from typing import Annotated

from fastapi import APIRouter, Depends

from api.attempts import Attempted
from api.codes import Code
from api.house import House
from api.idempotency import Once
from api.nudging import Nudged
from api.ports import Ports
from api.problems import Problem, in_field, responses, unknown
from api.schemas.operations import MigrationPreview, NewMigration, OperationLine, PlanMigration
from api.security import only
from api.who import Role, Who
from journeys.facts import Wall
from journeys.migration import odd_entry
from journeys.versions import RELEASED, VersionState

_FORESEEN = frozenset({VersionState.SIGNED, VersionState.PUBLISHED})

router = APIRouter(prefix="/migrations", tags=["migrations"])

Migrator = Annotated[Who, Depends(only(Role.MARKETING, Role.ADMIN))]


@router.post("/preview", summary="Preview a migration", responses=responses(401, 403, 404, 409, 422))
async def preview_migration(body: PlanMigration, _: Migrator, house: House) -> MigrationPreview:
    """Where everybody on the source version would stand on the target, by step: how many, where to, or refused and why. Nothing happens. The target
    may be signed only, so that it is seen before it is published with `migrate`."""
    await _judged(house, body, among=_FORESEEN)
    return await house.migrations.preview(body)


@router.post("", status_code=201, summary="Begin a migration", dependencies=[Nudged], responses=responses(401, 403, 404, 409, 422))
async def begin_migration(body: NewMigration, who: Migrator, house: House, attempt: Attempted) -> OperationLine:
    """Move every run under way on the source version, one after the other, each at a safe point. Who cannot be moved stays on that version, with
    the reason in the operation's report."""

    async def work(once: Once) -> OperationLine:
        await _judged(house, body, among=frozenset({VersionState.PUBLISHED}))
        now = house.clock.now()
        remark = await house.remarks.keep(who, body.remark, side=Wall.COMMERCIAL, once=once, now=now)
        return await house.migrations.begin(who, body, remark=remark, once=once, now=now)

    return await attempt.once(body, OperationLine, work)


async def _judged(house: Ports, body: PlanMigration, *, among: frozenset[VersionState]) -> None:
    """Both versions are there and differ, the target is in one of these states, and the map leads from steps of the source to steps of the target."""
    if body.source == body.target:
        raise in_field(Code.INVALID, "Name two versions.", "/target")
    now = house.clock.now()
    source, target = [await house.definitions.find(body.journey, version, now=now) for version in (body.source, body.target)]
    if source is None or target is None:
        raise unknown("version of this journey")
    if source.life.state not in RELEASED or target.life.state not in among:
        raise Problem(Code.NOT_PUBLISHED, "People are moved from a version that was published to one that is; a preview may be of one that is signed.")
    odd = odd_entry(body.mapping, [source.definition], target.definition)
    if odd is not None:
        step, detail, allowed = odd
        raise in_field(Code.UNKNOWN_STEP, detail, f"/mapping/{step}", allowed=allowed)
