"""What becomes of a touch: the gate is asked, and what went out is opened, clicked, answered, or comes back."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Literal

from journeys import events as on
from journeys.definitions import Heard, InviteStep
from journeys.policy import accounted, place
from journeys.rehearsal.ledger import ask, question
from journeys.routing import first_allowed, in_order

if TYPE_CHECKING:
    from datetime import datetime

    from journeys.commands import Deliver
    from journeys.policy import Verdict
    from journeys.rehearsal.ledger import Question
    from journeys.rehearsal.manners import Post
    from journeys.rehearsal.members import Member, Run
    from journeys.rehearsal.room import Room


def deliver(room: Room, run: Run, touch: Deliver) -> on.Settled:
    """Put a touch before the gate. What is allowed is sent, and what is heard of it comes later."""
    to = _nurse(room, run.member) if touch.to == "nurse" else run.member
    ways = in_order(touch, prefers=to.facts.get("channel_preference") if to is not None else None)
    asked = [_asked(room, run, way, to) for way in ways]
    number, verdict = first_allowed(_judge(room, run, way, one) for way, one in zip(ways, asked, strict=True))
    _count(run, verdict)
    if to is not None:
        _keep_place(run, to, asked[number], verdict, room.now)
    if verdict.verdict == "allowed" and to is not None:
        _send(room, run, ways[number], to)
        return on.Settled.model_construct(key=touch.key, result="sent", channel=ways[number].channel if touch.instead else None)
    result: Literal["deferred", "refused"] = "deferred" if verdict.verdict == "deferred" else "refused"
    return on.Settled.model_construct(key=touch.key, result=result, reason=verdict.reason, until=verdict.until)


def _asked(room: Room, run: Run, touch: Deliver, to: Member | None) -> Question:
    return question(room.stage, run.part.definition, touch, to=to, market=run.member.person.market, now=room.now)


def _judge(room: Room, run: Run, touch: Deliver, asked: Question) -> Verdict:
    verdict = ask(asked, room.now)
    if room.trace is not None:
        room.trace.judged(room.now, run, touch, accounted(verdict, asked.intent, asked.evidence, room.now))
    return verdict


def _keep_place(run: Run, to: Member, asked: Question, verdict: Verdict, now: datetime) -> None:
    """What pressure puts off keeps its place, as in the store."""
    kept = place(asked.intent, verdict, since=asked.evidence.since, now=now) if verdict.verdict == "deferred" else None
    if kept is not None:
        to.waiting[kept.key] = kept, run
    else:
        to.waiting.pop(asked.intent.key, None)


def _nurse(room: Room, member: Member) -> Member | None:
    """The nurse of the care team: of several, the one whose id comes first, as in the store."""
    nurses = (room.members[nurse] for nurse in sorted(member.person.care_team) if nurse in room.members)
    return next((nurse for nurse in nurses if not nurse.person.suppressed), None)


def _count(run: Run, verdict: Verdict) -> None:
    count = run.count
    if verdict.verdict == "refused":
        count.refused[verdict.reason or ""] += 1
    elif verdict.verdict == "deferred":
        count.deferred[verdict.reason or ""] += 1


def _send(room: Room, run: Run, touch: Deliver, to: Member) -> None:
    definition = run.part.definition
    room.touch(to, channel=touch.channel, purpose=definition.purpose, product=definition.product)
    if to.sharing:
        to.copies.append((room.now, touch.channel, touch.content))
    room.check_cap(to, channel=touch.channel, purpose=definition.purpose, product=definition.product)
    post = room.stage.manners(to.facts.get("persona")).post
    if to.rng.random() < post.letters.bounced:
        _hear(room, run, touch, Heard.BOUNCED, room.now)
        return
    _hear(room, run, touch, Heard.DELIVERED, room.now)
    _read(room, run, touch, to, post)
    if isinstance(run.part.definition.steps[touch.step], InviteStep):
        _reply_to_invitation(room, run, touch, to, post)


def _read(room: Room, run: Run, touch: Deliver, to: Member, post: Post) -> None:
    """Some open it; of those some click, some reply."""
    rng, diary, letters = to.rng, to.diary, post.letters
    if rng.random() >= letters.opened:
        return
    opened = post.opens_after(diary, room.now, rng)
    _hear(room, run, touch, Heard.OPENED, opened)
    if rng.random() < letters.clicked:
        _hear(room, run, touch, Heard.CLICKED, post.acts_after(diary, opened, rng))
    if rng.random() < letters.replied:
        _hear(room, run, touch, Heard.REPLIED, post.acts_after(diary, opened, rng))


def _reply_to_invitation(room: Room, run: Run, touch: Deliver, to: Member, post: Post) -> None:
    """Some accept, some decline, and of those who accept some come. Whether they came is told when it is over."""
    rng, invitations = to.rng, post.invitations
    drawn = rng.random()
    answers = post.answers_after(to.diary, room.now, rng)
    if drawn < invitations.accepted:
        _hear(room, run, touch, Heard.ACCEPTED, answers)
        came = Heard.ATTENDED if rng.random() < invitations.attended else Heard.MISSED
        if touch.ends is not None and (touch.starts is None or answers < touch.starts):
            _hear(room, run, touch, came, touch.ends)
    elif drawn < invitations.accepted + invitations.declined:
        _hear(room, run, touch, Heard.DECLINED, answers)


def _hear(room: Room, run: Run, touch: Deliver, heard: Heard, at: datetime) -> None:
    """A run is told what it can wait for; everything is counted. What nobody waits for moves no run, so telling it would only take time."""
    room.later(at, partial(_tell, room, run, touch, heard))


def _tell(room: Room, run: Run, touch: Deliver, heard: Heard) -> None:
    room.tally.heard[heard] += 1
    if heard in run.part.hears:
        room.take(run, on.TouchHeard.model_construct(id=f"{touch.key}.{heard}", touch=touch.key, heard=heard))
