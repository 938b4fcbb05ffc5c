"""Plays the month: every user looks at their tasks, every HCP at their mail, and each answers as the plot has it, all of them at the same time."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime

from api.schemas.people import PersonLine
from api.schemas.tasks import TaskLine
from orchestrator.demo.caller import Caller, DemoError
from orchestrator.demo.plots import LATE, Plot
from orchestrator.demo.reactions import Reaction
from orchestrator.demo.stage import Hcp, Mail, Scene, Stage
from orchestrator.store.sample import read_sample

DAYS = 30.0
_LOOK_EVERY_SECONDS = 0.4


async def find_hcps(stage: Stage, plots: Iterable[Plot]) -> dict[str, Hcp]:
    """The HCP of each plot by their id in the sample: found at the API by name, as a rep would."""
    sample = {person.ref: person for person in read_sample().people}
    found: dict[str, Hcp] = {}
    for plot in plots:
        person = sample[plot.ref]
        (line,) = await stage.callers[plot.rep].everything("people", PersonLine, q=person.family_name)
        found[plot.ref] = Hcp(id=line.id, name=f"{line.given_name} {line.family_name}", email=person.email or "")
    return found


class Month:
    """The plots in play. `play` may be called again to play on: what was done is not done twice."""

    def __init__(self, stage: Stage, plots: Iterable[Plot], hcps: Mapping[str, Hcp]) -> None:
        self._stage = stage
        self._hcps = hcps
        self._plots = {hcps[plot.ref].id: plot for plot in plots}
        self._addresses = {hcps[plot.ref].email: plot for plot in plots}
        self._met: set[str] = set()
        """Tasks and mails whose turn has come."""
        self._begun: set[str] = set()

    async def play(self, until: datetime) -> None:
        """Play until this journey time. What was begun before it is finished after it."""
        async with asyncio.TaskGroup() as players:
            for person, plot in self._plots.items():
                if person not in self._begun:
                    self._begun.add(person)
                    players.create_task(self._enrol(person, plot))
            for caller in self._stage.callers.values():
                players.create_task(self._work(caller, players, until))
            players.create_task(self._read_mail(players, until))

    async def _enrol(self, person: str, plot: Plot) -> None:
        await self._stage.days(plot.begins)
        given = await self._stage.callers[plot.rep].give("enrolments", {"person_id": person, "journey": plot.journey})
        if given.code is not None:
            raise DemoError(f"{plot.rep} could not enrol {self._hcps[plot.ref].name} in {plot.journey}: {given.answer}")
        self._stage.say(f"{plot.rep} enrols {self._hcps[plot.ref].name} in {plot.journey}: {plot.shows}")

    async def _work(self, caller: Caller, players: asyncio.TaskGroup, until: datetime) -> None:
        """One user's days: whatever is on their list is done as the plot has it."""
        while self._stage.clock.now() < until:
            for task in await caller.everything("tasks", TaskLine, assignee="me"):
                plot = self._plots.get(task.person.id)
                reaction = _at_task(plot, task) if plot is not None else None
                if plot is not None and reaction is not None and self._first(task.id):
                    players.create_task(reaction(self._scene(plot, caller, task=task)))
            await asyncio.sleep(_LOOK_EVERY_SECONDS)

    async def _read_mail(self, players: asyncio.TaskGroup, until: datetime) -> None:
        """The HCPs' days: a mail is answered as the plot has it."""
        while self._stage.clock.now() < until:
            for mail in await self._stage.inbox():
                plot = self._addresses.get(mail.to)
                reaction = _at_mail(plot, mail) if plot is not None else None
                if plot is not None and reaction is not None and self._first(mail.id):
                    players.create_task(reaction(self._scene(plot, self._stage.callers[plot.rep], mail=mail)))
            await asyncio.sleep(_LOOK_EVERY_SECONDS)

    def _scene(self, plot: Plot, caller: Caller, *, task: TaskLine | None = None, mail: Mail | None = None) -> Scene:
        stage = self._stage
        return Scene(stage=stage, hcp=self._hcps[plot.ref], rep=stage.callers[plot.rep], caller=caller, task=task, mail=mail)

    def _first(self, name: str) -> bool:
        """Whether the turn of this task or mail comes now, and never again."""
        known = name in self._met
        self._met.add(name)
        return not known


def _at_task(plot: Plot, task: TaskLine) -> Reaction | None:
    passage = task.id.removeprefix(f"{task.enrolment_id}.")
    return plot.tasks.get(passage) or plot.tasks.get(task.step) or LATE.get(task.step)


def _at_mail(plot: Plot, mail: Mail) -> Reaction | None:
    return next((reaction for begins, reaction in plot.mails.items() if mail.subject.startswith(begins)), None)
