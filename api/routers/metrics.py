"""Metrics: what this process has dropped so far, by what and why, for the system that watches over it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from api.house import House
from api.problems import responses
from api.security import only
from api.who import Role, Who

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"

router = APIRouter(tags=["health"])

Watcher = Annotated[Who, Depends(only(Role.ADMIN))]


@router.get(
    "/metrics",
    summary="Read the counters",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "The text format of Prometheus."}, **responses(401, 403)},
)
async def read_metrics(_: Watcher, house: House) -> Response:
    """Counters of this process alone, with codes and no ids as labels: each process of an installation is asked by itself."""
    return Response(house.counts.told(), headers={"Content-Type": MEDIA_TYPE})
