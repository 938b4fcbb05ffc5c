"""How the API says no: RFC 9457 problem details with a stable type, a code, and what to do about it. Every failure ends here."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import Field
from starlette.exceptions import HTTPException

from api import pages
from api.codes import TABLE, TYPES, Code
from api.paging import BadCursorError
from api.ports import CommandRefusedError, ConductorUnavailableError, Ports
from api.schemas.safety import UNANSWERED
from api.schemas.shapes import Told
from api.who import Who
from journeys import lifecycle
from journeys.acceptance import Refusal, Refused
from journeys.facts import Wall

MEDIA_TYPE = "application/problem+json"

_log = structlog.get_logger(__name__)


_POINTED_AT: dict[Refusal, str] = {
    Refusal.UNKNOWN_OUTCOME: "/outcome",
    Refusal.UNKNOWN_CHANNEL: "/channel",
}

_OF_THE_TASK = {Refusal.SNOOZE_IN_THE_PAST, Refusal.SNOOZED_TOO_OFTEN}


class FieldError(Told):
    """One thing that is wrong with a request: `pointer` (RFC 6901) into the body, or the name of a parameter."""

    detail: str
    pointer: str | None = None
    parameter: str | None = None


class ProblemDetails(Told):
    """RFC 9457. Branch on `code`; `detail` is for people."""

    type: str = Field(examples=[f"{TYPES}task_not_open"])
    title: str = Field(examples=["The task is not open"])
    status: int = Field(examples=[409])
    code: Code = Field(examples=["task_not_open"])
    detail: str = Field(examples=["This task is no longer open: the journey is now at reading."])
    errors: tuple[FieldError, ...] = ()
    allowed: tuple[str, ...] = Field((), description="What would be taken instead, where that is a short list.")
    findings: tuple[dict[str, Any], ...] = Field((), description="What the linter found, for `not_lint_clean`.")
    request_id: str | None = Field(None, description="Names this request in our logs.")


class Problem(Exception):
    """Raised anywhere in a request; answered as a problem."""

    def __init__(
        self,
        code: Code,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        allowed: Sequence[str] = (),
        findings: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.errors = tuple(errors)
        self.allowed = tuple(allowed)
        self.findings = tuple(dict(finding) for finding in findings)


def not_found(noun: str) -> Problem:
    """What does not exist and what lies outside one's territory look alike, so that neither is told from the other."""
    return Problem(Code.NOT_FOUND, f"There is no such {noun}, or it is not in your territory.")


def unknown(noun: str) -> Problem:
    """For what has no territory: it is not there."""
    return Problem(Code.NOT_FOUND, f"There is no such {noun}.")


def in_field(code: Code, detail: str, pointer: str, *, allowed: Sequence[str] = ()) -> Problem:
    """A problem with one field of the body."""
    return Problem(code, detail, errors=[FieldError(detail=detail, pointer=pointer)], allowed=allowed)


def install(app: FastAPI, *, away: Sequence[type[Exception]] = ()) -> None:
    """Answer every failure of the app as a problem. `away` are the errors that mean no more than that a part of the house does not answer now."""
    for error in away:
        app.add_exception_handler(error, _on_away)
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(CommandRefusedError, _on_refused)
    app.add_exception_handler(ConductorUnavailableError, _on_unavailable)
    app.add_exception_handler(BadCursorError, _on_bad_cursor)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(Exception, _on_unforeseen)


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problems of an operation, for its OpenAPI description."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}}
    return {status: {"description": HTTPStatus(status).phrase, "content": content} for status in statuses}


def refused(said: Refused) -> Problem:
    """A run's refusal as a problem: the conductor's codes are the API's."""
    pointer = _POINTED_AT.get(said.code)
    errors = [FieldError(detail=said.detail, pointer=pointer)] if pointer else []
    return Problem(Code(said.code), said.detail, errors=errors, allowed=said.allowed)


def act_refused(said: lifecycle.Refused) -> Problem:
    """The refusal of an act of a version's life as a problem: its codes are the API's."""
    return Problem(Code(said.code), said.detail, allowed=said.allowed)


def _refused_to_medical(said: Refused) -> Problem:
    """The same without where the commercial journey stands: a step's name tells how sales rates the HCP."""
    if said.code in _POINTED_AT or said.code in _OF_THE_TASK:
        return refused(said)
    return Problem(Code(said.code), f"{TABLE[Code(said.code)][1]}.")


def answer(request: Request, problem: Problem) -> Response:
    """The problem as a response, noted for the log line of the request; as a page, where a person opened it by the link of a message."""
    status, title = TABLE[problem.code]
    request.state.problem = problem.code
    ports: Ports = request.app.state.ports
    ports.counts.dropped("request", problem.code)
    headers = {401: {"WWW-Authenticate": "Bearer"}, 503: {"Retry-After": "2"}}.get(status, {})
    if pages.are_at(request.url.path):
        page = pages.trouble(pages.spoken(request.headers.get("accept-language", "")), status)
        page.headers.update(headers)
        return page
    details = ProblemDetails(
        type=TYPES + problem.code,
        title=title,
        status=status,
        code=problem.code,
        detail=problem.detail,
        errors=problem.errors,
        allowed=problem.allowed,
        findings=problem.findings,
        request_id=getattr(request.state, "request_id", None),
    )
    return JSONResponse(details.model_dump(mode="json", exclude_defaults=True), status, headers=headers, media_type=MEDIA_TYPE)


async def _on_problem(request: Request, error: Exception) -> Response:
    return answer(request, error) if isinstance(error, Problem) else await _on_unforeseen(request, error)


async def _on_refused(request: Request, error: Exception) -> Response:
    if not isinstance(error, CommandRefusedError):
        return await _on_unforeseen(request, error)
    who: Who | None = getattr(request.state, "who", None)
    return answer(request, refused(error.refused) if who is not None and who.sees(Wall.COMMERCIAL) else _refused_to_medical(error.refused))


async def _on_unavailable(request: Request, _: Exception) -> Response:
    return answer(request, Problem(Code.UNAVAILABLE, "The journey cannot be reached at the moment. Ask again with the same Idempotency-Key: it is done once."))


async def _on_away(request: Request, error: Exception) -> Response:
    _log.warning("away", request_id=getattr(request.state, "request_id", None), error=type(error).__name__)
    return answer(request, Problem(Code.UNAVAILABLE, "A part of the system cannot be reached at the moment. Ask again with the same Idempotency-Key."))


async def _on_bad_cursor(request: Request, _: Exception) -> Response:
    wrong = FieldError(detail="Pass `next` of the page before, unchanged.", parameter="cursor")
    return answer(request, Problem(Code.BAD_CURSOR, "The cursor is not one that this list gave out.", errors=[wrong]))


async def _on_invalid(request: Request, error: Exception) -> Response:
    found = error.errors() if isinstance(error, RequestValidationError) else []
    errors = [_field_error(one["type"], one["loc"], one["msg"]) for one in found]
    if any(one["type"] == UNANSWERED for one in found):
        return answer(request, Problem(Code.SAFETY_UNANSWERED, errors[0].detail, errors=errors))
    return answer(request, Problem(Code.INVALID, "; ".join(_told(one) for one in errors), errors=errors))


async def _on_http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else HTTPStatus.INTERNAL_SERVER_ERROR
    match status:
        case 404:
            problem = Problem(Code.NOT_FOUND, "There is nothing at this address.")
        case 405:
            problem = Problem(Code.METHOD_NOT_ALLOWED, f"{request.method} is not offered at this address.")
        case 413:
            problem = Problem(Code.TOO_LARGE, "The body is larger than the API takes.")
        case _:
            problem = Problem(Code.INVALID, str(getattr(error, "detail", "")) or "The request is not understood.")
    return answer(request, problem)


async def _on_unforeseen(request: Request, error: Exception) -> Response:
    # The server logs the trace; this line ties it to the request.
    _log.error("unforeseen", request_id=getattr(request.state, "request_id", None), error=type(error).__name__)
    return answer(request, Problem(Code.INTERNAL, "Something went wrong on our side. It is logged; asking again with the same key is safe."))


def _field_error(kind: str, loc: Sequence[str | int], message: str) -> FieldError:
    where, *path = (*loc, "safety") if kind == UNANSWERED else loc
    told = {"extra_forbidden": "unknown field", "missing": "required", "json_invalid": "not valid JSON"}.get(kind, message.removeprefix("Value error, "))
    if where == "body":
        inside = [] if kind == "json_invalid" else path
        return FieldError(detail=told, pointer="".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in inside))
    return FieldError(detail=told, parameter=".".join(str(part) for part in path))


def _told(error: FieldError) -> str:
    return f"{error.parameter or error.pointer or 'body'}: {error.detail}"
