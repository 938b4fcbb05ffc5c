"""The linter: whether a definition that is well formed also makes sense, judged against a library at a given time."""

from journeys.linting.engine import LintResult, lint_file, lint_text
from journeys.linting.table import CODES, RULES

__all__ = ["CODES", "RULES", "LintResult", "lint_file", "lint_text"]
