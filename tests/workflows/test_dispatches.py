"""A letter outside a journey on a real server and the real store: asked for in a transaction, delivered once, at rest while it is held, and in no history."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer

from activities.ports import Handover
from orchestrator.store import tables
from orchestrator.store.dispatches import dispatch
from orchestrator.store.engine import transaction
from orchestrator.temporal.payloads import PAYLOADS
from orchestrator.temporal.sandbox import sandboxed
from tests.end_to_end.waiting import eventually
from tests.orchestrator.store.desk.filling import add
from tests.orchestrator.store.lettering import KEY, LETTER, a_letter, furnish
from tests.workflows.doors import House, open_doors
from workflows.dispatch import Dispatch
from workflows.run import dispatch_id


@pytest_asyncio.fixture
async def house(engine: AsyncEngine, temporal_dev: WorkflowEnvironment) -> AsyncIterator[House]:
    """A house in which a day takes less than half a second."""
    async with open_doors(engine, temporal_dev, speed=200_000) as opened:
        await furnish(engine)
        yield opened


async def _ask(house: House, **changes: Any) -> None:
    async with transaction(house.engine) as session:
        await dispatch(session, a_letter(**changes), now=house.clock.now())


async def _stands(house: House, state: str, letter: str = LETTER) -> None:
    async def look() -> bool | None:
        async with transaction(house.engine) as session:
            return (await session.get_one(tables.Dispatch, letter)).state == state or None

    await eventually(look, f"a letter that is {state}")


async def test_a_letter_goes_out_once_and_is_in_no_history(house: House) -> None:
    """What asks for it commits; it goes out, however often it is put on its way. Temporal learns its id, the key of its touch, and nothing that it says."""
    await _ask(house)
    await _stands(house, "sent")
    async with transaction(house.engine) as session:
        session.add(tables.Outbox(enrolment_id=LETTER, kind="dispatch", payload={}, created_at=datetime.now(UTC), try_after=datetime.now(UTC)))
    await house.at_rest()
    handle = house.client.get_workflow_handle(dispatch_id(LETTER))
    assert (await handle.result())["key"] == KEY
    assert [message.key for message in house.channel.sent] == [KEY]
    history = await handle.fetch_history()
    written = history.to_json()
    assert LETTER in written
    assert not [word for word in ("astrid", "Lindqvist", "https") if word in written]
    await Replayer(workflows=[Dispatch], workflow_runner=sandboxed(), data_converter=PAYLOADS).replay_workflow(history)


async def test_a_letter_that_is_held_goes_out_when_its_time_comes(house: House) -> None:
    """A channel that is down is offered it again later; a pause that is lifted lets it go at the next look, and asking for a look is enough."""
    house.channel.answers.extend([Handover.DOWN, Handover.DOWN])
    told: dict[str, Any] = {"kind": "pause", "scope": "product", "value": "cardiolex", "reason": "recall", "by": "user-operator", "concerned": 0}
    await add(house.engine, tables.Halt(id="halt-1", at=house.clock.now(), **told))
    await _ask(house)
    await _stands(house, "held")
    assert house.channel.offered == []
    async with house.engine.begin() as connection:
        await connection.execute(text("UPDATE halt SET lifted_at = :now"), {"now": house.clock.now()})
    await _stands(house, "sent")
    assert (len(house.channel.offered), len(house.channel.sent)) == (3, 1)
