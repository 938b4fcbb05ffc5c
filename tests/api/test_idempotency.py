"""One key, one effect."""

from api.ports import ConductorUnavailableError
from api.who import Role
from journeys.acceptance import Refusal, Refused
from tests.api.conftest import As
from tests.api.fakes import World
from tests.api.worlds import ASTRID, VISIT, a_receipt

DONE = {"outcome": "interested", "channel": "remote", "remark": "Wants to read on.", "safety": {"answer": "none"}}
ADDRESS = f"/api/v1/tasks/{VISIT}/complete"


async def test_asking_again_gets_the_first_answer(world: World, as_: As) -> None:
    """The phone lost the network: the second answer is the first one, and the run was told once."""
    first = await as_(Role.REP).post(ADDRESS, DONE, key="the-same-key")
    world.receipt = a_receipt(notes=())
    again = await as_(Role.REP).post(ADDRESS, dict(reversed(DONE.items())), key="the-same-key")
    assert first.status_code == again.status_code == 200
    assert first.json() == again.json()
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert len(world.commands) == 1


async def test_a_created_thing_is_created_once(world: World, as_: As) -> None:
    """The repeated answer has the status of the first."""
    body = {"person_id": ASTRID, "product": "cardiolex", "question": "Is it safe?", "safety": {"answer": "none"}, "unsolicited": True}
    answers = [await as_(Role.REP).post("/api/v1/inquiries", body, key="one-question") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert len({answer.json()["id"] for answer in answers}) == 1


async def test_the_key_of_another_request_is_refused(as_: As) -> None:
    """The same key with another body, or for another task, is a mistake and not a repetition."""
    await as_(Role.REP).post(ADDRESS, DONE, key="the-same-key")
    other = await as_(Role.REP).post(ADDRESS, {**DONE, "outcome": "not_now"}, key="the-same-key")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    elsewhere = await as_(Role.REP).post(
        f"/api/v1/tasks/{VISIT}/skip", {"reason": "other", "remark": "On leave.", "safety": {"answer": "none"}}, key="the-same-key"
    )
    assert elsewhere.json()["code"] == "idempotency_key_reused"


async def test_keys_of_two_users_do_not_meet(world: World, as_: As) -> None:
    """Each user's keys are the user's own, also where the run remembers them."""
    bodies = [await as_(who).post(f"/api/v1/tasks/{VISIT}/reassign", {"to": "rep-2"}, key="the-same-key") for who in (Role.REP, "rep-2")]
    assert [answer.status_code for answer in bodies] == [200, 200]
    assert [command.id for command in world.commands] == ["user-rep:the-same-key", "rep-2:the-same-key"]


async def test_a_refused_request_frees_its_key(world: World, as_: As) -> None:
    """Nothing happened, so the mended request may carry the same key."""
    world.refusal = Refused(code=Refusal.INQUIRY_REQUIRED, detail="Record the question.")
    assert (await as_(Role.REP).post(ADDRESS, DONE, key="the-same-key")).status_code == 409
    world.refusal = None
    assert (await as_(Role.REP).post(ADDRESS, {**DONE, "inquiry_id": "inquiry-1"}, key="the-same-key")).status_code == 200


async def test_work_that_was_cut_short_is_done_again_under_the_same_ids(world: World, as_: As) -> None:
    """The remark is stored once and the run gets the same command, however often it takes."""
    world.trouble = ConductorUnavailableError()
    assert (await as_(Role.REP).post(ADDRESS, DONE, key="the-same-key")).status_code == 503
    world.trouble = None
    assert (await as_(Role.REP).post(ADDRESS, DONE, key="the-same-key")).status_code == 200
    assert list(world.remarks.values()) == ["Wants to read on."]
    (command,) = world.commands
    assert (command.id, command.remark) == ("user-rep:the-same-key", next(iter(world.remarks)))
