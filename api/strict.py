"""Refuses what an operation cannot have been asked: query parameters that it does not have, for a misspelt filter would otherwise silently return everything,
and texts that no database keeps."""

import json
import re
from collections.abc import Callable
from difflib import get_close_matches
from typing import Any

from fastapi import FastAPI, Request
from fastapi.routing import iter_route_contexts

from api.codes import Code
from api.problems import FieldError, Problem, not_found

_Endpoint = Callable[..., Any]
_PERHAPS_HALF = re.compile(rb"\\u[dD][89a-fA-F]")
"""How JSON writes what may be half of a character."""


def known_parameters(app: FastAPI) -> dict[_Endpoint, frozenset[str]]:
    """The query parameters of every operation, as its own OpenAPI description names them."""
    paths = app.openapi()["paths"]
    known: dict[_Endpoint, frozenset[str]] = {}
    for route in iter_route_contexts(app.routes):
        described = paths.get(route.path_format, {}) if route.endpoint is not None else {}
        for method in route.methods or ():
            parameters = described.get(method.lower(), {}).get("parameters", ())
            if route.endpoint is not None:
                known[route.endpoint] = frozenset(one["name"] for one in parameters if one["in"] == "query")
    return known


async def known_only(request: Request) -> None:
    """A dependency of every operation. Raises Problem that names what is unknown."""
    if any("\x00" in str(value) for value in request.path_params.values()):
        raise not_found("record")  # no id holds a null character, and the database would not take the question
    if _has_half_a_character(await request.body()):
        detail = "A text holds half of a character (a lone surrogate): send whole ones."
        raise Problem(Code.INVALID, detail, errors=[FieldError(detail=detail, pointer="")])
    known: frozenset[str] = request.app.state.parameters.get(request.scope["endpoint"], frozenset())
    unknown = sorted(set(request.query_params) - known)
    if unknown:
        errors = [FieldError(detail=_told(name, known), parameter=name) for name in unknown]
        raise Problem(Code.INVALID, "; ".join(f"{error.parameter}: {error.detail}" for error in errors), errors=errors, allowed=sorted(known))


def _has_half_a_character(body: bytes) -> bool:
    """Whether a text of a JSON body, also the name of a field, cannot be written down. What is no JSON is for others to refuse."""
    if _PERHAPS_HALF.search(body) is None:
        return False
    try:
        json.dumps(json.loads(body), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    except (ValueError, RecursionError):
        return False
    return False


def _told(name: str, known: frozenset[str]) -> str:
    near = get_close_matches(name, known, n=1)
    return f"unknown parameter, did you mean `{near[0]}`?" if near else "unknown parameter"
