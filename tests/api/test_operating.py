"""Pauses, operations, migrations, repairs and alarms at the front desk: what is asked for, what is refused, and that twice is once."""

import pytest

from api.who import Role
from journeys.events import MoveTo, Retry
from tests.api.conftest import As
from tests.api.fakes import World
from tests.api.worlds import ENROLMENT, HALT, JOURNEY, OPERATION, TOUCH

WHY = {"reason": "other", "remark": "As agreed.", "safety": {"answer": "none"}}
PAUSE = {"kind": "pause", "scope": "product", "value": "cardiolex", **WHY}


async def test_the_count_comes_before_the_act(world: World, as_: As) -> None:
    """With the expected count the halt is written; with another one nothing is, and the answer says how many there are."""
    marketing = as_(Role.MARKETING)
    runs = (await marketing.get("/api/v1/halts/count", scope="product", value="cardiolex")).json()["runs"]
    refused = await marketing.post("/api/v1/halts", {**PAUSE, "expected": runs + 1})
    assert (refused.status_code, refused.json()["code"]) == (409, "count_changed")
    made = await marketing.post("/api/v1/halts", {**PAUSE, "expected": runs})
    assert (made.status_code, made.json()["halt"]["concerned"]) == (201, runs)


async def test_the_same_pause_twice_is_one(world: World, as_: As) -> None:
    """Under its key it is answered again, not made again."""
    first = await as_(Role.ADMIN).post("/api/v1/halts", PAUSE, key="pause-once-only")
    again = await as_(Role.ADMIN).post("/api/v1/halts", PAUSE, key="pause-once-only")
    assert first.json() == again.json()
    assert len(world.halts) == 2


@pytest.mark.parametrize(
    "body", [{**PAUSE, "scope": "version"}, {**PAUSE, "scope": "planet"}, {**PAUSE, "remark": ".", "safety": {"answer": "none"}}, {**PAUSE, "per_second": 0}]
)
async def test_an_odd_halt_is_refused(body: dict[str, object], as_: As) -> None:
    """A version without its number, a scope that there is none of, no reason to speak of, no pace."""
    assert (await as_(Role.ADMIN).post("/api/v1/halts", body)).status_code == 422


async def test_a_halt_is_lifted_once(as_: As) -> None:
    """The second time says so; one that is not known is not found."""
    admin = as_(Role.ADMIN)
    lift = {"catch_up": "drop", "remark": "It is over.", "safety": {"answer": "none"}}
    assert (await admin.post(f"/api/v1/halts/{HALT}/lift", lift)).json()["halt"]["catch_up"] == "drop"
    assert (await admin.post(f"/api/v1/halts/{HALT}/lift", lift)).json()["code"] == "already_lifted"
    assert (await admin.post("/api/v1/halts/nothing/lift", lift)).status_code == 404


async def test_an_operation_is_steered_until_it_is_over(as_: As) -> None:
    """Held, gone on with, stopped; then there is nothing left to steer."""
    admin = as_(Role.ADMIN)
    for how, status in (("hold", "held"), ("go_on", "running"), ("stop", "stopped")):
        assert (await admin.post(f"/api/v1/operations/{OPERATION}/{how}", {"remark": "As agreed.", "safety": {"answer": "none"}})).json()["status"] == status
    assert (await admin.post(f"/api/v1/operations/{OPERATION}/go_on", {"remark": "As agreed.", "safety": {"answer": "none"}})).json()[
        "code"
    ] == "operation_over"
    report = (await admin.get(f"/api/v1/operations/{OPERATION}/runs", result="refused")).json()
    assert [(item["enrolment_id"], item["code"]) for item in report["items"]] == [(ENROLMENT, "step_gone")]


async def test_people_are_moved_between_versions_that_were_published(as_: As) -> None:
    """Not to one that there is none of, nor to the same one."""
    marketing = as_(Role.MARKETING)
    plan = {"journey": JOURNEY, "source": 1, "target": 99}
    assert (await marketing.post("/api/v1/migrations/preview", plan)).status_code == 404
    same = await marketing.post("/api/v1/migrations/preview", {**plan, "target": 1})
    assert (same.status_code, same.json()["errors"][0]["pointer"]) == (422, "/target")


async def test_a_repair_is_a_command_to_the_run_and_in_the_audit(world: World, as_: As) -> None:
    """Tried again, or moved: the run is told with the reason, under the user's name."""
    marketing = as_(Role.MARKETING)
    path = f"/api/v1/enrolments/{ENROLMENT}/repair"
    await marketing.post(path, {"action": "retry", "passage": TOUCH, **WHY})
    await marketing.post(path, {"action": "move_to", "passage": TOUCH, "step": "done", **WHY})
    retry, move = world.commands
    assert isinstance(retry, Retry)
    assert isinstance(move, MoveTo)
    assert (retry.passage, move.step, retry.by, retry.reason) == (TOUCH, "done", "user-marketing", "other")
    assert [action for _, action in world.audit] == ["run.retry", "run.move_to"]
    for odd in ({"action": "retry"}, {"action": "leave", "passage": TOUCH}, {"action": "move_to", "passage": TOUCH}):
        assert (await marketing.post(path, {**odd, **WHY})).status_code == 422


async def test_troubles_and_alarms_are_told(as_: As) -> None:
    """By reason and kind; a rep sees neither."""
    compliance = as_(Role.COMPLIANCE)
    assert [line["passage"] for line in (await compliance.get("/api/v1/repairs", kind="held", reason="no_consent")).json()["items"]] == [TOUCH]
    assert [line["kind"] for line in (await compliance.get("/api/v1/monitor")).json()["items"]] == ["overslept"]
    assert (await as_(Role.REP).get("/api/v1/repairs")).status_code == 403
