"""One YAML text as plain data in which every key and value knows its line and column; what YAML allows but authors here may not write is found on the way.

It reads PyYAML's events instead of letting PyYAML construct objects: anchors, aliases and tags are then refused before they cost
anything, duplicate keys are seen, and words keep the meaning that YAML 1.2 gives them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from journeys.loading.findings import Finding, Loc, Position, Severity
from journeys.loading.scalars import is_text, joined, plain

LARGEST = 1024 * 1024
"""Bytes. The longest strategy of a brand team takes a fiftieth of it."""

MOST = 200
"""Findings of one text; who has more mends these first."""

DEEPEST = 40
"""Levels of nesting; the grammar needs about ten."""

_TOP = Position()

_AGAIN = -1
"""Where the value of a repeated key is kept, out of the way of the first."""


@dataclass(frozen=True)
class Document:
    """What was read of one text. `spoilt` are the places whose value was refused here, so that nobody complains about them twice."""

    name: str
    value: Any
    values_at: Mapping[Loc, Position]
    keys_at: Mapping[Loc, Position]
    findings: tuple[Finding, ...]
    spoilt: frozenset[Loc] = frozenset()
    borrowed: Mapping[Loc, str] = field(default_factory=dict)
    """The places whose value was written elsewhere, by a snippet or a default, and how it came there."""

    def at(self, loc: Loc, *, key: bool = False) -> Position:
        """Where the value (or its key) is written; for one that is not in the text, where the nearest thing around it is."""
        if key and loc in self.keys_at:
            return self.keys_at[loc]
        while loc and loc not in self.values_at:
            loc = loc[:-1]
        return self.values_at.get(loc, _TOP)

    def finding(self, code: str, message: str, *, loc: Loc, key: bool = False, fix: str | None = None, severity: Severity = Severity.ERROR) -> Finding:
        place, borrowed = self.at(loc, key=key), self._borrowed(loc)
        told = message if borrowed is None else f"{message}, {borrowed}"
        return Finding(code=code, severity=severity, path=self.name, line=place.line, column=place.column, message=told, fix=fix)

    def _borrowed(self, loc: Loc) -> str | None:
        return next((self.borrowed[loc[:depth]] for depth in range(len(loc), 0, -1) if loc[:depth] in self.borrowed), None) if self.borrowed else None


def unreadable(name: str, message: str, *, fix: str | None = None, at: Position = _TOP) -> Document:
    """A document of which nothing can be used, and why."""
    finding = Finding(code="J001", path=name, line=at.line, column=at.column, message=message, fix=fix)
    return Document(name, None, {}, {}, (finding,), frozenset({()}))


def parse(text: str, *, name: str) -> Document:
    """Read one text. Never raises: what cannot be read is a document with a finding."""
    if len(text.encode("utf-8", "surrogatepass")) > LARGEST:
        return unreadable(name, f"the file is larger than {LARGEST // 1024} KiB", fix="split it: one strategy, persona or piece of content per file")
    builder = _Builder(name, yaml.parse(text, Loader=yaml.SafeLoader))
    try:
        return builder.document()
    except _Stop as stop:
        return unreadable(name, stop.message, fix=stop.fix, at=stop.at)
    except yaml.reader.ReaderError as error:
        return unreadable(name, f"character U+{_ordinal(error):04X} may not stand in YAML", fix="delete it", at=_position_of(text, error.position))
    except yaml.MarkedYAMLError as error:
        message, fix = _told(error.problem or error.context or "")
        return unreadable(name, message, fix=fix, at=_position(error.problem_mark or error.context_mark))
    except (yaml.YAMLError, ValueError, OverflowError):
        # PyYAML lets these out for numbers beyond all bounds, in escapes such as "\UFFFFFFFF" and in directives.
        return unreadable(name, "this is not YAML: an escape or a directive holds a number that cannot be", fix="write the character itself")


class _Stop(Exception):
    """Nothing after this place can be trusted."""

    def __init__(self, message: str, *, fix: str, at: Position = _TOP) -> None:
        super().__init__(message)
        self.message, self.fix, self.at = message, fix, at


class _Builder:
    """Builds data from events, noting where each key and value stands."""

    def __init__(self, name: str, events: Iterator[yaml.Event]) -> None:
        self._name = name
        self._events = events
        self._values: dict[Loc, Position] = {}
        self._keys: dict[Loc, Position] = {}
        self._findings: list[Finding] = []
        self._spoilt: set[Loc] = set()

    def document(self) -> Document:
        """The one document of the stream."""
        next(self._events)  # the stream starts
        if isinstance(next(self._events), yaml.StreamEndEvent):
            raise _Stop("the file is empty", fix="write the keys of a definition; docs/lint/README.md shows one")
        first = next(self._events)
        if not isinstance(first, yaml.MappingStartEvent):
            raise _Stop("the file must be a mapping of keys and values", fix='begin with a key, such as "journey: my-strategy"', at=_position(first.start_mark))
        value = self._node(first, ())
        next(self._events)  # the document ends
        after = next(self._events)
        if not isinstance(after, yaml.StreamEndEvent):
            raise _Stop("a second document begins here", fix="one file holds one document: move it into a file of its own", at=_position(after.start_mark))
        return Document(self._name, value, self._values, self._keys, tuple(self._findings), frozenset(self._spoilt))

    def _node(self, event: Any, loc: Loc) -> Any:
        here = _position(event.start_mark)
        self._values[loc] = here
        if len(loc) > DEEPEST:
            raise _Stop(f"nested deeper than {DEEPEST} levels", fix="write it flatter", at=here)
        if isinstance(event, yaml.AliasEvent):
            self._refuse("J006", f"the alias *{event.anchor} is not allowed", loc, fix="write the value out: a reviewer signs what stands here")
            return None
        if getattr(event, "anchor", None) is not None:
            self._find("J006", f"the anchor &{event.anchor} is not allowed", here, fix="remove it and write the value out wherever it is needed")
        if getattr(event, "tag", None) not in (None, "!"):
            self._find("J006", "a tag (a word that begins with !) is not allowed", here, fix="remove it; text that begins with ! goes in quotes")
        match event:
            case yaml.MappingStartEvent():
                return self._mapping(loc)
            case yaml.SequenceStartEvent():
                return self._sequence(loc)
            case _:
                return self._scalar(event, loc)

    def _mapping(self, loc: Loc) -> dict[str, Any]:
        built: dict[str, Any] = {}
        for event in iter(self._until(yaml.MappingEndEvent), None):
            key, here = self._key(event), _position(event.start_mark)
            where: Loc = (*loc, key)
            if key in built:
                self._find("J003", f"`{key}` stands here a second time; the first is on line {self._keys[where].line}", here, fix="keep one of them")
                self._node(next(self._events), (*where, _AGAIN))
            else:
                self._keys[where] = here
                built[key] = self._node(next(self._events), where)
        return built

    def _sequence(self, loc: Loc) -> list[Any]:
        return [self._node(event, (*loc, index)) for index, event in enumerate(iter(self._until(yaml.SequenceEndEvent), None))]

    def _until(self, end: type[yaml.Event]) -> Any:
        def following() -> yaml.Event | None:
            event = next(self._events)
            return None if isinstance(event, end) else event

        return following

    def _key(self, event: yaml.Event) -> str:
        here = _position(event.start_mark)
        if not isinstance(event, yaml.ScalarEvent):
            raise _Stop("a key must be a plain word", fix="text with a brace, a bracket or an asterisk goes in quotes", at=here)
        if event.anchor is not None or event.tag not in (None, "!"):
            self._find("J006", "a key carries an anchor or a tag", here, fix="remove it")
        key = joined(event.value)
        if not is_text(key):
            raise _Stop("a key holds a character that is not text", fix="delete the control character or broken escape", at=here)
        return key

    def _scalar(self, event: Any, loc: Loc) -> Any:
        text = joined(event.value)
        value = plain(text) if event.style is None else text
        if value is None:
            self._refuse("J008", f"nothing is written for {_named(loc)}", loc, fix="give a value, or remove it")
        elif not is_text(text):
            self._refuse("J004", f"{_named(loc)} holds a character that is not text", loc, fix="delete the control character or broken escape")
            return None
        return value

    def _refuse(self, code: str, message: str, loc: Loc, *, fix: str) -> None:
        self._find(code, message, self._values[loc], fix=fix)
        self._spoilt.add(loc)

    def _find(self, code: str, message: str, at: Position, *, fix: str) -> None:
        if len(self._findings) < MOST:
            self._findings.append(Finding(code=code, path=self._name, line=at.line, column=at.column, message=message, fix=fix))


def _named(loc: Loc) -> str:
    key = next((part for part in reversed(loc) if isinstance(part, str)), "")
    return f"`{key}`" if loc and loc[-1] == key else f"an entry of `{key}`"


def _position(mark: Any) -> Position:
    return _TOP if mark is None else Position(mark.line + 1, mark.column + 1)


def _position_of(text: str, index: int) -> Position:
    before = text[:index]
    return Position(before.count("\n") + 1, len(before) - before.rfind("\n"))


def _ordinal(error: yaml.reader.ReaderError) -> int:
    character: Any = error.character
    return character if isinstance(character, int) else ord(character[:1] or "\0")


_PROBLEMS = (
    ("'\\t'", "a tab stands where only spaces may", "indent with spaces"),
    ("mapping values are not allowed", "a colon stands where no key can be", "put text that holds a colon in quotes, and check the indentation here and above"),
    ("could not find expected ':'", "a key without its colon", 'write a colon and a space after the key: "title: …"'),
    ("unexpected end of stream", "a quotation mark is opened and never closed", "close it"),
    ("expected <block end>", "this line is indented otherwise than those it belongs to", "indent all keys of one mapping alike"),
    ("expected ',' or", "a brace or bracket is opened and never closed, or a comma is missing", "close it, or put the comma"),
    ("cannot start any token", "a word begins with a character that YAML keeps for itself", "put the text in quotes"),
    ("undefined alias", "an alias is not allowed", "write the value out here"),
)


def _told(problem: str) -> tuple[str, str | None]:
    for words, message, fix in _PROBLEMS:
        if words in problem:
            return message, fix
    return f"this is not YAML: {problem or 'it cannot be read'}", None
