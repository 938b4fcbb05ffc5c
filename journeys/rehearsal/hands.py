"""What people and other systems do about what a run puts before them: a rep, an MSL or a lead does a task, late, in time or never; a system answers."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from journeys import events as on
from journeys.acceptance import refusal
from journeys.definitions import ANSWERED, HANDLED, SENT, WITHDRAWN, ExitStep, Purpose, VisitStep, path
from journeys.rehearsal import lives
from journeys.rehearsal.population import Choice, consent
from journeys.state import AtTask

if TYPE_CHECKING:
    from journeys.commands import CallOut, Note, OpenTask
    from journeys.definitions import Definition
    from journeys.rehearsal.manners import Manners
    from journeys.rehearsal.members import Member, Run
    from journeys.rehearsal.room import Room

_SIDES = {"visit": "rep", "email": "rep", "message": "rep", "invite": "rep", "medical": "msl", "escalate": "lead"}
_NO_TIME = "no_time"
"""The reason that a rehearsed rep gives for skipping a task."""


def open_task(room: Room, run: Run, task: OpenTask) -> None:
    """A task is put before somebody, who does it at some time, skips it, or never comes to it: then it falls overdue by itself."""
    member = run.member
    _work(room, run, task.kind, "opened")
    hand = room.stage.manners(member.facts.get("persona")).hand(task.step, task.kind)
    drawn = member.rng.random()
    if drawn < hand.undone:
        return
    least, typical, most = hand.uses
    at = member.diary.in_time(room.now, due=task.due, share=member.rng.triangular(least, most, typical), rng=member.rng)
    room.later(at, partial(_skip if drawn < hand.skipped else _do, room, run, task))


def closed(room: Room, run: Run, note: Note) -> None:
    """Count a task that was done or fell overdue as work of its side, and a visit that took place as a touch like any other."""
    if note.to not in ("done", "overdue"):
        return
    kind = run.part.kinds[note.step or ""]
    _work(room, run, kind, note.to)
    if kind == "visit" and note.to == "done":
        room.touch(run.member, channel=note.channel or "visit", purpose=Purpose.PROMOTIONAL, product=run.part.definition.product)


def call(room: Room, run: Run, asked: CallOut) -> on.Called:
    """Another system is called: it fails at once, or it accepts and answers later or never."""
    requests, rng = room.stage.behaviour.requests, run.member.rng
    drawn = rng.random()
    way = "failed" if drawn < requests.failed else "unanswered" if drawn < requests.failed + requests.unanswered else "answered"
    run.count.requests[asked.to, way] += 1
    if way == "failed":
        return on.Called.model_construct(key=asked.key, result="failed")
    if way == "answered":
        answer = Choice({answer: requests.answers.get(answer, 1.0) for answer in asked.answers}).draw(rng)
        at = room.stage.answers_after(run.member.diary, room.now, rng)
        told = on.RequestAnswered.model_construct(id=f"{asked.key}.answer", key=asked.key, answer=answer)
        room.later(at, partial(room.take, run, told))
    return on.Called.model_construct(key=asked.key, result="accepted")


def _work(room: Room, run: Run, kind: str, what: str) -> None:
    tally = room.tally
    tally.tasks[run.member.person.territory or "", _SIDES[kind], what, tally.week(room.now)] += 1


def _skip(room: Room, run: Run, task: OpenTask) -> None:
    room.take(run, on.Skip.model_construct(id=f"{task.key}.skipped", by="rep", task=task.key, reason=_NO_TIME))


def _do(room: Room, run: Run, task: OpenTask) -> None:
    """The task is done, if it is still there. While the run is paused nothing is sent: it is tried again the next working day."""
    if run.ended is not None or run.state is None or not isinstance(run.state.at(task.key), AtTask):
        return
    command = _report(room, run, task)
    if run.state.pauses and refusal(run.part.definition, run.state, command, room.now) is not None:
        at = run.member.diary.at_work(room.now, days=1, rng=run.member.rng)
        room.later(at, partial(_do, room, run, task))
        return
    _before(room, run, command)
    room.take(run, command)
    _after(room, run, command)


def _report(room: Room, run: Run, task: OpenTask) -> on.Complete:
    """What whoever did the task reports."""
    step = run.part.definition.steps[task.step]
    manners = room.stage.manners(run.member.facts.get("persona"))
    if isinstance(step, VisitStep):
        return _visit(room, run, task, step, manners)
    outcome = {"medical": ANSWERED, "escalate": HANDLED}.get(task.kind, SENT)
    if task.kind == "medical" and run.member.rng.random() < manners.medical.withdrawn:
        outcome = WITHDRAWN
    asks = _question(run, task, path(step, outcome))
    return on.Complete.model_construct(id=f"{task.key}.done", by=_SIDES[task.kind], task=task.key, outcome=outcome, inquiry=asks)


def _visit(room: Room, run: Run, task: OpenTask, step: VisitStep, manners: Manners) -> on.Complete:
    member = run.member
    outcome = manners.outcome(run.part.journey, task.step, step).draw(member.rng)
    persona, chosen = _chosen(room, run, step, manners)
    return on.Complete.model_construct(
        id=f"{task.key}.done",
        by="rep",
        task=task.key,
        outcome=outcome,
        channel=_where(member, run.part.channels[task.step]),
        persona=persona,
        inquiry=_question(run, task, chosen or path(step, outcome)),
        chosen=chosen,
    )


def _chosen(room: Room, run: Run, step: VisitStep, manners: Manners) -> tuple[str | None, str | None]:
    """The persona met, where it is another, and the offer taken, where one is. Only another persona's strategy may be left for."""
    rng, visits = run.member.rng, manners.visits
    drawn = rng.random()
    if drawn >= visits.another_persona + visits.offers or not step.offers:
        return None, None
    leaving = [offer for offer in step.offers if _hands_over(run.part.definition, offer)]
    if drawn < visits.another_persona:
        others = [persona for persona in room.stage.personas if persona != run.part.definition.persona]
        return (rng.choice(others), rng.choice(leaving)) if others and leaving else (None, None)
    staying = [offer for offer in step.offers if offer not in leaving]
    return None, rng.choice(staying) if staying else None


def _question(run: Run, task: OpenTask, to: str | None) -> str | None:
    """Whoever leads the HCP to medical has recorded the HCP's own question."""
    return f"{task.key}.question" if (to or "") in run.part.handing_over else None


def _hands_over(definition: Definition, offer: str) -> bool:
    step = definition.steps.get(offer)
    return isinstance(step, ExitStep) and step.exit.continue_with is not None


def _where(member: Member, channels: tuple[str, ...]) -> str:
    """The channel that the HCP prefers where the visit may take place there, else any."""
    preferred = member.facts.get("channel_preference")
    return preferred if isinstance(preferred, str) and preferred in channels else channels[int(member.rng.random() * len(channels))]


def _before(room: Room, run: Run, command: on.Complete) -> None:
    """A consent that was given at the meeting is on record before the meeting is reported."""
    meant = room.stage.behaviour.outcomes.get(command.outcome)
    if meant is not None and meant.consent is not None:
        lives.consents(room, run.member, consent(meant.consent, run.member.person.market, at=room.now))


def _after(room: Room, run: Run, command: on.Complete) -> None:
    meant = room.stage.behaviour.outcomes.get(command.outcome)
    if meant is None:
        return
    if meant.stage_up and run.member.rng.random() < meant.stage_up:
        lives.climb(room, run.member)
    if meant.facts:
        lives.change(room, run.member, dict(meant.facts))
