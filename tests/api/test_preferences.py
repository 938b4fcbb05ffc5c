"""The public pages of consent: a page to choose on and a page for the second click, both of which change nothing by being read."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from api.links import Links
from api.who import Role
from tests.api.conftest import KEY, As
from tests.api.fakes import World
from tests.api.worlds import ASTRID, TOUCH
from tests.builders import a_consent_text

CHOICES = f"/p/{Links(KEY).preferences(TOUCH)}"
SECOND_CLICK = f"/c/{Links(KEY).confirm('opt-1')}"


@pytest.fixture
async def browser(app: Any) -> Any:
    """A recipient's browser, which is not signed in."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://dirigent.test", headers={"User-Agent": "Mozilla/5.0"}) as http:
        yield http


async def _click(browser: httpx.AsyncClient, path: str, act: str) -> httpx.Response:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return await browser.post(path, content=urlencode({"act": act}), headers=headers)


def _acts(page: httpx.Response) -> list[str]:
    """What the buttons of a page would do."""
    return re.findall(r'name="act" value="([^"]*)"', page.text)


async def test_reading_ones_choices_changes_nothing(browser: httpx.AsyncClient, world: World) -> None:
    """Each line says how it stands and quotes its words; it can be given where the link proves the address, elsewhere the page says how."""
    page = await browser.get(CHOICES)
    assert (page.status_code, page.headers["cache-control"], world.chosen) == (200, "no-store", set())
    assert _acts(page) == ["give v1 en", "withdraw-all", "object"]
    assert "promotional e-mail about medicines" in page.text
    assert "by a link that we send by text message" in page.text
    assert "<script" not in page.text


async def test_each_button_does_what_it_says_and_the_page_says_what_was_done(browser: httpx.AsyncClient, world: World) -> None:
    """Give, stop, stop all, object: after an objection nothing is left to choose."""
    given = await _click(browser, CHOICES, "give v1 en")
    assert ('role="status"' in given.text, world.chosen, _acts(given)[0]) == (True, {"v1"}, "withdraw email")
    assert _acts(await _click(browser, CHOICES, "withdraw email"))[0] == "give v1 en"
    await _click(browser, CHOICES, "give v1 en")
    await _click(browser, CHOICES, "withdraw-all")
    assert world.chosen == set()
    assert "could not be recorded here" in (await _click(browser, CHOICES, "give v3 en")).text
    objected = await _click(browser, CHOICES, "object")
    assert (_acts(objected), "objected to all marketing" in objected.text, world.nudges > 0) == ([], True, True)


async def test_the_page_speaks_the_readers_language(browser: httpx.AsyncClient) -> None:
    """Swedish is asked for by the browser, and said to the screen reader."""
    page = await browser.get(CHOICES, headers={"Accept-Language": "sv-SE,sv;q=0.9"})
    assert ('<html lang="sv">' in page.text, "Dina val" in page.text, page.headers["content-language"]) == (True, True, "sv")


async def test_what_is_no_act_and_no_link_of_ours_does_nothing(browser: httpx.AsyncClient, world: World) -> None:
    """A strange form shows the page again; a forged link, or one made for another use, is not found."""
    assert (await _click(browser, CHOICES, "explode now")).status_code == 200
    for path in (f"/p/{Links(KEY).unsubscribe(TOUCH)}", "/p/AAAA.BBBB", f"/c/{Links(KEY).preferences(TOUCH)}", "/c/x"):
        assert (await browser.get(path)).status_code == 404, path
        assert (await _click(browser, path, "object")).status_code == 404, path
    assert world.objections == {}


@pytest.mark.parametrize("act", ["explode now", "withdraw", "withdraw pager", "withdraw email a b", "withdraw email%00", "", "&".join("abcdefghij")])
async def test_a_form_that_does_nothing_never_says_that_it_did(browser: httpx.AsyncClient, world: World, act: str) -> None:
    """Not one that is no act, names a channel that there is not, has more fields than ours, or came in another encoding."""
    world.chosen = {"v1"}
    page = await browser.post(CHOICES, content=f"act={act}", headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert (page.status_code, "could not be recorded here" in page.text, world.chosen) == (200, True, {"v1"})


async def test_what_was_done_is_what_a_screen_reader_reads_first(browser: httpx.AsyncClient) -> None:
    """It begins the title of the window and has the focus; a page on which nothing was done has neither."""
    done = await _click(browser, CHOICES, "withdraw-all")
    assert "<title>It is stopped, from now on. Your choices</title>" in done.text
    assert 'role="status" tabindex="-1" autofocus>' in done.text
    assert "autofocus" not in (await browser.get(CHOICES)).text


async def test_a_confirmed_link_says_so_only_for_as_long_as_it_is_true(browser: httpx.AsyncClient, as_: As, world: World) -> None:
    """Who took it back since, or objected, is not told that the consent is recorded, nor asked."""
    await as_(Role.REP).post(f"/api/v1/people/{ASTRID}/consents/double-opt-in", {"text_version": "v1", "language": "sv"})
    for confirmed in (True, False):
        world.opt_ins["opt-1"] = replace(world.opt_ins["opt-1"], confirmed=confirmed, undone=True)
        page = await browser.get(SECOND_CLICK)
        assert (page.status_code, "Inget nytt har registrerats" in page.text, _acts(page)) == (410, True, [])


async def test_the_second_click_gives_what_was_asked(browser: httpx.AsyncClient, as_: As, world: World) -> None:
    """Asked for by a rep, shown with its very words, given by the button alone and once; the kind of program is kept and no more."""
    path = f"/api/v1/people/{ASTRID}/consents/double-opt-in"
    asked = await as_(Role.REP).post(path, {"text_version": "v1", "language": "sv"})
    assert (asked.status_code, asked.json()["confirmed"]) == (202, False)
    page = await browser.get(SECOND_CLICK)
    assert ("promotional e-mail about medicines" in page.text, world.opt_ins["opt-1"].confirmed) == (True, False)
    for _ in range(2):
        assert "samtycke är registrerat" in (await _click(browser, SECOND_CLICK, "confirm")).text
    assert "samtycke är registrerat" in (await browser.get(SECOND_CLICK)).text
    assert world.agents[0] == "browser"


async def test_a_link_is_good_for_a_while(browser: httpx.AsyncClient, as_: As, world: World) -> None:
    """After that nothing is recorded, and the page says so."""
    await as_(Role.REP).post(f"/api/v1/people/{ASTRID}/consents/double-opt-in", {"text_version": "v1", "language": "sv"})
    world.now += timedelta(days=7)
    assert (await browser.get(SECOND_CLICK)).status_code == (await _click(browser, SECOND_CLICK, "confirm")).status_code == 410
    assert world.opt_ins["opt-1"].confirmed is False


async def test_nobody_is_asked_who_may_not_be(as_: As, world: World) -> None:
    """Not about a text without a letter or one that is retired, and not who objected."""
    path = f"/api/v1/people/{ASTRID}/consents/double-opt-in"
    for text in (a_consent_text("silent"), a_consent_text("old", letter="confirm-consent@1", retired=True)):
        world.texts[text.text] = text
        no = await as_(Role.REP).post(path, {"text_version": text.text, "language": "sv"})
        assert (no.status_code, no.json()["code"]) == (409, "no_double_opt_in")
    world.objections[ASTRID] = world.now
    assert (await as_(Role.REP).post(path, {"text_version": "v1", "language": "sv"})).json()["code"] == "objected"
