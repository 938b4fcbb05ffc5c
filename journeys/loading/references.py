"""The places of a written step that name other steps: when a snippet's steps get other names, these follow."""

from collections.abc import Callable, Mapping
from typing import Any

from journeys.loading.sugar import WITH

Named = Callable[[Any], Any]

_TARGETS = ("next", "offers", "blocked", WITH)
_INSIDE = {"wait": "of", "escalate": "about"}


def renamed(step: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """The step with every name of a step replaced that `names` knows; what else it says stays as it is."""

    def named(value: Any) -> Any:
        match value:
            case str():
                return names.get(value, value)
            case Mapping():
                return {key: named(part) for key, part in value.items()}
            case list():
                return [named(part) for part in value]
            case _:
                return value

    return {key: _part(key, value, named) for key, value in step.items()}


def _part(key: str, value: Any, named: Named) -> Any:
    if key in _TARGETS:
        return named(value)
    if key == "parallel" and isinstance(value, Mapping):
        return {**value, "branches": named(value["branches"])} if "branches" in value else value
    if key == "branch" and isinstance(value, list):
        return [_case(case, named) for case in value]
    if key in _INSIDE and isinstance(value, Mapping):
        return {inner: named(part) if inner == _INSIDE[key] else _asked(part, named) if inner == "when" else part for inner, part in value.items()}
    return value


def _case(case: Any, named: Named) -> Any:
    if not isinstance(case, Mapping):
        return case
    return {key: named(part) if key == "next" else _asked(part, named) for key, part in case.items()}


def _asked(condition: Any, named: Named) -> Any:
    """A condition names a step under `outcome`."""
    match condition:
        case Mapping():
            return {key: named(part) if key == "outcome" else _asked(part, named) for key, part in condition.items()}
        case list():
            return [_asked(part, named) for part in condition]
        case _:
            return condition
