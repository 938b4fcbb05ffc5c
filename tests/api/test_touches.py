"""Touches at the front desk: listed and read, settled by hand once, and copies that cannot be opened."""

from api.ports import CopySealedError
from api.who import Role
from tests.api.conftest import As
from tests.api.fakes import World
from tests.api.touching import TOUCH

SETTLE = f"/api/v1/touches/{TOUCH}/settle"
FOUND_OUT = {"as": "sent", "reason": "provider_says", "remark": "Their support looked it up.", "safety": {"answer": "none"}}


async def test_an_unknown_touch_is_listed_and_settled_once(as_: As, world: World) -> None:
    """An operator finds it, says what became of it with a reason, and cannot say so twice."""
    admin = as_(Role.ADMIN)
    assert [line["key"] for line in (await admin.get("/api/v1/touches?state=unknown")).json()["items"]] == [TOUCH]
    assert (await admin.post(SETTLE, FOUND_OUT)).json()["state"] == "accepted"
    again = await admin.post(SETTLE, FOUND_OUT)
    assert (again.status_code, again.json()["code"]) == (409, "touch_known")
    assert next(iter(world.remarks.values())) == FOUND_OUT["remark"]


async def test_a_touch_of_a_run_is_not_sent_again_by_hand(as_: As) -> None:
    """That is what repairs are for."""
    answer = await as_(Role.ADMIN).post(SETTLE, {**FOUND_OUT, "as": "not_sent", "again": True})
    assert (answer.status_code, answer.json()["code"]) == (409, "not_repeatable")


async def test_a_copy_whose_key_is_gone_says_so(as_: As, world: World) -> None:
    """It is there, and cannot be opened here."""
    world.trouble = CopySealedError()
    answer = await as_(Role.COMPLIANCE).get(f"/api/v1/touches/{TOUCH}/copy")
    assert (answer.status_code, answer.json()["code"]) == (409, "copy_sealed")


async def test_a_touch_that_is_not_there_is_not_found(as_: As) -> None:
    """Whatever is asked of it."""
    compliance = as_(Role.COMPLIANCE)
    answers = [
        await compliance.get("/api/v1/touches/none"),
        await compliance.get("/api/v1/touches/none/copy"),
        await compliance.post("/api/v1/touches/none/settle", FOUND_OUT),
        await compliance.post("/api/v1/touches/none/hold", {"held": True, "reason": "other", "remark": "By counsel.", "safety": {"answer": "none"}}),
    ]
    assert {answer.status_code for answer in answers} == {404}
