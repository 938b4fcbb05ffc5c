"""What the players of the month share: the journey clock and its pace, one caller for each user, the people, and where to say what happens."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self

from pydantic import BaseModel, ConfigDict

from api.schemas.tasks import TaskLine
from orchestrator.clock import JourneyClock
from orchestrator.demo.caller import Caller, DemoError, Given, Weather

DAY_SECONDS = 86_400
_TOO_LATE = {"task_not_open", "ended"}
"""The journey moved on by itself before the human did: part of life, and of the story."""


class Mail(BaseModel):
    """One mail as the embedded inbox tells it."""

    model_config = ConfigDict(frozen=True)

    id: str
    message_id: str
    arrived: datetime
    to: str
    subject: str
    language: str
    list_unsubscribe: str
    list_unsubscribe_post: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Hcp:
    """A person of the sample: the id is the API's, the address is where their mail arrives."""

    id: str
    name: str
    email: str


class Stage:
    def __init__(self, *, clock: JourneyClock, callers: Mapping[str, Caller], recipient: Caller, weather: Weather, say: Callable[[str], None]) -> None:
        self.clock = clock
        self.callers = callers
        self.recipient = recipient
        self.weather = weather
        self._say = say

    async def days(self, count: float) -> None:
        """Let so many days of journey time pass."""
        await asyncio.sleep(count * DAY_SECONDS / self.clock.pace.speed)

    def say(self, text: str) -> None:
        """Tell the audience what happens now."""
        self._say(f"{self.clock.now():%a %d %b}  {text}")

    async def inbox(self) -> tuple[Mail, ...]:
        """Every mail that arrived so far, the first one first."""
        answered = await self.recipient.ask("GET", "/inbox/messages.json")
        return tuple(Mail.model_validate(each) for each in answered.json())


@dataclass(frozen=True, kw_only=True)
class Scene:
    """One moment of one HCP's story: whose turn it is, and the task or the mail that it is about."""

    stage: Stage
    hcp: Hcp
    rep: Caller
    caller: Caller
    task: TaskLine | None = None
    mail: Mail | None = None

    def handed_to(self, user: str) -> Self:
        """The same moment in a colleague's hands."""
        return replace(self, caller=self.stage.callers[user])

    @property
    def about(self) -> TaskLine:
        if self.task is None:
            raise DemoError(f"The plot of {self.hcp.name} does a task where there is none.")
        return self.task

    @property
    def letter(self) -> Mail:
        if self.mail is None:
            raise DemoError(f"The plot of {self.hcp.name} reads a mail where there is none.")
        return self.mail

    async def command(self, verb: str, body: Mapping[str, Any], *, key: str | None = None) -> Given:
        """Give a command for the task. Raises DemoError for a refusal other than that the journey had moved on."""
        given = await self.caller.give(f"tasks/{self.about.id}/{verb}", body, key=key)
        if given.code is None and not given.replayed:
            self.stage.say(f"{self.caller.user}, {self.hcp.name}: {given.answer['happened'][0]['sentence']}")
        elif given.code in _TOO_LATE:
            self.stage.say(f"{self.caller.user}, {self.hcp.name}: too late, {given.answer.get('detail')}")
        elif given.code is not None:
            raise DemoError(f"{self.caller.user} could not {verb} “{self.about.title}” of {self.hcp.name}: {given.status} {given.answer}")
        return given

    async def post(self, path: str, body: Mapping[str, Any]) -> Given:
        """Give another command of the user. Raises DemoError for a refusal."""
        given = await self.caller.give(path, body)
        if given.code is not None:
            raise DemoError(f"POST {path} for {self.hcp.name} was refused: {given.status} {given.answer}")
        return given
