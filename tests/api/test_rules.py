"""Setting a market's rules, and asking why: who may, what is refused, and what stays on its side."""

from typing import Any

from api.who import Role
from tests.api.conftest import As
from tests.api.fakes import World
from tests.api.worlds import ASTRID, BO, JOURNEY, RULES, TOUCH
from tests.builders import a_market

SE = "/api/v1/markets/SE"


def _asked(**rules: Any) -> dict[str, Any]:
    """Other rules for Sweden, as compliance sends them: whole."""
    return {"policy": a_market(**rules).model_dump(mode="json"), "replaces": RULES, "remark": "The board asked for quiet nights.", "safety": {"answer": "none"}}


async def test_rules_are_set_once_and_read_back(world: World, as_: As) -> None:
    """With the words kept apart, and the outbox nudged so that what was held is put before the gate at once."""
    compliance = as_(Role.COMPLIANCE)
    body = _asked(quiet_hours={"between": ["20:00", "08:00"]}, cadence=[{"gap": "2 days"}])
    first = await compliance.put(SE, body, key="rules-1")
    again = await compliance.put(SE, body, key="rules-1")
    assert (first.status_code, again.headers["Idempotency-Replayed"], first.json()) == (200, "true", again.json())
    assert world.nudges > 0
    read = (await as_(Role.MARKETING).get(SE)).json()
    assert (read["policy"]["quiet_hours"]["between"], read["policy"]["cadence"][0]["gap"], read["imported"]) == (["20:00", "08:00"], "2 days", False)
    assert [one["policy"]["market"] for one in (await as_(Role.MEDICAL).get("/api/v1/markets")).json()["items"]] == ["SE"]
    ((by, what),) = [line for line in world.audit if line[1].startswith("market.set")]
    assert by == "user-compliance"
    assert "board" not in what


async def test_rules_are_not_replaced_unread(as_: As) -> None:
    """Whoever read other rules than those in force by now is told so; nothing happened."""
    body = {**_asked(weekly_cap=1), "replaces": "b" * 64}
    refused = await as_(Role.ADMIN).put(SE, body)
    assert (refused.status_code, refused.json()["code"]) == (409, "rules_changed")
    assert (await as_(Role.ADMIN).get(SE)).json()["digest"] == RULES


async def test_rules_are_judged_like_the_file(as_: As) -> None:
    """A key that is unknown, a zone that there is not, a list of caps without one, another market's rules: each is told with its place."""
    admin, good = as_(Role.ADMIN), _asked()
    for change, pointer in (
        ({"weekly_cap": 3}, "/policy/weekly_cap"),
        ({"zone": "Mars/Olympus"}, "/policy/zone"),
        ({"caps": []}, "/policy/caps"),
        ({"market": "UK"}, "/policy/market"),
        ({"caps": [{"at_most": 1, "per": "day", "brand": "none"}]}, "/policy"),
    ):
        refused = await admin.put(SE, {**good, "policy": {**good["policy"], **change}})
        assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
        assert [error["pointer"] for error in refused.json()["errors"]] == [pointer]
    assert (await admin.get("/api/v1/markets/FI")).json()["code"] == "not_found"


async def test_why_is_told_check_by_check(as_: As) -> None:
    """Of a touch, and of a person's touches; with a step also as if it were sent now."""
    rep = as_(Role.REP)
    touch = (await rep.get(f"/api/v1/touches/{TOUCH}/why")).json()
    (line,) = touch["judgements"]
    assert (line["reason"], line["checks"][0]["saw"], line["checks"][0]["source"]) == ("weekly_cap", "2 of 2 in the last 7 days", "The market's caps.")
    person = (await rep.get(f"/api/v1/people/{ASTRID}/why")).json()
    assert (len(person["past"]), person["now"]) == (1, None)
    now = (await rep.get(f"/api/v1/people/{ASTRID}/why", journey=JOURNEY, step="follow-up")).json()["now"]
    assert (now["journey"], now["step"]) == (JOURNEY, "follow-up")


async def test_why_is_told_in_ones_own_territory(as_: As) -> None:
    """A person elsewhere is as unknown to a rep as one that never was, and so is a touch."""
    assert (await as_(Role.REP).get(f"/api/v1/people/{BO}/why")).json()["code"] == "not_found"
    assert (await as_(Role.REP).get("/api/v1/touches/enr2.mail.1/why")).json()["code"] == "not_found"
    assert (await as_(Role.COMPLIANCE).get(f"/api/v1/people/{BO}/why")).status_code == 200


async def test_a_step_is_asked_of_with_its_journey_and_must_send_something(as_: As) -> None:
    """What cannot be judged is refused with what could be."""
    rep, why = as_(Role.REP), f"/api/v1/people/{ASTRID}/why"
    alone = await rep.get(why, step="follow-up")
    assert (alone.status_code, alone.json()["errors"][0]["parameter"]) == (422, "journey")
    visit = await rep.get(why, journey=JOURNEY, step="first-visit")
    assert (visit.status_code, visit.json()["code"], visit.json()["allowed"]) == (422, "unknown_step", ["follow-up"])
    assert (await rep.get(why, journey="unheard-of", step="mail")).json()["code"] == "not_found"
