"""Visits in the room: what the brief tells of the HCO, what may be reported, who sets how an HCO receives reps."""

from typing import Any

import pytest

from api.who import Role
from journeys.access import Access
from tests.api.conftest import As
from tests.api.fakes import World
from tests.api.visiting import a_place
from tests.api.worlds import VISIT

COMPLETE = f"/api/v1/tasks/{VISIT}/complete"
MET = {"outcome": "interested", "channel": "face_to_face"}
SAID = {"remark": "Their letter of today.", "safety": {"answer": "none"}}


def _receives(world: World, access: Access, *also: Access) -> None:
    places = (a_place(f"org-{number}", product_information=each) for number, each in enumerate((access, *also), 1))
    world.organisations = {place.id: place for place in places}


async def test_the_brief_tells_how_the_hcp_may_be_met(world: World, as_: As) -> None:
    """The rep sees it before the drive, with each workplace's own word."""
    _receives(world, Access.NONE, Access.BY_APPROVAL)
    told = (await as_(Role.REP).get(f"/api/v1/tasks/{VISIT}")).json()["visiting"]
    assert (told["form"], told["access"]) == ("product_information", "by_approval")
    assert [(place["id"], place["access"]) for place in told["workplaces"]] == [("org-1", "none"), ("org-2", "by_approval")]


async def test_a_visit_where_no_rep_is_let_in_is_not_reported_as_one_in_the_room(world: World, as_: As) -> None:
    """By video it may be; nothing was told to the run before."""
    _receives(world, Access.NONE)
    refused = await as_(Role.REP).post(COMPLETE, MET)
    assert (refused.status_code, refused.json()["code"], refused.json()["allowed"]) == (409, "access_forbidden", ["remote"])
    assert not world.commands
    assert (await as_(Role.REP).post(COMPLETE, {**MET, "channel": "remote"})).status_code == 200


async def test_one_open_workplace_is_enough(world: World, as_: As) -> None:
    """The rep meets the HCP there."""
    _receives(world, Access.NONE, Access.OPEN)
    assert (await as_(Role.REP).post(COMPLETE, MET)).status_code == 200


async def test_a_visit_by_approval_needs_it_once(world: World, as_: As) -> None:
    """Without it nothing is told to the run; it is kept with the workplace that gave it, and need not be said again."""
    _receives(world, Access.BY_APPROVAL)
    refused = await as_(Role.REP).post(COMPLETE, MET)
    assert (refused.status_code, refused.json()["code"], refused.json()["allowed"]) == (422, "approval_required", ["org-1"])
    assert not world.commands
    assert (await as_(Role.REP).post(COMPLETE, {**MET, "unit_approval": {"proof": "mail-7"}}, key="with-approval")).status_code == 200
    assert [(kept.organisation_id, kept.proof, kept.by) for kept in world.approvals] == [("org-1", "mail-7", "user-rep")]
    assert (await as_(Role.REP).post(COMPLETE, MET, key="again-without")).status_code == 200


@pytest.mark.parametrize(
    ("approval", "channel", "where"),
    [
        ({"proof": "mail-7"}, "face_to_face", "/unit_approval/organisation_id"),
        ({"proof": "mail-7", "organisation_id": "org-9"}, "face_to_face", "/unit_approval/organisation_id"),
        ({"proof": "mail-7"}, "remote", "/unit_approval"),
    ],
    ids=["of which unit", "not a workplace", "not in the room"],
)
async def test_an_approval_says_whose_it_is(approval: dict[str, Any], channel: str, where: str, world: World, as_: As) -> None:
    """Of two units that ask for one, a rep names the one that gave it; for a call by video nobody approves anything."""
    _receives(world, Access.BY_APPROVAL, Access.BY_APPROVAL)
    refused = await as_(Role.REP).post(COMPLETE, {"outcome": "interested", "channel": channel, "unit_approval": approval})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, where)
    assert not world.approvals


async def test_a_rep_lets_in_less_and_sales_more(world: World, as_: As) -> None:
    """Who hears "no more visits" in a corridor writes it down at once; the other way goes by somebody who answers for the market."""
    closed, opened = ({"visits": {"product_information": each}, **SAID} for each in ("none", "open"))
    path = "/api/v1/organisations/org-1/access"
    assert (await as_(Role.REP).post(path, closed)).json()["access"]["product_information"] == "none"
    refused = await as_(Role.REP).post(path, opened, key="the-other-way")
    assert (refused.status_code, refused.json()["code"]) == (403, "access_loosened")
    assert (await as_(Role.SALES).post(path, opened)).json()["access"]["product_information"] == "open"


async def test_an_hco_that_is_not_known_is_not_there(as_: As) -> None:
    """To read and to set."""
    assert (await as_(Role.SALES).get("/api/v1/organisations/nowhere")).status_code == 404
    assert (await as_(Role.SALES).post("/api/v1/organisations/nowhere/access", {"visits": {}, **SAID})).status_code == 404
