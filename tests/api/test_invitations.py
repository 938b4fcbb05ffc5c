"""The two links of an invitation: a page that asks, a button that answers, and nothing that a scanner or a forger could do."""

from datetime import timedelta

import httpx
import pytest

from api.links import Links
from api.rows import InvitationRow
from api.who import Role
from journeys.definitions import Heard
from tests.api.conftest import KEY, As
from tests.api.fakes import World
from tests.api.worlds import TOUCH

LINKS = Links(KEY)
ACCEPT, DECLINE = (f"/a/{LINKS.answer(TOUCH, answer)}" for answer in ("accepted", "declined"))


@pytest.fixture(autouse=True)
def invited(world: World) -> None:
    world.invitations[TOUCH] = InvitationRow(starts=world.now + timedelta(days=3), when="torsdag 4 mars 2027, 14:00", language="sv")


async def test_the_page_asks_in_the_invited_persons_language(http: httpx.AsyncClient, world: World) -> None:
    """It says when, in the words of the letter, with one button; the browser's language does not matter."""
    page = await http.get(ACCEPT, headers={"Accept-Language": "en"})
    assert (page.status_code, page.headers["Content-Language"]) == (200, "sv")
    assert "Vill du delta?" in page.text
    assert "torsdag 4 mars 2027, 14:00" in page.text
    assert '<form method="post">' in page.text
    assert "script" not in page.text
    assert "Nej, jag kan inte" in (await http.get(DECLINE)).text


async def test_a_language_that_the_pages_do_not_speak_gives_way_to_the_browsers(http: httpx.AsyncClient, world: World) -> None:
    """A reader of Finnish whose browser asks for Swedish gets Swedish, else English."""
    world.invitations[TOUCH] = InvitationRow(starts=world.now + timedelta(days=3), when="torstai", language="fi")
    assert (await http.get(ACCEPT, headers={"Accept-Language": "sv"})).headers["Content-Language"] == "sv"
    assert (await http.get(ACCEPT)).headers["Content-Language"] == "en"


async def test_reading_the_page_answers_nothing(http: httpx.AsyncClient, world: World) -> None:
    """Scanners open every link of a mail, the no as well as the yes."""
    for link in (ACCEPT, DECLINE):
        assert (await http.get(link)).status_code == 200
    assert world.heard == set()


async def test_the_button_answers_once(http: httpx.AsyncClient, world: World) -> None:
    """Pressed twice it is one answer; the page says which one stands, and a no that comes later stands for good."""
    for _ in range(2):
        assert "Du har tackat ja" in (await http.post(ACCEPT)).text
    assert world.heard == {(TOUCH, Heard.ACCEPTED)}
    assert "Du har tackat nej" in (await http.post(DECLINE)).text
    assert "Du har tackat nej" in (await http.post(ACCEPT)).text
    assert world.nudges == 4


async def test_when_it_has_begun_no_answer_is_taken(http: httpx.AsyncClient, world: World) -> None:
    """The journey has gone on by then; the page says so."""
    world.invitations[TOUCH] = InvitationRow(starts=world.now, when="idag", language="sv")
    for answer in (await http.get(ACCEPT), await http.post(ACCEPT)):
        assert "Det har redan börjat" in answer.text
    assert world.heard == set()


@pytest.mark.parametrize(
    "token",
    [
        "made.up",
        LINKS.answer("nobody", "accepted"),
        LINKS.unsubscribe(TOUCH),
        LINKS.click(TOUCH, "accepted"),
        Links("another key").answer(TOUCH, "accepted"),
        LINKS.code(TOUCH),
        LINKS.answer(TOUCH, "accepted")[:-2],
    ],
)
async def test_a_link_cannot_be_forged(token: str, http: httpx.AsyncClient, world: World) -> None:
    """Made up, of another touch, for another use, of another installation, cut short: none of them answers."""
    for answer in (await http.get(f"/a/{token}"), await http.post(f"/a/{token}")):
        assert (answer.status_code, "This link is not valid" in answer.text) == (404, True)
    assert world.heard == set()


async def test_a_touch_that_invites_to_nothing_has_no_answer(http: httpx.AsyncClient, world: World) -> None:
    """However well the link is signed."""
    world.invitations.clear()
    assert (await http.post(ACCEPT)).status_code == 404


async def test_what_is_called_off_takes_no_answer(http: httpx.AsyncClient, world: World) -> None:
    """The page says so, in the invited person's language."""
    world.invitations[TOUCH] = InvitationRow(starts=world.now + timedelta(days=3), when="torsdag", language="sv", called_off=True)
    assert "Det är inställt" in (await http.get(ACCEPT)).text
    assert "Det är inställt" in (await http.post(ACCEPT)).text
    assert world.heard == set()


async def test_a_rep_moves_an_invitation_and_calls_it_off(as_: As, world: World) -> None:
    """Once; what is called off is not moved any more, and nothing is moved into the past."""
    path, later = f"/api/v1/invitations/{TOUCH}", (world.now + timedelta(days=9)).isoformat()
    rep = as_(Role.REP)
    moved = await rep.post(f"{path}/reschedule", {"starts": later, "reason": "asked_by_hcp"})
    assert (moved.status_code, moved.json()["called_off"]) == (200, False)
    past = await rep.post(f"{path}/reschedule", {"starts": world.now.isoformat(), "reason": "other"})
    assert (past.status_code, past.json()["code"], past.json()["errors"][0]["pointer"]) == (409, "from_in_the_past", "/starts")
    assert (await rep.post(f"{path}/call-off", {"reason": "technical"})).json()["called_off"] is True
    again = await rep.post(f"{path}/reschedule", {"starts": later, "reason": "other"})
    assert (again.status_code, again.json()["code"]) == (409, "called_off")
    assert (await rep.post("/api/v1/invitations/nothing.webinar.1/call-off", {"reason": "other"})).status_code == 404
