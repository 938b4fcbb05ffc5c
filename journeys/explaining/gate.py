"""What is asked before a journey speaks to anybody: whose turn it is, and what the gate heeds for its purpose. `journeys.turns` and `journeys.policy`
decide; a test judges every purpose against every one of these sentences, so that nobody signs for a rule that is not asked."""

from collections.abc import Iterator
from enum import StrEnum

from journeys.definitions import Definition, Purpose, VisitStep
from journeys.explaining.phrases import both, either, sentence, spoken
from journeys.policy import ONE_COPY
from journeys.turns import takes_turns


class Guard(StrEnum):
    """What may hold a touch back, as it is told. Which of them does depends on the purpose."""

    CONSENT = "missing consent to promotion by that channel"
    OBJECTION = "an objection to direct marketing"
    RESTRICTED = "an entry on the stop list as restricted"
    INQUIRY = "a missing question of the HCP's own that it answers"
    GONE = "an entry on the stop list as deceased, retired or struck off"
    CAP = "the market's caps of touches per HCP over all journeys"
    CADENCE = "the market's gap between two touches"
    OTHERS = "touches that have waited for the same room, of higher priority or for longer"
    ZONE = "an unknown time zone where the market has rules by the clock"
    QUIET_HOURS = "the market's quiet hours"
    REST_DAYS = "days on which the market has no promotion"


HEEDED: dict[Purpose, tuple[Guard, ...]] = {
    Purpose.PROMOTIONAL: tuple(guard for guard in Guard if guard is not Guard.INQUIRY),
    Purpose.MEDICAL_RESPONSE: (Guard.RESTRICTED, Guard.INQUIRY, Guard.GONE),
    Purpose.TRANSACTIONAL: (Guard.RESTRICTED, Guard.GONE),
    Purpose.SAFETY: (Guard.GONE,),
}


def turns(definition: Definition) -> Iterator[str]:
    """Whether the journey shares the HCP with others."""
    purpose = spoken(definition.purpose)
    if not takes_turns(definition.purpose, held_out=False):
        yield f"Its purpose is {purpose}, so it takes no turns with other journeys: it waits for none, and makes none wait, whatever its priority."
        return
    yield f"Its purpose is {purpose}. Its priority among journeys is {definition.priority} of 100."
    yield "A market says how many promotional journeys may have one HCP at a time."
    if definition.when_busy == "wait":
        yield "Where others of the same or a higher priority have the HCP, this one waits for its turn before it begins."
        yield "When one of a higher priority comes later, this one is paused and goes on afterwards, with every deadline moved by as long."
    else:
        yield "Where others of the same or a higher priority have the HCP, this one does not begin."
        yield "When one of a higher priority comes later, this one gives way and ends."


def asked(definition: Definition) -> Iterator[str]:
    """What the gate asks each time something is to be sent."""
    yield (
        "Each time, on that very day, it is asked whether the content is approved for this product, for the HCP's market and for the profession of "
        "whoever gets it, and whether there is an address and a channel to it. What is unknown is not sent."
    )
    heeded = HEEDED[definition.purpose]
    yield f"It is also held back by {either(heeded)}."
    spared = [guard for guard in Guard if guard not in heeded and guard is not Guard.INQUIRY]  # no other purpose answers a question
    if spared:
        yield sentence(f"{both(spared)} {'do' if len(spared) > 1 else 'does'} not hold it back, because its purpose is {spoken(definition.purpose)}")
    yield f"Where two records have the same address, only one of them gets the same content within {ONE_COPY.days} days."
    yield "What is paused or stopped sends nothing."
    if any(isinstance(step, VisitStep) for step in definition.steps.values()):
        yield "A rep's visit is not sent and not held back by any of this; it counts towards the caps of touches."


def kept_out(definition: Definition) -> str:
    """Who does not come in, whatever is known of them otherwise."""
    if definition.purpose is Purpose.PROMOTIONAL:
        return "Whoever objected to direct marketing or is on the stop list does not enter."
    stopped = "Whoever is on the stop list does not enter."
    if Guard.RESTRICTED not in HEEDED[definition.purpose]:
        stopped = "Whoever is on the stop list as deceased, retired or struck off does not enter; whoever is there as restricted does."
    return f"{stopped} An objection to direct marketing keeps nobody out, and ends nothing."
