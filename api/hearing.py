"""Hears the answer to the adverse-event question in whatever is reported, before anything else is made of it: a report that is then refused leaves its
safety case on record. A request that must take effect once comes by here (`api.attempts`); others call it themselves."""

from collections.abc import Mapping

from api.codes import Code
from api.idempotency import Once
from api.ports import Ports
from api.ports.safety import Told
from api.problems import in_field
from api.schemas.free_words import free_words
from api.schemas.safety import Reported, SafetyReport
from api.schemas.shapes import Asked
from api.who import Who


async def hear(house: Ports, who: Who, body: Asked, *, report: str, person_id: str | None = None, once: Once) -> str | None:
    """Keep the answer, if there is one, and return the id of the case that a yes opens. Raises Problem where somebody learnt of it in the future."""
    if not isinstance(body, Reported) or body.safety is None:
        return None
    now = house.clock.now()
    if isinstance(body.safety, SafetyReport) and body.safety.aware_at is not None and body.safety.aware_at > now:
        raise in_field(Code.IN_THE_FUTURE, "Nobody can have learnt of it later than now.", "/safety/aware_at")
    told = Told(
        report=report,
        answer=body.safety,
        person_id=person_id or getattr(body, "person_id", None),
        product=getattr(body, "product", None),
        words=tuple(said.words for said in free_words(body)),
    )
    return await house.safety.told(who, told, once=once, now=now)


def report_of(path: Mapping[str, str], operation: str) -> str:
    """What is reported on: the first thing that the address names, such as `task:…`; the operation where it names none."""
    for name, value in path.items():
        return f"{name.removesuffix('_id')}:{value}"
    return operation
