"""What an advertisement must carry in a market: asked when content is imported, when a journey is published, and at each sending."""

from pathlib import Path
from typing import Any

import pytest

from journeys.content import ContentVersion
from journeys.library import PACKAGED, LibraryError, read_library
from journeys.linting import lint_text
from journeys.loading import load_content
from journeys.minimum_information import lacking
from journeys.visible import shown, stands_in
from tests.builders import BLOCK, NOW, a_content, a_definition, a_letter, a_library, a_market, a_promotion, an_approval, an_email, an_exit, written

SWEDEN = a_market("SE", languages=["sv"])


def promotion(**changes: Any) -> ContentVersion:
    return ContentVersion.model_validate(a_promotion(**changes))


def letters(*, text: str = f"… {BLOCK}", html: str = f"<p>{BLOCK}</p>") -> dict[str, Any]:
    """One letter, in Swedish."""
    return {"sv": a_letter(text=text, html=html)}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"letters": letters()},
        {"letters": letters(text=BLOCK.replace(" ", "\n  "), html=f"<table><tr><td>{BLOCK.replace(' ', '&nbsp;')}</td></tr></table>")},
        {"letters": letters(html="<p>Cardiolex <b>5&nbsp;mg</b>. Invented.</p>")},
        {"made_for": "sms", "letters": {}, "texts": {"sv": BLOCK}},
        {"made_for": "face_to_face", "letters": {}},
        {"made_for": "remote", "letters": {}, "material": {"sv": "A deck"}},
        {"purpose": "safety", "approval": None},
        {"above_the_brand": True, "approval": None},
    ],
)
def test_content_that_carries_it_or_needs_none_lacks_nothing(changes: dict[str, Any]) -> None:
    """By its token or word for word, in the text and in what is shown of the HTML; what names no product and what is no promotion needs none."""
    assert lacking(promotion(**changes), SWEDEN) is None


@pytest.mark.parametrize(
    ("changes", "lacks"),
    [
        ({"approval": None}, "has no minimum information for SE"),
        ({"approval": an_approval("UK")}, "has no minimum information for SE"),
        ({"approval": an_approval(legible=False)}, "not found legible"),
        ({"letters": letters(text="Hej")}, "does not show the minimum information of SE in sv"),
        ({"letters": letters(html="<p>Hej</p>")}, "does not show"),
        ({"letters": letters(html=f"<!-- {BLOCK} --><p>Hej</p>")}, "does not show"),
        ({"letters": letters(html=f"<head><title>{BLOCK}</title></head><p>Hej</p>")}, "does not show"),
        ({"letters": letters(html=f'<p style="display: none">{BLOCK}</p><p>Hej</p>')}, "does not show"),
        ({"letters": letters(text=BLOCK.replace("5 mg", "10 mg"))}, "does not show"),
        ({"made_for": "sms", "letters": {}, "texts": {"sv": "Cardiolex!"}}, "does not show"),
        ({"made_for": "remote", "letters": {}, "approval": None}, "has no minimum information"),
        ({"above_the_brand": True, "approval": None, "title": "x", "letters": letters(text="Cardiolex", html="")}, "has no minimum information"),
    ],
)
def test_content_that_does_not_show_it_lacks_it(changes: dict[str, Any], lacks: str) -> None:
    """A block that nobody reads is none, and whoever names the product is not above the brand."""
    assert lacks in (lacking(promotion(**changes), SWEDEN) or "")


def test_every_language_that_may_be_sent_carries_it() -> None:
    """A market of two languages gets the letter in either; one in a third language is none of its matter."""
    block = {"SE": {"legible": True, "texts": {"sv": BLOCK}}}
    content = promotion(approval=an_approval(minimum_information=block))
    assert "in en" in (lacking(content, a_market("SE", languages=["sv", "en"])) or "")
    assert lacking(content, SWEDEN) is None


def test_a_market_that_says_nothing_asks_for_it() -> None:
    """What is unknown is refused; a market that does not ask says so."""
    bare = promotion(approval=None)
    assert lacking(bare, a_market("NO", languages=["no"])) == "has no minimum information for NO"
    assert lacking(bare, a_market("NO", minimum_information="not_required")) is None
    assert {policy.minimum_information for policy in read_library(PACKAGED).markets.values()} == {"required"}


def _a_library(root: Path, content: dict[str, Any]) -> Path:
    parts = {"markets.yaml": {"markets": [SWEDEN.model_dump(mode="json", exclude_none=True)]}, "content/hf-brand@1.yaml": content}
    for name, part in parts.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(written(part), encoding="utf-8")
    return root


def test_promotional_mail_for_sweden_without_it_is_refused_at_the_import(tmp_path: Path) -> None:
    """The library is not read, and the finding stands at the approval; a draft may still lack it."""
    bare = an_approval(minimum_information={})
    with pytest.raises(LibraryError) as refused:
        read_library(_a_library(tmp_path, a_promotion(approval=bare, letters=letters(text="Hej {{ unsubscribe }}", html="Hej {{ unsubscribe }}"))))
    assert [(found.code, found.path) for found in refused.value.findings] == [("J505", str(tmp_path / "content/hf-brand@1.yaml"))]
    draft = a_promotion(approval=bare, state="draft", letters=letters(text="Hej {{ unsubscribe }}", html="Hej {{ unsubscribe }}"))
    assert read_library(_a_library(tmp_path, draft)).findings == ()


def test_promotion_says_what_it_is_approved_for(tmp_path: Path) -> None:
    """Indication, date of the last revision and the SmPC of every market, all named in one finding."""
    with pytest.raises(LibraryError, match=r"J506 .*`indication`, when it was `revised`, where the `smpc` of SE is"):
        read_library(_a_library(tmp_path, a_promotion(approval={"id": "MLR-1", "expires": "2030-01-01T00:00:00Z", **_block_alone()})))


def _block_alone() -> dict[str, Any]:
    return {"minimum_information": an_approval()["minimum_information"]}


def test_a_journey_with_such_content_is_not_published() -> None:
    """The linter is asked at each publication, and its error refuses it."""
    text = written(a_definition(steps={"mail": an_email(email={"content": "hf-uninformed@1"}), "done": an_exit()}))
    judged = lint_text(text, name="x.yaml", library=a_library(), now=NOW)
    assert ("J413" in {found.code for found in judged.findings}, judged.ok) == (True, False)


def test_the_token_is_known_where_every_market_has_a_block() -> None:
    """Else it would stand in a letter with nothing to put in its place."""
    words = "… {{ minimum_information }} {{ unsubscribe }}"
    letter = {"en": a_letter(text=words, html=words)}
    assert load_content(written(a_content(approval=an_approval(), letters=letter)), name="c.yaml").findings == ()
    assert [found.code for found in load_content(written(a_content(letters=letter)), name="c.yaml").findings] == ["J502", "J502"]


@pytest.mark.parametrize(
    ("html", "seen"),
    [
        ("<p>One<br>two</p><p>three</p>", "One two three"),
        ("<p hidden>no<b>no</b></p>yes", "yes"),
        ('<div style="Display:None">no<div>no</div></div>yes', "yes"),
        ("<style>p {}</style><script>no</script>yes</p>", "yes"),
        ("<p>never <b>closed", "never closed"),
        ("a &lt; b &amp; c", "a < b & c"),
    ],
)
def test_what_is_shown_of_html(html: str, seen: str) -> None:
    """What no mail program shows is left out, whatever is open or closed wrongly."""
    assert stands_in(shown(html), seen)
    assert "no" not in shown(html).split()
