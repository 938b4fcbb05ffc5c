"""Fakes of what is kept of content in use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from api.ports import CountChanged
from api.schemas.content_states import ContentStands
from api.schemas.recalls import ContentReach, RecallLine, ReceivedLine, WithdrawContent, Withdrawn
from tests.api.slicing import sliced

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from api.idempotency import Once
    from api.paging import Batch, Slice
    from api.ports import Stamp
    from api.who import Who
    from journeys.choosing import Chosen
    from journeys.definitions import ContentRef
    from journeys.restricted import Hit, RestrictedWord
    from tests.api.fakes import World

RUNS = 3
"""Open runs in versions that name any content."""
RECEIVED = 2
"""People who have any content."""


class FakeRecalls:
    def __init__(self, world: World) -> None:
        self.world = world

    async def reach(self, ref: ContentRef) -> ContentReach | None:
        return _reach(ref) if ref in self.world.contents else None

    async def withdraw(
        self, who: Who, ref: ContentRef, asked: WithdrawContent, *, remark: str, once: Once, now: datetime
    ) -> Withdrawn | CountChanged | Literal["unknown", "withdrawn"]:
        if ref not in self.world.contents:
            return "unknown"
        if ref in self.world.recalls:
            return "withdrawn"
        if asked.expected not in (None, RUNS):
            return CountChanged(RUNS)
        line = RecallLine(id=once.id("recall"), content=str(ref), reason=asked.reason, by=who.id, role=who.role, source="desk", reach=_reach(ref), at=now)
        self.world.recalls[ref] = Withdrawn(recall=line, now=_reach(ref))
        return self.world.recalls[ref]

    async def latest(self, ref: ContentRef) -> Withdrawn | None:
        return self.world.recalls.get(ref)

    async def received(self, ref: ContentRef, *, cut: Slice) -> Batch[ReceivedLine]:
        return sliced([ReceivedLine(person_id="p", channel="email", state="accepted", at=self.world.now, market="SE")], cut)


def _reach(ref: ContentRef) -> ContentReach:
    return ContentReach(content=str(ref), runs=RUNS, people=RUNS, received=RECEIVED)


class FakeWords:
    def __init__(self, world: World) -> None:
        self.world = world

    async def listed(self, who: Who) -> tuple[RestrictedWord, ...]:
        return self.world.restricted

    async def note(self, who: Who, path: str, found: Sequence[tuple[str, Hit]], *, now: datetime) -> None:
        self.world.noted += [(path, pointer, hit.word) for pointer, hit in found]


class FakeChoices:
    def __init__(self, world: World) -> None:
        self.world = world

    async def keep(self, who: Who, key: str, letter: ContentRef, chosen: Chosen, *, now: datetime) -> None:
        self.world.choices[key] = (letter, chosen)


class FakeContentSystems:
    """One system, vault, whose signature is the word `genuine`."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def genuine(self, system: str, stamp: Stamp, body: bytes) -> bool:
        return (system, stamp.signature) == ("vault", "genuine")

    async def tell(
        self, system: str, ref: ContentRef, *, state: str, expires: datetime | None, now: datetime
    ) -> ContentStands | Literal["unknown_version", "withdrawn_for_good", "no_approval"]:
        if ref not in self.world.contents:
            return "unknown_version"
        if self.world.contents[ref].state == "withdrawn":
            return "withdrawn_for_good"
        lack = None if state in {"approved", "withdrawn"} else "unknown_state"
        self.world.said.append((str(ref), state))
        return ContentStands(content=str(ref), state="in_review" if lack else state, expires=expires, result="changed", lack=lack)
