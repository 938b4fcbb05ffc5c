"""The library of the journeys that Hypothesis makes up (`tests.journeys.wholes`)."""

from typing import Any

from journeys.content import ContentVersion
from journeys.library import Library
from tests.builders import a_content, a_journey, a_library, a_market


def the_library() -> Library:
    """All that the journeys name: their letters, a nurse programme of another persona, and caps that leave room."""
    around = a_library()
    letters = [ContentVersion.model_validate(written) for written in (a_content("hf-webinar@1"), a_content("hf-sms@1", **TEXTS))]
    programme = a_journey(journey="nurse-programme", persona="ordinary", entry={"when": {"fact": "persona", "is": "ordinary"}})
    return a_library(
        contents={**around.contents, **{letter.ref: letter for letter in letters}},
        markets={market: a_market(market, weekly_cap=50) for market in ("SE", "UK")},
        strategies={**around.strategies, programme.journey: programme},
    )


TEXTS: dict[str, Any] = {"made_for": "sms", "texts": {"sv": "Hej! {{ unsubscribe }}"}, "letters": {}}
LIBRARY = the_library()
