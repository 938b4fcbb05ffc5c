"""The touch ledger of one circle of people: the gate asked with the evidence of that moment, and the touches counted on which the caps stand."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from journeys.choosing import NOTHING, first_choice
from journeys.commands import Deliver
from journeys.definitions import Definition, Purpose
from journeys.policy import Evidence, Inquired, Intent, Verdict, judge, judge_nobody

if TYPE_CHECKING:
    from journeys.rehearsal.members import Member
    from journeys.rehearsal.stage import Stage


class Question(NamedTuple):
    """What the gate is asked. Where there is `nobody` to write to, nothing else is asked, as in the store."""

    intent: Intent
    evidence: Evidence
    nobody: bool


def question(stage: "Stage", definition: Definition, touch: Deliver, *, to: "Member | None", market: str, now: datetime) -> Question:
    """A touch to that person at this moment, put to the gate with the evidence of that moment."""
    intent = Intent.model_construct(
        channel=touch.channel,
        purpose=definition.purpose,
        product=definition.product,
        market=market if to is None else to.person.market,
        content=touch.content,
        key=touch.key,
        priority=definition.priority,
    )
    return Question(intent, _evidence(stage, touch, to, market, definition.product, now), to is None)


def ask(asked: Question, now: datetime) -> Verdict:
    """What the gate says."""
    return (judge_nobody if asked.nobody else judge)(asked.intent, asked.evidence, now)


def _evidence(stage: "Stage", touch: Deliver, to: "Member | None", market: str, product: str, now: datetime) -> Evidence:
    """The HCPs of a rehearsal have asked what medical answers; a nurse has not."""
    content = stage.contents.get(touch.content)
    if to is None:
        return Evidence(
            market=stage.markets.get(market), reachable=False, audience=None, objected=False, suppressed=False, consents=(), content=content, touches=()
        )
    person = to.person
    chosen = first_choice(content) if content is not None and touch.by is not None else NOTHING
    return Evidence.model_construct(
        market=to.policy,
        reachable=touch.channel in person.channels,
        audience=person.profession,
        objected=to.objected,
        suppressed=person.suppressed,
        consents=to.acts(),
        content=content,
        chosen=chosen,
        fragments=tuple(stage.contents[ref] for ref in chosen.fragments if ref in stage.contents),
        touches=tuple(to.touches),
        waiting=to.places(touch.key) if to.waiting else (),
        since=to.waiting[touch.key][0].since if touch.key in to.waiting else None,
        calendar=to.diary.calendar,
        zone_of=to.zone_of,
        inquiry=Inquired.model_construct(by_recipient=touch.to == "hcp", product=product, stands=True),
        has_copy=bool(to.sharing) and to.has_copy(touch.channel, touch.content, now),
    )


def presses(purpose: Purpose) -> bool:
    """Whether a touch of that purpose counts towards the cap: all but medical's answers to questions."""
    return purpose is not Purpose.MEDICAL_RESPONSE


def most_within(touches: Sequence[datetime], period: timedelta) -> int:
    """The most touches in any period of that length. `touches` in the order of time."""
    return max((count - bisect_right(touches, touches[count - 1] - period) for count in range(1, len(touches) + 1)), default=0)
