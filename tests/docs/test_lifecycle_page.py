"""The commands of docs/lifecycle.md, typed one after the other."""

import re
import shlex

import pytest

from api.who import DOERS
from journeys.lifecycle import Act
from orchestrator.store.sample import read_sample
from tests.database import Dirigent
from tests.docs.reading import ROOT, fences

_ROW = re.compile(r"^\| `POST /definitions(?:/\{journey\}/\{version\}/([a-z-]+))?` \|[^|]*\| ([a-z, ]+) \|$", re.MULTILINE)


def test_the_page_says_who_may_do_each_act_in_the_api() -> None:
    """Its table is the one that the front desk goes by."""
    page = (ROOT / "docs" / "lifecycle.md").read_text(encoding="utf-8")
    told = {Act((act or "draft").replace("-", "_")): frozenset(roles.split(", ")) for act, roles in _ROW.findall(page)}
    assert told == DOERS


def test_the_commands_put_a_strategy_in_force(dirigent: Dirigent, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every one of them succeeds, and the last shows what came of it."""
    dirigent("people", "sample")
    for user in read_sample().users:
        if user.pin is not None:
            monkeypatch.setenv("DIRIGENT_PIN", user.pin)
            dirigent("users", "pin", user.id)
    (block,) = fences("sh life")
    for line in block.text.splitlines():
        words = shlex.split(line)
        variable, _, pin = words.pop(0).partition("=") if "=" in words[0] else ("DIRIGENT_PIN", "", "")
        monkeypatch.setenv(variable, pin)
        said = dirigent(*words[1:] if words[0] == "dirigent" else words)
        assert said.code == 0, (line, said)
    assert said.out.startswith("pioneer@2 published")
    assert "signed for medical: Omar Haddiri" in said.out
