"""The contract as it is published: every operation told, every body with an example that works, every refusal in the same shape."""

from typing import Any

import pytest
from fastapi import FastAPI
from structlog.testing import capture_logs

from api.who import Role
from tests.api.conftest import As
from tests.api.fakes import World
from tests.api.worlds import ASTRID, VISIT


def _operations(app: FastAPI) -> list[dict[str, Any]]:
    return [operation for methods in app.openapi()["paths"].values() for operation in methods.values()]


def test_every_operation_is_told(app: FastAPI) -> None:
    """A summary, a description, a tag and a name of its own."""
    operations = _operations(app)
    assert all(operation.get("summary") and operation.get("description") and operation.get("tags") for operation in operations)
    names = [operation["operationId"] for operation in operations]
    assert len(names) == len(set(names))


def test_every_refusal_has_the_same_shape(app: FastAPI) -> None:
    """Problem details, and nothing of the framework's own."""
    for operation in _operations(app):
        for status, answer in operation["responses"].items():
            if status.startswith("4") and "text/html" not in answer.get("content", {}):
                assert list(answer["content"]) == ["application/problem+json"], (operation["operationId"], status)
    assert "HTTPValidationError" not in app.openapi()["components"]["schemas"]
    assert "ProblemDetails" in app.openapi()["components"]["schemas"]


def test_what_may_be_asked_is_what_is_described(app: FastAPI) -> None:
    """An operation takes the query parameters that its description names, and refuses all others."""
    parameters: dict[Any, frozenset[str]] = app.state.parameters
    described = {operation["operationId"]: {one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"} for operation in _operations(app)}
    assert {name: taken for endpoint, taken in parameters.items() if (name := endpoint.__name__) in described} == described


def test_every_body_has_an_example(app: FastAPI) -> None:
    """Each required field of each request shows a value, or refers to a shape that does."""
    schemas = app.openapi()["components"]["schemas"]
    for operation in _operations(app):
        for content in operation.get("requestBody", {}).get("content", {}).values():
            shape = schemas[content["schema"]["$ref"].rsplit("/", 1)[1]]
            for name in shape.get("required", ()):
                assert shape["properties"][name].get("examples"), (operation["operationId"], name)


def test_every_reference_leads_somewhere(app: FastAPI) -> None:
    """No `$ref` dangles."""
    document = app.openapi()
    for reference in _references(document):
        part: Any = document
        for name in reference.removeprefix("#/").split("/"):
            part = part[name]


def _references(part: Any) -> list[str]:
    if isinstance(part, dict):
        own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        return own + [found for value in part.values() for found in _references(value)]
    return [found for value in part for found in _references(value)] if isinstance(part, list) else []


@pytest.mark.parametrize("path", [f"/api/v1/people/{ASTRID}", "/api/v1/people?q=Lindqvist"])
async def test_a_request_leaves_one_line_without_personal_data(path: str, as_: As) -> None:
    """Who, what, how it ended and how long it took, in ids and codes; no name, no query, no token."""
    with capture_logs() as logs:
        await as_(Role.REP).get(path)
    (line,) = [log for log in logs if log["event"] == "request"]
    assert (line["status"], line["user"], line["role"], line["method"]) == (200, "user-rep", "rep", "GET")
    assert "Lindqvist" not in str(line)
    assert "Bearer" not in str(line)


async def test_a_refused_request_says_so_in_its_line(world: World, as_: As) -> None:
    """The problem's code is there; a token in an address is not, nor the short code that stands for one."""
    with capture_logs() as logs:
        await as_(Role.MARKETING).post(f"/api/v1/tasks/{VISIT}/complete", {"outcome": "x"})
        for link in ("/u/secret-token", "/p/secret-token", "/c/secret-token", "/a/secret-token", "/t/secret-token", "/t/secret-token/study"):
            await as_(None).get(link)
    refused, *by_links = (log for log in logs if log["event"] == "request")
    assert (refused["problem"], refused["task_id"], len(by_links)) == ("role_not_allowed", VISIT, 6)
    assert "secret-token" not in str(by_links)
