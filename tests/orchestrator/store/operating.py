"""A house with several runs of one journey under way, hands that do what they are told, and an operation carried on to its end."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from api.ports import CommandRefusedError, ConductorUnavailableError
from api.who import Role, Who
from journeys.acceptance import Refused
from journeys.events import Command
from journeys.migration import Transfer, Unmovable
from journeys.pace import Pace
from journeys.position import Position
from journeys.receipts import Receipt
from orchestrator.clock import JourneyClock
from orchestrator.store import tables
from orchestrator.store.operations import Operating
from tests.builders import NOW, a_journey, a_pause, a_visit, an_exit
from tests.orchestrator.store.desk.filling import HOME, a_person, a_version, add, an_enrolment, the_world

RUNS = 7
ADMIN = Who("user-admin", Role.ADMIN)
CLOCK = JourneyClock(Pace(speed=1.0, origin=NOW))
MADE = Receipt(notes=(), position=Position(step="visit", doing="task", since=NOW, until=None, reason=None, ended=None))


class FakeHands:
    """Does what it is told; `said` is what a run answers instead, once or for good."""

    def __init__(self) -> None:
        self.commands: list[tuple[str, Command]] = []
        self.moved: list[tuple[str, Transfer]] = []
        self.said: dict[str, list[Refused | Unmovable | Exception]] = {}

    async def command(self, enrolment_id: str, command: Command) -> Receipt:
        said = self._said(enrolment_id)
        if isinstance(said, Refused):
            raise CommandRefusedError(said)
        self.commands.append((enrolment_id, command))
        return MADE

    async def migrate(self, enrolment_id: str, order: Transfer) -> Receipt | Unmovable:
        said = self._said(enrolment_id)
        if isinstance(said, Unmovable):
            return said
        self.moved.append((enrolment_id, order))
        return MADE

    def _said(self, enrolment_id: str) -> Refused | Unmovable | None:
        waiting = self.said.get(enrolment_id)
        said = waiting.pop(0) if waiting else None
        if isinstance(said, Exception):
            raise said
        return said


AWAY = ConductorUnavailableError("away")


def the_journey(**changes: Any) -> Any:
    """Version 1: a visit, a wait, an end."""
    return a_journey(**{"steps": {"visit": a_visit(next="pause"), "pause": a_pause(next="done"), "done": an_exit()}, **changes})


def version_2() -> Any:
    """The wait is gone, and a call has come."""
    return the_journey(version=2, steps={"visit": a_visit(next="call"), "call": a_visit(next="done"), "done": an_exit()})


async def several_runs(engine: AsyncEngine, count: int = RUNS, **changes: Any) -> list[str]:
    """Runs of as many HCPs, the first at the visit, every other one at the wait."""
    journey = the_journey()
    await the_world(engine, journey)
    await add(engine, a_version(version_2()))
    ids = [f"run{number}" for number in range(count)]
    for number, run in enumerate(ids):
        step, doing = ("pause", "waiting") if number % 2 else ("visit", "task")
        told = {"journey": journey.journey, "digest": journey.digest, "step": step, "doing": doing, "since": NOW, "until": NOW + timedelta(days=9)}
        await add(
            engine,
            a_person(id=f"person-{number}"),
            tables.CommercialProfile(person_id=f"person-{number}", persona="pioneer", updated_at=NOW),
            an_enrolment(id=run, person_id=f"person-{number}", territory_id=HOME, **{**told, **changes}),
            a_standing(run, step=step, doing=doing),
        )
    return ids


def a_standing(run: str, **changes: Any) -> tables.StandingRow:
    told: dict[str, Any] = {"line": "", "step": "visit", "doing": "task", "since": NOW, "until": NOW + timedelta(days=9)}
    told |= changes
    return tables.StandingRow(enrolment_id=run, key=f"{run}.{told['step']}.1", **told)


async def carried_out(engine: AsyncEngine, hands: FakeHands, operation: str, *, most: int = 50) -> int:
    """Carry the operation on until it is over, without its rests; returns how often it had to go on."""
    operating = Operating(engine, hands, CLOCK)
    for times in range(1, most):
        if (await operating.carry_on(operation)).over:
            return times
        async with engine.begin() as connection:
            await connection.execute(text("UPDATE operation_item SET try_after = :past"), {"past": datetime(2020, 1, 1, tzinfo=UTC)})
    raise AssertionError(f"operation {operation} is not over after {most} turns")
