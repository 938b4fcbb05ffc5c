"""The examples of docs/crm.md are settings that a process takes, and its tables name what there is."""

import pytest

from orchestrator.crm.accounts import Salesforce, Veeva
from orchestrator.crm.mapping import KNOWN
from tests.docs.reading import ROOT, Fence, fences
from tests.orchestrator.channels.servers import the_settings

PAGE = (ROOT / "docs" / "crm.md").read_text()


@pytest.mark.parametrize("example", [fence for fence in fences("json crm") if fence.page.endswith("crm.md")])
def test_an_example_of_a_crm_is_taken(example: Fence) -> None:
    """As it stands, but for the secrets."""
    assert the_settings(crm=example.text).crm is not None


def test_every_field_is_on_the_page() -> None:
    """Of an account, and of each object that is mapped."""
    lines = [line for line in PAGE.splitlines() if line.startswith("| `")]
    named = {name for account in (Veeva, Salesforce) for name in account.model_fields}
    assert [name for name in named if not any(f"`{name}`" in line for line in lines)] == []
    for kind, fields in KNOWN.items():
        (line,) = [line for line in lines if line.startswith(f"| `{kind}` |")]
        assert [field for field in fields if f"`{field}`" not in line] == []
