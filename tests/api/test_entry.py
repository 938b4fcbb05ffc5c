"""Entry at the front desk: events of the outside, bulk enrolments, the queue, and lists of who was kept out."""

from dataclasses import replace
from typing import Any

import pytest

from api.ports import NotEnrolled
from api.who import Role
from tests.api.conftest import As
from tests.api.fakes import World
from tests.api.worlds import ASTRID, BULK, ENROLMENT, JOURNEY

EVENT = {"source": "booking", "id": "evt-9", "event": "appointment_booked", "person": ASTRID, "at": "2027-03-01T09:00:00Z"}


@pytest.mark.parametrize("key", [4711, "4711", " 4711 "])
async def test_a_key_is_a_text_however_it_is_written(key: object, as_: As) -> None:
    """A3: numbers and texts match alike."""
    answer = await as_(Role.ADMIN).post("/api/v1/events", {**EVENT, "key": key})
    assert (answer.status_code, answer.json()["key"]) == (202, "4711")


@pytest.mark.parametrize(
    "wrong", [{"key": True}, {"key": 1.5}, {"key": ""}, {"external": {"source": "crm", "value": "1"}}, {"fields": {"A B": 1}}, {"event": "No"}]
)
async def test_an_event_that_is_not_one_is_refused(wrong: dict[str, Any], as_: As) -> None:
    """A key that is neither number nor text, two persons at once, names that are none."""
    answer = await as_(Role.ADMIN).post("/api/v1/events", {**EVENT, **wrong})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


async def test_an_event_is_taken_once_and_its_runs_are_told_at_once(world: World, as_: As) -> None:
    """The second answer is the first one; the outbox is looked into after each."""
    first, second = [await as_(Role.ADMIN).post("/api/v1/events", EVENT) for _ in range(2)]
    assert (first.json()["repeated"], second.json()["repeated"]) == (False, True)
    assert {**first.json(), "repeated": None} == {**second.json(), "repeated": None}
    assert world.nudges == 2


async def test_an_event_of_the_future_is_refused(as_: As) -> None:
    """Clocks may differ by minutes, not by an hour."""
    answer = await as_(Role.ADMIN).post("/api/v1/events", {**EVENT, "at": "2027-03-01T09:04:00Z"})
    assert answer.status_code == 202
    answer = await as_(Role.ADMIN).post("/api/v1/events", {**EVENT, "id": "evt-10", "at": "2027-03-01T10:00:00Z"})
    assert (answer.status_code, answer.json()["code"]) == (422, "in_the_future")


async def test_what_was_not_taken_is_found_by_its_standing(as_: As) -> None:
    """An event of nobody we know stays on record with the reason."""
    await as_(Role.ADMIN).post("/api/v1/events", {**EVENT, "person": "person-nobody"})
    listed = await as_(Role.COMPLIANCE).get("/api/v1/events", standing="unknown_person")
    (event,) = listed.json()["items"]
    assert (event["source_id"], event["person_id"]) == ("evt-9", None)


async def test_an_event_says_what_it_led_to(as_: As) -> None:
    """In each journey, with the run or the reason."""
    answer = await as_(Role.COMPLIANCE).get("/api/v1/events/event-1")
    assert answer.json()["effects"] == [{"journey": JOURNEY, "effect": "entered", "reason": None, "enrolment_id": ENROLMENT}]
    assert (await as_(Role.COMPLIANCE).get("/api/v1/events/nothing")).status_code == 404


@pytest.mark.parametrize(
    "selection",
    [{}, {"when": {"fact": "kol_tier", "is": "national"}}, {"when": {"fact": "shoe_size", "is": 42}}, {"markets": ["Sweden"]}, {"whom": "all"}],
)
async def test_a_selection_must_say_whom_and_by_what_commercial_may_know(selection: dict[str, Any], as_: As) -> None:
    """Nobody is not everybody; and a fact of medical selects nobody for a journey."""
    answer = await as_(Role.MARKETING).post("/api/v1/bulk-enrolments", {"journey": JOURNEY, "selection": selection})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


async def test_a_bulk_enrolment_of_a_journey_that_is_not_there_is_refused(as_: As) -> None:
    """Before anybody is counted."""
    answer = await as_(Role.MARKETING).post("/api/v1/bulk-enrolments", {"journey": "nowhere", "selection": {"markets": ["SE"]}})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_bulk_enrolment_is_counted_before_it_goes(as_: As) -> None:
    """It begins with counting; the same request again is the same one."""
    body = {"journey": JOURNEY, "selection": {"when": {"fact": "persona", "is": "pioneer"}}}
    first, second = [await as_(Role.MARKETING).post("/api/v1/bulk-enrolments", body, key="once") for _ in range(2)]
    assert (first.status_code, first.json()["state"]) == (201, "counting")
    assert first.json() == second.json()


async def test_a_bulk_enrolment_goes_through_its_states_and_no_others(as_: As) -> None:
    """What cannot be asked now is refused with what can."""
    marketing = as_(Role.MARKETING)
    early = await marketing.post(f"/api/v1/bulk-enrolments/{BULK}/pause", {})
    assert (early.status_code, early.json()["code"], early.json()["allowed"]) == (409, "sweep_moved_on", ["confirm", "stop"])
    states = [(await marketing.post(f"/api/v1/bulk-enrolments/{BULK}/{act}", {})).json()["state"] for act in ("confirm", "pause", "resume", "stop")]
    assert states == ["running", "paused", "running", "stopped"]
    assert (await marketing.post(f"/api/v1/bulk-enrolments/{BULK}/resume", {})).status_code == 409
    assert (await as_(Role.COMPLIANCE).get(f"/api/v1/bulk-enrolments/{BULK}/results", result="entered")).json()["items"][0]["person_id"] == ASTRID


async def test_one_that_waits_says_for_what(world: World, as_: As) -> None:
    """In words for people and as the journey's name for programs; medical learns neither."""
    world.enrolments[ENROLMENT] = replace(world.enrolments[ENROLMENT], status="queued", step=None, doing=None, busy_with="heart-failure-ordinary")
    standing = (await as_(Role.REP).get(f"/api/v1/enrolments/{ENROLMENT}")).json()["standing"]
    assert (standing["doing"], standing["reason"], standing["busy_with"]) == ("queued", "busy", "heart-failure-ordinary")
    assert "heart-failure-ordinary" in standing["sentence"]
    assert "heart-failure-ordinary" not in (await as_(Role.MSL).get(f"/api/v1/enrolments/{ENROLMENT}")).text


async def test_one_that_waits_leaves_the_queue(world: World, as_: As) -> None:
    """It has no run that could be asked; the same operation takes it out."""
    world.enrolments[ENROLMENT] = replace(world.enrolments[ENROLMENT], status="queued")
    answer = await as_(Role.MARKETING).post(
        f"/api/v1/enrolments/{ENROLMENT}/exit", {"reason": "strategy_changed", "remark": "We took it back.", "safety": {"answer": "none"}}
    )
    assert (answer.status_code, answer.json()["next"]["doing"]) == (200, "ended")
    assert (world.enrolments[ENROLMENT].status, world.commands) == ("ended", [])


async def test_who_was_kept_out_is_a_list(world: World, as_: As) -> None:
    """The comparison group, for those who may know how journeys end."""
    world.enrolments[ENROLMENT] = replace(world.enrolments[ENROLMENT], status="ended", end_kind="held_out", end_reason="held_out")
    assert len((await as_(Role.MARKETING).get("/api/v1/enrolments", ended="held_out")).json()["items"]) == 1
    assert (await as_(Role.MARKETING).get("/api/v1/enrolments", ended="goal")).json()["items"] == []
    assert (await as_(Role.MEDICAL).get("/api/v1/enrolments", ended="goal")).json()["code"] == "firewall"


@pytest.mark.parametrize("code", ["busy", "no_key"])
async def test_why_a_journey_is_not_entered_is_a_problem_of_its_own(code: str, world: World, as_: As) -> None:
    """Both are refusals of the moment, and not errors of the request."""
    world.not_enrolled = NotEnrolled(code, "…")
    answer = await as_(Role.REP).post("/api/v1/enrolments", {"person_id": ASTRID, "journey": JOURNEY, "key": 4711})
    assert (answer.status_code, answer.json()["code"]) == (409, code)
