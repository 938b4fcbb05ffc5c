"""What happens to people of itself: they are entered over the first weeks, consent and withdraw, object, climb the adoption ladder, meet events."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from random import Random
from typing import TYPE_CHECKING

from journeys import events as on
from journeys.facts import CATALOGUE
from journeys.openings import next_opening
from journeys.rehearsal import doors
from journeys.rehearsal.delays import drawn
from journeys.rehearsal.population import consent, personal
from journeys.state import Entered

if TYPE_CHECKING:
    from datetime import datetime

    from journeys.commands import Learn
    from journeys.conditions import Value
    from journeys.consents import ConsentAct
    from journeys.rehearsal.behaviour import Happening
    from journeys.rehearsal.members import Member, Run
    from journeys.rehearsal.room import Room
    from journeys.rehearsal.stage import Part

_STAGES = CATALOGUE["adoption_stage"].values
_WEEK = timedelta(weeks=1)


def begin(room: Room, member: Member) -> None:
    """Draw when the person is entered, and what the person will do unasked."""
    _draw_weekly(room, member)
    if member.person.enters:
        at = member.diary.at_work(room.stage.start, days=1 + int(member.rng.random() * room.stage.behaviour.intake_days), rng=member.rng)
        room.later(at, partial(_enter, room, member))
        for happening in room.stage.happenings:
            _draw_happening(room, member, happening, personal(room.stage.seed, f"{member.person.id}.{happening.event}"))


def consents(room: Room, member: Member, act: ConsentAct) -> None:
    """A person consents or takes a consent back, and the runs are told."""
    member.consents = (*member.consents, act)
    kind = on.ConsentGiven if act.act == "given" else on.ConsentWithdrawn
    room.tell(member, kind.model_construct(id=room.name(act.act), channel=act.channel))
    _reconsider(room, member)


def climb(room: Room, member: Member) -> None:
    """One step up the adoption ladder; at the top, and where the stage is not known, none."""
    stage = member.facts.get("adoption_stage")
    if stage in _STAGES[:-1]:
        change(room, member, {"adoption_stage": _STAGES[_STAGES.index(stage) + 1]})


def change(room: Room, member: Member, facts: dict[str, Value | None]) -> None:
    """Facts of a person are others now, and the runs are told."""
    member.facts.update(facts)
    room.tell(member, on.FactsChanged.model_construct(id=room.name("facts"), facts=facts))
    _reconsider(room, member)


def learn(room: Room, run: Run, learnt: Learn) -> None:
    """What a journey has learnt is written down; what it proposes is accepted some of the time."""
    member = run.member
    known: dict[str, Value | None] = {}
    if learnt.add_tags or learnt.remove_tags:
        tags = member.facts.get("tags")
        known["tags"] = tuple(sorted({*(tags if isinstance(tags, tuple) else ()), *learnt.add_tags} - {*learnt.remove_tags}))
    if learnt.channel_preference is not None:
        known["channel_preference"] = learnt.channel_preference
    proposed = {"adoption_stage": learnt.propose_stage, "persona": learnt.propose_persona}
    accepted = room.stage.behaviour.proposals_accepted
    known |= {fact: value for fact, value in proposed.items() if value is not None and member.rng.random() < accepted}
    if known:
        change(room, member, known)


def _enter(room: Room, member: Member) -> None:
    """Offer every strategy that is entered for its own sake, the highest priority first."""
    for part in room.stage.parts:
        entry = part.definition.entry
        if entry.schedule is not None:
            _schedule(room, member, part)
        elif entry.on is None and not room.stage.begun_by(part.journey):
            doors.offer(room, member, part)


def _schedule(room: Room, member: Member, part: Part) -> None:
    opening = part.definition.entry.schedule
    if opening is not None:
        at = next_opening(opening, calendar=member.diary.calendar, now=room.now + timedelta(seconds=1))
        room.later(at, partial(_scheduled, room, member, part))


def _scheduled(room: Room, member: Member, part: Part) -> None:
    first = not any(run.part is part for run in member.runs)
    doors.offer(room, member, part, count=first)
    _schedule(room, member, part)


def _reconsider(room: Room, member: Member) -> None:
    """Something is known that was not: whoever meets the condition of a journey that enters by itself comes in now."""
    for part in room.stage.automatic if member.person.enters else ():
        doors.offer(room, member, part, count=False)


def _draw_weekly(room: Room, member: Member) -> None:
    weekly, rng = room.stage.manners(member.facts.get("persona")).weekly, member.rng
    market = member.person.market
    for channel in room.stage.channels:
        for rate, act in ((weekly.consent_given, "given"), (weekly.consent_withdrawn, "withdrawn")):
            at = _when(room, rate, rng)
            if at is not None and (act == "given") is not member.allows(channel, room.now):
                room.later(at, partial(_consent, room, member, channel, market, act))
    at = _when(room, weekly.objected, rng)
    if at is not None and not member.objected:
        room.later(at, partial(_object, room, member))


def _when(room: Room, per_week: float, rng: Random) -> datetime | None:
    """When something next happens that has no memory: exponentially distributed; None where that is beyond the end."""
    if not per_week:
        return None
    weeks = rng.expovariate(per_week)
    return room.now + weeks * _WEEK if weeks < room.stage.weeks else None


def _consent(room: Room, member: Member, channel: str, market: str, act: str) -> None:
    consents(room, member, consent(channel, market, at=room.now, act=act))


def _object(room: Room, member: Member) -> None:
    member.objected = True
    room.tally.happened["objected"] += 1
    room.tell(member, on.Objected.model_construct(id=room.name("objected")))


def _draw_happening(room: Room, member: Member, happening: Happening, rng: Random, number: int = 1) -> None:
    at = _when(room, happening.per_week, rng)
    if at is not None:
        room.later(at, partial(_happen, room, member, happening, rng, number))


def _happen(room: Room, member: Member, happening: Happening, rng: Random, number: int) -> None:
    """An event of the outside comes, with its key and fields; its sequel and the next of its kind are drawn."""
    key = f"{happening.event}-{number}"
    fields: dict[str, Value] = {name: rng.choice(values) for name, values in happening.fields.items()}
    if happening.key is not None:
        fields[happening.key] = key
    for name, delay in happening.times.items():
        fields[name] = drawn(delay)(member.diary, room.now, rng).isoformat()
    for name, delay in happening.days.items():
        fields[name] = member.diary.calendar.local(drawn(delay)(member.diary, room.now, rng)).date().isoformat()
    _tell(room, member, happening.event, key, fields)
    facts = {fact: fields.get(name) for fact, name in happening.facts.items()}
    if facts:
        change(room, member, facts)
    if happening.then is not None and rng.random() < happening.then.chance:
        at = drawn(happening.then.after)(member.diary, room.now, rng)
        room.later(at, partial(_tell, room, member, happening.then.event, key, fields))
    _draw_happening(room, member, happening, rng, number + 1)


def _tell(room: Room, member: Member, event: str, key: str, fields: dict[str, Value]) -> None:
    room.tally.happened[event] += 1
    happened = on.Happened.model_construct(id=room.name(event), event=event, key=key, fields=fields)
    for run in member.open_runs:
        if event in run.part.definition.listens:
            room.later(room.now, partial(room.take, run, happened))
    for part in room.stage.parts:
        wanted = part.definition.entry.on
        if wanted is not None and wanted.event == event and all(fields.get(name) in values for name, values in wanted.where.items()):
            doors.offer(room, member, part, entered=Entered(event=event, key=key, fields=fields))
