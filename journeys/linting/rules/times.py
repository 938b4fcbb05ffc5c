"""Rules on time: what a journey plans fits into its horizon, and its content outlives it."""

from collections.abc import Iterator
from datetime import timedelta
from heapq import heappop, heappush

from journeys.content import ContentState
from journeys.definitions import PAST, TOO_LATE, ExitStep, Fate, InviteStep, SendStep
from journeys.linting.latest import NOTHING, added
from journeys.linting.roads import blocked_of
from journeys.linting.stays import ahead, at_least, lengths, until_sent
from journeys.linting.subject import Subject
from journeys.loading import Remark
from journeys.reasons import FALLS_UNDER, Reason


def longer_than_horizon(subject: Subject) -> Iterator[Remark]:
    """J117: what is waited for longer than the journey lasts is never waited for to the end."""
    horizon = subject.definition.horizon
    for step_id, step in subject.steps.items() if horizon is not None else ():
        for loc, length in lengths(step):
            if horizon is not None and length.roughly > horizon.roughly:
                message = f'"{step_id}" may take {length}, and the journey ends after {horizon}'
                yield Remark(("steps", step_id, *loc), message, "shorten it, or give the journey a longer horizon")


def horizon_too_short(subject: Subject) -> Iterator[Remark]:
    """J118: somebody must be able to come to an exit before the horizon ends the run."""
    soonest = _soonest_exit(subject)
    if subject.horizon is not None and soonest is not None and soonest > subject.horizon:
        message = f"the quickest way to an exit takes {_days(soonest)}, and the journey ends after {subject.definition.horizon}"
        yield Remark(("horizon",), message, "give the journey a longer horizon, or shorten its waits")


def past(subject: Subject) -> Iterator[Remark]:
    """J119: a fixed date that is past is past for everybody who enters from now on."""
    for loc, mark in subject.marks:
        if mark.at is not None and ahead(mark, subject.now) == NOTHING:
            way = TOO_LATE if isinstance(subject.steps[str(loc[1])], InviteStep) else PAST
            yield Remark((*loc, "at"), f'this is past: whoever comes here goes by "{way}"', "give a date that is to come, or delete the step")


def outlived(subject: Subject) -> Iterator[Remark]:
    """J410: who enters today may be sent this when its approval has ended, unless the step says what happens then."""
    for loc, ref, _ in subject.uses:
        content, step_id = subject.library.contents.get(ref), str(loc[1])
        last = _last_use(subject, step_id)
        if content is None or content.approval is None or last is None or content.state_at(subject.now) is not ContentState.APPROVED:
            continue
        if content.approval.expires < subject.now + last and not _has_plan(subject, step_id):
            until = f"{(subject.now + last).date()}: {' → '.join(subject.timetable.chain(step_id))}"
            message = f'the approval of "{ref}" ends on {content.approval.expires.date()}; who enters today may be here until {until}'
            yield Remark(loc, message, _mend(subject, step_id))


def _mend(subject: Subject, step_id: str) -> str:
    fix = "have it renewed, shorten the way, or give the journey a horizon"
    return f'{fix}; or say in "blocked" where "content_expired" leads' if isinstance(subject.steps[step_id], SendStep) else fix


def _last_use(subject: Subject, step_id: str) -> timedelta | None:
    """How long after entry the step's content may still be used: a sending within its own patience, a visit until it is left."""
    step, come, left = subject.steps[step_id], subject.timetable.come(step_id), subject.timetable.left(step_id)
    if come is None or left is None:
        return None
    last = min(left, added(come, until_sent(step.sending))) if isinstance(step, SendStep) else left
    return last if subject.horizon is None else min(last, subject.horizon)


def _has_plan(subject: Subject, step_id: str) -> bool:
    said = blocked_of(subject.steps[step_id])
    fate = said.get(Reason.CONTENT_EXPIRED) or said.get(FALLS_UNDER[Reason.CONTENT_EXPIRED]) or said.get("otherwise")
    return fate is not None and fate != Fate.WAIT


def _soonest_exit(subject: Subject) -> timedelta | None:
    """The shortest time in which a run can come to an exit (Dijkstra 1959)."""
    queue, done = [(NOTHING, subject.definition.first)], set[str]()
    while queue:
        spent, step_id = heappop(queue)
        step = subject.steps.get(step_id)
        if isinstance(step, ExitStep):
            return spent
        if step is None or step_id in done:
            continue
        done.add(step_id)
        leaving = added(spent, at_least(step, subject.now))
        for to in subject.graph[step_id]:
            heappush(queue, (leaving, to))
    return None


def _days(length: timedelta) -> str:
    return f"{length.days} days" if length.days != 1 else "1 day"
