"""Answers to invitations: what the two links of a letter lead to, without signing in."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from api import invitation_pages, pages
from api.house import House
from api.links import BadLinkError, Links
from api.nudging import Nudged
from api.ports import Ports
from api.routers.unsubscribe import PAGE, Codec, Language
from api.rows import InvitationRow
from journeys.definitions import Heard

router = APIRouter(tags=["links"])


Invited = tuple[str, Heard, InvitationRow]


@router.get("/a/{token}", summary="Ask for the answer to an invitation", response_class=HTMLResponse, responses={200: PAGE, 404: PAGE})
async def ask_for_answer(token: str, codec: Codec, house: House, spoken: Language) -> HTMLResponse:
    """A page with one button, in the invited person's language. Reading it answers nothing: mail scanners open every link."""
    invited = await _invited(codec, house, token)
    if invited is None:
        return pages.unknown(spoken)
    _, answer, invitation = invited
    language = pages.spoken(invitation.language or "", otherwise=spoken)
    if invitation.called_off:
        return invitation_pages.called_off(language)
    begun = house.clock.now() >= invitation.starts
    return invitation_pages.over(language) if begun else invitation_pages.ask(language, answer, invitation.when)


@router.post("/a/{token}", summary="Answer an invitation", dependencies=[Nudged], response_class=HTMLResponse, responses={200: PAGE, 404: PAGE})
async def answer_invitation(token: str, codec: Codec, house: House, spoken: Language) -> HTMLResponse:
    """The answer is stored once and told to the run that invited. Who accepted may still decline; who declined has declined."""
    invited = await _invited(codec, house, token)
    if invited is None:
        return pages.unknown(spoken)
    touch, answer, invitation = invited
    language = pages.spoken(invitation.language or "", otherwise=spoken)
    now = house.clock.now()
    if invitation.called_off:
        return invitation_pages.called_off(language)
    if now >= invitation.starts:
        return invitation_pages.over(language)
    return invitation_pages.done(language, await house.touches.answer(touch, answer, now=now))


async def _invited(codec: Links, house: Ports, token: str) -> Invited | None:
    """The touch, the answer that the link stands for, and what it answers; None where we did not make the link."""
    try:
        touch, answer = codec.read_answer(token)
    except BadLinkError:
        return None
    invitation = await house.touches.invitation(touch, now=house.clock.now())
    return (touch, Heard(answer), invitation) if invitation is not None else None
