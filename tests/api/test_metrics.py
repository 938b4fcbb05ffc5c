"""What the front desk counts and whom it tells: every refusal by its code, once, and the counters to an administrator alone."""

import pytest

from api.who import Role
from tests.api.conftest import As
from tests.api.fakes import World
from tests.api.worlds import ASTRID, ENROLMENT, HALT, VISIT

LONG = {"outcome": "interested", "channel": "remote", "remark": "x" * 600_000, "safety": {"answer": "none"}}


async def test_an_administrator_reads_the_counters(as_: As) -> None:
    """In the text format that monitoring systems read."""
    answer = await as_(Role.ADMIN).get("/metrics")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    assert "dirigent_dropped_total" in answer.text


@pytest.mark.parametrize(
    ("role", "path", "body", "code"),
    [
        (None, "/api/v1/halts", None, "not_signed_in"),
        (Role.REP, "/api/v1/halts", None, "role_not_allowed"),
        (Role.REP, "/api/v1/people/nobody", None, "not_found"),
        (Role.REP, "/api/v1/people?cursor=odd", None, "bad_cursor"),
        (Role.REP, "/nowhere", None, "not_found"),
        (Role.REP, f"/api/v1/tasks/{VISIT}/complete", {"outcome": 7}, "invalid"),
        (Role.REP, f"/api/v1/tasks/{VISIT}/complete", LONG, "too_large"),
        (Role.MSL, f"/api/v1/enrolments/{ENROLMENT}/story?journey=x", None, "invalid"),
        (Role.MARKETING, f"/api/v1/halts/{HALT}x/lift", {"remark": "Over.", "safety": {"answer": "none"}}, "not_found"),
    ],
)
async def test_failure_2_each_refused_request_is_counted_once(role: Role | None, path: str, body: object, code: str, world: World, as_: As) -> None:
    """By the code of its problem, wherever in the front desk it is refused."""
    caller = as_(role)
    answer = await (caller.get(path) if body is None else caller.post(path, body))
    assert answer.json()["code"] == code
    assert world.dropped == [("request", code)]


async def test_what_is_answered_is_not_counted(world: World, as_: As) -> None:
    """A counter that rises for nothing tells nothing."""
    await as_(Role.REP).get(f"/api/v1/people/{ASTRID}")
    assert world.dropped == []


async def test_failure_2_an_outbox_that_could_not_be_nudged_is_counted(world: World, as_: As) -> None:
    """The request is answered all the same; whoever looks after the house sees that something kept back what runs are to be told."""
    world.relay_is_down = True
    await as_(Role.ADMIN).post(f"/api/v1/halts/{HALT}/lift", {"remark": "Over.", "safety": {"answer": "none"}})
    assert world.dropped == [("relay", "ConnectionRefusedError")]
