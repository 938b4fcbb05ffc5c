"""A new version of a journey on the running whole: drafted, reviewed, signed and published by the sample's users while an HCP is in the earlier one."""

import re

from journeys.library import PACKAGED
from orchestrator.store.sample import read_sample
from tests.end_to_end.conftest import Opening
from tests.end_to_end.house import Desk, House, Json
from tests.end_to_end.waiting import eventually

WHY = {"reason": "Agreed for the spring.", "safety": {"answer": "none"}}
PINS = {user.id: user.pin for user in read_sample().users}
SECOND = "/definitions/pioneer/3"


async def _drafted(desk: Desk) -> Json:
    """The strategy that is in force, with another number and another weight."""
    text = (PACKAGED / "strategies" / "pioneer.yaml").read_text(encoding="utf-8")
    text = re.sub(r"^priority: \d+", "priority: 71", re.sub(r"^version: 2", "version: 3", text, flags=re.MULTILINE), flags=re.MULTILINE)
    drafted: Json = (await desk.post("/definitions", {"text": text, **WHY}))["definition"]
    return drafted


async def _sign(house: House, user: str, party: str, digest: str) -> Json:
    return await house.desk(user).post(f"{SECOND}/sign", {"party": party, "digest": digest, "pin": PINS[user]})


async def test_a_drained_version_plays_its_last_run_and_the_next_one_takes_over(open_house: Opening) -> None:
    """Nobody is enrolled unsigned; whoever is on the way stays on their version, and with the last of them it retires."""
    async with open_house() as house:
        anna, lena = house.desk("rep-anna"), house.desk("mkt-lena")
        first = await anna.person("Stenlid")
        run = await anna.enrol(first, "pioneer")
        visit = await anna.task(run, "first-visit")
        drafted = await _drafted(lena)
        await lena.post(f"{SECOND}/submit", WHY)
        assert (await lena.refused(f"{SECOND}/publish", {**WHY, "running": "drain"})).code == "not_in_this_state"
        for user, party in (("sales-maj", "sales"), ("mkt-hugo", "marketing"), ("med-omar", "medical")):
            standing = await _sign(house, user, party, drafted["digest"])
        assert (standing["state"], standing["missing"]) == ("signed", [])
        assert (await anna.get("/definitions/pioneer"))["version"] == 2
        await lena.post(f"{SECOND}/publish", {**WHY, "running": "drain"})
        assert (await anna.get("/definitions/pioneer"))["version"] == 3
        earlier = await anna.get("/definitions/pioneer/2")
        assert (earlier["state"], earlier["open_runs"]) == ("draining", 1)
        await anna.complete(visit, "neutral", "face_to_face")
        await anna.post(f"/enrolments/{run}/exit", {"reason": "moved_away", "remark": "Left the clinic.", "safety": {"answer": "none"}})

        async def retired() -> bool | None:
            return (await anna.get("/definitions/pioneer/2"))["state"] == "retired" or None

        await eventually(retired, "the earlier version's retirement")
        refused = await anna.refused("/enrolments", {"person_id": first, "journey": "pioneer", "version": 2})
        assert (refused.status, refused.code) == (409, "admits_nobody")
