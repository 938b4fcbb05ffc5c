"""The command line as its user meets it: what it lists, and how it refuses."""

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import typer

from orchestrator.main import app


def _dirigent(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    clean = {name: value for name, value in os.environ.items() if not name.startswith("DIRIGENT_")}
    command = [sys.executable, "-m", "orchestrator.main", *arguments]
    return subprocess.run(command, env={**clean, **environment}, capture_output=True, text=True, check=False)


def test_help_lists_the_subcommands() -> None:
    """Every subcommand can be imported; the one that only the embedded runtime calls is not shown."""
    shown = _dirigent("--help")
    assert shown.returncode == 0, shown.stderr
    assert "Start everything on this machine" in shown.stdout
    assert all(name in shown.stdout for name in ("journeys", "migrate", "up", "worker"))
    assert "Accept e-mails on a local port" not in shown.stdout


def test_judging_a_journey_waits_for_no_database() -> None:
    """The commands of authors load neither the database's libraries nor Temporal's."""
    heavy = 'import sys, orchestrator.commands.journeys; print({"sqlalchemy", "temporalio"} & set(sys.modules))'
    assert subprocess.run([sys.executable, "-c", heavy], capture_output=True, text=True, check=True).stdout.strip() == "set()"


def test_missing_settings_are_a_list_and_no_stack_trace() -> None:
    """A process without settings says which variables it wants, and ends with 2."""
    refused = _dirigent("inbox", DIRIGENT_DATA_DIR="/nonexistent")
    assert refused.returncode == 2
    assert "DIRIGENT_DATABASE_URL: is not set" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_an_unknown_subcommand_is_wrong_usage() -> None:
    """A mistyped subcommand ends with 2 and a pointer to the help."""
    refused = _dirigent("upp")
    assert refused.returncode == 2
    assert "No such command 'upp'" in refused.stderr


def test_whatever_takes_words_of_ones_own_asks_about_adverse_events() -> None:
    """Every command with a remark, and every one whose reason is no code of a list, has the question beside it, and no answer that is chosen beforehand."""
    asking, silent = set[str](), set[str]()
    for name, command in _commands(typer.main.get_command(app)):
        options = {option: each for each in command.params for option in each.opts}
        words = "--remark" in options or ("--reason" in options and name not in _REASON_IS_A_CODE)
        if words:
            asked = options.get("--safety")
            (asking if asked is not None and asked.default is None and asked.prompt else silent).add(name)
    assert silent == set()
    assert {"journeys draft", "journeys publish", "halts lift", "repairs repair"} <= asking


_REASON_IS_A_CODE = {"crm retry"}


def _commands(group: Any, above: str = "") -> Iterator[tuple[str, Any]]:
    for name in group.list_commands(None):
        command = group.get_command(None, name)
        if hasattr(command, "list_commands"):
            yield from _commands(command, f"{above}{name} ")
        else:
            yield above + name, command
