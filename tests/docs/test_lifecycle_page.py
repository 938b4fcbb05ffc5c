"""The commands of docs/lifecycle.md, typed one after the other."""

import shlex

import pytest

from orchestrator.store.sample import read_sample
from tests.database import Dirigent
from tests.docs.reading import fences


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
