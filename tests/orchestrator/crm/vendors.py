"""CRMs on this machine that speak their vendors' forms: each checks log-in, fields and session, keeps rows by their external id, pages its lists, and
misbehaves exactly as told."""

import asyncio
import json
import re
from abc import ABC, abstractmethod
from collections import Counter, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import SecretStr

from orchestrator.crm.accounts import Salesforce, Veeva
from tests.orchestrator.channels.offices import Answer, Asked

PRODUCTS = {"cardiolex": "a00000000000001"}


class Manner(StrEnum):
    """How the next request of data is met."""

    TAKES = "takes it"
    ENDED = "says that the session has ended"
    THROTTLES = "throttles"
    BUSY = "says that a limit is reached"
    SLOWS = "takes it, and asks for a rest"
    BREAKS = "breaks down before it takes it"
    BREAKS_AFTER = "takes it and breaks down"
    HALF_CLOSED = "takes it and closes its side"
    TRUNCATED = "takes it and breaks off in its answer"
    GARBAGE = "takes it and mumbles"
    DENIES = "finds the whole request wrong"
    FORGOT = "no longer keeps the rest of a list"


_BEFORE = frozenset({Manner.ENDED, Manner.THROTTLES, Manner.BUSY, Manner.BREAKS, Manner.DENIES, Manner.FORGOT})


class Vendor(ABC):
    """One CRM. `manners` are those of the next requests of data, one after the other; then it takes everything."""

    page = 2

    def __init__(self) -> None:
        self.manners: deque[Manner] = deque()
        self.asked: list[Asked] = []
        self.sessions = 0
        self.rows: dict[tuple[str, str], dict[str, Any]] = {}
        """By object and external id."""
        self.writes: Counter[str] = Counter()
        self.created: list[str] = []
        self.bad: dict[str, str] = {}
        """What is wrong with the rows of these external ids."""
        self.spoils: set[str] = set()
        """External ids that make it deny the whole request."""
        self.lists: dict[str, list[dict[str, Any]]] = {}
        self.repeats = 0
        """How many of the next pages it tells twice."""
        self.port = 0
        self._rests: dict[str, list[dict[str, Any]]] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def keep(self, kind: str, external: str, row: dict[str, Any]) -> str:
        """Upsert: the id of the row."""
        self.writes[external] += 1
        known = self.rows.get((kind, external))
        if known is None:
            self.created.append(external)
        crm_id = known["id"] if known is not None else f"V0A{len(self.rows):012}"
        self.rows[kind, external] = {**(known or {}), **row, "id": crm_id}
        return str(crm_id)

    def cut(self, rows: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], str | None]:
        """A page, and by which name the rest is asked for."""
        if self.repeats:
            self.repeats -= 1
            name = f"r{len(self._rests)}"
            self._rests[name] = rows
            return rows[: self.page], name
        head, rest = rows[: self.page], rows[self.page :]
        if not rest:
            return head, None
        name = f"r{len(self._rests)}"
        self._rests[name] = rest
        return head, name

    @abstractmethod
    def logs_in(self, asked: Asked) -> Answer | None:
        """The answer to a log-in; None of a request of data."""

    @abstractmethod
    def knows(self, asked: Asked) -> bool: ...

    @abstractmethod
    def failing(self, manner: Manner) -> Answer: ...

    @abstractmethod
    def answered(self, asked: Asked) -> Answer: ...

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
            method, path, _ = head[0].split(" ")
            asked = Asked(method, path, headers, await reader.readexactly(int(headers.get("content-length", 0))))
            self.asked.append(asked)
            writer.write(self._said(asked))
            await writer.drain()
        finally:
            writer.close()

    def _said(self, asked: Asked) -> bytes:
        opened = self.logs_in(asked)
        if opened is not None:
            return opened.bytes()
        manner = self.manners.popleft() if self.manners else Manner.TAKES
        if manner is Manner.ENDED or not self.knows(asked):
            return self.failing(Manner.ENDED).bytes()
        if manner in _BEFORE:
            return self.failing(manner).bytes()
        said = self.answered(asked)
        match manner:
            case Manner.BREAKS_AFTER:
                return Answer(500, "Internal Server Error").bytes()
            case Manner.HALF_CLOSED:
                return b""
            case Manner.TRUNCATED:
                return said.bytes()[:-5]
            case Manner.GARBAGE:
                return Answer(200, "<html>hello</html>").bytes()
            case Manner.SLOWS:
                return Answer(said.status, said.body, (("X-VaultAPI-ResponseDelay", "800"), ("X-VaultAPI-BurstLimitRemaining", "0"))).bytes()
            case _:
                return said.bytes()


class Vault(Vendor):
    """Veeva Vault CRM: 200 also for what it refuses, one status for the request and one for each row."""

    def account(self, **changes: Any) -> Veeva:
        told: dict[str, Any] = {"kind": "veeva", "url": self.url, "username": "dirigent@vault.example", "password": SecretStr("hush"), "products": PRODUCTS}
        return Veeva.model_validate({**told, "patience": 2.0, "call": {"fields": {"outcome": "outcome__c"}}, **changes})

    def logs_in(self, asked: Asked) -> Answer | None:
        if asked.path != "/api/v25.1/auth":
            return None
        if asked.form != {"username": "dirigent@vault.example", "password": "hush"}:
            return self._failed("USERNAME_OR_PASSWORD_INCORRECT")
        self.sessions += 1
        mine = {"id": 1, "name": "CRM", "url": f"{self.url}/api"}
        return Answer(200, {"responseStatus": "SUCCESS", "sessionId": f"session-{self.sessions}", "userId": 9, "vaultIds": [mine], "vaultId": 1})

    def knows(self, asked: Asked) -> bool:
        return asked.headers.get("authorization") in (f"session-{self.sessions}", "Bearer token-1")

    def failing(self, manner: Manner) -> Answer:
        match manner:
            case Manner.THROTTLES:
                return Answer(429, "", (("Retry-After", "7"),))
            case Manner.BREAKS:
                return Answer(500, "Internal Server Error")
            case _:
                codes = {
                    Manner.ENDED: "INVALID_SESSION_ID",
                    Manner.BUSY: "API_LIMIT_EXCEEDED",
                    Manner.DENIES: "ATTRIBUTE_NOT_SUPPORTED",
                    Manner.FORGOT: "INVALID_DATA",
                }
                return self._failed(codes[manner])

    def answered(self, asked: Asked) -> Answer:
        path = urlsplit(asked.path).path
        if path == "/api/v25.1/query":
            query = asked.form["q"]
            found = re.fullmatch(
                r"SELECT (id, modified_date__v.*) FROM (\w+) WHERE modified_date__v >= '(.+)' ORDER BY modified_date__v ASC, id ASC PAGESIZE \d+", query
            )
            assert found is not None, query
            rows = [row for row in self.lists.get(found[2], []) if _at(row["modified_date__v"]) >= _at(found[3])]
            return self._listed(sorted(rows, key=lambda row: (row["modified_date__v"], row["id"])))
        if path.startswith("/api/v25.1/query/"):
            return self._listed(self._rests[path.rpartition("/")[2]])
        assert asked.method == "POST"
        assert asked.query == {"idParam": "external_id__v"}
        rows, kind = json.loads(asked.body), path.removeprefix("/api/v25.1/vobjects/")
        assert len(rows) <= 500
        if any(row["external_id__v"] in self.spoils for row in rows):
            return self._failed("INVALID_DATA")
        return Answer(200, {"responseStatus": "SUCCESS", "data": [self._row(kind, row) for row in rows]})

    def _row(self, kind: str, row: dict[str, Any]) -> dict[str, Any]:
        external = row["external_id__v"]
        if external in self.bad:
            return {"responseStatus": "FAILURE", "errors": [{"type": self.bad[external], "message": "Astrid Lindqvist is wrong."}]}
        crm_id = self.keep(kind, external, row)
        return {"responseStatus": "SUCCESS", "event": "created", "data": {"id": crm_id, "url": f"/api/v25.1/vobjects/{kind}/{crm_id}"}}

    def _listed(self, rows: list[dict[str, Any]]) -> Answer:
        page, rest = self.cut(rows)
        details = {"pagesize": self.page, "pageoffset": 0, "size": len(page), "total": len(rows)}
        more = {"next_page": f"/api/v25.1/query/{rest}"} if rest is not None else {}
        return Answer(200, {"responseStatus": "SUCCESS", "responseDetails": {**details, **more}, "data": page})

    def _failed(self, code: str) -> Answer:
        return Answer(200, {"responseStatus": "FAILURE", "errors": [{"type": code, "message": "No."}]})

    def call(self, number: int, at: datetime, **changes: Any) -> None:
        """A submitted call with Astrid, changed at that time."""
        row: dict[str, Any] = {
            "id": f"V2B{number:012}",
            "modified_date__v": _stamp(at),
            "account__v": "V4T1",
            "user__v": "V0D1",
            "product_priority_1__v": PRODUCTS["cardiolex"],
        }
        row |= {
            "call_channel__v": ["face_to_face__v"],
            "call2_status__v": ["submitted__v"],
            "call_datetime__v": _stamp(at),
            "call_date__v": at.date().isoformat(),
        }
        self.lists.setdefault("call2__v", []).append({**row, "outcome__c": "interested", "external_id__v": None, **changes})


class Org(Vendor):
    """Salesforce: statuses of HTTP for the request, and a verdict for each row."""

    def account(self, **changes: Any) -> Salesforce:
        told: dict[str, Any] = {"kind": "salesforce", "url": self.url, "client_id": "app", "client_secret": SecretStr("hush"), "products": PRODUCTS}
        return Salesforce.model_validate({**told, "patience": 2.0, "call": {"fields": {"outcome": "Outcome__c"}}, **changes})

    def logs_in(self, asked: Asked) -> Answer | None:
        if asked.path != "/services/oauth2/token":
            return None
        if dict(parse_qsl(asked.body.decode())) != {"grant_type": "client_credentials", "client_id": "app", "client_secret": "hush"}:
            return Answer(400, {"error": "invalid_client", "error_description": "No."})
        self.sessions += 1
        return Answer(200, {"access_token": f"session-{self.sessions}", "instance_url": self.url, "token_type": "Bearer"})

    def knows(self, asked: Asked) -> bool:
        return asked.headers.get("authorization") == f"Bearer session-{self.sessions}"

    def failing(self, manner: Manner) -> Answer:
        match manner:
            case Manner.THROTTLES:
                return Answer(503, "", (("Retry-After", "7"),))
            case Manner.BREAKS:
                return Answer(500, "Internal Server Error")
            case Manner.ENDED:
                return Answer(401, [{"errorCode": "INVALID_SESSION_ID", "message": "Session expired or invalid"}])
            case Manner.BUSY:
                return Answer(403, [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "TotalRequests Limit exceeded."}])
            case Manner.FORGOT:
                return Answer(400, [{"errorCode": "INVALID_QUERY_LOCATOR", "message": "No."}])
            case _:
                return Answer(400, [{"errorCode": "INVALID_FIELD", "message": "No such column"}])

    def answered(self, asked: Asked) -> Answer:
        path = urlsplit(asked.path).path
        if path == "/services/data/v61.0/queryAll":
            query = asked.query["q"]
            found = re.fullmatch(r"SELECT (Id, SystemModstamp.*) FROM (\w+) WHERE (.+) ORDER BY SystemModstamp, Id", query)
            assert found is not None, query
            rows = sorted(self.lists.get(found[2], []), key=lambda row: (row["SystemModstamp"], row["Id"]))
            return self._listed([row for row in rows if self._wanted(row, found[3])])
        if path.startswith("/services/data/v61.0/query/"):
            return self._listed(self._rests[path.rpartition("/")[2]])
        assert asked.method == "PATCH"
        kind, field = unquote(path).removeprefix("/services/data/v61.0/composite/sobjects/").split("/")
        told = json.loads(asked.body)
        assert told["allOrNone"] is False
        assert 0 < len(told["records"]) <= 200
        if any(row[field] in self.spoils for row in told["records"]):
            return Answer(400, [{"errorCode": "JSON_PARSER_ERROR", "message": "No."}])
        return Answer(200, [self._row(kind, field, row) for row in told["records"]])

    def _wanted(self, row: dict[str, Any], where: str) -> bool:
        after = re.fullmatch(r"\(SystemModstamp > (\S+) OR \(SystemModstamp = (\S+) AND Id > '(\w+)'\)\)", where)
        at = _at(row["SystemModstamp"])
        if after is not None:
            return at > _at(after[1]) or (at == _at(after[2]) and row["Id"] > after[3])
        return at >= _at(where.removeprefix("SystemModstamp >= "))

    def _row(self, kind: str, field: str, row: dict[str, Any]) -> dict[str, Any]:
        assert row["attributes"] == {"type": kind}
        if row[field] in self.bad:
            return {"success": False, "errors": [{"statusCode": self.bad[row[field]], "message": "Astrid Lindqvist is wrong.", "fields": []}]}
        return {"id": self.keep(kind, row[field], row), "success": True, "errors": [], "created": True}

    def _listed(self, rows: list[dict[str, Any]]) -> Answer:
        page, rest = self.cut(rows)
        more = {"nextRecordsUrl": f"/services/data/v61.0/query/{rest}"} if rest is not None else {}
        return Answer(200, {"totalSize": len(rows), "done": rest is None, **more, "records": [{"attributes": {}, **row} for row in page]})

    def call(self, number: int, at: datetime, **changes: Any) -> None:
        """A submitted call with Astrid, changed at that time."""
        stamp = at.strftime("%Y-%m-%dT%H:%M:%S.000+0000")
        row = {"Id": f"a04{number:012}", "SystemModstamp": stamp, "Account_vod__c": "V4T1", "User_vod__c": "V0D1", "IsDeleted": False}
        row |= {"Product_Priority_1_vod__c": PRODUCTS["cardiolex"], "Call_Channel_vod__c": "Face_to_face_vod", "Status_vod__c": "Submitted_vod"}
        row |= {"Call_Datetime_vod__c": stamp, "Call_Date_vod__c": at.date().isoformat(), "Outcome__c": "interested", "Mobile_ID_vod__c": None}
        self.lists.setdefault("Call2_vod__c", []).append({**row, **changes})


def _at(written: str) -> datetime:
    return datetime.fromisoformat(written)


def _stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")


@asynccontextmanager
async def opened(vendor: Vendor) -> AsyncIterator[Vendor]:
    """It listens on a port of its own until the end of the block."""
    server = await asyncio.start_server(vendor.serve, "127.0.0.1", 0)
    vendor.port = server.sockets[0].getsockname()[1]
    try:
        yield vendor
    finally:
        server.close()


A_MINUTE = timedelta(minutes=1)
