"""How the API says no: one shape, stable codes, and always which field and what to do."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest

from api.codes import TABLE, TYPES, Code
from api.paging import Cursor, encode
from api.ports import ConductorUnavailableError
from api.security import Tokens
from api.who import Role
from journeys.acceptance import Refusal, Refused
from tests.api.conftest import KEY, As
from tests.api.fakes import World
from tests.api.worlds import ASTRID, BO, VISIT

DONE = {"outcome": "interested", "channel": "remote"}
HALF = "\ud800"
"""Half of a pair that stands for one character."""


def test_every_code_is_in_the_table_and_documented() -> None:
    """A code has a status, a title and a paragraph; the documents tell of no other."""
    page = (Path(__file__).parents[2] / "docs" / "problems.md").read_text()
    assert set(TABLE) == set(Code)
    assert re.findall(r"^### (\w+)", page, re.MULTILINE) == [str(code) for code in Code]
    for code, (status, title) in TABLE.items():
        assert f"### {code}\n\n{status}: {title}." in page


def test_every_refusal_of_a_run_is_a_problem() -> None:
    """The conductor's codes are the API's; one that is missing here would be an error of ours."""
    assert {str(refusal) for refusal in Refusal} <= {str(code) for code in Code}


async def test_a_problem_has_the_shape_of_rfc_9457(as_: As) -> None:
    """Type, title, status, code, detail, and the request's id for whoever reads the logs."""
    answer = await as_(Role.REP).get("/api/v1/people/nobody")
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem | {"request_id": ""} == {
        "type": f"{TYPES}not_found",
        "title": "Not found",
        "status": 404,
        "code": "not_found",
        "detail": "There is no such person, or it is not in your territory.",
        "request_id": "",
    }
    assert answer.headers["x-request-id"] == problem["request_id"]


async def test_another_territory_looks_like_nothing(as_: As) -> None:
    """Existence does not leak: somebody else's HCP and nobody are told in the same words."""
    answers = [await as_(Role.REP).get(f"/api/v1/people/{who}") for who in (BO, "nobody")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.json()["detail"] for answer in answers}) == 1
    for path in ("timeline", "consents"):
        assert (await as_(Role.REP).get(f"/api/v1/people/{BO}/{path}")).status_code == 404
    enrolled = await as_(Role.REP).post("/api/v1/enrolments", {"person_id": BO, "journey": "heart-failure-pioneer"})
    assert enrolled.status_code == 404


@pytest.mark.parametrize(
    ("body", "pointer", "detail"),
    [
        ({**DONE, "outcom": "x"}, "/outcom", "unknown field"),
        ({"channel": "remote"}, "/outcome", "required"),
        ({**DONE, "persona": {"is": "pioneer", "reason": "seen", "why": 1}}, "/persona/why", "unknown field"),
    ],
)
async def test_a_wrong_field_is_named(body: dict[str, object], pointer: str, detail: str, as_: As) -> None:
    """Unknown, missing and nested fields are pointed at."""
    answer = await as_(Role.REP).post(f"/api/v1/tasks/{VISIT}/complete", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert answer.json()["errors"] == [{"detail": detail, "pointer": pointer}]


async def test_an_unknown_parameter_is_refused_with_the_nearest_one(as_: As) -> None:
    """A misspelt filter must not return everything."""
    answer = await as_(Role.REP).get("/api/v1/tasks", due_befor="2027-01-01T00:00:00Z")
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"detail": "unknown parameter, did you mean `due_before`?", "parameter": "due_befor"}]
    assert "cursor" in answer.json()["allowed"]


async def test_a_command_without_a_key_is_refused(http: httpx.AsyncClient) -> None:
    """What acts once needs a name."""
    token = Tokens(KEY).issue("user-rep", Role.REP, lifetime=timedelta(hours=1))
    answer = await http.post(f"/api/v1/tasks/{VISIT}/complete", json=DONE, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"detail": "required", "parameter": "Idempotency-Key"}]


@pytest.mark.parametrize("body", [b"{", b'{"outcome": "\\ud800"}', b'{"outcome": "a\\u0000b"}', b"[]", b"null", b"1" * 600_000])
async def test_no_body_makes_the_api_stumble(body: bytes, http: httpx.AsyncClient) -> None:
    """Broken, hostile and oversized bodies are refused, never an error of ours."""
    token = Tokens(KEY).issue("user-rep", Role.REP, lifetime=timedelta(hours=1))
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "a-key-of-mine", "Content-Type": "application/json"}
    answer = await http.post(f"/api/v1/tasks/{VISIT}/complete", content=body, headers=headers)
    assert answer.status_code in {413, 422}
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/people/%00",
        "/api/v1/tasks/%ff",
        "/api/v1/people?cursor=nonsense",
        "/api/v1/people?cursor=WzFd",
        f"/api/v1/people?cursor={encode(Cursor((HALF, 'a', 'b')))}",
        "/api/v1/content/x",
    ],
)
async def test_no_address_makes_the_api_stumble(path: str, as_: As) -> None:
    """The same of addresses."""
    answer = await as_(Role.COMPLIANCE).get(path)
    assert answer.status_code in {404, 422}
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("facts", [{"channel_preference": HALF}, {HALF: "x"}, {"x": [{"y": HALF}]}])
async def test_half_a_character_is_refused_wherever_it_stands(facts: dict[str, Any], http: httpx.AsyncClient) -> None:
    """In a value of any type and in a name; a whole one, written as two escapes, is a character like any other."""
    token = Tokens(KEY).issue("user-rep", Role.REP, lifetime=timedelta(hours=1))
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Idempotency-Key": "half"}
    for told, status in ((facts, 422), ({"channel_preference": "remote"}, 200)):
        body = {"facts": told, "reason": "\U0001f600 She said so.", "safety": {"answer": "none"}}
        answer = await http.put(f"/api/v1/people/{ASTRID}/facts", content=json.dumps(body), headers=headers)
        assert (answer.status_code, answer.json().get("code", "")) == (status, "invalid" if status == 422 else ""), answer.text


@pytest.mark.parametrize(
    "told", ['"safety": {"answer": "yes", "kind": "other", "words": "A rash."}, "safety": {"answer": "none"}', '"safety": {"answer": "none"}, "x": NaN']
)
async def test_a_body_that_can_be_read_in_two_ways_is_refused(told: str, http: httpx.AsyncClient) -> None:
    """Of two answers to the adverse-event question none is dropped in silence; what is no number is none."""
    token = Tokens(KEY).issue("user-rep", Role.REP, lifetime=timedelta(hours=1))
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Idempotency-Key": "twice"}
    answer = await http.post(f"/api/v1/tasks/{VISIT}/complete", content=f'{{"outcome": "interested", "channel": "remote", {told}}}', headers=headers)
    assert (answer.status_code, answer.json()["code"], answer.json()["errors"][0]["pointer"]) == (422, "invalid", "")


async def test_unknown_addresses_and_methods_are_problems_too(http: httpx.AsyncClient) -> None:
    """The framework's own refusals speak the same language."""
    assert (await http.get("/nowhere")).json()["code"] == "not_found"
    assert (await http.delete("/health/live")).json()["code"] == "method_not_allowed"


async def test_an_unforeseen_error_tells_nothing_of_the_inside(world: World, as_: As) -> None:
    """A stack trace is for the log; the caller gets an id to ask about."""
    world.trouble = RuntimeError("secret detail of the inside")
    answer = await as_(Role.REP).post(f"/api/v1/tasks/{VISIT}/complete", DONE)
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "secret" not in answer.text


async def test_a_journey_out_of_reach_is_worth_another_try(world: World, as_: As) -> None:
    """Temporal being away is a 503 that says when to ask again, with the same key."""
    world.trouble = ConductorUnavailableError()
    answer = await as_(Role.REP).post(f"/api/v1/tasks/{VISIT}/complete", DONE, key="again-later")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    world.trouble = None
    assert (await as_(Role.REP).post(f"/api/v1/tasks/{VISIT}/complete", DONE, key="again-later")).status_code == 200


@pytest.mark.parametrize(
    ("refused", "status", "pointer"),
    [
        (Refused(code=Refusal.TASK_NOT_OPEN, detail="It is no longer open."), 409, None),
        (Refused(code=Refusal.INQUIRY_REQUIRED, detail="Record the question."), 409, None),
        (Refused(code=Refusal.UNKNOWN_OUTCOME, detail="Not an outcome.", allowed=("interested",)), 422, "/outcome"),
    ],
)
async def test_a_refusal_of_the_run_keeps_its_code(refused: Refused, status: int, pointer: str | None, world: World, as_: As) -> None:
    """A wrong state is a conflict; a word that the step does not know is a mistake in a field, with what it would take."""
    world.refusal = refused
    answer = await as_(Role.REP).post(f"/api/v1/tasks/{VISIT}/complete", DONE)
    assert (answer.status_code, answer.json()["code"]) == (status, refused.code)
    assert tuple(answer.json().get("allowed", ())) == refused.allowed
    assert [error["pointer"] for error in answer.json().get("errors", ())] == ([pointer] if pointer else [])


def _token(**changes: object) -> str:
    now = datetime.now(UTC)
    claims = {"sub": "user-rep", "role": "rep", "iss": "dirigent", "aud": "dirigent-api", "iat": now, "exp": now + timedelta(hours=1), **changes}
    return jwt.encode({name: value for name, value in claims.items() if value is not None}, str(changes.pop("key", KEY)), algorithm="HS256")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"exp": datetime(2020, 1, 1, tzinfo=UTC)}, "token_expired"),
        ({"aud": "another-api"}, "token_invalid"),
        ({"iss": "somebody"}, "token_invalid"),
        ({"exp": None}, "token_invalid"),
        ({"role": "king"}, "token_invalid"),
        ({"key": "another-signing-key-of-32-characters"}, "token_invalid"),
        ({"sub": "nobody"}, "user_unknown"),
        ({"role": "admin"}, "user_unknown"),
    ],
)
async def test_a_token_that_is_not_good_is_refused(changes: dict[str, object], code: str, http: httpx.AsyncClient) -> None:
    """Expired, for another, by another, for ever, for a role that does not exist or that the user does not have."""
    answer = await http.get(f"/api/v1/people/{ASTRID}", headers={"Authorization": f"Bearer {_token(**changes)}"})
    assert (answer.status_code, answer.json()["code"]) == (401, code)
    assert answer.headers["www-authenticate"] == "Bearer"
