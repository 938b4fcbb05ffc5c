"""The counters as a process serves them: with codes as labels, on the port that the settings name, and nowhere without one."""

import asyncio
from pathlib import Path

import httpx
import pytest

from orchestrator.counts import REPEATED, Counts, Dropped, count, served
from orchestrator.embedded import ports
from orchestrator.monitor import keep_watching
from orchestrator.settings import SettingsInvalidError
from orchestrator.temporal.worker import keep_relaying
from tests.orchestrator.counting import Counted, counting


async def test_the_worker_serves_its_counters_while_it_runs() -> None:
    """In the text format, and no longer than it runs."""
    port = ports.free()
    count(Dropped.HEARD, REPEATED)
    async with httpx.AsyncClient() as client:
        with served("127.0.0.1", port):
            answer = await client.get(f"http://127.0.0.1:{port}/metrics")
            assert 'dirigent_dropped_total{reason="repeated",what="heard"}' in answer.text
        with pytest.raises(httpx.ConnectError):
            await client.get(f"http://127.0.0.1:{port}/metrics")


def test_an_address_that_is_taken_is_told() -> None:
    """By its settings, and not by a stack trace."""
    port = ports.free()
    with (
        served("127.0.0.1", port),
        pytest.raises(SettingsInvalidError, match=rf"DIRIGENT_METRICS_PORT: 127\.0\.0\.1:{port} cannot be taken"),
        served("127.0.0.1", port),
    ):
        pass


async def test_failure_2_loops_that_cannot_look_are_counted() -> None:
    """Neither an outbox nor a monitor that is kept from looking passes for one that found nothing."""
    risen: Counted = {}
    with counting(risen):
        await keep_relaying(Away(one := asyncio.Event()), one)  # type: ignore[arg-type]  # a relay is asked for nothing else
        await keep_watching(Away(other := asyncio.Event()), other)
    assert risen == {("relay", "ConnectionRefusedError"): 1, ("look", "ConnectionRefusedError"): 1}


class Away:
    """Cannot be reached, and is not asked again."""

    def __init__(self, stop: asyncio.Event) -> None:
        self._stop = stop

    async def look(self) -> None:
        self._stop.set()
        raise ConnectionRefusedError

    nudge = look


def test_every_word_is_told() -> None:
    """The page for operators has each of the things that may be dropped."""
    page = Path("docs/operating.md").read_text(encoding="utf-8")
    assert [what for what in Dropped if f"`{what}`" not in page] == []


def test_the_front_desk_and_the_activities_count_in_the_same_place() -> None:
    """By the words of the one list; another word is a mistake and not a new counter."""
    risen: Counted = {}
    with counting(risen):
        Counts().dropped("request", "not_found")
    assert risen == {("request", "not_found"): 1}
    with pytest.raises(ValueError, match="odd"):
        Counts().dropped("odd", "x")
    assert b"dirigent_dropped_total" in Counts().told()


def test_every_word_is_counted_somewhere() -> None:
    """A word of the list that no code counts would promise what nobody looks at. The three of touches are made of what an activity says."""
    code = "".join(file.read_text(encoding="utf-8") for package in ("api", "orchestrator") for file in Path(package).rglob("*.py") if file.name != "counts.py")
    made = {Dropped.TOUCH_REFUSED, Dropped.TOUCH_DEFERRED, Dropped.TOUCH_UNKNOWN, Dropped.CALL, Dropped.CALL_DEFERRED}
    assert [what for what in Dropped if what not in made and f"Dropped.{what.name}" not in code and f'"{what}"' not in code] == []
