"""What users tell of an HCP and decide on proposals, and what journeys tell them."""

from typing import Any

import pytest

from api.rows import ReplyRow
from api.who import Role
from journeys.fact_values import ELSEWHERE, fits, wanted
from journeys.facts import CATALOGUE, Fact, Kind, Wall
from tests.api.conftest import As
from tests.api.fakes import World
from tests.api.worlds import ASTRID, BO, ENROLMENT, PROPOSAL, TOUCH, a_notification, a_person

FACTS, PROPOSALS = f"/api/v1/people/{ASTRID}/facts", f"/api/v1/people/{ASTRID}/proposals"


def _told(reason: str = "She told me on the ward.", **facts: Any) -> dict[str, Any]:
    return {"facts": facts, "reason": reason, "safety": {"answer": "none"}}


async def test_facts_are_told_with_a_reason_and_what_changed_is_answered(world: World, as_: As) -> None:
    """The reason is kept apart, as words of the teller's side."""
    answer = await as_(Role.REP).put(FACTS, _told(adoption_stage="trial", tags=["renal"], tier=None))
    assert (answer.status_code, answer.json()) == (200, {"changed": ["adoption_stage", "tags"]})
    assert world.facts[ASTRID] == {"adoption_stage": "trial", "tags": ("renal",), "tier": None}
    await as_(Role.MSL).put(FACTS, _told("From the congress.", kol_tier="national"))
    assert world.remark_sides["From the congress."] == Wall.MEDICAL
    assert world.nudges == 2


@pytest.mark.parametrize(
    ("role", "facts", "code", "pointers"),
    [
        (Role.REP, {"kol_tier": "national", "tier": "A"}, "firewall", ["/facts/kol_tier"]),
        (Role.ADMIN, {"scientific_interest": "fibrosis"}, "firewall", ["/facts/scientific_interest"]),
        (Role.MSL, {"adoption_stage": "trial"}, "firewall", ["/facts/adoption_stage"]),
        (Role.MEDICAL, {"tags": ["renal"]}, "firewall", ["/facts/tags"]),
        (Role.REP, {"tier": "E", "decile": 11, "shoe_size": 42}, "invalid", ["/facts/tier", "/facts/decile", "/facts/shoe_size"]),
        (Role.REP, {"next_appointment_on": "soon"}, "invalid", ["/facts/next_appointment_on"]),
        (Role.REP, {"persona": "pioneer", "email_consent": True, "market": "UK"}, "invalid", ["/facts/persona", "/facts/email_consent", "/facts/market"]),
    ],
)
async def test_what_is_not_ones_own_fact_is_refused_whole(role: Role, facts: dict[str, Any], code: str, pointers: list[str], world: World, as_: As) -> None:
    """Each wrong one is pointed at; nothing of the request is written."""
    answer = await as_(role).put(FACTS, _told(**facts))
    assert (answer.json()["code"], [error["pointer"] for error in answer.json()["errors"]]) == (code, pointers)
    assert world.facts == {}


async def test_a_list_of_facts_tells_medical_no_commercial_name(as_: As) -> None:
    """Not even in a hint."""
    answer = await as_(Role.MSL).put(FACTS, _told(shoe_size=42))
    assert "kol_tier" in answer.text
    assert "tier" not in answer.text.replace("kol_tier", "")


async def test_the_people_of_another_territory_are_not_there(as_: As) -> None:
    """Neither their facts nor their proposals."""
    for role in (Role.REP, Role.MSL):
        assert (await as_(role).put(f"/api/v1/people/{BO}/facts", _told(language="sv"))).status_code == 404
    assert (await as_(Role.REP).get(f"/api/v1/people/{BO}/proposals")).status_code == 404
    assert (
        await as_(Role.REP).post(f"/api/v1/people/{BO}/proposals/{PROPOSAL}/accept", {"reason": "She is.", "safety": {"answer": "none"}})
    ).status_code == 404


async def test_a_proposal_is_decided_once(as_: As) -> None:
    """With a reason; then it is no longer among the open ones."""
    assert [one["value"] for one in (await as_(Role.REP).get(PROPOSALS)).json()["items"]] == ["user"]
    assert (await as_(Role.REP).post(f"{PROPOSALS}/{PROPOSAL}/accept", {})).status_code == 422
    accepted = await as_(Role.REP).post(f"{PROPOSALS}/{PROPOSAL}/accept", {"reason": "Two patients on it.", "safety": {"answer": "none"}})
    assert (accepted.json()["status"], accepted.json()["decided_by"]) == ("accepted", "user-rep")
    again = await as_(Role.REP).post(f"{PROPOSALS}/{PROPOSAL}/dismiss", {"reason": "Not after all.", "safety": {"answer": "none"}})
    assert (again.status_code, again.json()["code"]) == (409, "proposal_decided")
    assert (await as_(Role.REP).get(PROPOSALS)).json()["items"] == []
    assert (await as_(Role.REP).post(f"{PROPOSALS}/nothing/dismiss", {"reason": "Not there.", "safety": {"answer": "none"}})).status_code == 404


async def test_an_answer_to_ones_message_is_a_notification_without_its_words(world: World, as_: As) -> None:
    """It leads to the reply, and says where somebody asks for no more."""
    told: dict[str, Any] = {
        "side": "commercial",
        "standing": "unsubscribed",
        "touch_key": TOUCH,
        "told": "user-rep",
        "at": world.now,
        "arrived_at": world.now,
        "late": False,
    }
    reply = ReplyRow(id="reply-1", channel="email", person_id=ASTRID, attachments=0, cut=False, safety=False, read_at=None, **told)
    line = a_notification("user-rep", id="reply.reply-1.user-rep", reply=reply, journey=None, version=None, step=None)
    world.notifications = {line.id: line}
    (read,) = (await as_(Role.REP).get("/api/v1/notifications")).json()["items"]
    assert (read["text"], read["reply_id"]) == ("The HCP has answered by e-mail and asks for no more of that.", "reply-1")
    assert (read["seen_by"], read["person"]["id"], "journey" in read) == ("addressee", ASTRID, False)


async def test_notifications_are_ones_own_unread_first(world: World, as_: As) -> None:
    """Reading one puts it below the others; a colleague's is not there."""
    second = a_notification("user-rep", id=f"{ENROLMENT}.told.0.user-rep")
    world.notifications[second.id] = second
    first = (await as_(Role.REP).get("/api/v1/notifications")).json()["items"][0]
    assert (first["text"], first["person"]["family_name"], first["step"]) == ("A pioneer asked for more.", "Lindqvist", "told")
    read = (await as_(Role.REP).post(f"/api/v1/notifications/{first['id']}/read")).json()
    assert read["read_at"] is not None
    assert [one["id"] for one in (await as_(Role.REP).get("/api/v1/notifications")).json()["items"]] == [second.id, first["id"]]
    assert [one["id"] for one in (await as_(Role.REP).get("/api/v1/notifications", unread="true")).json()["items"]] == [second.id]
    assert (await as_(Role.SALES).post(f"/api/v1/notifications/{first['id']}/read")).status_code == 404


async def test_medical_reads_the_words_and_no_journey(as_: As) -> None:
    """A journey's name and steps tell how sales rates the HCP."""
    (told,) = (await as_(Role.MEDICAL).get("/api/v1/notifications")).json()["items"]
    assert told["text"]
    assert not {"journey", "version", "step"} & told.keys()


async def test_an_hcp_who_left_the_territory_is_not_named(world: World, as_: As) -> None:
    """The line stays; whom it is about is no longer the rep's to see."""
    gone = a_notification("user-rep", person=a_person(id=BO))
    world.notifications = {gone.id: gone}
    (told,) = (await as_(Role.REP).get("/api/v1/notifications")).json()["items"]
    assert told["person"] is None


@pytest.mark.parametrize("fact", CATALOGUE.values(), ids=lambda fact: fact.name)
def test_every_fact_takes_what_its_hint_asks_for(fact: Fact) -> None:
    """And nothing of another type."""
    right: dict[Kind, Any] = {Kind.FLAG: True, Kind.NUMBER: 3, Kind.DATE: "2027-03-04", Kind.SET: ("renal",), Kind.CODE: "fibrosis"}
    value = fact.values[0] if fact.values else {"language": "sv"}.get(fact.name, right.get(fact.kind, "pioneer"))
    assert fits(fact, value), wanted(fact)
    wrong: list[Any] = [{}, 1.5, "no such\nthing", -1]
    assert not any(fits(fact, value) for value in wrong)
    assert fact.name not in ELSEWHERE or len(ELSEWHERE[fact.name]) > 10
