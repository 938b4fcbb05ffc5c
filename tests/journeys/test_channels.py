"""Channels by name: which ones a definition sends by, and what content for each must hold."""

from typing import Any

import pytest
from pydantic import ValidationError

from journeys.channels import channels, missing_channels
from journeys.content import ContentVersion
from journeys.loading import load_content
from journeys.markets import MarketPolicy
from tests.builders import Authored, a_content, a_journey, a_letter, a_market, an_email, an_exit, written

STOP = "Stop: {{ unsubscribe }}"


def a_text(text: str = f"Dear {{{{ hcp.family_name }}}}, … {STOP}", **changes: Any) -> Authored:
    """Content for SMS in its authored form."""
    return a_content("hf-text@1", **{"made_for": "sms", "texts": {"en": text}, **changes})


def test_a_definition_tells_by_which_channels_it_sends() -> None:
    """Each once, and those that an installation lacks are named."""
    message = {"message": {"channel": "sms", "content": "hf-text@1"}, "next": "again"}
    invite = {"invite": {"content": "hf-webinar@1", "occasion": "webinar", "starts": {"at": "2027-04-01T12:00:00Z"}, "answer_by": "5 days"}, "next": "done"}
    journey = a_journey(
        steps={"mail": an_email(next="text"), "text": message, "again": {**message, "next": "invitation"}, "invitation": invite, "done": an_exit()}
    )
    assert channels(journey) == ("email", "sms")
    assert missing_channels(journey, {"email"}) == ("sms",)
    assert missing_channels(journey, ("sms", "email", "letter")) == ()


def test_a_text_is_written_for_its_channel() -> None:
    """Its languages are those of its texts, and for e-mail it has none; a letter is the other way round."""
    text, letter = ContentVersion.model_validate(a_text()), ContentVersion.model_validate(a_content())
    assert (list(text.written_for("sms")), list(text.written_for("email"))) == (["en"], [])
    assert (list(letter.written_for("sms")), list(letter.written_for("email"))) == ([], ["en", "sv"])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"texts": {}}, "content made for sms has texts"),
        ({"letters": {"en": a_letter()}}, "only content made for email has letters"),
        ({"made_for": "email"}, "content made for email has no texts"),
        ({"made_for": "remote"}, "content made for remote has no texts"),
        ({"made_for": "emial", "texts": {}}, "content made for emial has texts"),
    ],
)
def test_words_that_do_not_fit_the_channel_are_refused(changes: Authored, said: str) -> None:
    """So a misspelt channel is found, too."""
    with pytest.raises(ValidationError, match=said):
        ContentVersion.model_validate(a_text(**changes))


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        (f"Hello {STOP}", []),
        ("Hello", ["J503"]),
        (f"Hello {{{{ hcp.nickname }}}} {STOP}", ["J502"]),
        (f"It begins {{{{ event.starts }}}} {STOP}", ["J502"]),
        (f"{{% if x %}}Hello{{% endif %}} {STOP}", ["J501"]),
        (f"{'x' * 400}{STOP}", ["J504"]),
        (f"{'x' * 390}{STOP}", []),
        (f"{'ł' * 140}{STOP}", ["J504"]),
    ],
)
def test_a_text_is_checked_as_a_letter_is(text: str, codes: list[str]) -> None:
    """Tokens of the closed list, a way to stop, and at most three segments with room for the link."""
    loaded = load_content(written(a_text(text)), name="content/hf-text@1.yaml")
    assert [finding.code for finding in loaded.findings] == codes


def test_a_channel_that_a_market_does_not_name_asks_for_opt_in() -> None:
    """Nothing weaker than opt-in can be written, and nothing has to be written for the strict rule to hold."""
    assert a_market(consent={"email": "opt_in", "sms": "opt_in"}).consent == {"email": "opt_in", "sms": "opt_in"}
    assert a_market().consent == {}
    with pytest.raises(ValidationError):
        MarketPolicy.model_validate(a_market().model_dump() | {"consent": {"sms": "opt_out"}})
