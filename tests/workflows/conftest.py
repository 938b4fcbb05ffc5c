"""Tests of workflows share the migrated database; what a scenario asserts is told like any test's own assertion."""

import pytest

from tests.database import database, engine, migrated_template

pytest.register_assert_rewrite("tests.workflows.scenarios", "tests.workflows.stages")

__all__ = ["database", "engine", "migrated_template"]
