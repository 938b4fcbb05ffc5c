"""What a scenario asserts is told like any test's own assertion."""

import pytest

pytest.register_assert_rewrite("tests.workflows.scenarios", "tests.workflows.stages")
