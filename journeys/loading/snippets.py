"""Snippets are put in place: a step that uses one becomes the snippet's steps, under names of their own and with its parameters filled in."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from journeys.loading.copies import Copies
from journeys.loading.findings import Loc, did_you_mean
from journeys.loading.references import renamed
from journeys.loading.sugar import USE, WITH, Snippet, uses

MOST = 2000
"""Steps that snippets may make of one file; snippets in snippets multiply."""

_PARAMETER = re.compile(r"\$([a-z][a-z0-9_]*)")

Given = Mapping[str, tuple[Any, Loc]]
"""What each parameter stands for, and where that was written."""


@dataclass(frozen=True)
class _Use:
    """One use of a snippet: the step that becomes its first, what it says and where, and the snippets around it."""

    step: str
    says: Mapping[str, Any]
    loc: Loc
    around: tuple[str, ...] = ()


class Snippets:
    """The snippets of one file, and which of them and of their parameters are used."""

    def __init__(self, snippets: Mapping[str, Snippet], copies: Copies) -> None:
        self._snippets = snippets
        self._copies = copies
        self._made = 0
        self._used: set[tuple[str, str | None]] = set()

    def expand(self, steps: Mapping[str, Any]) -> dict[str, Any]:
        """The steps with every use replaced. A step that cannot be replaced is left out, with a finding."""
        found: dict[str, Any] = {}
        for step_id, step in steps.items():
            if not uses(step):
                found[step_id] = step
                continue
            for name, body in self._replaced(_Use(step_id, step, ("steps", step_id))):
                if name in found or (name in steps and name != step_id):
                    message = f'the snippet that "{step_id}" uses makes a second step "{name}"'
                    self._copies.find("J013", message, loc=("steps", step_id), key=True, fix="rename one of them")
                found[name] = body
        return found

    def unused(self) -> None:
        """Report what no step makes use of: a reviewer would sign what is never run."""
        if self._copies.findings:
            return  # a misspelt use is told as such
        for name, snippet in self._snippets.items():
            loc: Loc = ("snippets", name)
            if (name, None) not in self._used:
                self._copies.find("J012", f'no step uses the snippet "{name}"', loc=loc, key=True, fix="use it, or delete it")
                continue
            for index, parameter in enumerate(snippet.parameters):
                if (name, parameter) not in self._used:
                    message = f'nothing in the snippet "{name}" takes its parameter "{parameter}"'
                    self._copies.find("J012", message, loc=(*loc, "parameters", index), fix=f'write "${parameter}" where its value belongs, or delete it')

    def _replaced(self, use: _Use) -> Iterator[tuple[str, Any]]:
        snippet = self._fitting(use)
        if snippet is None:
            return
        name = str(use.says[USE])
        given: Given = {parameter: (value, (*use.loc, WITH, parameter)) for parameter, value in _given(use).items()}
        first = next(iter(snippet.steps))
        names = {inner: use.step if inner == first else f"{use.step}-{inner}" for inner in snippet.steps}
        for inner, body in snippet.steps.items():
            self._made += 1
            if self._made > MOST:
                if self._made == MOST + 1:
                    self._copies.find("J004", f"the snippets make more than {MOST} steps", loc=("snippets",), key=True, fix="use snippets in fewer places")
                return
            yield from self._step(use, name, names[inner], renamed(body, names), ("snippets", name, "steps", inner), given, new=inner != first)

    def _step(self, use: _Use, name: str, step_id: str, body: Mapping[str, Any], source: Loc, given: Given, *, new: bool) -> Iterator[tuple[str, Any]]:
        target: Loc = ("steps", step_id)
        if uses(body):
            # What the inner use gives is filled in first, in a place of its own: it may pass on parameters of this snippet.
            aside: Loc = (*target, WITH)
            says = {key: self._filled(part, (*source, key), (*aside, key), name, given) for key, part in body.items()}
            yield from self._replaced(_Use(step_id, says, aside, (*use.around, name)))
            return
        if new:
            self._copies.place(source=source, target=target)
        self._copies.borrowed(target, f'in the step "{step_id}", by the snippet "{name}"')
        filled: dict[str, Any] = self._filled(body, source, target, name, given, keep=True)
        yield step_id, filled

    def _filled(self, value: Any, source: Loc, target: Loc, name: str, given: Given, *, keep: bool = False) -> Any:
        """The value with its parameters replaced, each known at the place where the using step gives it."""
        if not keep:
            self._copies.place(source=source, target=target)
        if isinstance(value, Mapping):
            return {self._key(key, source, target, name, given): self._filled(part, (*source, key), (*target, key), name, given) for key, part in value.items()}
        if isinstance(value, list):
            return [self._filled(part, (*source, index), (*target, index), name, given) for index, part in enumerate(value)]
        parameter = _parameter(value)
        if parameter is None:
            self._inside(value, source, name)
            return value
        if parameter not in self._snippets[name].parameters:
            fix = did_you_mean(parameter, self._snippets[name].parameters) or f'add "{parameter}" to its parameters'
            self._copies.find("J011", f'the snippet "{name}" has no parameter "{parameter}"', loc=source, fix=fix)
            return value
        self._used.add((name, parameter))
        if parameter not in given:
            return value
        filled, written = given[parameter]
        return self._copies.copy(filled, source=written, target=target)

    def _inside(self, value: Any, source: Loc, name: str) -> None:
        """A parameter is a whole value: within longer text it would stay as it is written, and be shown so."""
        for parameter in dict.fromkeys(_PARAMETER.findall(value)) if isinstance(value, str) else ():
            if parameter in self._snippets[name].parameters:
                message = f'"${parameter}" stands inside a longer text, where it is not replaced'
                self._copies.find("J011", message, loc=source, fix="make the whole text the parameter's value")

    def _key(self, key: str, source: Loc, target: Loc, name: str, given: Given) -> str:
        """A key may be a parameter too: the way out that the using step names."""
        parameter = _parameter(key)
        if parameter is None or parameter not in given or not isinstance(given[parameter][0], str):
            return key
        self._used.add((name, parameter))
        filled = str(given[parameter][0])
        self._copies.place(source=(*source, key), target=(*target, filled))
        return filled

    def _fitting(self, use: _Use) -> Snippet | None:
        """The snippet that is used, where there is one and the use fits it."""
        name, known = use.says[USE], self._snippets
        if not isinstance(name, str) or name not in known:
            fix = did_you_mean(name, known) or (f"known are {', '.join(known)}" if known else 'write it under "snippets" first')
            self._copies.find("J009", f'there is no snippet "{name}"', loc=(*use.loc, USE), fix=fix)
            return None
        self._used.add((name, None))
        if name in use.around:
            told = " → ".join((*use.around[use.around.index(name) :], name))
            self._copies.find("J010", f"the snippet contains itself: {told}", loc=("snippets", name), key=True, fix="let it end with steps of its own")
            return None
        return known[name] if self._fits(use, name, known[name]) else None

    def _fits(self, use: _Use, name: str, snippet: Snippet) -> bool:
        before = len(self._copies.findings)
        for key in use.says:
            if key not in (USE, WITH):
                message = f"a step that uses a snippet has no `{key}` of its own"
                self._copies.find("J002", message, loc=(*use.loc, key), key=True, fix=f'give it to the snippet as a parameter, under "{WITH}"')
        given = use.says.get(WITH, {})
        if not isinstance(given, Mapping):
            self._copies.find("J004", f"`{WITH}` must be a mapping of keys and values", loc=(*use.loc, WITH), fix='write "with: {parameter: value}"')
            return False
        for parameter in given:
            if parameter not in snippet.parameters:
                fix = did_you_mean(parameter, snippet.parameters) or f"it has {', '.join(snippet.parameters) or 'none'}"
                self._copies.find("J011", f'the snippet "{name}" has no parameter "{parameter}"', loc=(*use.loc, WITH, parameter), key=True, fix=fix)
        for parameter in snippet.parameters:
            if parameter not in given:
                message = f'"{use.step}" uses the snippet "{name}" without its parameter "{parameter}"'
                self._copies.find("J011", message, loc=use.loc, key=True, fix=f'add "{parameter}: …" under "{WITH}"')
        return len(self._copies.findings) == before


def _given(use: _Use) -> Mapping[str, Any]:
    given = use.says.get(WITH, {})
    return given if isinstance(given, Mapping) else {}


def _parameter(written: Any) -> str | None:
    found = _PARAMETER.fullmatch(written) if isinstance(written, str) else None
    return found[1] if found is not None else None
