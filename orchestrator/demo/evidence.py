"""What the month left behind, gathered through the API when everything has come to rest: the runs with their stories, the people's timelines and consents,
the tasks, the inbox, and what every user asked and was told."""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from api.schemas.consents import ConsentRecord
from api.schemas.enrolments import EnrolmentForCommercial
from api.schemas.tasks import TaskLine
from api.schemas.timeline import LineForCommercial
from orchestrator.demo.caller import Caller, Disturbance, Given
from orchestrator.demo.plots import MSL, Plot
from orchestrator.demo.stage import Hcp, Mail, Stage

_REST_WITHIN_SECONDS = 90.0
_LOOK_AGAIN_SECONDS = 0.5
_AT_REST = {"task", "held", "waiting", "ended"}


@dataclass(frozen=True, kw_only=True)
class Told:
    """One HCP's part of the evidence. `lines` is the stories of all their runs, run after run; `timeline` the person's own list,
    but for what they chose outside of any run."""

    plot: Plot
    hcp: Hcp
    runs: tuple[EnrolmentForCommercial, ...]
    lines: tuple[LineForCommercial, ...]
    timeline: tuple[LineForCommercial, ...]
    consents: ConsentRecord
    tasks: tuple[TaskLine, ...]
    """Those of both sides, each list read by its own side."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    parts: tuple[Told, ...]
    mails: tuple[Mail, ...]
    """Their arrivals in journey time."""
    message_ids: Mapping[str, str]
    """The Message-ID that belongs to the key of each touch that a story says was sent."""
    given: tuple[Given, ...]
    reps_heard: frozenset[str]
    """Every answer that a rep was given."""
    medical_heard: frozenset[str]
    disturbances: tuple[Disturbance, ...]

    @property
    def lines(self) -> tuple[LineForCommercial, ...]:
        return tuple(line for part in self.parts for line in part.lines)


async def gather(stage: Stage, plots: Iterable[Plot], hcps: Mapping[str, Hcp], *, message_id: Callable[[str], str]) -> Evidence:
    """Read everything between two looks at the same resting state, so that no part of it is older than another."""
    plots = tuple(plots)
    deadline = time.monotonic() + _REST_WITHIN_SECONDS
    while True:
        before, calm = await _glance(stage, plots, hcps)
        parts = tuple([await _told(stage, plot, hcps[plot.ref]) for plot in plots])
        mails = await stage.inbox()
        after, _ = await _glance(stage, plots, hcps)
        if (calm and before == after) or time.monotonic() > deadline:
            return _evidence(stage, parts, mails, message_id)
        await asyncio.sleep(_LOOK_AGAIN_SECONDS)


async def _glance(stage: Stage, plots: tuple[Plot, ...], hcps: Mapping[str, Hcp]) -> tuple[tuple[object, ...], bool]:
    """How everything stands, and whether it rests: no run is on its way somewhere."""
    runs = [run for plot in plots for run in await _runs(stage.callers[plot.rep], hcps[plot.ref])]
    mails = tuple(mail.id for mail in await stage.inbox())
    return (mails, *runs), all(run.standing.doing in _AT_REST for run in runs)


async def _runs(rep: Caller, hcp: Hcp) -> tuple[EnrolmentForCommercial, ...]:
    """The person's runs, the first one first."""
    return tuple(reversed(await rep.everything("enrolments", EnrolmentForCommercial, person=hcp.id)))


async def _told(stage: Stage, plot: Plot, hcp: Hcp) -> Told:
    rep = stage.callers[plot.rep]
    runs = await _runs(rep, hcp)
    told = await rep.everything(f"people/{hcp.id}/timeline", LineForCommercial, order="oldest")
    return Told(
        plot=plot,
        hcp=hcp,
        runs=runs,
        lines=tuple([line for run in runs for line in await rep.everything(f"enrolments/{run.id}/story", LineForCommercial)]),
        timeline=tuple(line for line in told if line.enrolment_id is not None),
        consents=await rep.read(f"people/{hcp.id}/consents", ConsentRecord),
        tasks=tuple([task for side in (rep, stage.callers[MSL]) for task in await side.everything("tasks", TaskLine, person=hcp.id, status="all")]),
    )


def _evidence(stage: Stage, parts: tuple[Told, ...], mails: tuple[Mail, ...], message_id: Callable[[str], str]) -> Evidence:
    callers = stage.callers.values()
    reps = [caller for caller in callers if caller.user.startswith("rep-")]
    sent = [line.key for part in parts for line in part.lines if line.what == "sent" and line.key is not None]
    return Evidence(
        parts=parts,
        mails=tuple(mail.model_copy(update={"arrived": _journey(stage, mail.arrived)}) for mail in mails),
        message_ids={key: message_id(key) for key in sent},
        given=tuple(given for caller in callers for given in caller.given),
        reps_heard=frozenset().union(*(caller.heard for caller in reps)),
        medical_heard=frozenset().union(*(caller.heard for caller in callers if caller not in reps)),
        disturbances=tuple(stage.weather.seen),
    )


def _journey(stage: Stage, wall: datetime) -> datetime:
    return stage.clock.pace.journey(wall)
