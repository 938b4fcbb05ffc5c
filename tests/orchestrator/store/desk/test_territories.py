"""Field users walk every operation of the API with the ids of another territory's HCP: each is as if it were not there."""

import json
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest_asyncio
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from sqlalchemy.ext.asyncio import AsyncEngine

from api.security import Tokens
from api.who import Role
from orchestrator.settings import Settings
from orchestrator.store import tables
from orchestrator.temporal.client import connect
from orchestrator.wiring_api import make_api
from tests.api import worlds
from tests.api.test_authorisation import MATRIX
from tests.builders import NOW
from tests.database import owning
from tests.orchestrator.store.desk.filling import AWAY, BO, a_task, a_touch, add, an_enrolment, the_world
from tests.orchestrator.test_api_house import KEY, settings_of

RUN = "enr-of-bo"
OF_BO: dict[str, dict[Role, str]] = {
    "task_id": {Role.REP: f"{RUN}.first-visit.1", Role.MSL: f"{RUN}.question.1"},
    "touch": {Role.REP: f"{RUN}.follow-up.1", Role.MSL: "answer-of-bo"},
    "reply_id": {Role.REP: "reply-of-bo", Role.MSL: "medical-reply-of-bo"},
} | {
    name: dict.fromkeys((Role.REP, Role.MSL), value)
    for name, value in {
        "person_id": BO,
        "enrolment_id": RUN,
        "key": f"{RUN}.follow-up.1",
        "inquiry_id": "inquiry-of-bo",
        "clarification_id": "clarification-of-bo",
        "proposal_id": "proposal-of-bo",
    }.items()
}
LISTS = ("list_people", "list_tasks", "list_enrolments", "list_inquiries", "list_touches", "list_replies", "list_notifications", "list_safety_cases")


async def _fill(engine: AsyncEngine) -> None:
    """Everything that there can be of Bo, whose territory is nobody's here."""
    await the_world(engine)
    asked: dict[str, Any] = {"person_id": BO, "product": "cardiolex", "territory_id": AWAY, "unsolicited": True, "status": "draft"}
    signed: dict[str, Any] = {"kind": "typed_name", "mark": "Bo Holm", "signed_at": NOW, "digest": "d", "captured_by": "user-sales", "captured_at": NOW}
    reply: dict[str, Any] = {"source": "mail", "channel": "email", "standing": "replied", "person_id": BO, "names": [], "hints": []}
    reply |= {"at": NOW, "arrived_at": NOW, "judged_at": NOW}
    await add(
        engine,
        an_enrolment(id=RUN, person_id=BO),
        a_touch(key=OF_BO["touch"][Role.REP], enrolment_id=RUN, person_id=BO, message_id="<1@x>"),
        a_touch(key="answer-of-bo", enrolment_id=None, person_id=BO, purpose="medical_response", message_id="<2@x>"),
        tables.Inquiry(id="inquiry-of-bo", recorded_by="user-sales", recorded_at=NOW, signature_digest="d", signed_at=NOW, **asked),
        tables.InquiryWords(inquiry_id="inquiry-of-bo", revision=1, question="Is it safe?", written_by="user-sales", written_at=NOW),
        tables.InquirySignature(inquiry_id="inquiry-of-bo", revision=1, **signed),
        tables.Clarification(id="clarification-of-bo", inquiry_id="inquiry-of-bo", question="reply_by", asked_by="user-medical", asked_at=NOW),
        a_task(id=OF_BO["task_id"][Role.REP], enrolment_id=RUN, person_id=BO, assignee=None),
        a_task(id=OF_BO["task_id"][Role.MSL], enrolment_id=RUN, person_id=BO, side="medical", kind="medical", step="question", assignee=None),
        tables.Proposal(id="proposal-of-bo", person_id=BO, kind="persona", value="pioneer", enrolment_id=RUN, step="guess", at=NOW),
        tables.Reply(id="reply-of-bo", source_id="1", side="commercial", **reply),
        tables.Reply(id="medical-reply-of-bo", source_id="2", side="medical", **reply),
        tables.Judgement(id="judgement", touch_key=OF_BO["touch"][Role.REP], enrolment_id=RUN, person_id=BO, verdict="allowed", checks=[], at=NOW),
    )
    async with owning(engine) as session:
        (await session.get_one(tables.Inquiry, "inquiry-of-bo")).status = "received"


@pytest_asyncio.fixture
async def app(database: str, engine: AsyncEngine, tmp_path: Path) -> FastAPI:
    """The whole API over a database that is full of Bo; Temporal is away."""
    await _fill(engine)
    settings = Settings.model_validate(settings_of(database, inbox_dir=str(tmp_path)))
    return make_api(settings, engine, await connect(settings, lazy=True))


@pytest_asyncio.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://dirigent.test") as client:
        yield client


def _of_bo(app: FastAPI, role: Role) -> Iterator[tuple[str, str, str, Any]]:
    """Every operation that the role may ask for and that names an HCP, or what is about one: its name, method, address and body."""
    for route in iter_route_contexts(app.routes):
        allowed, path, body = MATRIX.get(str(route.name), (None, "", None))
        told = {name: ids[role] for name, ids in OF_BO.items() if f"{{{name}}}" in (route.path_format or "")}
        named = json.loads(json.dumps(body).replace(worlds.ASTRID, BO))
        if str(route.name) == "report_safety_case":
            named["person_id"] = BO
        if allowed is None or role not in allowed or not (told or BO in json.dumps(named) or worlds.ASTRID in path):
            continue
        query = path.partition("?")[2].replace(worlds.ASTRID, BO)
        address = (route.path_format or "").format(**told) + (f"?{query}" if query else "")
        yield str(route.name), next(iter((route.methods or set()) - {"HEAD"})), address, named


async def _ask(http: httpx.AsyncClient, role: Role, method: str, address: str, body: Any, key: str) -> httpx.Response:
    token = Tokens(KEY).issue(f"user-{role}", role, lifetime=timedelta(hours=1))
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
    return await http.request(method, address, json=body if method != "GET" else None, headers=headers)


async def test_nothing_of_another_territory_is_read_or_acted_on(app: FastAPI, http: httpx.AsyncClient, engine: AsyncEngine) -> None:
    """Each operation that names an HCP or what is about one answers 404, and its list is empty; once the territory is theirs the same ids are there."""
    for role, least in ((Role.REP, 35), (Role.MSL, 25)):
        asked = list(_of_bo(app, role))
        assert len(asked) >= least
        for name, method, address, body in asked:
            answer = await _ask(http, role, method, address, body, name)
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), (role, name, answer.text)
        for name in LISTS:
            answer = await _ask(http, role, "GET", MATRIX[name][1].partition("?")[0], None, name)
            assert (answer.status_code, "of-bo" in answer.text, BO in answer.text) == (200, False, False), (role, name, answer.text)
        await add(engine, tables.Alignment(user_id=f"user-{role}", territory_id=AWAY))
        for name, method, address, body in asked:
            if method == "GET":
                assert (await _ask(http, role, method, address, body, name)).status_code != 404, (role, name)
