"""Reading one file or text into its model. Nothing here raises: what is wrong with a file is in its findings."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import ValidationError

from journeys.content import ContentVersion
from journeys.definitions import Definition
from journeys.loading.complaints import complaints
from journeys.loading.documents import LARGEST, Document, parse, unreadable
from journeys.loading.expansion import expanded
from journeys.loading.findings import Finding, Loc, Position, Remark, Severity, ordered
from journeys.loading.letters import check_letters
from journeys.shapes import Authored

STRUCTURE = {
    "J001": "unreadable file",
    "J002": "unknown key",
    "J003": "duplicate key",
    "J004": "wrong value",
    "J005": "missing key",
    "J006": "anchor, alias or tag",
    "J007": "file not named for what it holds",
    "J008": "key without a value",
    "J009": "unknown snippet",
    "J010": "snippet within itself",
    "J011": "parameter that does not fit",
    "J012": "snippet or parameter that nothing uses",
    "J013": "step that is made twice",
    "J501": "template syntax in a letter",
    "J502": "unknown token",
    "J503": "no way to unsubscribe",
    "J504": "text too long",
    "J505": "minimum information missing",
    "J506": "promotion without its label",
    "J507": "choice without a place",
}
"""The codes that reading alone can give, of a file or of a library, with their titles."""

M = TypeVar("M", bound=Authored)


@dataclass(frozen=True)
class Loaded(Generic[M]):
    """What a text holds: the model where nothing is wrong with it, else None and why."""

    value: M | None
    findings: tuple[Finding, ...]
    document: Document

    def at(self, loc: Loc) -> Position:
        """Where a value stands in the text; for one that is left out, where the nearest thing around it stands."""
        return self.document.at(loc)


def load(text: str, *, name: str, model: type[M]) -> Loaded[M]:
    """Read a text, strictly: every key known, every value of its type, nothing converted."""
    return _validated(parse(text, name=name), model)


def read(path: Path, *, model: type[M]) -> Loaded[M]:
    """Read a file; one that cannot be opened or decoded is a finding too."""
    text = read_text(path)
    return load(text, name=str(path), model=model) if isinstance(text, str) else Loaded(None, text.findings, text)


def load_definition(text: str, *, name: str) -> Loaded[Definition]:
    """Read a definition from its text, in YAML or JSON: snippets put in place, defaults inherited."""
    return _validated(expanded(parse(text, name=name)), Definition)


def read_definition(path: Path) -> Loaded[Definition]:
    """Read a definition from its file."""
    text = read_text(path)
    return load_definition(text, name=str(path)) if isinstance(text, str) else Loaded(None, text.findings, text)


def load_content(text: str, *, name: str) -> Loaded[ContentVersion]:
    """Read a version of content, and check its letters."""
    return _letters_checked(load(text, name=name, model=ContentVersion))


def read_content(path: Path) -> Loaded[ContentVersion]:
    """Read a version of content from its file, and check its letters."""
    return _letters_checked(read(path, model=ContentVersion))


def read_text(path: Path) -> str | Document:
    """The file's text, or a document that says why there is none."""
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if len(raw) > LARGEST:
            # The cut may have split a character; the size is what is wrong.
            return "\n" * (LARGEST + 1)
        before = raw[: error.start]
        at = Position(before.count(b"\n") + 1, len(before[before.rfind(b"\n") + 1 :].decode("utf-8")) + 1)
        return unreadable(str(path), "this is not UTF-8", fix="save the file as UTF-8", at=at)
    except (OSError, ValueError) as error:
        return unreadable(str(path), f"the file cannot be read: {getattr(error, 'strerror', None) or 'its name is no file name'}")


def remarked(document: Document, remark: Remark, *, code: str, severity: Severity = Severity.ERROR) -> Finding:
    """A rule's remark as a finding at its place in the text."""
    return document.finding(code, remark.message, loc=remark.loc, key=remark.key, fix=remark.fix, severity=severity)


def _validated(document: Document, model: type[M]) -> Loaded[M]:
    if () in document.spoilt:
        return Loaded(None, ordered(document.findings), document)
    try:
        # By way of Python values this would refuse lists for tuples and words for enums; by way of JSON, strict means strict.
        value = model.model_validate_json(json.dumps(document.value), strict=True, by_alias=True, by_name=False)
    except ValidationError as error:
        return Loaded(None, ordered((*document.findings, *complaints(error, model, document))), document)
    return Loaded(None if document.findings else value, ordered(document.findings), document)


def _letters_checked(loaded: Loaded[ContentVersion]) -> Loaded[ContentVersion]:
    if loaded.value is None:
        return loaded
    found = ordered(remarked(loaded.document, remark, code=remark.code) for remark in check_letters(loaded.value))
    return Loaded(None if found else loaded.value, found, loaded.document)
