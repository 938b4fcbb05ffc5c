"""Runs that are under way today must go on tomorrow: the conductor makes of every recorded journal, to the byte, what it made when it was recorded."""

import json
from difflib import unified_diff
from itertools import islice
from pathlib import Path
from typing import get_args

import pytest

from journeys.commands import Command
from journeys.events import Event
from journeys.state import INTERPRETER, EndKind
from tests.replay.journal import journals, played, text

TEACHES = """
{name} now takes other moves than when it was recorded (interpreter {recorded}; this conductor is interpreter {current}).

Runs that began under the older conductor would go another way when they are replayed. So either
  - this was not meant: mend journeys/conductor.py or journeys/conducting until the journal plays as it did; or
  - this is meant: raise INTERPRETER in journeys/state.py (a run takes up the higher number only when it continues as new),
    keep the old behaviour for runs of the old number, by which this journal is played, and record a new journal for the new one.

The first lines that differ (- recorded, + now):
{difference}"""


@pytest.mark.parametrize("path", journals(), ids=lambda path: path.stem)
def test_a_recorded_run_takes_the_same_moves(path: Path) -> None:
    """Commands and states after every event are those of the journal, byte for byte."""
    recorded = path.read_text()
    now = text(played(json.loads(recorded)))
    if now != recorded:
        difference = "\n".join(islice(unified_diff(recorded.splitlines(), now.splitlines(), lineterm="", n=4), 40))
        pytest.fail(TEACHES.format(name=path.name, recorded=json.loads(recorded)["interpreter"], current=INTERPRETER, difference=difference), pytrace=False)


def test_the_journals_tell_of_every_ending() -> None:
    """Each way in which a run can end is on record, so that none can change unnoticed."""
    recorded = [json.loads(path.read_text()) for path in journals()]
    last = [[journal["begin"], *journal["happened"]][-1]["state"] for journal in recorded]
    assert {state["ended"]["kind"] for state in last} == set(EndKind)


def test_the_journals_tell_of_every_event_and_effect() -> None:
    """Every kind of event was fed, and every kind of command and note was given."""
    written = "".join(path.read_text() for path in journals())
    events, commands = (get_args(get_args(union)[0]) for union in (Event, Command))
    silent = [kind.model_fields["is_"].default for kind in (*events, *commands) if f'"is_": "{kind.model_fields["is_"].default}"' not in written]
    assert silent == []
