"""The content that the page on content shows is read without a finding."""

import pytest

from journeys.library import PACKAGED, read_library, unapproved
from journeys.loading import load_content
from tests.builders import a_content, written
from tests.docs.reading import Fence, fences


@pytest.mark.parametrize("example", fences("yaml content"), ids=lambda example: example.text.split(":")[0])
def test_content_that_is_shown_is_as_a_library_holds_it(example: Fence) -> None:
    """What the example leaves out is that of any approved letter."""
    keys = {line.partition(":")[0] for line in example.text.splitlines()}
    rest = {key: value for key, value in a_content(above_the_brand="approval" not in keys).items() if key not in keys}
    loaded = load_content(example.text + written(rest), name="content/hf-dialogue@2.yaml")
    assert loaded.findings == ()
    assert loaded.value is not None
    assert [str(found) for found in unapproved(loaded.document, loaded.value, read_library(PACKAGED).markets)] == []
