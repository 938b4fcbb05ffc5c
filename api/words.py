"""Free words of a human, wherever they come in: one place finds them in what is asked, and asks the market's list of restricted words about them.

A field of a request body holds free words when its type says so (`Words`, `Verbatim` in `api.schemas.shapes`). What somebody says in their own name is
refused where a word of the list is in it. What somebody else said, and is only written down, is never censored: it is noted.
"""

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import quote

from pydantic import BaseModel

from api.codes import Code
from api.ports import Ports
from api.problems import FieldError, Problem
from api.schemas.free_words import free_words
from api.who import Who
from journeys.restricted import Hit, hits

NOTED = "Restricted-Words"
"""The header that names the words which were taken and noted."""


class Noted(NamedTuple):
    """A restricted word that was let through, and where."""

    pointer: str
    hit: Hit


async def checked(house: Ports, who: Who, body: BaseModel) -> tuple[Noted, ...]:
    """What is to be noted of the words of a body. Raises Problem where one is refused, naming every such word and where it stands."""
    said = tuple(free_words(body))
    if not said:
        return ()
    listed = await house.words.listed(who)
    found = [(each, hit) for each in said for hit in hits(each.words, listed)]
    refused = [(each, hit) for each, hit in found if each.own and hit.act == "refuse"]
    if refused:
        errors = [FieldError(detail=f'"{hit.word}" is restricted ({_because(hit)})', pointer=each.pointer) for each, hit in refused]
        named = ", ".join(dict.fromkeys(f'"{hit.word}"' for _, hit in refused))
        raise Problem(Code.RESTRICTED_WORD, f"Say it without {named}: the market restricts what is said of a product.", errors=errors)
    return tuple(Noted(each.pointer, hit) for each, hit in found)


async def note(house: Ports, who: Who, path: str, noted: Sequence[Noted]) -> None:
    """Tell compliance of restricted words that were taken."""
    if noted:
        await house.words.note(who, path, noted, now=house.clock.now())


def header(noted: Sequence[Noted]) -> dict[str, str]:
    """The words that were noted, for whoever typed them."""
    return {NOTED: ", ".join(dict.fromkeys(quote(each.hit.word) for each in noted))} if noted else {}


def _because(hit: Hit) -> str:
    return hit.because.replace("_", " ")
