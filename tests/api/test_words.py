"""Restricted words in whatever a human may type: one place, through which every free word of the API goes."""

from dataclasses import replace
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.dependencies.utils import get_typed_signature
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel

from api.schemas.free_words import free_words
from api.schemas.inquiries import Answer
from api.schemas.shapes import Asked
from api.schemas.tasks import Complete
from api.who import Role
from api.words import NOTED
from journeys.restricted import RestrictedWord
from tests.api.conftest import As
from tests.api.fakes import World
from tests.api.test_authorisation import MATRIX, _operations
from tests.api.worlds import ASTRID, INQUIRY, VISIT

NONE = {"answer": "none"}
MIRACLE = RestrictedWord(word="miracle", because="superlative")
BEST = RestrictedWord(word="best", because="superlative", act="warn")


@pytest.fixture(autouse=True)
def listed(world: World) -> None:
    world.restricted = (MIRACLE, BEST)


async def test_a_restricted_word_is_refused_where_it_stands(as_: As, world: World) -> None:
    """The refusal names every word and field; nothing is done, nothing is kept, and the key is free for the same thing said otherwise."""
    body = {
        "outcome": "interested",
        "channel": "remote",
        "remark": "A Miracle!",
        "persona": {"is": "pioneer", "reason": "She calls it a miracle."},
        "safety": NONE,
    }
    answer = await as_(Role.REP).post(f"/api/v1/tasks/{VISIT}/complete", body, key="the-key-1")
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "restricted_word")
    assert {error["pointer"] for error in problem["errors"]} == {"/remark", "/persona/reason"}
    assert {error["detail"] for error in problem["errors"]} == {'"miracle" is restricted (superlative)'}
    assert (world.commands, world.remarks, world.noted) == ([], {}, [])
    again = await as_(Role.REP).post(
        f"/api/v1/tasks/{VISIT}/complete", {"outcome": "interested", "channel": "remote", "remark": "Good.", "safety": NONE}, key="the-key-1"
    )
    assert again.status_code == 200


async def test_a_word_that_only_warns_is_taken_and_noted(as_: As, world: World) -> None:
    """Compliance reads who typed it where; whoever typed it is told in a header."""
    body = {"outcome": "interested", "channel": "remote", "remark": "Best talk so far.", "safety": NONE}
    answer = await as_(Role.REP).post(f"/api/v1/tasks/{VISIT}/complete", body)
    assert (answer.status_code, answer.headers[NOTED]) == (200, "best")
    assert world.noted == [(f"/api/v1/tasks/{VISIT}/complete", "/remark", "best")]


async def test_the_words_of_the_hcp_are_never_censored(as_: As, world: World) -> None:
    """They are noted, as medical's answer is; both are kept word for word."""
    question = "Is it a miracle?"
    world.words[INQUIRY] = replace(world.words[INQUIRY], answer=None, answered_by=None)
    body = {"person_id": ASTRID, "product": "cardiolex", "question": question, "unsolicited": True, "safety": NONE}
    assert (await as_(Role.REP).post("/api/v1/inquiries", body)).status_code == 201
    assert question in [words.question for words in world.words.values()]
    assert (await as_(Role.MSL).post(f"/api/v1/inquiries/{INQUIRY}/answer", {"answer": "It is no miracle.", "safety": NONE})).status_code == 200
    assert [(pointer, word) for _, pointer, word in world.noted] == [("/question", "miracle"), ("/answer", "miracle")]


def _bodies(app: FastAPI) -> dict[str, type[BaseModel]]:
    """The body of every operation that has one."""
    found: dict[str, type[BaseModel]] = {}
    for route in iter_route_contexts(app.routes):
        if route.endpoint is None:
            continue
        kinds = [each.annotation for each in get_typed_signature(route.endpoint).parameters.values()]
        found |= {str(route.name): kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Asked)}
    return found


def _typed(body: type[BaseModel], sample: Any) -> Any:
    """The sample with a restricted word in each of its required free words; None where it has none."""
    own = [said.pointer.removeprefix("/") for said in free_words(body.model_validate(sample)) if said.own]
    return {**sample, **dict.fromkeys(own, "It is a miracle.")} if own else None


async def test_every_free_word_of_the_api_goes_through_that_place(app: FastAPI, as_: As) -> None:
    """Whatever operation it is typed in: each is asked for with a restricted word, by somebody who may."""
    asked, methods = set[str](), _operations(app)
    for name, body in _bodies(app).items():
        allowed, path, sample = MATRIX[name]
        typed = _typed(body, sample) if isinstance(sample, dict) else None
        if typed is None or allowed is None:
            continue
        caller = as_(Role.REP if Role.REP in allowed else min(allowed))
        answer = await (caller.put if methods[name] == "PUT" else caller.post)(path, typed)
        assert (answer.status_code, answer.json()["code"]) == (422, "restricted_word"), (name, answer.text)
        asked.add(name)
    assert {"skip", "choose", "leave", "draft", "impose_halt", "withdraw_content", "steer_operation", "tell_facts", "repair_many", "publish"} <= asked


def test_free_words_are_found_wherever_they_stand() -> None:
    """Also where they may be left out, and within what is nested; with the names by which they are asked for."""
    body = Complete.model_validate({"outcome": "met", "persona": {"is": "pioneer", "reason": "She asked first."}, "remark": "As agreed.", "safety": NONE})
    assert [(said.pointer, said.own) for said in free_words(body)] == [("/persona/reason", True), ("/remark", True)]
    assert [said.own for said in free_words(Answer.model_validate({"answer": "As it is.", "safety": NONE}))] == [False]


async def test_no_word_keeps_a_report_from_drug_safety(as_: As, world: World) -> None:
    """What was heard of an adverse event is kept whatever words it is told in, also where the report around it is refused for one."""
    heard = {"answer": "yes", "kind": "adverse_event", "words": "A rash, after this miracle of a tablet."}
    body = {"outcome": "interested", "channel": "remote", "remark": "A miracle!", "safety": heard}
    answer = await as_(Role.REP).post(f"/api/v1/tasks/{VISIT}/complete", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "restricted_word")
    assert {error["pointer"] for error in answer.json()["errors"]} == {"/remark"}
    cases = (await as_(Role.SAFETY).get("/api/v1/safety-cases")).json()["items"]
    assert [case["report"] for case in cases if case["report"] == f"task:{VISIT}"] == [f"task:{VISIT}"]
