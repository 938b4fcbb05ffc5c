"""What a recipient chooses without signing in: the preference centre behind the link of each message, and the second click of a double opt-in."""

from typing import Annotated
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, Header, Request
from fastapi.responses import HTMLResponse

from api import pages, preference_pages
from api.house import House
from api.links import BadLinkError, Links
from api.nudging import Nudged
from api.ports import Ports
from api.ports.preferences import Agent
from api.preference_pages import Done
from api.routers.unsubscribe import PAGE, Codec, Language

router = APIRouter(tags=["links"])


def agent(user_agent: Annotated[str, Header(description="What the link is used with.")] = "") -> Agent:
    """The kind of program, and no more of it: what it says of itself could tell people apart."""
    if not user_agent:
        return "unknown"
    return "browser" if user_agent.startswith("Mozilla/") else "program"


Using = Annotated[Agent, Depends(agent)]


async def _asked(request: Request) -> list[str]:
    """What the form of the page asks for, word by word; nothing, where it is no form of ours."""
    try:
        form = parse_qs((await request.body()).decode(errors="replace"), max_num_fields=8)
    except ValueError:  # more fields than the page has
        return []
    return form.get("act", [""])[0].split()


Act = Annotated[list[str], Depends(_asked)]


@router.get("/p/{token}", summary="Read one's own choices", response_class=HTMLResponse, responses={200: PAGE, 404: PAGE})
async def read_preferences(token: str, codec: Codec, house: House, spoken: Language) -> HTMLResponse:
    """What the recipient of a message has agreed to, by channel and product, and the buttons to change it. Reading it changes nothing."""
    touch = await _touch(codec, house, token)
    return await _choices(house, touch, spoken, None)


@router.post("/p/{token}", summary="Change one's own choices", dependencies=[Nudged], response_class=HTMLResponse, responses={200: PAGE, 404: PAGE})
async def change_preferences(token: str, codec: Codec, house: House, spoken: Language, using: Using, act: Act) -> HTMLResponse:
    """Give, take back one or all, or object to all marketing. Giving is recorded where the link itself proves the address; taking back always is."""
    touch = await _touch(codec, house, token)
    now = house.clock.now()
    row = await house.preferences.of_touch(touch, now=now) if touch is not None else None
    if touch is None or row is None:
        return pages.unknown(spoken)
    match act:
        case ["give", text, language]:
            done = Done.GIVEN if await house.preferences.give(touch, text, language=language, agent=using, now=now) else Done.NOT_HERE
        case ["withdraw", channel, *products] if len(products) <= 1:
            taken = await house.preferences.withdraw(touch, channel=channel, product=next(iter(products), None), agent=using, now=now)
            done = Done.WITHDRAWN if taken else Done.NOT_HERE
        case ["withdraw-all"]:
            taken = await house.preferences.withdraw(touch, channel=None, product=None, agent=using, now=now)
            done = Done.WITHDRAWN if taken else Done.NOT_HERE
        case ["object"]:
            await house.preferences.object(touch, now=now)
            done = Done.OBJECTED
        case _:
            done = Done.NOT_HERE
    return await _choices(house, touch, spoken, done)


@router.get("/c/{token}", summary="Ask for the second click", response_class=HTMLResponse, responses={200: PAGE, 404: PAGE, 410: PAGE})
async def ask_to_confirm(token: str, codec: Codec, house: House, spoken: Language) -> HTMLResponse:
    """The text of the consent with one button. Reading it gives nothing: mail scanners open every link."""
    opt_in = await house.preferences.opt_in(_opt_in(codec, token))
    if opt_in is None:
        return pages.unknown(spoken)
    language = pages.spoken(opt_in.language, otherwise=spoken)
    if opt_in.confirmed and not opt_in.undone:
        return preference_pages.confirmed(language)
    return preference_pages.over(language) if opt_in.undone or house.clock.now() >= opt_in.until else preference_pages.ask(language, opt_in)


@router.post("/c/{token}", summary="Confirm a consent", dependencies=[Nudged], response_class=HTMLResponse, responses={200: PAGE, 404: PAGE, 410: PAGE})
async def confirm_consent(token: str, codec: Codec, house: House, spoken: Language, using: Using) -> HTMLResponse:
    """The second click: the consent is recorded with its proof, once. Clicking again changes nothing."""
    opt_in = await house.preferences.opt_in(_opt_in(codec, token))
    if opt_in is None:
        return pages.unknown(spoken)
    language = pages.spoken(opt_in.language, otherwise=spoken)
    given = await house.preferences.confirm(opt_in.id, agent=using, now=house.clock.now())
    return preference_pages.confirmed(language) if given else preference_pages.over(language)


async def _choices(house: Ports, touch: str | None, spoken: str, done: Done | None) -> HTMLResponse:
    row = await house.preferences.of_touch(touch, now=house.clock.now()) if touch is not None else None
    if row is None:
        return pages.unknown(spoken)
    return preference_pages.choices(pages.spoken(row.language or "", otherwise=spoken), row, done)


async def _touch(codec: Links, house: Ports, token: str) -> str | None:
    try:
        return codec.read_preferences(token)
    except BadLinkError:
        return await house.touches.named(token)


def _opt_in(codec: Links, token: str) -> str:
    try:
        return codec.read_confirm(token)
    except BadLinkError:
        return ""
