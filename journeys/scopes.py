"""On which line each step of a definition is played: the main line, or a line of a `parallel`. A step belongs to one line alone."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from journeys.definitions import Definition, Step, joins, targets
from journeys.state import MAIN, line_of


@dataclass(frozen=True)
class Scopes:
    """`line_of` names the line of each step that can be reached; `shared` are the steps that more than one line leads to, with those lines;
    `loose` are the steps of the main line that lead to a join."""

    line_of: Mapping[str, str]
    shared: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    loose: tuple[str, ...] = ()


def scopes(definition: Definition) -> Scopes:
    """Follow every way from the first step. Total: ways to unknown steps are left out."""
    found: dict[str, list[str]] = {}
    queue = deque([(definition.first, MAIN)] if definition.first in definition.steps else [])
    while queue:
        step_id, line = queue.popleft()
        lines = found.setdefault(step_id, [])
        if line in lines or len(lines) > 1:
            continue
        lines.append(line)
        queue.extend(_led_to(definition, step_id, line))
    shared = {step_id: tuple(lines) for step_id, lines in found.items() if len(lines) > 1}
    loose = tuple(step_id for step_id, lines in found.items() if MAIN in lines and any(joins(definition.steps[step_id])))
    return Scopes({step_id: lines[0] for step_id, lines in found.items()}, shared, loose)


def _led_to(definition: Definition, step_id: str, line: str) -> list[tuple[str, str]]:
    led = []
    for way, to in _known(definition, definition.steps[step_id]):
        kind, _, branch = way.partition(".")
        led.append((to, line_of(line, step_id, branch) if kind == "line" else line))
    return led


def _known(definition: Definition, step: Step) -> list[tuple[str, str]]:
    return [(way, to) for way, to in targets(step) if to in definition.steps]


def within(line: str, other: str) -> bool:
    """Whether a line is the other one, or one of its lines."""
    return other in (MAIN, line) or line.startswith(f"{other}/")


def side_by_side(line: str, other: str) -> bool:
    """Whether two lines, or lines around them, are of the same parallel and played at the same time."""
    for one, two in zip(line.split("/"), other.split("/"), strict=False):
        if one != two:
            return "" not in (one, two) and one.rpartition(".")[0] == two.rpartition(".")[0]
    return False
