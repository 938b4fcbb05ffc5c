"""What a rep may choose for an approved letter: nothing that review has not seen, in the order and number that the letter allows."""

from typing import Any

import pytest
from pydantic import ValidationError

from journeys.choosing import Chosen, first_choice, misfit
from journeys.content import ContentVersion
from journeys.loading import load_content
from journeys.policy import Evidence, Intent, judge
from journeys.reasons import Reason
from tests.builders import CONTENTS, NOW, a_choice, a_content, a_fragment, a_letter, a_library, an_approval, written
from tests.journeys.test_policy import an_evidence, an_intent

FRAGMENTS = {fragment.ref: fragment for fragment in (ContentVersion.model_validate(a_fragment(ref)) for ref in ("hf-renal@1", "hf-dosing@1", "hf-elderly@1"))}


def letter(**changes: Any) -> ContentVersion:
    return ContentVersion.model_validate(a_choice(**changes))


def chosen(*fragments: str, **fill: str) -> Chosen:
    return Chosen.model_validate({"fragments": fragments, "fill": fill or {"occasion": "round"}})


@pytest.mark.parametrize("choice", [chosen("hf-renal@1"), chosen("hf-renal@1", "hf-dosing@1"), chosen("hf-dosing@1", occasion="congress")])
def test_what_the_letter_offers_fits(choice: Chosen) -> None:
    """In its order, in the number that it takes, with a value for each token."""
    assert misfit(letter(), choice, FRAGMENTS, market="SE", now=NOW) is None


@pytest.mark.parametrize(
    ("choice", "lacks"),
    [
        (chosen(), "takes from 1 to 2 fragments, not 0"),
        (chosen("hf-elderly@1"), "does not offer hf-elderly@1"),
        (chosen("hf-dosing@1", "hf-renal@1"), "in the order hf-renal@1, hf-dosing@1"),
        (chosen("hf-renal@1", "hf-renal@1"), "once each"),
        (Chosen.model_validate({"fragments": ["hf-renal@1"]}), "has a value for each of occasion"),
        (chosen("hf-renal@1", occasion="another_word"), "another_word is no value of occasion: round, congress"),
        (chosen("hf-renal@1", occasion="round", topic="x"), "and for no other"),
    ],
)
def test_everything_else_does_not(choice: Chosen, lacks: str) -> None:
    """And it is said what the letter takes."""
    assert lacks in (misfit(letter(), choice, FRAGMENTS, market="SE", now=NOW) or "")


def test_no_free_word_is_a_choice() -> None:
    """A value is named by its key; anything else is not even understood."""
    with pytest.raises(ValidationError):
        chosen("hf-renal@1", occasion="a free word")


@pytest.mark.parametrize(
    ("changes", "lacks"),
    [
        ({"state": "withdrawn"}, "hf-renal@1 is withdrawn"),
        ({"state": "draft"}, "hf-renal@1 is draft"),
        ({"approval": {"id": "1", "expires": NOW}}, "hf-renal@1 is expired"),
        ({"markets": ["UK"]}, "not approved for SE"),
        ({"product": "nephrolex"}, "of another product or purpose"),
        ({"purpose": "safety"}, "of another product or purpose"),
        ({"audience": ["nurse"]}, "not approved for every reader"),
        ({"parts": {"sv": {"text": "Njurar", "html": "Njurar"}}}, "has no words in en"),
    ],
)
def test_a_fragment_must_be_good_for_the_letter_and_the_day(changes: dict[str, Any], lacks: str) -> None:
    """It is approved by itself: for the same product, purpose, readers, market and languages, and not for ever."""
    known = {**FRAGMENTS, **{each.ref: each for each in (ContentVersion.model_validate(a_fragment("hf-renal@1", **changes)),)}}
    assert lacks in (misfit(letter(), chosen("hf-renal@1"), known, market="SE", now=NOW) or "")
    gone = {ref: fragment for ref, fragment in FRAGMENTS.items() if ref.id != "hf-renal"}
    assert "not on record" in (misfit(letter(), chosen("hf-renal@1"), gone, market="SE", now=NOW) or "")


def _asked(**changes: Any) -> tuple[Intent, Evidence]:
    return an_intent(content=letter().ref), an_evidence(
        **{"content": letter(), "chosen": chosen("hf-renal@1"), "fragments": tuple(FRAGMENTS.values())[:1], **changes}
    )


def test_the_gate_looks_again_when_the_letter_goes_out() -> None:
    """A fragment that was withdrawn since the rep chose it refuses, and so does a letter for which nobody chose."""
    gone = ContentVersion.model_validate(a_fragment("hf-renal@1", state="withdrawn"))
    assert judge(*_asked(), NOW).verdict == "allowed"
    for changes in ({"fragments": (gone,)}, {"fragments": ()}, {"chosen": Chosen(), "fragments": ()}):
        judged = judge(*_asked(**changes), NOW)
        assert (judged.verdict, judged.reason) == ("refused", Reason.CONTENT_CHOICE_UNFIT)


def test_a_fragment_that_speaks_of_the_product_needs_the_block_in_its_letter() -> None:
    """The letter is then promotion of the product, whatever it says of itself."""
    promoting = ContentVersion.model_validate(a_fragment("hf-renal@1", above_the_brand=False))
    judged = judge(*_asked(fragments=(promoting,)), NOW)
    assert (judged.verdict, judged.reason) == ("refused", Reason.CONTENT_NO_MINIMUM_INFORMATION)
    words = "{{ fragments }} {{ fill.occasion }} {{ minimum_information }} {{ unsubscribe }}"
    full = letter(approval=an_approval(), letters=dict.fromkeys(("sv", "en"), a_letter(text=words, html=words)))
    assert judge(*_asked(fragments=(promoting,), content=full), NOW).verdict == "allowed"


def test_a_rehearsal_chooses_as_little_as_the_letter_asks_for() -> None:
    """The first of each, so that a journey with such a letter is played through."""
    choice = first_choice(letter())
    assert (choice, misfit(letter(), choice, FRAGMENTS, market="SE", now=NOW)) == (chosen("hf-renal@1"), None)


@pytest.mark.parametrize(
    "changes",
    [
        {"fragments": {"offered": ["hf-renal@1", "hf-renal@1"], "at_most": 2}},
        {"fragments": {"offered": ["hf-renal@1"], "at_most": 2}},
        {"fragments": {"offered": ["hf-renal@1"], "at_least": 1, "at_most": 0}},
        {"made_for": "sms", "letters": {}, "texts": {"sv": "Hej"}},
        {"made_for": "fragment", "letters": {}},
    ],
)
def test_a_letter_whose_choice_makes_no_sense_is_not_read(changes: dict[str, Any]) -> None:
    """Only letters leave a choice, and one that can be made."""
    assert load_content(written(a_choice(**changes)), name="c.yaml").value is None


def test_a_fragment_says_no_more_than_how_its_reader_is_called() -> None:
    """It has no links, and no other token."""
    parts = {"en": {"text": "Dear {{ hcp.family_name }}", "html": "{{ unsubscribe }}"}}
    assert [found.code for found in load_content(written(a_fragment("hf-renal@1", parts=parts)), name="c.yaml").findings] == ["J502"]
    assert load_content(written(a_fragment("hf-renal@1", links={"x": "https://x.example"})), name="c.yaml").value is None


@pytest.mark.parametrize("words", ["see https://x.example", "www.x.example", "a@b.example", "{{ unsubscribe }}"])
def test_a_value_leads_nowhere(words: str) -> None:
    """Links belong to the letter."""
    fill = {"occasion": {"round": {"en": words, "sv": "ronden"}}}
    assert [found.code for found in load_content(written(a_choice(fill=fill)), name="c.yaml").findings] == ["J507"]


def test_the_tests_library_holds_what_it_offers() -> None:
    """So that its letter may be sent."""
    assert set(letter().fragments.offered) <= set(a_library().contents)  # type: ignore[union-attr]
    assert len({content["content"] for content in CONTENTS}) == len(CONTENTS)
    assert a_content()["state"] == "approved"
