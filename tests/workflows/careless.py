"""A workflow as it must not be written, for the test that shows that the sandbox is on."""

from datetime import UTC, datetime

from temporalio import workflow


@workflow.defn
class Careless:
    @workflow.run
    async def run(self) -> str:
        """Look at the machine's clock, which says something else at every replay."""
        return datetime.now(UTC).isoformat()
