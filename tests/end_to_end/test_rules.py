"""The rules of a market change while journeys run, on the running whole: what they held goes out within the minute, what they forbid is held at once,
and both can be told why."""

from datetime import timedelta
from typing import Any

from sqlmodel import col, update

from orchestrator.clock import JourneyClock
from orchestrator.store import tables
from orchestrator.store.engine import transaction
from orchestrator.temporal.gateway import Gateway
from orchestrator.temporal.worker import make_operator
from tests.end_to_end.house import Desk, House, Json
from tests.end_to_end.waiting import eventually

A_MINUTE = 60.0
ALVA, TAGE = "alva.tallmark@norrviken.example", "tage.bjornfors@lindhamra.example"


async def _pioneer(house: House, family_name: str, *, touched: int) -> str:
    """Somebody as a pioneer whom the rep met so often elsewhere yesterday."""
    anna = house.desk("rep-anna")
    person = await anna.person(family_name)
    async with transaction(house.engine) as session:
        await session.exec(update(tables.CommercialProfile).where(col(tables.CommercialProfile.person_id) == person).values(persona="pioneer"))
    run = await anna.enrol(person, "pioneer")
    at = JourneyClock.of(house.settings).now() - timedelta(days=1)
    told: dict[str, Any] = {"person_id": person, "enrolment_id": run, "step": "elsewhere", "channel": "visit", "purpose": "promotional"}
    async with transaction(house.engine) as session:
        for number in range(touched):
            session.add(tables.Touch(key=f"{run}.elsewhere.{number}", product="cardiolex", state="accepted", at=at, settled_at=at, **told))
    return run


async def _visited(anna: Desk, run: str) -> Json:
    """The rep's visit is done, and a letter is to follow."""
    done = await anna.complete(await anna.task(run, "first-visit"), "neutral", "remote")
    return dict(done["next"])


async def _set(house: House, **rules: Any) -> Json:
    ines = house.desk("comp-ines")
    read = await ines.get("/markets/SE")
    body = {"policy": {**read["policy"], **rules}, "replaces": read["digest"], "remark": "Agreed with the board.", "safety": {"answer": "none"}}
    return await ines.put("/markets/SE", body)


async def test_rules_that_change_act_on_running_journeys_within_the_minute(house: House) -> None:
    """A letter that the cap held until next week goes out when compliance allows more; the next one is held for the hours that they set then."""
    clock = JourneyClock.of(house.settings)
    hands = Gateway(house.temporal, task_queue=house.settings.task_queue, pace=clock.pace)
    async with make_operator(house.temporal, task_queue=house.settings.task_queue, engine=house.engine, hands=hands, clock=clock):
        anna = house.desk("rep-anna")
        run = await _pioneer(house, "Björnfors", touched=3)
        held = await _visited(anna, run)
        assert (held["doing"], held["reason"]) == ("held", "weekly_cap")

        done = await _set(house, caps=[{"at_most": 9, "per": "week"}])
        assert done["operation"] is not None

        async def arrived() -> bool | None:
            return bool(house.mails_to(TAGE)) or None

        await eventually(arrived, "the letter that the cap had held", within=A_MINUTE)
        (repaired,) = [line for line in await anna.story(run) if line["what"] == "repaired"]
        assert (repaired["way"], repaired["reason"], repaired["by"]) == ("retry", "rules_changed", "comp-ines")
        why = await anna.get(f"/touches/{run}.outlook-mail.1/why")
        assert [(line["verdict"], line["reason"]) for line in why["judgements"]] == [("deferred", "weekly_cap"), ("allowed", None)]
        counts = [check["saw"] for line in why["judgements"] for check in line["checks"] if check["rule"] == "cap"]
        assert counts == ["4 of 3 in the last 7 days", "4 of 9 in the last 7 days"]

        await _set(house, quiet_hours={"between": ["00:00", "23:59"]}, zone=None)
        other = await _pioneer(house, "Tallmark", touched=0)
        quiet = await _visited(anna, other)
        assert (quiet["doing"], quiet["reason"]) in {("held", "quiet_hours"), ("held", "zone_unknown")}
        assert house.mails_to(ALVA) == []
        person = await anna.person("Tallmark")
        now = (await anna.get(f"/people/{person}/why", journey="pioneer", step="outlook-mail"))["now"]
        assert (now["verdict"], now["reason"]) == ("deferred", quiet["reason"])
