"""What a recipient of a message reaches without signing in: the links in it, and the way to stop it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api import pages
from api.house import House
from api.links import BadLinkError, Links
from api.nudging import Nudged
from api.ports import Ports

router = APIRouter(tags=["links"])

PAGE = {"content": {"text/html": {}}, "description": "A page for people."}


def links(request: Request) -> Links:
    """The codec that the app was built with."""
    codec: Links = request.app.state.links
    return codec


def language(accept_language: Annotated[str, Header(description="The language of the page: English or Swedish.")] = "en") -> str:
    """The language in which a page is answered."""
    return pages.spoken(accept_language)


Codec = Annotated[Links, Depends(links)]
Language = Annotated[str, Depends(language)]


@router.get("/t/{token}", summary="Follow a link", status_code=302, dependencies=[Nudged], response_class=RedirectResponse, responses={404: PAGE})
async def follow(token: str, codec: Codec, house: House, spoken: Language) -> Response:
    """Note the first click and go on to where the approved content leads; nowhere else can be reached from here."""
    try:
        touch, name = codec.read_click(token)
    except BadLinkError:
        return pages.lost(spoken)
    return await _on(house, touch, name, spoken)


@router.get("/t/{code}/{name}", summary="Follow a short link", status_code=302, dependencies=[Nudged], response_class=RedirectResponse, responses={404: PAGE})
async def follow_short(code: str, name: str, house: House, spoken: Language) -> Response:
    """The same for a link in a text message, where the touch's short code stands for the signed token."""
    touch = await house.touches.named(code)
    return await _on(house, touch, name, spoken) if touch is not None else pages.lost(spoken)


async def _on(house: Ports, touch: str, name: str, spoken: str) -> Response:
    target = await house.touches.click(touch, name, now=house.clock.now())
    if target is None:
        return pages.lost(spoken)
    return RedirectResponse(target.address, status_code=302, headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})


@router.get("/u/{token}", summary="Ask to unsubscribe", response_class=HTMLResponse, responses={200: PAGE, 404: PAGE})
async def confirm(token: str, codec: Codec, house: House, spoken: Language) -> HTMLResponse:
    """A page with one button. Reading it changes nothing: mail scanners open every link. A token, or the short code of a text message."""
    touch = await _touch(codec, house, token)
    channel = await house.touches.channel_of(touch) if touch is not None else None
    return pages.confirm(spoken, channel) if channel is not None else pages.unknown(spoken)


@router.post("/u/{token}", summary="Unsubscribe", dependencies=[Nudged], response_class=HTMLResponse, responses={200: PAGE, 404: PAGE})
async def unsubscribe(token: str, codec: Codec, house: House, spoken: Language) -> HTMLResponse:
    """One click, no log-in (RFC 8058): consent to that channel is withdrawn and every running journey learns it at once. The body does not matter."""
    touch = await _touch(codec, house, token)
    channel = await house.touches.channel_of(touch) if touch is not None else None
    if touch is None or channel is None:
        return pages.unknown(spoken)
    await house.touches.unsubscribe(touch, now=house.clock.now())
    return pages.done(spoken, channel)


async def _touch(codec: Links, house: Ports, token: str) -> str | None:
    try:
        return codec.read_unsubscribe(token)
    except BadLinkError:
        return await house.touches.named(token)
