"""The adverse-event question at every report with free words, and safety cases by their readers."""

from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import BaseModel

from api.schemas.free_words import are_free
from api.schemas.safety import AdapterAnswer, MoreOfCase, NewSafetyCase, Reported, SafetyReport
from api.schemas.shapes import Asked
from api.who import Role
from tests.api.conftest import As
from tests.api.fake_safety import SIGNED
from tests.api.fakes import World
from tests.api.test_authorisation import MATRIX
from tests.api.worlds import ASTRID, BO, INQUIRY, QUESTION, VISIT

YES = {"answer": "yes", "kind": "adverse_event", "words": "A patient of hers had a rash."}
NONE = {"answer": "none"}
DONE = {"outcome": "interested", "channel": "remote"}
NOT_FREE = {
    ("LintText", "text"): "the YAML of a journey, which names no person",
    ("Draft", "text"): "likewise",
    ("NewFacts", "facts"): "each has the type of its fact in the catalogue, and a code where that is one",
    ("NewCallReport", "notes"): "brought by another system, where nobody can be asked: they are looked through and flagged (orchestrator.store.calls)",
    ("NewPolicy", "replaces"): "the digest of the rules that were read",
    ("MarketPolicy", "zone"): "a zone of the IANA database, and nothing else",
    ("MarketPolicy", "source"): "where each rule of a market comes from",
    ("MedicalPolicy", "attestation"): "the sentence that a market has its reps attest",
    ("RestrictedWord", "word"): "a word that others may not type",
    ("NewSignature", "png"): "a picture in base64",
    **dict.fromkeys((("FactIs", name) for name in ("fact", "is_", "in_", "at_least", "at_most", "has")), "compared with such a fact"),
}
"""Texts of any length that are no words about somebody, each with why."""

THE_ANSWER_ITSELF = (NewSafetyCase, MoreOfCase, SafetyReport, AdapterAnswer)


def _bodies(app: FastAPI) -> dict[str, type[BaseModel]]:
    """The body of every operation that takes one, by the operation's name."""
    found: dict[str, Any] = {}
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, APIRoute) and route.body_field is not None:
            found[str(context.name)] = route.body_field.field_info.annotation
    return found


def _texts(model: type[BaseModel]) -> list[tuple[type[BaseModel], str, tuple[Any, ...]]]:
    """Every field of a body, and of its parts, that takes text: whose it is, its name, and how it is declared."""
    found, models = [], [model]
    for each in models:  # grows as parts are met; a condition holds conditions
        for name, field in each.model_fields.items():
            if name != "safety":
                found += [(each, name, declared) for declared in _leaves((field.annotation, *field.metadata))]
                models += [part for part in _models(field.annotation) if part not in models]
    return found


def _leaves(declared: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    """How each text in a declaration is declared. What is said of a whole list or map says nothing of the texts in it."""
    kind, *metadata = declared
    if kind is str:
        return [tuple(metadata)]
    if get_origin(kind) is Literal:
        return []
    if get_origin(kind) is Annotated:
        return _leaves((kind.__origin__, *kind.__metadata__, *metadata))
    passed_on = metadata if get_origin(kind) in {Union, UnionType} else ()
    return [leaf for part in get_args(kind) for leaf in _leaves((part, *passed_on))]


def _models(kind: Any) -> list[type[BaseModel]]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return [kind]
    return [model for part in get_args(kind) for model in _models(part)]


def _is_short(metadata: tuple[Any, ...]) -> bool:
    """An id, a code or a name: at most as long as a `Name`, or of a pattern."""
    limits = [limit for each in metadata if (limit := getattr(each, "max_length", None)) is not None]
    shaped = [pattern for each in metadata if (pattern := getattr(each, "pattern", None)) not in {None, r"^[^\x00]*$"}]
    return bool(shaped) or any(limit <= 200 for limit in limits)


def test_whatever_takes_free_words_asks_about_safety(app: FastAPI) -> None:
    """A new field for text is declared as free words, in a body that carries the question, or is short, or stands in the list above with its reason."""
    bodies = _bodies(app)
    assert len(bodies) > 30
    for operation, model in bodies.items():
        if model in THE_ANSWER_ITSELF:
            continue
        for owner, name, metadata in _texts(model):
            if are_free(metadata):
                assert issubclass(model, Reported), f"{operation}: {owner.__name__}.{name} is free words; let {model.__name__} be a Reported"
            else:
                known = _is_short(metadata) or (owner.__name__, name) in NOT_FREE
                assert known, f"{operation}: {owner.__name__}.{name} takes any text; declare it as Words, or say in NOT_FREE why it is none"


def test_the_walk_sees_a_new_field() -> None:
    """What the test above looks for is found: a plain text, one that may be missing, and one in a part."""

    class Part(Asked):
        plain: str

    class Body(Asked):
        maybe: str | None = None
        part: tuple[Part, ...] = ()

    assert [(owner.__name__, name, are_free(how), _is_short(how)) for owner, name, how in _texts(Body)] == [
        ("Body", "maybe", False, False),
        ("Part", "plain", False, False),
    ]


async def test_every_report_without_an_answer_is_refused_and_every_yes_opens_a_case(app: FastAPI, world: World, as_: As) -> None:
    """At each operation with free words: no answer is a problem that points to the field; a yes is a case before anything else is made of the report."""
    methods = {str(context.name): (context.methods or set()) for context in iter_route_contexts(app.routes)}
    bodies = _bodies(app)
    for name in sorted(name for name, model in bodies.items() if issubclass(model, Reported)):
        allowed, path, body = MATRIX[name]
        assert allowed is not None
        caller, given = as_(min(allowed)), {key: value for key, value in body.items() if key != "safety"}
        give = caller.put if "PUT" in methods[name] else caller.post
        words = {name for _, name, metadata in _texts(bodies[name]) if are_free(metadata)}
        if words and not words & given.keys():
            given["remark"] = "Some words."
        refused = await give(path, given)
        assert not words or (refused.status_code, refused.json()["code"], refused.json()["errors"][0]["pointer"]) == (422, "safety_unanswered", "/safety"), name
        before = len(world.safety.cases)
        await give(path, {**given, "safety": YES})
        assert len(world.safety.cases) == before + 1, f"{name}: the yes is not heard"


async def test_a_report_without_free_words_needs_no_answer_and_may_have_one(as_: As, world: World) -> None:
    """An outcome alone is a report; an answer beside it is kept."""
    assert (await as_(Role.REP).post(f"/api/v1/tasks/{VISIT}/complete", DONE)).status_code == 200
    assert world.safety.told == []
    assert (await as_(Role.REP).post(f"/api/v1/tasks/{VISIT}/complete", {**DONE, "safety": NONE})).status_code == 200
    assert [told.report for told in world.safety.told] == [f"task:{VISIT}"]


async def test_a_yes_is_told_by_its_id_and_the_same_again_is_one_case(as_: As, world: World) -> None:
    """The header names the case; asking again with the key opens no second one."""
    body = {**DONE, "remark": "Short.", "safety": YES}
    first = await as_(Role.REP).post(f"/api/v1/tasks/{VISIT}/complete", body, key="once")
    await as_(Role.REP).post(f"/api/v1/tasks/{VISIT}/complete", body, key="once")
    assert first.headers["Safety-Case"] in world.safety.cases
    assert len(world.safety.cases) == 2


async def test_a_yes_under_a_key_that_named_something_else_is_heard(as_: As, world: World) -> None:
    """The report is refused, and may never be made again; what a patient suffered counts all the same, once."""
    await as_(Role.REP).post(f"/api/v1/tasks/{VISIT}/complete", DONE, key="once")
    for _ in range(2):
        refused = await as_(Role.REP).post(f"/api/v1/tasks/{VISIT}/complete", {**DONE, "safety": YES}, key="once")
        assert (refused.json()["code"], len(world.safety.cases)) == ("idempotency_key_reused", 2)


async def test_a_report_that_is_refused_leaves_its_case(as_: As, world: World) -> None:
    """The visit is not theirs; what a patient suffered counts all the same."""
    refused = await as_("rep-2").post(f"/api/v1/tasks/{VISIT}/complete", {**DONE, "safety": YES})
    assert (refused.json()["code"], len(world.safety.cases)) == ("not_your_task", 2)


@pytest.mark.parametrize(
    ("path", "body", "pointer"), [("safety-cases", {**YES}, "/aware_at"), (f"tasks/{VISIT}/complete", {**DONE, "safety": YES}, "/safety/aware_at")]
)
async def test_nobody_learns_of_it_in_the_future(path: str, body: dict[str, Any], pointer: str, as_: As, world: World) -> None:
    """Day 0 may be earlier than the report, never later."""
    late = {"aware_at": "2027-03-02T09:00:00Z"}
    body = {**body, "safety": {**YES, **late}} if "safety" in body else {**{key: body[key] for key in ("kind", "words")}, **late}
    refused = await as_(Role.REP).post(f"/api/v1/{path}", body)
    assert (refused.json()["code"], refused.json()["errors"][0]["pointer"], len(world.safety.cases)) == ("in_the_future", pointer, 1)


async def test_an_inquiry_of_which_nobody_was_asked_is_not_closed(as_: As, world: World) -> None:
    """One that was recorded before the question was asked is closed with its answer, and not without."""
    world.safety.asked_at.discard(f"inquiry:{INQUIRY}")
    closing = {"outcome": "answered"}
    refused = await as_(Role.MSL).post(f"/api/v1/tasks/{QUESTION}/complete", closing)
    assert (refused.json()["code"], refused.json()["errors"][0]["pointer"]) == ("safety_unanswered", "/safety")
    assert (await as_(Role.MSL).post(f"/api/v1/tasks/{QUESTION}/complete", {**closing, "safety": NONE})).status_code == 200


async def test_an_inquiry_is_asked_about_as_it_is_recorded_and_answered(as_: As, world: World) -> None:
    """The answer is kept under the inquiry's own name."""
    body = {"person_id": ASTRID, "product": "cardiolex", "question": "Is it safe?", "unsolicited": True, "safety": NONE}
    recorded = (await as_(Role.REP).post("/api/v1/inquiries", body)).json()["id"]
    await as_(Role.MSL).post(f"/api/v1/inquiries/{recorded}/answer", {"answer": "See the cohort.", "safety": YES})
    assert [told.report for told in world.safety.told] == [f"inquiry:{recorded}"] * 2
    assert world.safety.told[0].person_id == ASTRID


@pytest.mark.parametrize(("role", "seen_by"), [(Role.SAFETY, "safety"), (Role.COMPLIANCE, "safety"), (Role.REP, "reporter")])
async def test_a_case_is_told_to_its_readers_and_its_dates_to_who_reported_it(role: Role, seen_by: str, as_: As) -> None:
    """The words are drug safety's and compliance's; the reporter gets status and dates, in a shape that has nothing else."""
    reported = (await as_(Role.REP).post("/api/v1/safety-cases", {"kind": "pregnancy", "words": "She is in week ten.", "person_id": ASTRID})).json()
    read = (await as_(role).get(f"/api/v1/safety-cases/{reported['id']}")).json()
    assert (read["seen_by"], read["status"], [line["words"] for line in read.get("lines", [])]) == (
        seen_by,
        "open",
        ["She is in week ten."] * (seen_by == "safety"),
    )
    listed = (await as_(role).get("/api/v1/safety-cases")).json()["items"]
    assert {row["seen_by"] for row in listed} == {seen_by}
    if seen_by == "reporter":
        assert set(read) == {"seen_by", "id", "kind", "status", "aware_at", "received_at", "due_at", "acknowledged_at"}


async def test_the_case_of_somebody_else_is_not_there(as_: As) -> None:
    """Neither for a colleague nor for marketing, in a list or by its id."""
    for role in (Role.MARKETING, Role.MEDICAL, Role.ADMIN, "rep-2"):
        assert (await as_(role).get("/api/v1/safety-cases/case-1")).status_code == 404
        assert (await as_(role).get("/api/v1/safety-cases")).json()["items"] == []
        assert (await as_(role).post("/api/v1/safety-cases/case-1/lines", {"kind": "correction", "words": "It was not."})).status_code == 404


async def test_a_report_on_its_own_is_about_ones_own_people_or_nobody(as_: As) -> None:
    """Another territory's HCP is not there; nobody in particular is fine."""
    assert (await as_(Role.REP).post("/api/v1/safety-cases", {"kind": "other", "words": "Heard it.", "person_id": BO})).status_code == 404
    assert (await as_(Role.MARKETING).post("/api/v1/safety-cases", {"kind": "other", "words": "Heard it."})).status_code == 201


async def test_drug_safety_acknowledges_once(as_: As) -> None:
    """The first acknowledgement stands."""
    first = (await as_(Role.SAFETY).post("/api/v1/safety-cases/case-1/acknowledge", {"reference": "2026-1"})).json()
    again = (await as_(Role.SAFETY).post("/api/v1/safety-cases/case-1/acknowledge", {"reference": "2026-2"})).json()
    assert (first["status"], first["reference"], again["reference"]) == ("acknowledged", "2026-1", "2026-1")


async def test_the_safety_system_acknowledges_by_its_signature(as_: As, world: World, http: Any) -> None:
    """Without a token; another signature is refused, and an unknown case is unknown."""
    path, body = "/api/v1/safety-cases/case-1/answer", {"answer": "acknowledged", "reference": "2026-1"}
    assert (await as_(None).post(path, body)).json()["code"] == "signature_invalid"
    assert (await http.post(path, json=body, headers={"webhook-signature": SIGNED})).json()["status"] == "acknowledged"
    assert world.safety.cases["case-1"].acknowledged_by == "adapter"
    assert (await http.post("/api/v1/safety-cases/nothing/answer", json=body, headers={"webhook-signature": SIGNED})).status_code == 404


async def test_a_flag_is_reviewed_once(as_: As) -> None:
    """The same review again changes nothing; another is refused; one that is not there is not there."""
    path = "/api/v1/safety-flags/flag-1/review"
    assert [flag["id"] for flag in (await as_(Role.SAFETY).get("/api/v1/safety-flags")).json()["items"]] == ["flag-1"]
    assert (await as_(Role.SAFETY).post(path, {"kind": "adverse_event"})).json()["case_id"] == "case-of-adverse_event"
    assert (await as_(Role.SAFETY).post(path, {"kind": "adverse_event"})).status_code == 200
    assert (await as_(Role.SAFETY).post(path, {"kind": None})).json()["code"] == "flag_reviewed"
    assert (await as_(Role.SAFETY).post("/api/v1/safety-flags/nothing/review", {"kind": None})).status_code == 404
    assert (await as_(Role.COMPLIANCE).get("/api/v1/safety-flags")).json()["items"] == []
