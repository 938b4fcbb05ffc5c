"""The examples of docs/channels.md are settings that a process takes, and its tables name what there is."""

import json
from typing import get_args

import pytest

from orchestrator.channels.accounts import AnyAccount
from orchestrator.channels.making import channel_names
from tests.docs.reading import ROOT, Fence, fences
from tests.orchestrator.channels.servers import the_settings

PAGE = ROOT / "docs" / "channels.md"


@pytest.mark.parametrize("example", [fence for fence in fences("json accounts") if fence.page.endswith("channels.md")])
def test_an_example_of_accounts_is_taken(example: Fence) -> None:
    """As it stands, but for the secrets."""
    assert set(json.loads(example.text)) <= set(channel_names(the_settings(channels=example.text)))


def test_every_provider_has_its_line() -> None:
    """With each field that its account must have or may have."""
    lines = {line.split("`")[1]: line for line in PAGE.read_text().splitlines() if line.startswith("| `")}
    accounts = get_args(get_args(AnyAccount)[0])
    assert accounts
    for account in accounts:
        (provider,) = get_args(account.model_fields["provider"].annotation)
        own = account.model_fields.keys() - {"provider", "per_second", "at_once", "patience"}
        told = lines[provider] + (lines["twilio-sms"] if provider == "twilio-whatsapp" else "")
        assert [name for name in own if f"`{name}`" not in told] == []
    assert all(name in lines for name in ("per_second", "at_once", "patience"))
