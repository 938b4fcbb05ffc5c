"""Puts the library's strategies in force as the sample's own users would: one drafts and submits, the others sign with their sample PINs, the author
publishes. Nothing comes into force unsigned, not even on a laptop."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from graphlib import CycleError, TopologicalSorter
from uuid import uuid4

from sqlmodel.ext.asyncio.session import AsyncSession

from api.ports import AskedRelease
from api.rows import Unclean
from api.who import Role, Who
from journeys.definitions import Definition, JourneyStep
from journeys.library import Library
from journeys.lifecycle import Running, Sign
from journeys.means import Means
from journeys.signatures import Meaning, Party
from journeys.versions import RELEASED, missing
from orchestrator.store import lifecycles, pins
from orchestrator.store.errors import SampleRefusedError
from orchestrator.store.library import Published, import_library
from orchestrator.store.lifecycles import Doing, Outcome
from orchestrator.store.sample import Sample, SampleUser
from orchestrator.store.tables import DefinitionVersion, SigningPin
from orchestrator.store.versions import life_of, locked, policies

_WHY = "The sample's strategy, agreed by the sample's users."


async def launch(session: AsyncSession, library: Library, sample: Sample, *, means: Means, now: datetime, real: datetime) -> tuple[Published, ...]:
    """Import the library and put its strategies in force, those that are not yet. The sample's users must be there. Raises SampleRefusedError."""
    author = next(user for user in sample.users if user.role is Role.MARKETING)
    brought = await import_library(session, library, by=author.id, role=author.role, now=now)
    await _give_pins(session, sample, now=now, real=real)
    for definition in _inner_first(library.strategies):
        row = await locked(session, (definition.journey, definition.version))
        if row is not None and row.state not in RELEASED:
            await _Launch(session, sample, author, means=means, now=now, real=real).of(definition)
    return brought


def _inner_first(strategies: Mapping[str, Definition]) -> Iterable[Definition]:
    """A journey that a step of another starts is in force before that one: a version is judged against what is in force. Where they start each
    other in a ring no order helps, and the linter says so."""
    started = {name: [step.journey.start for step in each.steps.values() if isinstance(step, JourneyStep)] for name, each in strategies.items()}
    try:
        order = (*TopologicalSorter(started).static_order(),)
    except CycleError:
        order = (*strategies,)
    return (strategies[name] for name in order if name in strategies)


async def _give_pins(session: AsyncSession, sample: Sample, *, now: datetime, real: datetime) -> None:
    """A PIN that a user has changed in the meantime stays."""
    for user in sample.users:
        if user.pin is not None and await session.get(SigningPin, user.id) is None:
            await pins.set_pin(session, user.id, user.pin, by=pins.By(user.id, user.role, now, real))


class _Launch:
    """The way of one version into force."""

    def __init__(self, session: AsyncSession, sample: Sample, author: SampleUser, *, means: Means, now: datetime, real: datetime) -> None:
        self._session, self._sample, self._author = session, sample, author
        self._means, self._now, self._real = means, now, real

    async def of(self, definition: Definition) -> None:
        key = (definition.journey, definition.version)
        row = _good(definition.journey, await lifecycles.submit(self._session, self._doing(self._author), key))
        for party in missing(await life_of(self._session, row), await policies(self._session)):
            _good(definition.journey, await self._sign(row, party))
        release = AskedRelease(running=Running.PIN)
        published = await lifecycles.publish(self._session, self._doing(self._author), key, release, migrating=None, means=self._means)
        _good(definition.journey, published)

    async def _sign(self, row: DefinitionVersion, party: Party) -> Outcome | None:
        """The first user of the sample who signs for the party and has not signed; an author only where there is nobody else."""
        signed = {given.by for given in (await life_of(self._session, row)).signatures}
        able = [user for user in self._sample.users if party in Who(user.id, user.role).parties and user.id not in signed and user.pin is not None]
        signer = min(able, key=lambda user: user.id in row.authors, default=None)
        if signer is None or signer.pin is None:
            raise SampleRefusedError(row.journey, why=f"No user of the sample can sign for {party}.")
        meaning = Meaning.AUTHORSHIP if signer.id in row.authors else Meaning.APPROVAL
        parties = Who(signer.id, signer.role).parties
        asked = Sign(by=signer.id, name=signer.name, parties=parties, party=party, meaning=meaning, digest=row.digest, at=self._now)
        return await lifecycles.sign(self._session, self._doing(signer), (row.journey, row.version), asked, pin=signer.pin, real=self._real)

    def _doing(self, user: SampleUser) -> Doing:
        return Doing(id=uuid4().hex, by=user.id, role=user.role, why=_WHY, now=self._now)


def _good(journey: str, outcome: Outcome | None) -> DefinitionVersion:
    match outcome:
        case DefinitionVersion():
            return outcome
        case Unclean(findings=findings):
            raise SampleRefusedError(journey, why="\n".join(map(str, findings)))
        case None:
            raise SampleRefusedError(journey, why="It is not on record.")
        case _:
            raise SampleRefusedError(journey, why=outcome.detail)
