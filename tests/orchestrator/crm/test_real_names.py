"""The default names against what public documents say of Veeva's objects: each is one of theirs or is listed here as one to check."""

import json
from pathlib import Path
from typing import Any

import pytest

from orchestrator.crm.defaults import SALESFORCE, VEEVA
from orchestrator.crm.mapping import KNOWN

NAMES = Path(__file__).parents[4] / "shared" / "data" / "veeva" / "veeva_crm_objects.json"
UNDOCUMENTED = {"External_ID_vod__c", "IsDeleted", "RecordType.DeveloperName"}
"""The first is to be checked; the others are Salesforce's own."""


def renamed(name: str) -> str:
    """Vault's rule."""
    return name.lower().removesuffix("_vod__c").removesuffix("_vod").removesuffix("__v") + "__v"


@pytest.mark.real_data
@pytest.mark.skipif(not NAMES.exists(), reason="the public extracts do not stand beside this repository (../shared/data)")
def test_the_default_names_are_theirs() -> None:
    """Objects and fields; in Vault as its documents say or by its rule, and only `external_id__v` is neither."""
    objects: dict[str, Any] = json.loads(NAMES.read_text())["objects"]
    for kind in KNOWN:
        org, vault = getattr(SALESFORCE, kind), getattr(VEEVA, kind)
        told = objects[org.object]
        assert vault.object == told["vault_crm"]
        documented = {field["sfdc"]: field.get("vault_crm") for field in told["fields"]}
        for name, field in org.fields.items():
            if field is None or field in UNDOCUMENTED:
                continue
            assert field in documented, (kind, field)
            if name != "external_id":
                assert vault.fields[name] == (documented.get(field) or renamed(field)), (kind, name)
