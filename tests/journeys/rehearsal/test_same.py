"""The same rehearsal is the same to the byte, in every process; one more person changes no other; and nothing can leave the room."""

import ast
import os
import subprocess
import sys
from pathlib import Path

from journeys.library import PACKAGED, read_library
from journeys.rehearsal import Stage, packaged_behaviour, populate, rehearse, territories, trace
from journeys.rehearsal import __file__ as room
from tests.journeys.rehearsal.stages import START

ALLOWED = {
    "__future__",
    "bisect",
    "collections",
    "contextlib",
    "dataclasses",
    "datetime",
    "functools",
    "gc",
    "heapq",
    "itertools",
    "pathlib",
    "random",
    "statistics",
    "typing",
}
"""What the rehearsal needs of the standard library. Nothing in it can reach another process or machine."""

PLAY = """
import sys
from datetime import UTC, datetime
from journeys.durations import Calendar
from journeys.library import PACKAGED, read_library
from journeys.rehearsal import Stage, packaged_behaviour, populate, rehearse, territories
library, habits = read_library(PACKAGED), packaged_behaviour()
start = datetime(2026, 3, 2, tzinfo=UTC)
people = populate(habits.population, count=120, seed=7, start=start, markets=library.markets)
stage = Stage(tuple(library.strategies.values()), library.contents, library.markets, habits, start, 12, 7, territories(habits.population))
zones = {"America/Chicago", *(policy.zone for policy in library.markets.values())}
calendars = [Calendar(zone=zone) for zone in zones]  # the time zone database is read from disk, once and before
def guard(event, args):
    if event.split(".")[0] in {"socket", "subprocess", "os", "shutil", "ftplib", "smtplib", "http", "urllib"} or event == "open":
        sys.stderr.write(f"{event} {args}")
        sys.stderr.flush()
        raise SystemExit(3)
sys.addaudithook(guard)
sys.stdout.write(rehearse(stage, people).model_dump_json())
"""
"""A rehearsal of the library in a process of its own that ends at once should anything be opened, started or connected."""


def _play(hash_seed: str) -> str:
    env = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(PACKAGED.parent.parent)}
    done = subprocess.run([sys.executable, "-c", PLAY], env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_two_processes_tell_the_same_and_open_nothing() -> None:
    """Other hash seeds change no byte; and no file, socket or process is opened while it plays."""
    assert _play("0") == _play("4242")


def test_the_rehearsal_knows_no_way_out() -> None:
    """Its modules import the language and these modules of the standard library, none of which reaches outside; it opens no file itself."""
    strangers = []
    for file in sorted(Path(room).parent.glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            strangers += [f"{file.name}: {name}" for name in names if name.partition(".")[0] not in ALLOWED | {"journeys", "pydantic"}]
    assert strangers == []


def _stage(*, seed: int = 1) -> Stage:
    library, habits = read_library(PACKAGED), packaged_behaviour()
    return Stage(tuple(library.strategies.values()), library.contents, library.markets, habits, START, 8, seed, territories(habits.population))


def test_one_more_person_changes_no_other() -> None:
    """People are drawn and played with randomness of their own: the path of one is the same in a small population and in a larger one."""
    stage = _stage()
    few, many = (populate(stage.behaviour.population, count=count, seed=1, start=START, markets=stage.markets) for count in (20, 21))
    assert few == many[: len(few)]
    for person in few:
        assert trace(stage, few, person.id) == trace(stage, many, person.id)


def test_another_seed_is_another_play() -> None:
    """Seeds are there to be varied."""
    reports = []
    for seed in (1, 2):
        stage = _stage(seed=seed)
        people = populate(stage.behaviour.population, count=60, seed=seed, start=START, markets=stage.markets)
        reports.append(rehearse(stage, people).model_dump(exclude={"seed"}))
    assert reports[0] != reports[1]
