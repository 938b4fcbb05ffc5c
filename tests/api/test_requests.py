"""The door for other systems: no token opens it, a signature does."""

import json
from typing import Any

import httpx

from api.who import Role
from tests.api.conftest import As
from tests.api.worlds import ASKED, ENROLMENT

PATH = f"/api/v1/requests/{ASKED}/answer"


async def bring(http: httpx.AsyncClient, body: Any, *, path: str = PATH, **changes: str) -> httpx.Response:
    """Bring an answer, signed as the fake house takes it."""
    text = json.dumps(body)
    headers = {"Content-Type": "application/json", "webhook-id": ASKED, "webhook-timestamp": "1", "webhook-signature": text}
    return await http.post(path, content=text, headers={**headers, **changes})


async def test_an_answer_is_taken_and_may_be_brought_again(http: httpx.AsyncClient) -> None:
    """The same response each time; another answer is a conflict."""
    answers = [await bring(http, {"answer": "short"}) for _ in range(2)]
    assert [(answer.status_code, answer.json()) for answer in answers] == [(200, {"key": ASKED, "status": "answered", "answer": "short"})] * 2
    other = await bring(http, {"answer": "in_stock"})
    assert (other.status_code, other.json()["code"]) == (409, "already_answered")


async def test_what_is_not_an_answer_is_refused(http: httpx.AsyncClient) -> None:
    """One that the step does not take, with those that it does; a question sent back as an answer; a request that nobody made."""
    unknown = await bring(http, {"answer": "perhaps"})
    assert (unknown.status_code, unknown.json()["code"], unknown.json()["allowed"]) == (422, "unknown_answer", ["in_stock", "short"])
    reflected = await bring(http, {"key": ASKED, "answers": ["short"], "answer": "short"})
    assert (reflected.status_code, reflected.json()["code"]) == (422, "invalid")
    nobody = await bring(http, {"answer": "short"}, path="/api/v1/requests/nobody/answer")
    assert (nobody.status_code, nobody.json()["code"]) == (404, "not_found")
    large = await bring(http, {"answer": "x" * 600_000})
    assert (large.status_code, large.json()["code"]) == (413, "too_large")


async def test_without_a_signature_nothing_is_taken(http: httpx.AsyncClient, as_: As) -> None:
    """Not with a changed one, not for another key, not with an administrator's token."""
    refused = [
        await bring(http, {"answer": "short"}, **{"webhook-signature": "v1,another"}),
        await bring(http, {"answer": "short"}, **{"webhook-id": "another"}),
        await http.post(PATH, json={"answer": "short"}),
        await as_(Role.ADMIN).post(PATH, {"answer": "short"}),
    ]
    assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [(401, "signature_invalid")] * 4


async def test_a_run_shows_what_it_asked(as_: As) -> None:
    """Commercial roles read it; medical roles may read the run and see no request."""
    (read,) = (await as_(Role.REP).get(f"/api/v1/enrolments/{ENROLMENT}/requests")).json()["items"]
    assert (read["key"], read["endpoint"], read["status"]) == (ASKED, "stock", "accepted")
    assert (await as_(Role.MEDICAL).get(f"/api/v1/enrolments/{ENROLMENT}/requests")).json()["items"] == []
