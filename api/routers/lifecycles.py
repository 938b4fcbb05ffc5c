"""The acts of a version's life, from draft to retirement, each once under its Idempotency-Key and with its reason."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from api import standing
from api.attempts import Attempted
from api.codes import Code
from api.house import House
from api.idempotency import Once
from api.ports import Acted, AskedRelease, AskedSignature
from api.problems import in_field, responses, unknown
from api.schemas.definitions import DefinitionStanding, Draft, Drafted, Publish, Reason, Sign
from api.security import only
from api.who import DOERS, Who
from journeys.lifecycle import Act

router = APIRouter(prefix="/definitions", tags=["definitions"])

Author = Annotated[Who, Depends(only(*DOERS[Act.DRAFT]))]
Publisher = Annotated[Who, Depends(only(*DOERS[Act.PUBLISH]))]
Signer = Annotated[Who, Depends(only(*DOERS[Act.SIGN]))]
Returner = Annotated[Who, Depends(only(*DOERS[Act.SEND_BACK]))]
Stopper = Annotated[Who, Depends(only(*DOERS[Act.DRAIN]))]
_REFUSALS = responses(401, 403, 404, 409, 422)


@router.post("", status_code=201, summary="Draft a version", responses=responses(401, 403, 409, 422))
async def draft(body: Draft, who: Author, house: House, attempt: Attempted) -> Drafted:
    """Put a new version on record under the journey and version that the text names. It may still have errors, but it must be well formed."""

    async def work(once: Once) -> Drafted:
        definition, found = await standing.judged(house, body.text)
        done = await house.lifecycles.draft(who, definition, source=body.text, reason=body.reason, once=once, now=house.clock.now())
        return Drafted(definition=standing.acted(done, who), findings=found)

    return await attempt.once(body, Drafted, work)


class Hand:
    """A user's hand on one version: whatever it does takes effect once under its Idempotency-Key."""

    def __init__(self, journey: str, version: Annotated[int, Path(ge=1, le=2**31 - 1)], house: House, attempt: Attempted) -> None:
        self.journey, self.version = journey, version
        self.house, self.attempt = house, attempt

    async def give(self, who: Who, body: Reason, act: Act) -> DefinitionStanding:
        """An act that needs a reason and nothing else."""

        async def work(once: Once) -> DefinitionStanding:
            now = self.house.clock.now()
            return self.told(await self.house.lifecycles.act(who, self.journey, self.version, act, reason=body.reason, once=once, now=now), who)

        return await self.attempt.once(body, DefinitionStanding, work)

    def told(self, done: Acted | None, who: Who) -> DefinitionStanding:
        """The version after the act. Raises Problem where there is none or the act was refused."""
        if done is None:
            raise unknown("version")
        return standing.acted(done, who)


Handed = Annotated[Hand, Depends(Hand)]


@router.post("/{journey}/{version}/replace", summary="Replace a draft's text", responses=_REFUSALS)
async def replace(body: Draft, who: Author, hand: Handed) -> Drafted:
    """Give a draft another text, under the same journey and version. Whoever does is one of its authors."""

    async def work(once: Once) -> Drafted:
        definition, found = await standing.judged(hand.house, body.text)
        if (definition.journey, definition.version) != (hand.journey, hand.version):
            raise in_field(Code.INVALID, f"The text is of {definition.journey} version {definition.version}.", "/text")
        done = await hand.house.lifecycles.replace(who, definition, source=body.text, reason=body.reason, once=once, now=hand.house.clock.now())
        return Drafted(definition=hand.told(done, who), findings=found)

    return await hand.attempt.once(body, Drafted, work)


@router.post("/{journey}/{version}/submit", summary="Submit a draft for review", responses=_REFUSALS)
async def submit(body: Reason, who: Author, hand: Handed) -> DefinitionStanding:
    """Lock the text and put it before those who sign. It must lint clean, and each of its markets must have a policy."""
    return await hand.give(who, body, Act.SUBMIT)


@router.post("/{journey}/{version}/send-back", summary="Send a version back to draft", responses=_REFUSALS)
async def send_back(body: Reason, who: Returner, hand: Handed) -> DefinitionStanding:
    """Unlock the text of a version in review or signed. No signature that was given counts any more."""
    return await hand.give(who, body, Act.SEND_BACK)


@router.post("/{journey}/{version}/sign", summary="Sign a version", responses=_REFUSALS)
async def sign(body: Sign, who: Signer, hand: Handed) -> DefinitionStanding:
    """Sign the text that you have read, with your PIN: for one party, once. With the last signature that is needed the version is signed."""

    async def work(once: Once) -> DefinitionStanding:
        signature = AskedSignature(party=body.party, meaning=body.meaning, digest=body.digest, pin=body.pin.get_secret_value())
        return hand.told(await hand.house.lifecycles.sign(who, hand.journey, hand.version, signature, once=once, now=hand.house.clock.now()), who)

    return await hand.attempt.once(body, DefinitionStanding, work)


@router.post("/{journey}/{version}/publish", summary="Publish a signed version", responses=_REFUSALS)
async def publish(body: Publish, who: Publisher, hand: Handed) -> DefinitionStanding:
    """Let HCPs enter it from a date, now if none is given; until then the earlier version goes on. It is linted again."""

    async def work(once: Once) -> DefinitionStanding:
        asked = AskedRelease(since=body.from_, running=body.running, mapping=body.mapping, plan=body.plan)
        done = await hand.house.lifecycles.publish(who, hand.journey, hand.version, asked, reason=body.reason, once=once, now=hand.house.clock.now())
        return hand.told(done, who)

    return await hand.attempt.once(body, DefinitionStanding, work)


@router.post("/{journey}/{version}/drain", summary="Drain a published version", responses=_REFUSALS)
async def drain(body: Reason, who: Stopper, hand: Handed) -> DefinitionStanding:
    """Take nobody new from now on. Those who are in it play on; when the last run has ended it retires."""
    return await hand.give(who, body, Act.DRAIN)


@router.post("/{journey}/{version}/retire", summary="Retire a version", responses=_REFUSALS)
async def retire(body: Reason, who: Stopper, hand: Handed) -> DefinitionStanding:
    """Lay down a version in which nobody is."""
    return await hand.give(who, body, Act.RETIRE)


@router.post("/{journey}/{version}/withdraw", summary="Withdraw a draft", responses=_REFUSALS)
async def withdraw(body: Reason, who: Author, hand: Handed) -> DefinitionStanding:
    """Give a draft up. It stays on record, and its number stays taken."""
    return await hand.give(who, body, Act.WITHDRAW)
