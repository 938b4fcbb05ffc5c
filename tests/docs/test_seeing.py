"""What docs/seeing.md shows is what the commands print, and it names every kind of change there is."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from journeys.comparing import ChangeKind
from tests.docs.reading import ROOT, Fence, fences

_SHOWN = [fence for fence in fences("console") if fence.page == "docs/seeing.md"]
_GAP = "…"


@pytest.mark.parametrize("shown", _SHOWN, ids=lambda shown: shown.text.splitlines()[0])
def test_the_commands_print_what_the_page_shows(shown: Fence, tmp_path: Path) -> None:
    """Line by line; where an ellipsis stands, other lines may come between."""
    (tmp_path / "journeys").symlink_to(ROOT / "journeys")
    lines = shown.text.splitlines()
    script = "\n".join(line.removeprefix("$ ") for line in lines if line.startswith("$ "))
    printed = _run(script.replace("dirigent ", f"{sys.executable} -m orchestrator.main "), tmp_path)
    at, gap = 0, True
    for line in (line for line in lines if not line.startswith("$ ")):
        if line == _GAP:
            gap = True
            continue
        assert line in printed[at:], line
        found = printed.index(line, at)
        assert gap or found == at, f"{line!r} does not follow at once"
        at, gap = found + 1, False


def _run(script: str, folder: Path) -> list[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ended = subprocess.run([shutil.which("bash") or "bash", "-euc", script], cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.splitlines()


def test_every_kind_of_change_is_named() -> None:
    """The table of changes and the code agree."""
    page = (ROOT / "docs" / "seeing.md").read_text(encoding="utf-8")
    table = page[page.index("| change | means |") : page.index("`--json` prints the changes")]
    assert set(re.findall(r"`(\w+)`", table)) == set(ChangeKind)
