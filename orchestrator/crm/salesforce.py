"""Salesforce, and Veeva CRM on it, by the REST API: a token of the connected app, upserts of collections by external id, and SOQL in order of change.

https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import httpx

from orchestrator.channels.conversation import Reply, converse
from orchestrator.crm.accounts import Salesforce
from orchestrator.crm.answers import MOST, by_status, code, of_request, of_row, said
from orchestrator.crm.port import Away, Denied, Later, Page, Told, Upserted, Written
from orchestrator.crm.records import Arrived, Arriving, Cursor, Kind, Record

PAGE = 200
"""It gives no smaller batches of a query."""

_ID = re.compile(r"[A-Za-z0-9]{15,18}")
_ENDED = "invalid_session_id"
_BUSY = frozenset({"request_limit_exceeded", "server_unavailable", "concurrent_requests_limit_exceeded"})
_OURS = frozenset({_ENDED, "api_currently_disabled", "api_disabled_for_org", "insufficient_access", "unknown_exception", "invalid_client", "invalid_grant"})
_PASSING = frozenset({"unable_to_lock_row", "request_limit_exceeded", "server_unavailable", "unknown_exception", "all_or_none_operation_rolled_back"})


class SalesforceCrm:
    def __init__(self, account: Salesforce, client: httpx.AsyncClient) -> None:
        self._account, self._client, self._mapping = account, client, account.mapping
        self._data = f"/services/data/{account.version}"
        self._token: str | None = None
        self._opening = asyncio.Lock()

    def lacks(self, record: Record) -> str | None:
        return self._mapping.lacks(record)

    async def upsert(self, kind: Kind, records: Sequence[Record]) -> Upserted | Denied | Away:
        mapped = self._mapping.of(kind)
        rows = [{"attributes": {"type": mapped.object}, **self._mapping.written(record)} for record in records]
        path = f"{self._data}/composite/sobjects/{mapped.object}/{mapped.fields['external_id']}"
        told = await self._ask("PATCH", path, json={"allOrNone": False, "records": rows})
        if isinstance(told, Denied | Away):
            return told
        if not isinstance(told, list) or len(told) != len(records):
            return Away("unreadable")
        return Upserted(tuple(_of_row(row) for row in told))

    async def changed(self, kind: Arriving, since: Cursor) -> Page | Denied | Away:
        told = await self._page(kind, since)
        if isinstance(told, Denied) and since.page is not None:  # the rest of the answer is no longer kept there
            since = since.model_copy(update={"page": None})
            told = await self._page(kind, since)
        if isinstance(told, Denied | Away):
            return told
        rows = told.get("records") if isinstance(told, dict) else None
        if not isinstance(rows, list):
            return Away("unreadable")
        try:
            read = [(datetime.fromisoformat(str(row["SystemModstamp"])), str(row["Id"]), _flat(row)) for row in rows]
        except (KeyError, TypeError, ValueError):
            return Away("unreadable")
        more = str(told["nextRecordsUrl"]) if told.get("nextRecordsUrl") else None
        cursor = since.after(read[-1][0], read[-1][1], more) if read else since.model_copy(update={"page": more})
        return Page(tuple(self._read(kind, *row) for row in read), cursor, more=more is not None)

    def _read(self, kind: Arriving, at: datetime, id: str, row: Mapping[str, Any]) -> Arrived:  # noqa: A002 - the CRM's
        return self._mapping.read(kind, row, id=id, revised_at=at)

    async def _page(self, kind: Arriving, since: Cursor) -> Any:
        if since.page is not None:
            path = since.page
            return await self._ask("GET", path) if path.startswith("/services/data/") else Denied("strange_page")
        mapped, when = self._mapping.of(kind), since.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        fields = ", ".join(dict.fromkeys(("Id", "SystemModstamp", *mapped.selected())))
        later = f"(SystemModstamp > {when} OR (SystemModstamp = {when} AND Id > '{since.id}'))" if _ID.fullmatch(since.id) else f"SystemModstamp >= {when}"
        query = f"SELECT {fields} FROM {mapped.object} WHERE {later} ORDER BY SystemModstamp, Id"  # noqa: S608 - names of the mapping
        # Those that were deleted are told too, and are cancelled here.
        return await self._ask("GET", f"{self._data}/queryAll", params={"q": query}, headers={"Sforce-Query-Options": f"batchSize={PAGE}"})

    async def _ask(self, method: str, path: str, *, headers: Mapping[str, str] = {}, **parts: Any) -> Any:
        """The body of a request that was well received; with a new token where the one that there was has ended."""
        answer: Any = Away(_ENDED)
        for _ in range(2):
            token = await self._opened()
            if isinstance(token, Away):
                return token
            answer = await self._converse(method, path, {**headers, "Authorization": f"Bearer {token}"}, **parts)
            if not isinstance(answer, Away) or answer.code != _ENDED:
                return answer
            if self._token == token:
                self._token = None
        return answer

    async def _opened(self) -> str | Away:
        async with self._opening:
            if self._token is None:
                form = {"grant_type": "client_credentials", "client_id": self._account.client_id}
                form["client_secret"] = self._account.client_secret.get_secret_value()
                told = await self._converse("POST", "/services/oauth2/token", {}, data=form)
                if isinstance(told, Denied | Away):
                    return Away(told.code, told.rest if isinstance(told, Away) else None)
                self._token = str(told["access_token"]) if isinstance(told, dict) and told.get("access_token") else None
            return self._token if self._token is not None else Away("unreadable")

    async def _converse(self, method: str, path: str, headers: Mapping[str, str], **parts: Any) -> Any:
        request = httpx.Request(method, self._account.address + path, headers={"Accept": "application/json", **headers}, **parts)
        heard = await converse(self._client, request, patience=self._account.patience, most=MOST)
        told = said(heard) if isinstance(heard, Reply) else None
        if isinstance(heard, Reply) and not heard.good and (found := _trouble(told)) is not None:
            return of_request(found, busy=_BUSY, ours=_OURS)
        away = by_status(heard)
        if away is not None or not isinstance(heard, Reply):
            return away or Away("other")
        if not heard.good:
            return Denied(f"http_{heard.status}")
        return told if told is not None else Away("unreadable")


def _trouble(told: Any) -> str | None:
    """The code of a request that failed: of the API, which lists them, or of the log-in."""
    first = told[0] if isinstance(told, list) and told else told
    found = (first.get("errorCode") or first.get("error")) if isinstance(first, dict) else None
    return code(found) if found else None


def _of_row(row: Any) -> Told:
    told = row if isinstance(row, dict) else {}
    if told.get("success") is True:
        return Written(str(told["id"])) if told.get("id") else Later("unreadable")
    errors = told.get("errors")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    return of_row(code(first.get("statusCode", "other")), passing=_PASSING)


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """What is told of a row that this one refers to, by the name under which it was asked for."""
    return {**row, **{f"{name}.{inner}": said for name, told in row.items() if isinstance(told, dict) for inner, said in told.items()}}
