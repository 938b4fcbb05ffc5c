"""The fakes of markets and judgements, over the world of the API's tests."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from api.schemas.markets import MarketRead, MarketSet
from api.schemas.why import CheckLine, WhyLine
from api.who import Who
from journeys.definitions import Definition, SendStep
from journeys.markets import MarketPolicy

if TYPE_CHECKING:
    from tests.api.fakes import World


class FakeMarkets:
    def __init__(self, world: "World") -> None:
        self.world = world

    async def all(self) -> Sequence[MarketRead]:
        return [self.world.markets[name] for name in sorted(self.world.markets)]

    async def find(self, market: str) -> MarketRead | None:
        return self.world.markets.get(market)

    async def set(self, who: Who, policy: MarketPolicy, *, replaces: str | None, remark: str, now: datetime) -> MarketSet | None:
        known = self.world.markets.get(policy.market)
        if (known.digest if known is not None else None) != replaces:
            return None
        made = MarketRead(policy=policy, digest=str(len(self.world.audit)) * 64, updated_at=now, imported=False)
        self.world.markets[policy.market] = made
        self.world.audit.append((who.id, f"market.set {remark}"))
        return MarketSet(**dict(made), operation=None)


class FakeJudgements:
    def __init__(self, world: "World") -> None:
        self.world = world

    async def of_touch(self, who: Who, touch: str) -> Sequence[WhyLine]:
        return [line for line in self.world.judged if line.touch == touch and self.world.in_scope(who, line.person_id or "")]

    async def of_person(self, who: Who, person_id: str, *, journey: str | None, step: str | None, limit: int) -> Sequence[WhyLine]:
        asked = [line for line in self.world.judged if line.person_id == person_id and self.world.in_scope(who, person_id)]
        return [line for line in asked if journey in {None, line.journey} and step in {None, line.step}][:limit]

    async def version_of(self, person_id: str, journey: str) -> int | None:
        return next((row.version for row in self.world.enrolments.values() if (row.person_id, row.journey) == (person_id, journey)), None)

    async def if_sent_now(self, person_id: str, definition: Definition, step: str, *, now: datetime) -> WhyLine | None:
        if not isinstance(definition.steps.get(step), SendStep):
            return None
        return a_why(touch=f".{step}.0", at=now, person_id=person_id, journey=definition.journey, step=step)


def a_why(**changes: object) -> WhyLine:
    """A touch that the cap holds."""
    held = CheckLine(rule="cap", verdict="deferred", reason="weekly_cap", saw="2 of 2 in the last 7 days", inputs={"caps": []}, source="The market's caps.")
    told = {"verdict": "deferred", "reason": "weekly_cap", "sentence": "Held because the cap is reached.", "checks": (held,), **changes}
    return WhyLine.model_validate(told)
