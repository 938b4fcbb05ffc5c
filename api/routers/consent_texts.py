"""The texts with which people are asked for consent: what is read out or shown, and what somebody agreed to years ago."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.house import House
from api.problems import responses, unknown
from api.schemas.consents import ConsentTextRead
from api.schemas.shapes import Name, Page
from api.security import Anyone
from journeys.consent_texts import ConsentText
from journeys.shapes import Market, Slug

router = APIRouter(prefix="/consent-texts", tags=["consents"])


@router.get("", summary="List the texts of consent", responses=responses(401, 422))
async def list_consent_texts(
    _: Anyone,
    house: House,
    market: Annotated[Market | None, Query(description="Of this market only.", examples=["SE"])] = None,
    channel: Annotated[Slug | None, Query(description="For this channel only.", examples=["email"])] = None,
) -> Page[ConsentTextRead]:
    """Every text with its words in each language, by name; the retired ones too, because people agreed to them."""
    return Page(items=tuple(_read(text) for text in await house.consents.texts(market=market, channel=channel)))


@router.get("/{text}", summary="Read a text of consent", responses=responses(401, 404))
async def read_consent_text(text: Name, _: Anyone, house: House) -> ConsentTextRead:
    """One text, word for word."""
    found = await house.consents.text(text)
    if found is None:
        raise unknown("consent text")
    return _read(found)


def _read(text: ConsentText) -> ConsentTextRead:
    told = text.model_dump(include={"text", "title", "market", "channel", "purpose", "product", "retired"})
    words = {language: wording.text for language, wording in text.words.items()}
    return ConsentTextRead(**told, words=words, lasts=str(text.lasts) if text.lasts is not None else None, double_opt_in=text.letter is not None)
