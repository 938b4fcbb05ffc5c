"""Reads the pages under docs/lint, and runs their examples: an example leaves out the keys that do not matter, and these are filled in here."""

import re
from dataclasses import dataclass
from pathlib import Path

from journeys.library import Library, unapproved
from journeys.linting import lint_text
from journeys.loading import Finding, load_content
from tests.builders import NOW, a_content, a_definition, an_exit, written

PAGES = Path(__file__).parents[2] / "docs" / "lint"

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"\A# (\S+\.yaml)\n")


@dataclass(frozen=True)
class Page:
    """One rule's page: the example that fires, what is said of it, and the example put right."""

    code: str
    title: str
    fires: str
    says: str
    fixed: str


def pages() -> list[Page]:
    """Every rule's page."""
    return [_page(path) for path in sorted(PAGES.glob("J*.md"))]


def findings(example: str, library: Library) -> tuple[Finding, ...]:
    """What the loader and the linter find in an example: of content where it has a key of content's, else of a strategy."""
    named = _FILE.match(example)
    if re.search(r"^(content|letters|texts|links|fill):", example, re.MULTILINE):
        made_for = {"made_for": "sms"} if re.search("^texts:", example, re.MULTILINE) else {}
        loaded = load_content(_filled(example, a_content(**made_for)), name="content/hf-dialogue@2.yaml")
        asked = unapproved(loaded.document, loaded.value, library.markets) if loaded.value is not None else ()
        return (*loaded.findings, *asked)
    filled = _filled(example, a_definition(steps={"done": an_exit()}))
    return lint_text(filled, name=named[1] if named else "strategies/heart-failure-pioneer.yaml", library=library, now=NOW).findings


def _filled(example: str, defaults: dict[str, object]) -> str:
    if re.search(r"^purpose: medical_response$", example, re.MULTILINE):  # which is no persona's
        defaults = {key: value for key, value in defaults.items() if key != "persona"}
    missing = {key: value for key, value in defaults.items() if not re.search(rf"^{key}:", example, re.MULTILINE)}
    return example + written(missing)


def _page(path: Path) -> Page:
    text = path.read_text(encoding="utf-8")
    heading = text.splitlines()[0].removeprefix("# ")
    code, _, title = heading.partition(": ")
    (_, fires), (_, says), (_, fixed) = _FENCE.findall(text)
    return Page(code, title, fires, says.strip(), fixed)
