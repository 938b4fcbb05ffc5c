"""Runs the rules over a definition, and gives each remark its place in the text."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from journeys.definitions import Definition
from journeys.library import Library
from journeys.linting.subject import Subject
from journeys.linting.table import RULES
from journeys.loading import Finding, Loaded, Severity, load_definition, read_definition
from journeys.loading.files import remarked
from journeys.loading.findings import ordered

MOST = 100
"""Remarks of one rule on one file; more of the same teach nothing and cost time."""


@dataclass(frozen=True)
class LintResult:
    """What was read, where it is well formed, and everything found, in the order of the text."""

    definition: Definition | None
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether it may be published: warnings may remain, errors may not."""
        return self.definition is not None and all(finding.severity is not Severity.ERROR for finding in self.findings)


def lint_text(text: str, *, name: str, library: Library, now: datetime) -> LintResult:
    """Judge a definition in YAML or JSON. Never raises for any text; `name` stands for the file in the findings."""
    return _judged(load_definition(text, name=name), library, now)


def lint_file(path: Path, *, library: Library, now: datetime) -> LintResult:
    """Judge a definition's file. Never raises: a file that cannot be read is a finding."""
    return _judged(read_definition(path), library, now)


def _judged(loaded: Loaded[Definition], library: Library, now: datetime) -> LintResult:
    if loaded.value is None:
        return LintResult(None, loaded.findings)
    subject = Subject(loaded.value, library, now, loaded.document.name)
    return LintResult(loaded.value, ordered(_found(loaded, subject)))


def _found(loaded: Loaded[Definition], subject: Subject) -> Iterator[Finding]:
    for row in RULES:
        for remark in islice(row.check(subject), MOST):
            yield remarked(loaded.document, remark, code=row.code, severity=row.severity)
