"""Refuses what an operation cannot have been asked: query parameters that it does not have, for a misspelt filter would otherwise silently return everything,
and texts that no database keeps."""

import json
from collections.abc import Callable
from difflib import get_close_matches
from typing import Any

from fastapi import FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import ParamTypes
from fastapi.routing import APIRoute, iter_route_contexts

from api.codes import Code
from api.problems import FieldError, Problem, not_found

_Endpoint = Callable[..., Any]


def known_parameters(app: FastAPI) -> dict[_Endpoint, frozenset[str]]:
    """The query parameters of every operation, those of its dependencies included. They are read where FastAPI keeps them: drawing the whole description
    to find them there would take longer than all the rest of the start."""
    return {
        endpoint: _of_query(route.dependant)
        for route in iter_route_contexts(app.routes)
        if isinstance(route.original_route, APIRoute) and (endpoint := route.endpoint) is not None
    }


def _of_query(dependant: Dependant) -> frozenset[str]:
    return frozenset(field.alias for field in get_flat_params(dependant) if getattr(field.field_info, "in_", None) is ParamTypes.query)


async def known_only(request: Request) -> None:
    """A dependency of every operation. Raises Problem that names what is unknown."""
    if any("\x00" in str(value) for value in request.path_params.values()):
        raise not_found("record")  # no id holds a null character, and the database would not take the question
    doubtful = _doubtful(await request.body())
    if doubtful is not None:
        raise Problem(Code.INVALID, f"body: {doubtful}", errors=[FieldError(detail=doubtful, pointer="")])
    known: frozenset[str] = request.app.state.parameters.get(request.scope["endpoint"], frozenset())
    unknown = sorted(set(request.query_params) - known)
    if unknown:
        errors = [FieldError(detail=_told(name, known), parameter=name) for name in unknown]
        raise Problem(Code.INVALID, "; ".join(f"{error.parameter}: {error.detail}" for error in errors), errors=errors, allowed=sorted(known))


class _DoubtfulError(Exception):
    """A JSON text that two programs may read in two ways."""


def _doubtful(body: bytes) -> str | None:
    """Why nobody can be sure what a JSON body says (RFC 7493, sections 2.1 to 2.3): of a field that is named twice, one program takes the first value and
    another the last, so that a yes may be read as a no. What is no JSON is for others to refuse."""
    try:
        json.dumps(json.loads(body, object_pairs_hook=_once, parse_constant=_no_number), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return "a text holds half of a character (a lone surrogate): send whole ones"
    except _DoubtfulError as doubtful:
        return str(doubtful)
    except (ValueError, RecursionError):
        return None
    return None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    named = dict(pairs)
    if len(named) < len(pairs):
        raise _DoubtfulError("a field is named twice: name each once")
    return named


def _no_number(written: str) -> Any:
    raise _DoubtfulError(f"{written} is no number of JSON")


def _told(name: str, known: frozenset[str]) -> str:
    near = get_close_matches(name, known, n=1)
    return f"unknown parameter, did you mean `{near[0]}`?" if near else "unknown parameter"
