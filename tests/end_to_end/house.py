"""A whole Dirigent in the test's own loop: the real API, worker and relay over a real PostgreSQL, a real Temporal and a real SMTP inbox. Tests act
through it as its users do (`House.desk`), and as the recipients of its e-mails do (`House.public`)."""

import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client

from api.security import Tokens
from api.who import Role
from orchestrator.embedded.inbox import Inbox, Mail
from orchestrator.settings import Settings
from tests.end_to_end.waiting import DEADLINE, eventually

Json = dict[str, Any]

_ROLES = {
    "rep": Role.REP,
    "msl": Role.MSL,
    "sales": Role.SALES,
    "mkt": Role.MARKETING,
    "med": Role.MEDICAL,
    "safety": Role.SAFETY,
    "comp": Role.COMPLIANCE,
    "admin": Role.ADMIN,
}


@dataclass(frozen=True)
class No:
    """A refusal: its status, its problem code, and the whole document."""

    status: int
    code: str
    body: Json


class Desk:
    """The API as one signed-in user sees it."""

    def __init__(self, http: httpx.AsyncClient, token: str | None, *, patience: float = DEADLINE) -> None:
        self._http = http
        self._patience = patience
        self._headers = {"Authorization": f"Bearer {token}"} if token is not None else {}

    async def ask(self, method: str, path: str, *, body: Json | None = None, key: str | None = None, **parameters: Any) -> httpx.Response:
        """One request under /api/v1, with a new Idempotency-Key where it is a command and none is given."""
        headers = self._headers | ({"Idempotency-Key": key or uuid4().hex} if method in {"POST", "PUT"} else {})
        return await self._http.request(method, f"/api/v1{path}", json=body, headers=headers, params=parameters or None)

    async def get(self, path: str, **parameters: Any) -> Json:
        return _told(await self.ask("GET", path, **parameters))

    async def post(self, path: str, body: Json, *, key: str | None = None) -> Json:
        return _told(await self.ask("POST", path, body=body, key=key))

    async def put(self, path: str, body: Json, *, key: str | None = None) -> Json:
        return _told(await self.ask("PUT", path, body=body, key=key))

    async def refused(self, path: str, body: Json | None = None, *, key: str | None = None) -> No:
        """The refusal of a command, or without a body of a read."""
        answer = await self.ask("GET" if body is None else "POST", path, body=body, key=key)
        assert answer.headers["content-type"] == "application/problem+json", answer.text
        problem: Json = answer.json()
        assert problem["status"] == answer.status_code
        return No(answer.status_code, problem["code"], problem)

    async def all(self, path: str, **parameters: Any) -> list[Json]:
        """Every item of a list, page by page."""
        page = await self.get(path, limit=100, **parameters)
        items: list[Json] = page["items"]
        while page["next"] is not None:
            page = await self.get(path, limit=100, cursor=page["next"], **parameters)
            items += page["items"]
        return items

    async def person(self, family_name: str) -> str:
        """The id of the one person of this name in sight."""
        (person,) = (await self.get("/people", q=family_name))["items"]
        return str(person["id"])

    async def enrol(self, person: str, journey: str) -> str:
        """Enrol, and return the enrolment's id."""
        made = await self.post("/enrolments", {"person_id": person, "journey": journey})
        return str(made["id"])

    async def task(self, enrolment: str, step: str) -> str:
        """The id of the run's open task, which is awaited at this step."""

        async def open_task() -> str | None:
            run = await self.get(f"/enrolments/{enrolment}")
            at_step = run.get("standing", {}).get("step", step) == step
            return run["open_task"] if at_step else None

        return await eventually(open_task, f"an open task at {step}", within=self._patience)

    async def complete(self, task: str, outcome: str, channel: str | None = None, **more: Any) -> Json:
        """Complete a task, and return what came of it."""
        return await self.post(f"/tasks/{task}/complete", {"outcome": outcome, "channel": channel, **more})

    async def standing(self, enrolment: str, doing: str, step: str | None = None) -> Json:
        """Where the run stands once it stands so."""

        async def stands() -> Json | None:
            now: Json = (await self.get(f"/enrolments/{enrolment}"))["standing"]
            return now if now["doing"] == doing and step in {None, now["step"]} else None

        return await eventually(stands, f"a run that is {doing} at {step or 'any step'}", within=self._patience)

    async def story(self, enrolment: str) -> list[Json]:
        return await self.all(f"/enrolments/{enrolment}/story")

    async def lines(self, person: str, what: str) -> list[Json]:
        """The lines of one kind in a person's timeline, the oldest first."""
        return [line for line in await self.all(f"/people/{person}/timeline", order="oldest") if line["what"] == what]


class House:
    """What the tests know of the running whole."""

    def __init__(self, *, settings: Settings, engine: AsyncEngine, temporal: Client, http: httpx.AsyncClient, folder: Path) -> None:
        self.settings = settings
        self.engine = engine
        self.temporal = temporal
        self.public = http
        """A recipient's browser: not signed in, and it follows no redirects."""
        self.inbox = Inbox(folder)
        self.tokens = Tokens(settings.signing_key.get_secret_value())

    def desk(self, user: str) -> Desk:
        """The API as a user of the sample sees it; the first part of the id names the role."""
        role = _ROLES[user.partition("-")[0]]
        return Desk(self.public, self.tokens.issue(user, role, lifetime=timedelta(hours=1)))

    def with_token(self, token: str | None) -> Desk:
        """The API with any token, or with none."""
        return Desk(self.public, token)

    async def mails(self, address: str, count: int = 1) -> list[Mail]:
        """The mails to an address, once there are as many as that."""

        async def arrived() -> list[Mail] | None:
            found = self.mails_to(address)
            return found if len(found) >= count else None

        found = await eventually(arrived, f"{count} mails to {address}")
        assert len(found) == count
        return found

    def mails_to(self, address: str) -> list[Mail]:
        """The mails to an address so far."""
        return [mail for mail in self.inbox.mails() if mail.message["To"] == address]


def link(mail: Mail) -> str:
    """The path of the first link of a mail that leads to its content."""
    found = re.search(r"https?://[^\s/]+(/t/\S+)", text_of(mail))
    assert found is not None
    return found[1]


def unsubscribe(mail: Mail) -> str:
    """The path of the one-click link in a mail's header (RFC 8058)."""
    assert mail.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    return urlsplit(str(mail.message["List-Unsubscribe"]).strip("<>")).path


def text_of(mail: Mail) -> str:
    """The plain text of a mail."""
    part = mail.message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def _told(answer: httpx.Response) -> Json:
    assert answer.is_success, f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text}"
    told: Json = answer.json()
    return told
