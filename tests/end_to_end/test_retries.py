"""A command that ended its run and whose answer got lost on the way: the run is over, and the same request still gets the answer."""

import pytest
from sqlmodel import col, update

from api.ports import CommandRefusedError
from journeys.events import Complete
from orchestrator.clock import JourneyClock
from orchestrator.store import tables
from orchestrator.store.engine import transaction
from orchestrator.temporal.gateway import Gateway
from tests.end_to_end.house import Desk, House, Json

NOT_NOW: Json = {"outcome": "not_now", "channel": "phone"}


async def _at_phone_call(anna: Desk) -> tuple[str, str]:
    """A run and its open task, one outcome of which ends the journey."""
    run = await anna.enrol(await anna.person("Tallmark"), "pioneer")
    done = await anna.complete(await anna.task(run, "first-visit"), "interested", "remote", choose="phone-call")
    return run, done["next"]["task"]["id"]


async def _forget_the_answer(house: House, key: str) -> None:
    """What a crash between the command and its answer leaves: a key without one."""
    async with transaction(house.engine) as session:
        await session.exec(update(tables.IdempotencyKey).where(col(tables.IdempotencyKey.key) == key).values(response=None, status_code=None))


async def test_a_completion_that_ended_the_run_is_answered_again(house: House) -> None:
    """The second request gives the answer of the first, and there is still one outcome and one end."""
    anna = house.desk("rep-anna")
    run, task = await _at_phone_call(anna)
    first = await anna.post(f"/tasks/{task}/complete", NOT_NOW, key="last")
    assert first["next"]["doing"] == "ended"
    await _forget_the_answer(house, "last")
    again = await anna.ask("POST", f"/tasks/{task}/complete", body=NOT_NOW, key="last")
    assert (again.status_code, again.json()) == (200, first)
    assert "idempotency-replayed" not in again.headers
    story = [line["what"] for line in await anna.story(run)]
    assert (story.count("task_closed"), story.count("ended")) == (2, 1)


async def test_an_exit_by_hand_is_answered_again(house: House) -> None:
    """The same for a run that was ended by hand."""
    anna = house.desk("rep-anna")
    run, _ = await _at_phone_call(anna)
    leaving: Json = {"reason": "hcp_asked", "remark": "No time this year.", "safety": {"answer": "none"}}
    first = await anna.post(f"/enrolments/{run}/exit", leaving, key="leave")
    await _forget_the_answer(house, "leave")
    assert await anna.post(f"/enrolments/{run}/exit", leaving, key="leave") == first


async def test_another_command_to_an_ended_run_is_refused(house: House) -> None:
    """A key that the run never heard of gets no answer from it, and is free again afterwards."""
    anna = house.desk("rep-anna")
    _, task = await _at_phone_call(anna)
    await anna.post(f"/tasks/{task}/complete", NOT_NOW, key="last")
    for _ in range(2):
        no = await anna.refused(f"/tasks/{task}/complete", NOT_NOW, key="later")
        assert (no.status, no.code) == (409, "ended")


async def test_the_gateway_asks_an_ended_run_for_its_answer(house: House) -> None:
    """Straight at the gateway: the receipt of the very command that ended the run, and a refusal for one that came after."""
    anna = house.desk("rep-anna")
    run, task = await _at_phone_call(anna)
    gateway = Gateway(house.temporal, task_queue=house.settings.task_queue, pace=JourneyClock.of(house.settings).pace)
    command = Complete(id="rep-anna:last", by="rep-anna", remark=None, task=task, outcome="not_now", channel="phone")
    first = await gateway.command(run, command)
    assert first.position.ended is not None
    assert await gateway.command(run, command) == first
    with pytest.raises(CommandRefusedError) as refused:
        await gateway.command(run, command.model_copy(update={"id": "rep-anna:later"}))
    assert refused.value.refused.code == "ended"
