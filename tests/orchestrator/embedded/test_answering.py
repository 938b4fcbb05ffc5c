"""Those who stand for other systems in the embedded runtime."""

import json
from datetime import UTC, datetime, timedelta

import httpx
from fastapi import FastAPI

from journeys.library import PACKAGED, read_library
from journeys.means import endpoints
from orchestrator.embedded import answering
from orchestrator.requests.endpoints import Endpoint, read
from orchestrator.requests.signing import stamped

KEY, BODY = "enr1.stock.1", b'{"answers": ["in_stock", "short"]}'


def test_whom_the_library_asks_is_there() -> None:
    """Every strategy of the library can be published and played on one machine."""
    asked = {name for strategy in read_library(PACKAGED).strategies.values() for name in endpoints(strategy)}
    assert asked <= set(answering.NAMES)


async def test_a_signed_question_is_answered_at_once() -> None:
    """With the first answer that the step takes; without a signature of now, there is nothing here."""
    known = {name: Endpoint.model_validate(told) for name, told in read(answering.settings("http://127.0.0.1:8000", "s" * 43)).items()}
    app = FastAPI()
    app.include_router(answering.router(known))
    secret, now = known["stock"].secret.get_secret_value(), datetime.now(UTC)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://dirigent.test") as http:
        for at, name, expected in ((now, "stock", 200), (now - timedelta(hours=1), "stock", 404), (now, "nobody", 404)):
            reply = await http.post(f"/others/{name}", content=BODY, headers=stamped(secret, KEY, BODY, now=at).headers)
            assert reply.status_code == expected
            assert expected != 200 or json.loads(reply.content) == {"answer": "in_stock"}
