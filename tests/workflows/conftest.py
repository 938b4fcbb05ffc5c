"""What a scenario asserts is told like any test's own assertion; and the clinics that tests of many runs share."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.testing import WorkflowEnvironment

pytest.register_assert_rewrite("tests.workflows.scenarios", "tests.workflows.stages")

from tests.workflows import clinics  # noqa: E402 - it imports what is to be rewritten


@pytest_asyncio.fixture
async def clinic(engine: AsyncEngine, temporal_dev: WorkflowEnvironment) -> AsyncIterator[clinics.Clinic]:
    """Everybody has an open task, and nobody was written to."""
    async with clinics.opened(engine, temporal_dev, clinics.version_1(), doing="task") as house:
        yield house


@pytest_asyncio.fixture
async def held(engine: AsyncEngine, temporal_dev: WorkflowEnvironment) -> AsyncIterator[clinics.Clinic]:
    """Everybody's letter is held, because nobody has said yes to it."""
    async with clinics.opened(engine, temporal_dev, clinics.letters(), doing="held") as house:
        yield house
