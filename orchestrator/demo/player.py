"""The whole demonstration on a running embedded system: signs everybody in, plays the month, kills what is to be killed, and gathers the evidence."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta

import httpx

from api.links import Links
from api.security import Tokens
from api.who import Role
from orchestrator.clock import JourneyClock
from orchestrator.demo.caller import Caller, DemoError, Weather
from orchestrator.demo.evidence import Evidence, gather
from orchestrator.demo.kills import kill_each
from orchestrator.demo.month import DAYS, Month, find_hcps
from orchestrator.demo.plots import MSL, PLOTS
from orchestrator.demo.reading import detour, missing
from orchestrator.demo.stage import Stage
from orchestrator.embedded.runtime import Embedded
from orchestrator.mail.compose import Composer
from orchestrator.mail.links import MailLinks
from orchestrator.settings import Settings

_USERS = {"rep-anna": Role.REP, "rep-erik": Role.REP, "rep-olof": Role.REP, MSL: Role.MSL}
_SIGNED_IN_FOR = timedelta(days=60)
"""Real time, however slowly the month is played."""
_MORE_DAYS = 5.0
_MOST_DAYS = 60.0
"""A disturbed month is given more days, so that what was late still comes; not for ever."""


@dataclass(frozen=True, kw_only=True)
class Kills:
    """Which children are killed, and the seed that chooses when."""

    names: tuple[str, ...] = ()
    seed: int = 0


async def play(embedded: Embedded, *, kills: Kills, say: Callable[[str], None]) -> Evidence:
    """Play the month and return what it left behind. Raises DemoError, and ChildFailedError when a child could not be kept alive."""
    settings = embedded.process_settings()
    clock = JourneyClock.of(settings)
    async with AsyncExitStack() as stack:
        stage = await _stage(stack, embedded, settings, clock, say)
        watching = asyncio.create_task(embedded.watch())
        playing = asyncio.create_task(_play(embedded, stage, kills, _message_id(settings)))
        stack.callback(watching.cancel)
        stack.callback(playing.cancel)
        await asyncio.wait({watching, playing}, return_when=asyncio.FIRST_COMPLETED)
        if watching.done():
            watching.result()
        try:
            return await playing
        except ExceptionGroup as failed:
            raise _first(failed) from failed


async def _stage(stack: AsyncExitStack, embedded: Embedded, settings: Settings, clock: JourneyClock, say: Callable[[str], None]) -> Stage:
    http = await stack.enter_async_context(httpx.AsyncClient(base_url=embedded.api_url, timeout=20, trust_env=False))
    weather = Weather(clock.now)
    tokens = Tokens(settings.signing_key.get_secret_value())
    callers = {user: Caller(http, weather, user=user, token=tokens.issue(user, role, lifetime=_SIGNED_IN_FOR)) for user, role in _USERS.items()}
    return Stage(clock=clock, callers=callers, recipient=Caller(http, weather, user="recipient"), weather=weather, say=say)


async def _play(embedded: Embedded, stage: Stage, kills: Kills, message_id: Callable[[str], str]) -> Evidence:
    hcps = await find_hcps(stage, PLOTS)
    month = Month(stage, PLOTS, hcps)
    first = stage.clock.now()
    async with asyncio.TaskGroup() as group:
        group.create_task(kill_each(kills.names, embedded=embedded, stage=stage, seed=kills.seed))
        group.create_task(month.play(first + timedelta(days=DAYS)))
    evidence = await gather(stage, PLOTS, hcps, message_id=message_id)
    while _unfinished(evidence) and stage.clock.now() < first + timedelta(days=_MOST_DAYS):
        await month.play(stage.clock.now() + timedelta(days=_MORE_DAYS))
        evidence = await gather(stage, PLOTS, hcps, message_id=message_id)
    return evidence


def _unfinished(evidence: Evidence) -> list[str]:
    """Stories that a disturbance held up: on their plan, and not yet through it."""
    return [part.hcp.name for part in evidence.parts if evidence.disturbances and missing(part, evidence) and not detour(part, evidence)]


def _first(failed: ExceptionGroup[Exception]) -> Exception:
    """Of all that failed at the same time, the first that explains itself."""
    found = failed.subgroup(DemoError)
    group: BaseException = found or failed
    while isinstance(group, ExceptionGroup):
        group = group.exceptions[0]
    return group if isinstance(group, Exception) else failed


def _message_id(settings: Settings) -> Callable[[str], str]:
    """The Message-ID that a touch's key must lead to: made as the system makes it."""
    links = MailLinks(Links(settings.signing_key.get_secret_value()), public_url=str(settings.public_url))
    return Composer(links, sender=settings.mail_from, domain=settings.mail_domain).message_id
