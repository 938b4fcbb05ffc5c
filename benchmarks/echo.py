"""A workflow that does nothing but answer: the floor under every update. It stands alone, so that the sandbox loads nothing else with it."""

from temporalio import workflow


@workflow.defn
class Echo:
    @workflow.run
    async def run(self) -> None:
        """Stay until terminated."""
        await workflow.wait_condition(lambda: False)

    @workflow.update
    async def say(self, word: str) -> str:
        """The word, again."""
        return word
