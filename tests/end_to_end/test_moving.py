"""A new version is published with `migrate` on the running whole, while HCPs stand in the earlier one in every awkward way: all of them move, and the
ledger of touches is, to the last field, what it was."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import col, select, update

from journeys.library import PACKAGED
from orchestrator.clock import JourneyClock
from orchestrator.store import tables
from orchestrator.store.engine import transaction
from orchestrator.store.sample import read_sample
from orchestrator.temporal.gateway import Gateway
from orchestrator.temporal.worker import make_operator
from tests.end_to_end.conftest import Opening
from tests.end_to_end.house import Desk, House, Json, link
from tests.end_to_end.waiting import eventually

WHY = {"reason": "Agreed for the spring.", "safety": {"answer": "none"}}
PINS = {user.id: user.pin for user in read_sample().users}
THIRD = "/definitions/pioneer/3"
MAP = {"first-visit": "opening-visit", "outlook-mail": "outlook-letter", "outlook-reading": "outlook-time"}
PLAN = {"journey": "pioneer", "source": 2, "target": 3}
ALVA, TAGE = "alva.tallmark@norrviken.example", "tage.bjornfors@lindhamra.example"


async def _signed(house: House) -> None:
    """The strategy that is in force with other names for three of its steps, signed by all."""
    text = (PACKAGED / "strategies" / "pioneer.yaml").read_text(encoding="utf-8")
    text = re.sub(r"^version: 2", "version: 3", text, flags=re.MULTILINE)
    for old, new in MAP.items():
        text = re.sub(rf"(?<![\w-]){old}(?![\w-])", new, text)
    lena = house.desk("mkt-lena")
    digest = (await lena.post("/definitions", {"text": text, **WHY}))["definition"]["digest"]
    await lena.post(f"{THIRD}/submit", WHY)
    for user, party in (("sales-maj", "sales"), ("mkt-hugo", "marketing"), ("med-omar", "medical")):
        await house.desk(user).post(f"{THIRD}/sign", {"party": party, "digest": digest, "pin": PINS[user]})


async def _pioneer(house: House, family_name: str, *, touched: int = 0) -> str:
    """Enrol somebody, as a pioneer; `touched` times the rep met them elsewhere this week."""
    anna = house.desk("rep-anna")
    person = await anna.person(family_name)
    async with transaction(house.engine) as session:
        await session.exec(update(tables.CommercialProfile).where(col(tables.CommercialProfile.person_id) == person).values(persona="pioneer"))
    run = await anna.enrol(person, "pioneer")
    async with transaction(house.engine) as session:
        at = JourneyClock.of(house.settings).now() - timedelta(days=1)
        told: dict[str, Any] = {"person_id": person, "enrolment_id": run, "step": "elsewhere", "channel": "visit", "purpose": "promotional"}
        for number in range(touched):
            session.add(tables.Touch(key=f"{run}.elsewhere.{number}", product="cardiolex", state="accepted", at=at, settled_at=at, **told))
    return run


async def _ledger(house: House) -> list[Json]:
    """The touches as they are on record, in every field."""
    async with transaction(house.engine) as session:
        return [row.model_dump() for row in await session.exec(select(tables.Touch).order_by(col(tables.Touch.key)))]


async def _tasks(house: House) -> list[tuple[str, str, datetime, datetime | None]]:
    async with transaction(house.engine) as session:
        rows = await session.exec(select(tables.Task).where(tables.Task.status == "open").order_by(col(tables.Task.id)))
        return [(row.id, row.step, row.due, row.snoozed_until) for row in rows]


async def _moved(desk: Desk) -> Json:
    """What became of everybody, once the operation is over."""

    async def over() -> Json | None:
        (operation, *_) = (await desk.get("/operations"))["items"]
        return operation if operation["kind"] == "migrate" and operation["status"] == "done" else None

    return await eventually(over, "the end of the migration")


async def _told_to_pause(house: House, run: str) -> None:
    async def paused() -> bool | None:
        return (await house.desk("rep-anna").get(f"/enrolments/{run}"))["standing"]["doing"] == "paused" or None

    await eventually(paused, "a paused run")


async def _stand_awkwardly(house: House) -> dict[str, str]:
    """One whose letter went out, one whose task was put off, one who is paused, one whose letter is held until a time."""
    anna = house.desk("rep-anna")
    runs = {name: await _pioneer(house, name) for name in ("Tallmark", "Stenlid", "Solvik")}
    runs["Björnfors"] = await _pioneer(house, "Björnfors", touched=3)
    await anna.complete(await anna.task(runs["Tallmark"], "first-visit"), "neutral", "face_to_face")
    await anna.standing(runs["Tallmark"], "waiting", "outlook-reading")
    task, later = await anna.task(runs["Stenlid"], "first-visit"), JourneyClock.of(house.settings).now() + timedelta(days=40)
    await anna.post(f"/tasks/{task}/snooze", {"until": later.isoformat()})
    await anna.task(runs["Solvik"], "first-visit")
    halt = {
        "kind": "pause",
        "scope": "hcp",
        "value": await anna.person("Solvik"),
        "reason": "hcp_asked",
        "remark": "She is away.",
        "safety": {"answer": "none"},
    }
    await house.desk("mkt-lena").post("/halts", halt)
    await _told_to_pause(house, runs["Solvik"])
    done = await anna.complete(await anna.task(runs["Björnfors"], "first-visit"), "neutral", "remote")
    assert (done["next"]["doing"], done["next"]["reason"]) == ("held", "weekly_cap")
    return runs


async def _standings(house: House, runs: dict[str, str]) -> dict[str, Json]:
    return {name: (await house.desk("rep-anna").get(f"/enrolments/{run}"))["standing"] for name, run in runs.items()}


async def test_failure_6_everybody_moves_to_a_version_in_which_their_steps_have_other_names(open_house: Opening) -> None:
    """Seen before it is published, asked for with the publishing, done by Temporal: the same tasks, waits and holds until the same times, no touch
    repeated or skipped; and then each goes on by the new version."""
    async with open_house() as house:
        hands = Gateway(house.temporal, task_queue=house.settings.task_queue, pace=JourneyClock.of(house.settings).pace)
        operator = make_operator(house.temporal, task_queue=house.settings.task_queue, engine=house.engine, hands=hands, clock=JourneyClock.of(house.settings))
        async with operator:
            anna, lena = house.desk("rep-anna"), house.desk("mkt-lena")
            runs = await _stand_awkwardly(house)
            await _signed(house)
            unmapped = await lena.post("/migrations/preview", PLAN)
            assert (unmapped["movable"], unmapped["refused"]) == (0, 4)
            foreseen = await lena.post("/migrations/preview", {**PLAN, "mapping": MAP})
            assert (foreseen["movable"], {line["how"] for line in foreseen["steps"]}) == (4, {"renamed"})

            ledger, tasks, before = await _ledger(house), await _tasks(house), await _standings(house, runs)
            await lena.post(f"{THIRD}/publish", {**WHY, "running": "migrate", "mapping": MAP})
            counts = (await _moved(lena))["counts"]
            assert (counts["done"], counts["refused"], counts["waiting"]) == (4, 0, 0)
            assert await _ledger(house) == ledger
            assert await _tasks(house) == [(key, MAP[step], due, snoozed) for key, step, due, snoozed in tasks]
            after = await _standings(house, runs)
            for name, stood in before.items():
                assert after[name]["step"] == MAP[stood["step"]]
                assert {field: after[name][field] for field in ("doing", "until", "reason")} == {field: stood[field] for field in ("doing", "until", "reason")}
                assert (await anna.get(f"/enrolments/{runs[name]}"))["version"] == 3
            await _goes_on(house, runs, ledger)


async def _goes_on(house: House, runs: dict[str, str], ledger: list[Json]) -> None:
    anna, lena = house.desk("rep-anna"), house.desk("mkt-lena")
    (mail,) = await house.mails(ALVA)
    assert (await house.public.get(link(mail))).status_code == 302
    await anna.task(runs["Tallmark"], "second-visit")
    snoozed = await anna.task(runs["Stenlid"], "opening-visit")
    assert snoozed == f"{runs['Stenlid']}.first-visit.1"
    done = await anna.complete(snoozed, "no_access", "remote")
    assert next(one["step"] for one in done["happened"]) == "opening-visit"
    (halt,) = (await lena.get("/halts"))["items"]
    await lena.post(f"/halts/{halt['id']}/lift", {"catch_up": "shift", "remark": "She is back.", "safety": {"answer": "none"}})
    await anna.standing(runs["Solvik"], "task", "opening-visit")

    async with transaction(house.engine) as session:  # the week has passed
        await session.exec(update(tables.Touch).where(col(tables.Touch.step) == "elsewhere").values(at=datetime(2020, 1, 1, tzinfo=UTC)))
    held = f"{runs['Björnfors']}.outlook-mail.1"
    await lena.post(
        f"/enrolments/{runs['Björnfors']}/repair",
        {"action": "retry", "passage": held, "reason": "stuck", "remark": "The week is over.", "safety": {"answer": "none"}},
    )
    await anna.standing(runs["Björnfors"], "waiting", "outlook-time")
    await house.mails(TAGE)
    new = [row["key"] for row in await _ledger(house) if row["key"] not in {known["key"] for known in ledger}]
    assert sorted(new) == sorted([held, snoozed])
    assert len(house.mails_to(ALVA)) == 1
