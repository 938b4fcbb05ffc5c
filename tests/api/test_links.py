"""The links in e-mails: signed, without personal data, and safe to open for anybody and any scanner."""

import httpx
import pytest

from api.links import BadLinkError, Links
from tests.api.conftest import KEY
from tests.api.fakes import World
from tests.api.worlds import TOUCH

LINKS = Links(KEY)


def test_a_token_names_its_touch() -> None:
    """What was signed is read back."""
    assert LINKS.read_unsubscribe(LINKS.unsubscribe(TOUCH)) == TOUCH
    assert LINKS.read_click(LINKS.click(TOUCH, "study")) == (TOUCH, "study")


@pytest.mark.parametrize("token", ["", "x", "x.y", "é.é", LINKS.click(TOUCH, "study"), Links("another key").unsubscribe(TOUCH), LINKS.unsubscribe(TOUCH)[:-2]])
def test_a_token_cannot_be_made_up(token: str) -> None:
    """Nor changed, nor used for something else, nor taken from another installation."""
    with pytest.raises(BadLinkError):
        LINKS.read_unsubscribe(token)


async def test_a_click_is_noted_and_leads_on(http: httpx.AsyncClient, world: World) -> None:
    """To the address of the approved content, twice if need be; it is noted once."""
    for _ in range(2):
        answer = await http.get(f"/t/{LINKS.click(TOUCH, 'study')}")
        assert (answer.status_code, answer.headers["location"]) == (302, "https://dirigent.example/study")
    assert world.heard == {(TOUCH, "clicked")}


async def test_no_link_leads_elsewhere(http: httpx.AsyncClient, world: World) -> None:
    """A name that the content does not have, a touch that is not ours and a made-up token lead nowhere."""
    for token in (LINKS.click(TOUCH, "elsewhere"), LINKS.click("nobody", "study"), "made.up"):
        answer = await http.get(f"/t/{token}", headers={"Accept-Language": "sv"})
        assert (answer.status_code, "Länken är inte giltig" in answer.text) == (404, True)
    assert world.heard == set()


async def test_reading_the_page_withdraws_nothing(http: httpx.AsyncClient, world: World) -> None:
    """Scanners open every link; only the button, a POST, withdraws."""
    page = await http.get(f"/u/{LINKS.unsubscribe(TOUCH)}")
    assert page.status_code == 200
    assert '<form method="post">' in page.text
    assert '<html lang="en">' in page.text
    assert "script" not in page.text
    assert world.withdrawn == []


@pytest.mark.parametrize("body", [b"List-Unsubscribe=One-Click", b""])
async def test_one_click_is_enough(body: bytes, http: httpx.AsyncClient, world: World) -> None:
    """No log-in, no second question, as often as it is pressed (RFC 8058)."""
    for _ in range(2):
        answer = await http.post(f"/u/{LINKS.unsubscribe(TOUCH)}", content=body, headers={"Content-Type": "application/x-www-form-urlencoded"})
        assert (answer.status_code, "You are unsubscribed" in answer.text) == (200, True)
    assert world.withdrawn == [TOUCH]
    assert world.nudges == 2


async def test_a_link_that_is_not_ours_says_how_else_to_be_heard(http: httpx.AsyncClient, world: World) -> None:
    """Whoever wants to stop must not end in a blank wall."""
    for answer in (await http.get("/u/made.up"), await http.post("/u/made.up"), await http.post(f"/u/{LINKS.unsubscribe('nobody')}")):
        assert answer.status_code == 404
        assert "ask us to stop" in answer.text
    assert world.withdrawn == []


async def test_a_person_is_never_answered_as_a_program_is(http: httpx.AsyncClient, world: World) -> None:
    """Where we fail, where the link was cut off, and where something else is asked of it: a page in words, with its status, that nobody keeps."""
    world.touches = None  # type: ignore[assignment]  # a house in disorder: whatever is asked of a touch fails
    ours = await http.post(f"/u/{LINKS.unsubscribe(TOUCH)}", headers={"Accept-Language": "sv"})
    assert (ours.status_code, "Det gick inte just nu" in ours.text) == (500, True)
    cut_off, other = await http.get("/u/"), await http.put(f"/p/{LINKS.preferences(TOUCH)}")
    assert (cut_off.status_code, other.status_code, "ask us to stop" in cut_off.text) == (404, 405, True)
    assert {page.headers["cache-control"] for page in (ours, cut_off, other)} == {"no-store"}
    assert (await http.get("/unheard-of")).headers["content-type"] == "application/problem+json"


async def test_a_recipient_is_answered_in_the_language_of_their_browser(http: httpx.AsyncClient, world: World) -> None:
    """A Swedish browser gets Swedish, with the language said; any other gets English."""
    address = f"/u/{LINKS.unsubscribe(TOUCH)}"
    swedish = await http.get(address, headers={"Accept-Language": "sv-SE,sv;q=0.9,en;q=0.8"})
    assert (swedish.headers["Content-Language"], "Avregistrera" in swedish.text, '<html lang="sv">' in swedish.text) == ("sv", True, True)
    other = await http.get(address, headers={"Accept-Language": "fi"})
    assert (other.headers["Content-Language"], "Unsubscribe?" in other.text) == ("en", True)


async def test_a_text_message_is_stopped_and_followed_by_its_short_code(http: httpx.AsyncClient, world: World) -> None:
    """The page speaks of text messages; a code that names no touch leads nowhere."""
    code = LINKS.code(TOUCH)
    world.codes, world.channels = {code: TOUCH}, {TOUCH: "sms"}
    assert "text message (SMS)" in (await http.get(f"/u/{code}")).text
    assert (await http.post(f"/u/{code}")).status_code == 200
    assert world.withdrawn == [TOUCH]
    assert (await http.get(f"/t/{code}/study")).headers["location"] == "https://dirigent.example/study"
    for lost in ("/u/abcdefghijklm", "/t/abcdefghijklm/study", f"/t/{code}/elsewhere"):
        assert (await http.get(lost)).status_code == 404


async def test_the_page_says_what_it_stops(http: httpx.AsyncClient, world: World) -> None:
    """E-mail, text messages, or a channel of this installation by its own name."""
    world.touches |= {"enr1.pager.1": {}}
    world.channels = {"enr1.pager.1": "pager"}
    assert "no more promotion from us by e-mail" in (await http.get(f"/u/{LINKS.unsubscribe(TOUCH)}")).text
    assert "no more promotion from us by pager" in (await http.get(f"/u/{LINKS.unsubscribe('enr1.pager.1')}")).text
