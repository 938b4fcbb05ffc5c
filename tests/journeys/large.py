"""A definition of more than five hundred steps that the linter finds nothing wrong with: parallels within parallels, and a loop on every line."""

import json
from typing import Any

from tests.builders import a_definition, a_pause, a_visit, an_exit

Steps = dict[str, Any]
PLAIN = {"due": "1 day", "face_to_face": {"materials": []}}
"""A visit that shows nothing."""


def a_large_definition() -> Steps:
    """As an author would write it, in one plain mapping."""
    steps: Steps = {}
    _line("s", 2, 12, steps)
    top = {name: json.loads(json.dumps(step).replace('"join"', '"done"')) for name, step in steps.items() if name.count("-") == 1 and name[0:2] == "s-"}
    made: Steps = a_definition(steps={**steps, **top, "done": an_exit()}, start="s-0", horizon="365 days", purpose="transactional")
    return made


def _line(prefix: str, depth: int, width: int, steps: Steps) -> str:
    """A line of that many steps, some of which are parallels with two lines of their own; the name of its first step."""
    for index in range(width):
        name, after = f"{prefix}-{index}", f"{prefix}-{index + 1}" if index + 1 < width else "join"
        if index % 3 == 2 and depth:
            branches = {branch: _line(f"{name}{branch}", depth - 1, width, steps) for branch in ("a", "b")}
            steps[name] = {"parallel": {"branches": branches}, "next": after}
        elif index % 3 == 1:
            steps[name] = a_visit(at_most=2, visit=PLAIN, next={"interested": after, "exhausted": after, "otherwise": f"{prefix}-{index - 1}"})
        else:
            steps[name] = a_pause("1 hour", next=after)
    return f"{prefix}-0"
