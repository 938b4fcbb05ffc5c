"""A file that a guide shows goes the whole way into force, by the commands that the guide shows: linted, drawn, told, rehearsed, drafted, submitted, signed
by three and published."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from orchestrator.store.sample import read_sample
from tests.database import Dirigent
from tests.docs.reading import ROOT, fences

BASH = shutil.which("bash")

pytestmark = pytest.mark.skipif(BASH is None, reason="the commands are typed into bash")


@pytest.fixture
def folder(dirigent: Dirigent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder beside the library, on an installation with the sample's users, their PINs and the library's content."""
    assert dirigent("people", "sample").code == 0
    assert dirigent("library", "import", "--as", "mkt-lena").code == 0
    for user in read_sample().users:
        if user.pin is not None:
            monkeypatch.setenv("DIRIGENT_PIN", user.pin)
            assert dirigent("users", "pin", user.id).code == 0
    monkeypatch.delenv("DIRIGENT_PIN")
    (tmp_path / "journeys").symlink_to(ROOT / "journeys")
    return tmp_path


def _save(page: str, journey: str, folder: Path) -> None:
    """The file as the page tells to save it."""
    (text,) = (fence.text for fence in fences("yaml journey") if fence.page == page and fence.text.startswith(f"journey: {journey}\n"))
    (folder / f"{journey}.yaml").write_text(text, encoding="utf-8")


class Terminal:
    """Types what a page shows, one command after the other, and keeps what is printed. Only what is not ours needs a shell."""

    def __init__(self, dirigent: Dirigent, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._dirigent, self._folder, self._monkeypatch = dirigent, folder, monkeypatch

    def types(self, page: str, info: str) -> str:
        """The blocks of the page with this info string, in their order; the first command that fails stops it."""
        lines = [line for fence in fences(info) if fence.page == page and fence.info == info for line in fence.text.splitlines()]
        return "".join(map(self._types, lines))

    def _types(self, line: str) -> str:
        words = shlex.split(line)
        pin = words.pop(0).removeprefix("DIRIGENT_PIN=") if words[0].startswith("DIRIGENT_PIN=") else None
        if words[0] != "dirigent":
            subprocess.run([BASH or "bash", "-euc", line], cwd=self._folder, check=True)
            return ""
        if pin is not None:
            self._monkeypatch.setenv("DIRIGENT_PIN", pin)
        typed, file = (words[1:-2], words[-1]) if ">" in words else (words[1:], None)
        said = self._dirigent(*typed)
        assert said.code == 0, (line, said)
        if file is None:
            return said.out
        (self._folder / file).write_text(said.out, encoding="utf-8")
        return ""


@pytest.fixture
def terminal(dirigent: Dirigent, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal in the folder."""
    monkeypatch.chdir(folder)
    return Terminal(dirigent, folder, monkeypatch)


def test_the_first_journey_goes_from_its_file_into_force(folder: Path, terminal: Terminal) -> None:
    """What is printed is as the guide says, and at the end the version is published with the three signatures, under the digest that was read."""
    _save("docs/first-journey.md", "autumn-outlook", folder)
    said = terminal.types("docs/first-journey.md", "sh first")
    assert "1 file checked: nothing found" in said
    assert (folder / "autumn-outlook.svg").read_text(encoding="utf-8").startswith("<svg")
    explained = (folder / "autumn-outlook.md").read_text(encoding="utf-8")
    assert said.count("Nothing was sent: this was a rehearsal.") == 2
    assert "autumn-outlook@1 in_review; sales, marketing, medical must sign" in said
    shown = said[said.rindex("autumn-outlook@1 published; from") :]
    assert all(f"signed for {party}: " in shown for party in ("sales", "marketing", "medical"))
    (digest,) = re.findall(r"^  digest (\w+)$", shown, re.MULTILINE)
    assert f"digest `{digest}`" in explained, "what was signed is what was read"
    assert shown.endswith("autumn-outlook@2 draft\n")
    assert "7 days" in shown


def test_the_whole_journey_of_the_author_s_guide_goes_into_force(folder: Path, terminal: Terminal) -> None:
    """The commands under "Before you ask for signatures" and "Have it signed", on the file that the guide writes."""
    _save("docs/authoring.md", "rising-star", folder)
    said = terminal.types("docs/authoring.md", "sh guide")
    assert "1 file checked: nothing found" in said
    assert "Nothing was sent: this was a rehearsal." in said
    assert "rising-star@3 published; from" in said
