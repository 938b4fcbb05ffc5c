"""`dirigent sweeps`, on a real PostgreSQL."""

import asyncio

from journeys.selections import Selection
from orchestrator.store import sweeps
from orchestrator.store.engine import make_engine, transaction
from tests.builders import NOW
from tests.database import Dirigent


def _begin(database: str) -> None:
    async def work() -> None:
        engine = make_engine(database)
        async with transaction(engine) as session:
            await sweeps.begin(session, "wide", Selection(markets=("SE",)), asked=sweeps.Asked(sweeps.CONDITION), now=NOW, sweep_id="sweep-1")
        await engine.dispose()

    asyncio.run(work())


def test_a_sweep_is_shown_paused_resumed_and_stopped(dirigent: Dirigent, database: str) -> None:
    """Each act says what it came to; one that its state does not allow says why and ends with 1."""
    assert dirigent("sweeps", "list").out == "no sweeps\n"
    _begin(database)
    assert dirigent("sweeps", "list").out == "sweep-1  condition  wide  running\n"
    assert [dirigent("sweeps", act, "sweep-1").out for act in ("pause", "resume", "stop")] == [
        f"sweep-1 is {state}\n" for state in ("paused", "running", "stopped")
    ]
    again = dirigent("sweeps", "stop", "sweep-1")
    assert (again.code, "nothing to stop" in again.err) == (1, True)


def test_a_sweep_that_is_not_there_is_named(dirigent: Dirigent) -> None:
    """With where to look."""
    unknown = dirigent("sweeps", "pause", "nowhere")
    assert (unknown.code, "nowhere" in unknown.err, "sweeps list" in unknown.err) == (1, True, True)
