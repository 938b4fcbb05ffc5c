"""Veeva Vault CRM by the Vault REST API: sessions, upserts by external id, and VQL in order of change.

It answers 200 also where it refuses: the outer status speaks of the request, and each row has one of its own. It has no idempotency key; the external id is
one. https://developer.veevavault.com/api/
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpx

from orchestrator.channels.conversation import Reply, converse
from orchestrator.crm.accounts import Veeva
from orchestrator.crm.answers import MOST, THROTTLED, by_status, code, of_request, of_row, said
from orchestrator.crm.port import Away, Denied, Later, Page, Told, Upserted, Written
from orchestrator.crm.records import Arrived, Arriving, Cursor, Kind, Record

PAGE = 100
"""Rows of a page: they are stored in one transaction, which holds the people they are about."""

RESERVE = 100
"""Requests of the burst limit that are left to others who use the vault."""

_ENDED = "invalid_session_id"
_BUSY = frozenset({"api_limit_exceeded"})
_OURS = frozenset(
    {"unexpected_error", "inactive_user", "username_or_password_incorrect", "user_locked_out", "password_change_required", "insufficient_access", _ENDED}
    | {"configuration_mode_enabled", "operation_in_progress", "race_condition"}
)
_PASSING = frozenset({"race_condition", "unexpected_error", "operation_in_progress", "api_limit_exceeded", "configuration_mode_enabled", "sdk_error", _ENDED})


class _Said(NamedTuple):
    """A request that was well received."""

    told: dict[str, Any]
    rest: timedelta | None


class VeevaCrm:
    def __init__(self, account: Veeva, client: httpx.AsyncClient) -> None:
        self._account, self._client, self._mapping = account, client, account.mapping
        self._session: str | None = None
        self._opening = asyncio.Lock()

    def lacks(self, record: Record) -> str | None:
        return self._mapping.lacks(record)

    async def upsert(self, kind: Kind, records: Sequence[Record]) -> Upserted | Denied | Away:
        mapped = self._mapping.of(kind)
        path = f"/api/{self._account.version}/vobjects/{mapped.object}"
        params = {"idParam": mapped.fields["external_id"] or ""}
        heard = await self._ask("POST", path, params=params, json=[self._mapping.written(record) for record in records])
        if not isinstance(heard, _Said):
            return heard
        rows = heard.told.get("data")
        if not isinstance(rows, list) or len(rows) != len(records):
            return Away("unreadable")
        return Upserted(tuple(_of_row(row) for row in rows), heard.rest)

    async def changed(self, kind: Arriving, since: Cursor) -> Page | Denied | Away:
        heard = await self._page(kind, since)
        if isinstance(heard, Denied) and since.page is not None:  # the rest of the answer is no longer kept there
            since = since.model_copy(update={"page": None})
            heard = await self._page(kind, since)
        if not isinstance(heard, _Said):
            return heard
        rows, details = heard.told.get("data"), heard.told.get("responseDetails")
        if not isinstance(rows, list) or not isinstance(details, dict):
            return Away("unreadable")
        try:
            read = [(_modified(row), str(row["id"]), row) for row in rows]
        except (KeyError, TypeError, ValueError):
            return Away("unreadable")
        more = str(details["next_page"]) if details.get("next_page") else None
        cursor = since.after(read[-1][0], read[-1][1], more) if read else since.model_copy(update={"page": more})
        return Page(tuple(self._read(kind, row) for row in read), cursor, more=more is not None, rest=heard.rest)

    def _read(self, kind: Arriving, row: tuple[datetime, str, dict[str, Any]]) -> Arrived:
        return self._mapping.read(kind, row[2], id=row[1], revised_at=row[0])

    async def _page(self, kind: Arriving, since: Cursor) -> _Said | Denied | Away:
        if since.page is not None:
            path = since.page
            return await self._ask("GET", path) if path.startswith("/api/") else Denied("strange_page")
        mapped = self._mapping.of(kind)
        fields = ", ".join(dict.fromkeys(("id", "modified_date__v", *mapped.selected())))
        when = since.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        query = f"SELECT {fields} FROM {mapped.object} WHERE modified_date__v >= '{when}' ORDER BY modified_date__v ASC, id ASC PAGESIZE {PAGE}"  # noqa: S608 - names of the mapping, which lets no others in
        return await self._ask("POST", f"/api/{self._account.version}/query", data={"q": query})

    async def _ask(self, method: str, path: str, **parts: Any) -> _Said | Denied | Away:
        """Ask, with a new session where the one that there was has ended."""
        answer: _Said | Denied | Away = Away(_ENDED)
        for _ in range(2):
            session = await self._opened()
            if isinstance(session, Away):
                return session
            answer = _judged(await self._converse(method, path, {"Authorization": session}, **parts))
            if not isinstance(answer, Away) or answer.code != _ENDED or self._account.token is not None:
                return answer
            if self._session == session:  # unless somebody has opened a new one meanwhile
                self._session = None
        return answer

    async def _opened(self) -> str | Away:
        if self._account.token is not None:
            return f"Bearer {self._account.token.get_secret_value()}"
        async with self._opening:
            if self._session is None:
                opened = await self._open()
                if isinstance(opened, Away):
                    return opened
                self._session = opened
            return self._session

    async def _open(self) -> str | Away:
        """A session of this vault: with a wrong address the answer is one of another vault that the user may enter."""
        password = self._account.password.get_secret_value() if self._account.password is not None else ""
        form = {"username": self._account.username or "", "password": password}
        answer = _judged(await self._converse("POST", f"/api/{self._account.version}/auth", {}, data=form))
        if isinstance(answer, Denied):
            return Away(answer.code)
        if isinstance(answer, Away):
            return answer
        session, vaults = answer.told.get("sessionId"), answer.told.get("vaultIds")
        mine = [vault for vault in vaults if isinstance(vault, dict) and vault.get("id") == answer.told.get("vaultId")] if isinstance(vaults, list) else []
        if mine and urlsplit(str(mine[0].get("url"))).hostname != self._account.url.host:
            return Away("wrong_vault")
        return str(session) if session else Away("unreadable")

    async def _converse(self, method: str, path: str, headers: dict[str, str], **parts: Any) -> Any:
        told = {"Accept": "application/json", "X-VaultAPI-ClientID": "dirigent", **headers}
        request = httpx.Request(method, self._account.address + path, headers=told, **parts)
        return await converse(self._client, request, patience=self._account.patience, most=MOST)


def _judged(heard: Any) -> _Said | Denied | Away:
    away = by_status(heard)
    if away is not None or not isinstance(heard, Reply):
        return away or Away("other")
    told = said(heard)
    if not isinstance(told, dict):
        return Away("unreadable" if heard.good else f"http_{heard.status}")
    if heard.good and told.get("responseStatus") in ("SUCCESS", "WARNING"):
        return _Said(told, _rest(heard))
    errors = told.get("errors")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    return of_request(code(first.get("type", f"http_{heard.status}")), busy=_BUSY, ours=_OURS)


def _rest(heard: Reply) -> timedelta | None:
    """It slows down who asks too often, by delayed answers first."""
    delayed, left = (heard.headers.get(f"x-vaultapi-{name}", "") for name in ("responsedelay", "burstlimitremaining"))
    throttled = (delayed.isdecimal() and int(delayed) > 0) or (left.isdecimal() and int(left) < RESERVE)
    return THROTTLED if throttled else None


def _of_row(row: Any) -> Told:
    told = row if isinstance(row, dict) else {}
    data, errors = told.get("data"), told.get("errors")
    if told.get("responseStatus") in ("SUCCESS", "WARNING"):
        return Written(str(data["id"])) if isinstance(data, dict) and data.get("id") else Later("unreadable")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    return of_row(code(first.get("type", "other")), passing=_PASSING)


def _modified(row: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(str(row["modified_date__v"]))
