"""`kill -9` of the worker and the API while reps work: whoever asks again under the same key gets one effect, and no e-mail is lost or comes twice."""

import asyncio
import itertools
import os
import random
import signal
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import httpx
import pytest
from sqlmodel import col, select

from orchestrator.embedded.runtime import Embedded
from orchestrator.embedded.supervisor import Patience
from orchestrator.store import tables
from orchestrator.store.engine import make_engine, transaction
from tests.end_to_end.embedded_house import PATIENCE, browser, invite, name, phone
from tests.end_to_end.house import Desk, link
from tests.end_to_end.waiting import eventually

SEED = 20270301
KILLS = ("api", "worker", "api", "worker", "api")
REPS = 16
"""How many work at the same time."""
HCPS = 60
"""More than they get to while processes are killed."""

Line = tuple[str, str | None, str | None]
_STORIES: dict[str, list[Line]] = {
    "interested": [
        ("began", None, None),
        ("task_closed", "first-visit", "interested"),
        ("moved", "first-visit", "interested"),
        ("task_closed", "follow-up-mail", "sent"),
        ("sent", "follow-up-mail", None),
        ("moved", "follow-up-mail", "sent"),
        ("heard", "follow-up-mail", "clicked"),
        ("moved", "reading", "clicked"),
        ("task_closed", "second-visit", "needs_time"),
        ("moved", "second-visit", "needs_time"),
    ],
    "neutral": [
        ("began", None, None),
        ("task_closed", "first-visit", "neutral"),
        ("moved", "first-visit", "neutral"),
        ("sent", "outlook-mail", None),
        ("moved", "outlook-mail", "sent"),
    ],
    "no_access": [
        ("began", None, None),
        ("task_closed", "first-visit", "no_access"),
        ("moved", "first-visit", "no_access"),
        ("sent", "remote-invitation", None),
        ("moved", "remote-invitation", "sent"),
    ],
}
"""What each run does, to the line, whatever was killed meanwhile."""
_OUTCOMES = tuple(_STORIES)
_RESTS_AT = {"interested": "thinking-time", "neutral": "outlook-reading", "no_access": "invitation-answer"}


async def _play(rep: Desk, http: httpx.AsyncClient, embedded: Embedded, number: int) -> str:
    """One HCP's story up to the wait in which it rests; the run's id."""
    outcome = _OUTCOMES[number % len(_OUTCOMES)]
    run = await rep.enrol(await rep.person(name(number)), "pioneer")
    done = await rep.complete(await rep.task(run, "first-visit"), outcome, "face_to_face")
    if outcome == "interested":
        await rep.complete(done["next"]["task"]["id"], "sent")
        await _click(http, embedded, f"{name(number).lower()}@hcp.example")
        await rep.complete(await rep.task(run, "second-visit"), "needs_time", "remote")
    await rep.standing(run, "waiting", _RESTS_AT[outcome])
    return run


async def _click(http: httpx.AsyncClient, embedded: Embedded, address: str) -> None:
    """Follow the link in the mail to an address, as often as it takes to arrive."""

    async def arrived() -> str | None:
        return next((link(mail) for mail in embedded.inbox.mails() if mail.message["To"] == address), None)

    path = await eventually(arrived, f"a mail to {address}", within=PATIENCE)

    async def followed() -> bool | None:
        try:
            return (await http.get(path)).status_code == httpx.codes.FOUND or None
        except httpx.TransportError:
            return None

    await eventually(followed, f"the link to {address}", within=PATIENCE, every=0.2)


async def _kill_now_and_then(embedded: Embedded, http: httpx.AsyncClient) -> None:
    """Kill one process after another, each at a random moment of its work."""
    moments = random.Random(SEED)  # noqa: S311 - chance, not secrecy
    for victim in KILLS:
        await eventually(partial(_works, victim, embedded, http), f"a working {victim}", within=PATIENCE)
        await asyncio.sleep(moments.uniform(0.2, 3.0))
        os.kill(embedded.pids[victim], signal.SIGKILL)


async def _works(victim: str, embedded: Embedded, http: httpx.AsyncClient) -> bool | None:
    if victim == "worker":
        return (embedded.data_dir / "run" / "worker.ready").exists() or None
    try:
        return (await http.get("/health/live")).is_success or None
    except httpx.TransportError:
        return None


@pytest.fixture
def embedded(short_tmp: Path) -> Embedded:
    """The runtime on free ports, which restarts a dead child quickly."""
    settings = Embedded.on_free_ports(short_tmp / "killed").settings
    return Embedded(settings, patience=Patience(first=0.2))


@pytest.mark.timeout(300)
async def test_failure_3_killing_the_worker_and_the_api_loses_nothing_and_sends_nothing_twice(embedded: Embedded) -> None:
    """Reps enrol and complete under keys that they repeat until they are answered, while both processes die several times. Then every run has
    exactly its story, the ledger exactly the touches of those stories, and the inbox each e-mail of the ledger exactly once."""
    async with embedded, browser(embedded) as http:
        await invite(embedded, HCPS)
        rep = phone(embedded, http)
        killing = asyncio.create_task(_kill_now_and_then(embedded, http))
        numbers = iter(range(HCPS))
        played = await asyncio.gather(*(_keep_playing(rep, http, embedded, numbers, killing) for _ in range(REPS)))
        await killing
        runs = dict(itertools.chain.from_iterable(played))
        assert rep.unanswered > 0, "no command was cut short: the kills came too late"

        for number, run in runs.items():
            told = [(line["what"], line["step"], line["way"]) for line in await rep.story(run)]
            assert told == _STORIES[_OUTCOMES[number % len(_OUTCOMES)]], f"run of {name(number)}"
        assert {one["id"] for one in await rep.all("/enrolments")} == set(runs.values())
        await _assert_ledger_and_inbox_agree(embedded, runs)


async def _keep_playing(rep: Desk, http: httpx.AsyncClient, embedded: Embedded, numbers: Iterator[int], killing: asyncio.Task[None]) -> list[tuple[int, str]]:
    """Play one HCP after another for as long as processes are killed."""
    played = []
    for number in numbers:
        played.append((number, await _play(rep, http, embedded, number)))
        if killing.done():
            break
    return played


async def _assert_ledger_and_inbox_agree(embedded: Embedded, runs: dict[int, str]) -> None:
    engine = make_engine(embedded.process_settings().database_url.get_secret_value())
    async with transaction(engine) as session:
        touches = (await session.exec(select(tables.Touch))).all()
        undelivered = (await session.exec(select(tables.Outbox.id).where(col(tables.Outbox.delivered_at).is_(None)))).all()
    await engine.dispose()
    assert {touch.state for touch in touches} == {"accepted"}
    assert Counter((touch.enrolment_id, touch.step) for touch in touches) == Counter(_touches(runs))
    mailed = Counter(touch.message_id for touch in touches if touch.channel == "email")
    assert Counter(mail.message_id for mail in embedded.inbox.mails()) == mailed
    assert set(mailed.values()) == {1}
    assert undelivered == []


def _touches(runs: dict[int, str]) -> Iterator[tuple[str, str]]:
    """The touches that the stories amount to: each visit made and each e-mail sent."""
    for number, run in runs.items():
        for what, step, way in _STORIES[_OUTCOMES[number % len(_OUTCOMES)]]:
            if step is not None and (what == "sent" or (what == "task_closed" and way != "sent")):
                yield run, step
