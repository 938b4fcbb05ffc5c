"""The demonstration as a user runs it, with the worker and the API killed in the middle of the month. Alone in its file, because it takes a while."""

import asyncio
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from orchestrator.main import app

_DAY_IN_1_5_SECONDS = "57600"


async def _demo(*options: str) -> tuple[int, str]:
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "orchestrator.main", "demo", *options, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    told, _ = await program.communicate()
    return program.returncode or 0, told.decode()


@pytest.mark.timeout(300)
async def test_nothing_is_lost_or_sent_twice_when_the_worker_and_the_api_are_killed(short_tmp: Path) -> None:
    """`kill -9` of both at random moments: the month is played to its end, and every claim holds."""
    code, told = await _demo("--speed", _DAY_IN_1_5_SECONDS, "--data-dir", str(short_tmp / "demo"), "--kill", "worker,api", "--seed", "39")
    assert code == 0, told
    assert {line for line in ("kill -9 worker", "kill -9 api") if line in told} == {"kill -9 worker", "kill -9 api"}
    assert told.count("✓") == 12
    assert "✗" not in told


def test_a_child_that_does_not_exist_is_not_killed(tmp_path: Path) -> None:
    """A misspelt name is said at once, with the names there are."""
    said = CliRunner().invoke(app, ["demo", "--data-dir", str(tmp_path / "demo"), "--kill", "worker,databse"])
    assert said.exit_code == 2
    assert "databse" in said.stderr


def test_a_month_is_not_played_on_top_of_another(tmp_path: Path) -> None:
    """A folder in which something is kept already is refused and left as it is."""
    (tmp_path / "kept").write_text("mine", encoding="utf-8")
    assert CliRunner().invoke(app, ["demo", "--data-dir", str(tmp_path)]).exit_code == 2
    assert [file.name for file in tmp_path.iterdir()] == ["kept"]
