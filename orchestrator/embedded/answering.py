"""The other systems of the embedded runtime: one page that stands for all whom the library's strategies ask, and answers at once with the first answer
that the step takes, so that every strategy can be played on one machine."""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Header, HTTPException, Request

from orchestrator.requests import signing
from orchestrator.requests.endpoints import Endpoints

NAMES = ("congress_desk", "print_room", "safety_desk", "stock")
"""Whom the strategies of the library ask."""


def settings(api_url: str, secret: str) -> str:
    """The endpoints of the embedded runtime, as the setting DIRIGENT_ENDPOINTS has them; all of them share a secret."""
    shared = signing.PREFIX + base64.b64encode(secret.encode()).decode()
    return json.dumps({name: {"url": f"{api_url}/others/{name}", "secret": shared} for name in NAMES})


def router(endpoints: Endpoints) -> APIRouter:
    """Where they are reached."""
    pages = APIRouter(prefix="/others", include_in_schema=False)

    @pages.post("/{name}")
    async def answer(
        name: str,
        request: Request,
        webhook_id: Annotated[str, Header()],
        webhook_timestamp: Annotated[str, Header()],
        webhook_signature: Annotated[str, Header()],
    ) -> Mapping[str, Any]:
        endpoint, body = endpoints.get(name), await request.body()
        stamp = signing.Stamp(webhook_id, webhook_timestamp, webhook_signature)
        if endpoint is None or not signing.genuine(endpoint.secret.get_secret_value(), stamp, webhook_id, body, now=datetime.now(UTC)):
            raise HTTPException(404)
        return {"answer": json.loads(body)["answers"][0]}

    return pages
