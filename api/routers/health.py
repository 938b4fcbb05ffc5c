"""Health: whether the process lives, and whether what it stands on can be reached."""

from fastapi import APIRouter, Response

from api.house import House
from api.schemas.health import Live, Ready

router = APIRouter(prefix="/health", tags=["health"])


@router.get("/live", summary="Is the process alive?")
async def live() -> Live:
    """Yes, if it answers. Asks nobody else."""
    return Live(status="live")


@router.get("/ready", summary="Can it serve?", responses={503: {"model": Ready, "description": "Something that it stands on cannot be reached."}})
async def ready(house: House, response: Response) -> Ready:
    """Whether the database and Temporal answer; if not, which does not."""
    troubles = dict(await house.health.troubles())
    response.status_code = 503 if troubles else 200
    return Ready(status="not_ready" if troubles else "ready", troubles=troubles)
