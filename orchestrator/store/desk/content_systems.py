"""What content systems push: proven by their signature, read by their mapping."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Literal, cast

from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from api.ports import Stamp
from api.schemas.content_states import ContentStands
from journeys.content import ContentState
from journeys.definitions import ContentRef
from journeys.syncing import Said, state_of
from orchestrator.clock import wall_clock
from orchestrator.content_systems.systems import ContentSystem
from orchestrator.counts import Dropped, count_in
from orchestrator.requests import signing
from orchestrator.store.engine import transaction
from orchestrator.store.syncing import apply
from orchestrator.store.tables import ContentVersion

Refusal = Literal["unknown_version", "withdrawn_for_good", "no_approval"]


class StoredContentSystems:
    """`real` is the wall clock, by which the other system stamps what it pushes too."""

    def __init__(self, engine: AsyncEngine, systems: Mapping[str, ContentSystem], *, real: Callable[[], datetime] = wall_clock) -> None:
        self._engine, self._systems, self._real = engine, systems, real

    async def genuine(self, system: str, stamp: Stamp, body: bytes) -> bool:
        secret: SecretStr | None = self._systems[system].secret if system in self._systems else None
        if secret is None or not stamp.id:
            return False
        given = signing.Stamp(stamp.id, stamp.timestamp, stamp.signature)
        return signing.genuine(secret.get_secret_value(), given, stamp.id, body, now=self._real())

    async def tell(self, system: str, ref: ContentRef, *, state: str, expires: datetime | None, now: datetime) -> ContentStands | Refusal:
        ours = state_of(state, self._systems[system].states)
        lack: Literal["unknown_state"] | None = "unknown_state" if ours is None else None
        said = Said(ref=ref, state=ours or ContentState.IN_REVIEW, expires=expires, lack=lack, as_said=state)
        async with transaction(self._engine) as session:
            came = await apply(session, said, source=system, now=now)
            for why in (lack, came if came not in ("changed", "unchanged") else None):
                if why is not None:
                    count_in(session, Dropped.CONTENT_SYNC, why)
            if came not in ("changed", "unchanged"):
                return cast("Refusal", came)
            row = await session.get_one(ContentVersion, (ref.id, ref.version))
            return ContentStands(content=str(ref), state=row.state, expires=row.expires, result=came, lack=lack)
