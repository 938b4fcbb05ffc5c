"""Whom content reached, as far as the reader's side goes. Whoever watched how many have an answer of medical's would see it rise with the answer to a question,
and so learn what was asked."""

from collections.abc import Iterable

from api.codes import Code
from api.ports import Ports
from api.problems import Problem
from api.schemas.recalls import ContentReach
from api.who import Who
from journeys.definitions import ContentRef, Purpose
from journeys.facts import Wall


async def of_medical(house: Ports, who: Who, refs: Iterable[ContentRef]) -> frozenset[ContentRef]:
    """Those of the versions with which medical answers, where the reader does not see that side."""
    wanted = () if who.sees(Wall.MEDICAL) else tuple(dict.fromkeys(refs))
    known = await house.contents.versions(wanted) if wanted else {}
    return frozenset(ref for ref, version in known.items() if version.purpose == Purpose.MEDICAL_RESPONSE.value)


async def refuse_across(house: Ports, who: Who, ref: ContentRef) -> None:
    """Raises Problem where it is not this reader's to know who has it."""
    if await of_medical(house, who, (ref,)):
        raise Problem(Code.FIREWALL, "Who got an answer of medical's with this content is medical's.")


def told(reach: ContentReach, hidden: Iterable[ContentRef]) -> ContentReach:
    """The account without how many have it, where that is hidden."""
    return reach.model_copy(update={"received": None}) if reach.content in {str(ref) for ref in hidden} else reach
