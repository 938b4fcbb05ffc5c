"""Reads the documents: their fenced blocks, the requests that they show, and the words in code type."""

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

ROOT = Path(__file__).parents[2]
PAGES = (*sorted(ROOT.glob("*.md")), *(page for page in sorted((ROOT / "docs").rglob("*.md")) if page.parent.name != "lint"))
"""Every document but those of the linter's rules, which have tests of their own."""

_FENCE = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")
_NAMED = re.compile(r"`(GET|POST) (/[^`\s]*)`")
_VARIABLE = re.compile(r"\$\w+")
_PLACE = re.compile(r"\{[^}]*\}")
_VERSIONED = "/api/v1"


@dataclass(frozen=True)
class Fence:
    """A fenced block: its page, the words after its backticks, and its text."""

    page: str
    info: str
    text: str


@dataclass(frozen=True)
class Shown:
    """A request as a document shows it. `path` has `{}` for whatever varies; `body` is None where none is shown."""

    page: str
    method: str
    path: str
    query: tuple[str, ...] = ()
    body: Any = None

    def __str__(self) -> str:
        return f"{self.page}: {self.method} {self.path}"


def fences(*infos: str) -> list[Fence]:
    """The blocks of all pages whose info string begins with one of these."""
    return [fence for page in PAGES for fence in _fences(page) if fence.info.startswith(infos)]


def code(page: Path) -> list[str]:
    """What stands in code type in the prose of a page."""
    return _CODE.findall(_FENCE.sub("", page.read_text(encoding="utf-8")))


def commands() -> Iterator[tuple[str, str]]:
    """Every command of a shell block, whole, with its page."""
    for fence in fences("sh", "console"):
        prompt = "$ " if fence.info == "console" else ""
        begun = ""
        for line in fence.text.replace("\\\n", " ").splitlines():
            if begun or line.startswith(prompt):
                begun += line.removeprefix(prompt) + "\n"
                if _is_whole(begun):
                    yield fence.page, begun.strip()
                    begun = ""
        assert not begun, f"{fence.page}: a quotation is not closed: {begun}"


def _is_whole(command: str) -> bool:
    """Whether every quotation in it is closed; one that is not goes on in the next line."""
    try:
        shlex.split(command)
    except ValueError:
        return False
    return True


def requests() -> list[Shown]:
    """Every request that a document shows: as a curl command, as a JSON body of its own, or by name in the prose."""
    return [*_curls(), *_bodies(), *_named()]


def _curls() -> Iterator[Shown]:
    for page, line in commands():
        words = shlex.split(line)
        address = next((word.removeprefix("$API") for word in words if word.startswith("$API/")), None)
        if address is not None:
            body = words[words.index("-d") + 1] if "-d" in words else None
            posts = body is not None or "POST" in words or "tell" in line
            yield _shown(page, "POST" if posts else "GET", _VARIABLE.sub("{}", address), body)


def _bodies() -> Iterator[Shown]:
    for fence in fences("json request "):
        _, _, method, path = fence.info.split()
        yield _shown(fence.page, method, path, fence.text)


def _named() -> Iterator[Shown]:
    for page in PAGES:
        for method, path in _NAMED.findall(_FENCE.sub("", page.read_text(encoding="utf-8"))):
            yield _shown(_name(page), method, path, None)


def _shown(page: str, method: str, address: str, body: str | None) -> Shown:
    parts = urlsplit(address)
    path = _PLACE.sub("{}", parts.path)
    outside = path.startswith((_VERSIONED, "/health", "/metrics", "/t/", "/u/"))
    query = tuple(name for name, _ in parse_qsl(parts.query, keep_blank_values=True))
    # In `$(tell … -d '{…}')` the bracket of the shell sticks to the last word.
    read, _ = json.JSONDecoder().raw_decode(body) if body is not None else (None, 0)
    return Shown(page, method, path if outside else _VERSIONED + path, query, read)


def _fences(page: Path) -> Iterator[Fence]:
    for info, text in _FENCE.findall(page.read_text(encoding="utf-8")):
        yield Fence(_name(page), info, text)


def _name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()
