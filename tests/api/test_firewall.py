"""The wall between commercial and medical: in the shapes that the API can tell at all, and in what it does tell."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from fastapi import FastAPI

from api.rows import ClarificationRow
from api.schemas.people import CommercialProfile, MedicalProfile
from api.who import Role
from journeys.acceptance import Refusal, Refused
from journeys.commands import Note, What
from journeys.definitions import Definition
from journeys.facts import CATALOGUE, Wall
from journeys.position import Position
from tests.api.conftest import As
from tests.api.fakes import World
from tests.api.test_authorisation import MATRIX
from tests.api.worlds import ASTRID, ENROLMENT, INQUIRY, QUESTION, VISIT, a_published, a_receipt, the_authored

COMMERCIAL = {name for name, fact in CATALOGUE.items() if fact.wall is Wall.COMMERCIAL} | {"journey", "version", "persona_title", "offers", "standing"}
MEDICAL = {name for name, fact in CATALOGUE.items() if fact.wall is Wall.MEDICAL} | {"question", "answer", "answered_by"}


MEDICAL_ROLES, COMMERCIAL_ROLES = {Role.MSL, Role.MEDICAL}, {Role.REP, Role.SALES, Role.MARKETING, Role.ADMIN}


def _shapes(schema: dict[str, Any], *, seen_by: str) -> Iterator[str]:
    components = schema["components"]["schemas"]
    return (name for name, shape in components.items() if shape.get("properties", {}).get("seen_by", {}).get("const") == seen_by)


def _named_in(schema: dict[str, Any], name: str, seen: set[str]) -> set[str]:
    """Every field name that can occur in a shape, through all that it refers to."""
    if name in seen:
        return set()
    seen.add(name)
    return _walk(schema, schema["components"]["schemas"][name], seen)


def _walk(schema: dict[str, Any], part: Any, seen: set[str]) -> set[str]:
    if isinstance(part, list):
        return {name for each in part for name in _walk(schema, each, seen)}
    if not isinstance(part, dict):
        return set()
    named = set(part.get("properties", {}))
    if "$ref" in part:
        named |= _named_in(schema, part["$ref"].rsplit("/", 1)[1], seen)
    return named.union(*(_walk(schema, value, seen) for value in part.values()))


@pytest.mark.parametrize(("side", "hidden"), [("medical", COMMERCIAL), ("commercial", MEDICAL)])
def test_no_shape_of_one_side_has_a_field_of_the_other(app: FastAPI, side: str, hidden: set[str]) -> None:
    """What a side must not learn has no place in any shape that the side is told."""
    schema = app.openapi()
    shapes = list(_shapes(schema, seen_by=side))
    assert len(shapes) >= 4
    for shape in shapes:
        assert not _named_in(schema, shape, set()) & hidden, shape


@pytest.fixture
def marked(world: World) -> World:
    """The world with a mark in everything that only one side may read."""
    mark = CommercialProfile(persona="commercial-mark", adoption_stage="commercial-mark", tier="commercial-mark", identity="commercial-mark")
    world.commercial = dict.fromkeys(world.people, mark)
    authored = the_authored()
    authored |= {"journey": "commercial-mark", "title": "commercial-mark"}
    authored["steps"]["first-visit"] |= {"title": "commercial-mark", "why": "commercial-mark"}
    definition = Definition.model_validate(authored)
    world.definitions = {("commercial-mark", 1): a_published(world, definition, "commercial-mark")}
    world.tasks = {key: replace(task, journey="commercial-mark") for key, task in world.tasks.items()}
    world.enrolments = {key: replace(row, journey="commercial-mark", end_reason="commercial-mark") for key, row in world.enrolments.items()}
    world.lines = [replace(line, journey="commercial-mark") for line in world.lines]
    world.lines.append(replace(world.lines[-1], what="moved", step="question", way="answered", to="commercial-mark", remark=None))
    world.lines.append(replace(world.lines[-1], what="ended", step="question", to="goal", reason="commercial-mark"))
    world.lines.append(replace(world.lines[-1], side="commercial", what="persona_corrected", to="commercial-mark"))
    asked = ClarificationRow("c1", "reply_by", world.now, world.now)
    world.words = {INQUIRY: replace(world.words[INQUIRY], question="medical-mark", answer="medical-mark", said={"c1": "medical-mark"})}
    world.inquiries = {INQUIRY: replace(world.inquiries[INQUIRY], clarifications=(asked,), assignee="medical-mark", escalated_to="medical-mark")}
    world.medical = dict.fromkeys(world.people, MedicalProfile(kol_tier="medical-mark", scientific_interest="medical-mark"))
    world.lines = [replace(line, remark="medical-mark") if line.remark else line for line in world.lines]
    world.remark_sides = {"medical-mark": "medical"}
    return world


@pytest.mark.parametrize("role", [Role.MSL, Role.MEDICAL])
async def test_nothing_told_to_medical_carries_the_commercial_mark(role: Role, marked: World, as_: As) -> None:
    """Read everything about an HCP as medical: the mark of sales is nowhere, in no name, no sentence and no code."""
    for path in (*_reads(role), f"/api/v1/tasks/{QUESTION}"):
        answer = await as_(role).get(path)
        assert answer.status_code in {200, 403, 404}, path  # whom the matrix turns away is told nothing
        assert "commercial-mark" not in answer.text, path


@pytest.mark.parametrize("role", [Role.REP, Role.SALES, Role.MARKETING, Role.ADMIN])
async def test_nothing_told_to_commercial_carries_the_medical_mark(role: Role, marked: World, as_: As) -> None:
    """Read everything about an HCP as commercial: no question, no answer, no note of medical."""
    for path in (*_reads(role), f"/api/v1/tasks/{QUESTION}"):
        answer = await as_(role).get(path)
        assert answer.status_code in {200, 403, 404}, path  # whom the matrix turns away is told nothing
        assert "medical-mark" not in answer.text, path


_RATINGS = {name for name, fact in CATALOGUE.items() if fact.wall is Wall.COMMERCIAL}
_OF_NO_HCP = ("/definitions", "/catalogue", "/content", "/bulk-enrolments", "/halts", "/metrics", "/requests")
"""What tells of journeys, content and other systems, and of no person: a strategy names a persona there, and another system answers in a code."""


def _answers(schema: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every operation with its path and the schema of what it answers."""
    for path, methods in schema["paths"].items():
        for operation in methods.values():
            for status in ("200", "201"):
                for content in operation.get("responses", {}).get(status, {}).get("content", {}).values():
                    yield operation["operationId"], path, content.get("schema", {})


@pytest.mark.parametrize(("roles", "other", "hidden"), [(MEDICAL_ROLES, "commercial", _RATINGS), (COMMERCIAL_ROLES, "medical", MEDICAL)])
def test_no_operation_can_tell_a_role_what_belongs_to_the_other_side(app: FastAPI, roles: set[Role], other: str, hidden: set[str]) -> None:
    """Walk every answer of every operation that a role may ask for, through all that it refers to but the shapes of the other side."""
    schema, walked = app.openapi(), 0
    elsewhere = {*_shapes(schema, seen_by=other), *_shapes(schema, seen_by="compliance")}
    for operation, path, answer in _answers(schema):
        allowed = next((allowed for name, (allowed, _, _) in MATRIX.items() if name == operation), None)
        if allowed is not None and allowed & roles and not any(part in path for part in _OF_NO_HCP):
            walked += 1
            assert not _walk(schema, answer, set(elsewhere)) & hidden, (operation, path)
    assert walked > 20


COMMANDS: dict[Role, tuple[tuple[str, Any], ...]] = {
    Role.MSL: (
        ("take", {}),
        ("reassign", {"to": "user-msl", "reason": "expertise"}),
        ("clarifications", {"asks": "reply_by"}),
        ("response", {"answer": "medical-mark", "safety": {"answer": "none"}, "content": "hf-answer@1"}),
        ("close", {"outcome": "answered"}),
    ),
    Role.REP: (
        ("draft", {"question": "medical-mark", "safety": {"answer": "none"}}),
        ("clarifications/c1", {"words": "medical-mark", "safety": {"answer": "none"}}),
        ("withdraw", {}),
    ),
}


@pytest.mark.parametrize("role", [Role.MSL, Role.REP])
async def test_the_answers_to_commands_keep_to_their_side_too(role: Role, marked: World, as_: As) -> None:
    """A rep who writes words gets status and dates back; an MSL who acts learns nothing of sales; and no deadline or queue holds a sales figure."""
    marked.inquiries[INQUIRY] = replace(marked.inquiries[INQUIRY], assignee=None, escalated_to=None)
    for command, body in COMMANDS[role]:
        ask = as_(role).put if command == "draft" else as_(role).post
        answer = await ask(f"/api/v1/inquiries/{INQUIRY}/{command}", body)
        assert answer.status_code in {200, 201, 409}, (command, answer.text)
        assert ("commercial-mark" if role is Role.MSL else "medical-mark") not in answer.text, command


KPI = re.compile(r"kpi|target|quota|attainment|conversion|revenue|sales|prescri|potential|score|decile|tier", re.IGNORECASE)


def test_a_task_of_medical_carries_no_sales_figure(app: FastAPI) -> None:
    """An MSL's tasks, questions and queue have no field by which sales would measure: neither a target nor what the HCP is worth."""
    schema = app.openapi()
    for shape in ("TaskForMedical", "InquiryForMedical", "InquiryInQueue", "TaskLine"):
        named = _named_in(schema, shape, set()) - {"kol_tier"}
        assert not [name for name in named if KPI.search(name)], shape


async def test_compliance_reads_both_sides(marked: World, as_: As) -> None:
    """Whoever must prove what happened sees all of it, and the audit notes the reading of medical words."""
    person = await as_(Role.COMPLIANCE).get(f"/api/v1/people/{ASTRID}")
    assert {"commercial", "medical"} <= person.json().keys()
    inquiry = await as_(Role.COMPLIANCE).get(f"/api/v1/inquiries/{INQUIRY}")
    assert inquiry.json()["question"] == "medical-mark"
    assert ("user-compliance", "inquiry.read") in marked.audit


async def test_the_answer_to_a_medical_command_hides_where_the_journey_goes(marked: World, as_: As) -> None:
    """An MSL who answers a question learns that the journey goes on with the conductor, and not to which step or why."""
    marked.receipt = a_receipt(
        notes=(
            Note(what=What.TASK_CLOSED, step="question", key=QUESTION, way="answered", to="done", by="user-msl"),
            Note(what=What.MOVED, step="question", key=QUESTION, way="answered", to="first-visit"),
            Note(what=What.PERSONA_CORRECTED, step="question", to="commercial-mark"),
        ),
        position=Position(step="first-visit", doing="task", since=marked.now, until=marked.now, reason=None, ended=None),
    )
    answer = await as_(Role.MSL).post(f"/api/v1/tasks/{QUESTION}/complete", {"outcome": "answered", "remark": "Wrote to him.", "safety": {"answer": "none"}})
    assert answer.status_code == 200, answer.text
    assert [one["what"] for one in answer.json()["happened"]] == ["task_closed"]
    assert answer.json()["next"]["doing"] == "elsewhere"
    assert "commercial-mark" not in answer.text
    assert "first-visit" not in answer.text


async def test_medical_roles_do_not_search_by_what_they_do_not_see(as_: As) -> None:
    """A filter tells as much as a field."""
    for path, name in (("/api/v1/people", "persona"), ("/api/v1/enrolments", "journey")):
        answer = await as_(Role.MSL).get(path, **{name: "pioneer"})
        assert (answer.status_code, answer.json()["code"]) == (403, "firewall")


@pytest.mark.parametrize("role", sorted(COMMERCIAL_ROLES))
async def test_commercial_roles_do_not_search_by_who_of_medical_has_a_question(role: Role, as_: As) -> None:
    """Whether nobody has it, somebody who is away, or a lead, is not to be tried out; one's own and all of them are status and dates."""
    for whose, status in (("none", 403), ("absent", 403), ("escalated", 403), ("me", 200), ("all", 200)):
        answer = await as_(role).get("/api/v1/inquiries", whose=whose)
        assert (answer.status_code, answer.json().get("code")) == (status, "firewall" if status == 403 else None), whose
    assert (await as_(Role.MEDICAL).get("/api/v1/inquiries", whose="absent")).status_code == 200


async def test_nobody_tries_out_words_by_the_digest_of_a_signature(world: World, as_: As) -> None:
    """A digest over a short question and a typed name can be guessed: it is told to whoever wrote the words and to who may read them."""
    world.inquiries[INQUIRY] = replace(world.inquiries[INQUIRY], signature_digest="d" * 64, recorded_by="user-rep")
    for role in sorted(COMMERCIAL_ROLES | MEDICAL_ROLES | {Role.COMPLIANCE}):
        read = (await as_(role).get(f"/api/v1/inquiries/{INQUIRY}")).json()
        (listed,) = (await as_(role).get("/api/v1/inquiries")).json()["items"]
        may = role is Role.REP or role not in COMMERCIAL_ROLES
        assert [one["signature_digest"] for one in (read, listed)] == ["d" * 64 if may else None] * 2, role


async def test_an_msl_corrects_no_persona(as_: As) -> None:
    """Personas are commercial, also when written."""
    body = {"outcome": "answered", "persona": {"is": "ordinary", "reason": "Seemed so."}, "safety": {"answer": "none"}}
    answer = await as_(Role.MSL).post(f"/api/v1/tasks/{QUESTION}/complete", body)
    assert (answer.status_code, answer.json()["code"]) == (403, "firewall")


async def test_each_side_sees_its_own_tasks_only(as_: As) -> None:
    """A task of the other side does not exist."""
    assert (await as_(Role.MSL).get(f"/api/v1/tasks/{VISIT}")).status_code == 404
    assert (await as_(Role.REP).get(f"/api/v1/tasks/{QUESTION}")).status_code == 404
    assert [task["id"] for task in (await as_(Role.MSL).get("/api/v1/tasks")).json()["items"]] == [QUESTION]
    assert [task["id"] for task in (await as_(Role.REP).get("/api/v1/tasks")).json()["items"]] == [VISIT]


@pytest.mark.parametrize("code", [Refusal.TASK_NOT_OPEN, Refusal.NOT_OFFERED, Refusal.ENDED])
async def test_a_refusal_tells_medical_not_where_the_journey_stands(code: Refusal, world: World, as_: As) -> None:
    """The run answers with its step; that is for the conductor."""
    world.refusal = Refused(code=code, detail="the journey is now at commercial-mark", allowed=("commercial-mark",))
    answer = await as_(Role.MSL).post(f"/api/v1/tasks/{QUESTION}/complete", {"outcome": "answered"})
    assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert "commercial-mark" not in answer.text


def _reads(role: Role) -> list[str]:
    """Every address that tells this role about HCPs; the definitions are no HCP's, and closed to MSLs."""
    reads = {name: path for name, (allowed, path, body) in MATRIX.items() if body is None and allowed is not None and role in allowed}
    about = [path for name, path in reads.items() if name not in {"take", "read_task"}]
    return [path for path in about if "/definitions" not in path and "/content" not in path] + [f"/api/v1/enrolments/{ENROLMENT}"]
