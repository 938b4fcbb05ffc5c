"""Every code has a page, and every page's examples do what the page says."""

import pytest

from journeys.linting import CODES
from tests.builders import a_library
from tests.journeys.lint_pages import PAGES, Page, findings, pages

EVERY = pages()


def test_every_code_has_a_page_under_its_title() -> None:
    """Whoever meets a code finds its page, and no page speaks of a code that is gone."""
    assert {page.code: page.title for page in EVERY} == CODES


def test_the_index_names_every_page() -> None:
    """The index is complete."""
    index = (PAGES / "README.md").read_text(encoding="utf-8")
    assert [code for code in CODES if f"| [{code}]({code}.md) | {CODES[code]}" not in index] == []


@pytest.mark.parametrize("page", EVERY, ids=lambda page: page.code)
def test_the_failing_example_fires_with_the_words_of_the_page(page: Page) -> None:
    """The example draws the page's own code, told as the page tells it."""
    told = [f"{found.message}{f' ({found.fix})' if found.fix else ''}" for found in findings(page.fires, a_library()) if found.code == page.code]
    assert page.says in told


@pytest.mark.parametrize("page", EVERY, ids=lambda page: page.code)
def test_the_fixed_example_is_clean(page: Page) -> None:
    """Nothing at all is found in the example that was put right."""
    assert findings(page.fixed, a_library()) == ()
