"""Rules for the HCP's sake: no more contact than the cap allows, no promotion after an objection, safety for everybody, and a pause before it begins again."""

from collections.abc import Iterator

from journeys.definitions import AFTER_EXIT, HOLD_OUT, NO_ANSWER, SENT, ExitStep, Fate, InviteStep, ParallelStep, Purpose, SplitStep
from journeys.linting.at_once import at_once
from journeys.linting.pressure import Pressure
from journeys.linting.roads import blocked_of
from journeys.linting.subject import Subject, is_promotion, sendings
from journeys.linting.walks import reached
from journeys.linting.work import TooMuch, Work
from journeys.loading import Loc, Remark
from journeys.reasons import FALLS_UNDER, Reason

MOST_WORK = 100_000
"""Ways that J601 follows in one file."""

_HELD_BACK = "safety information is held back from some of those whom it concerns"

OBJECTIONS = (Reason.OBJECTED, Reason.SUPPRESSED)


def too_much(subject: Subject) -> Iterator[Remark]:
    """J601: where every way leads through more touches within the cap's period than the cap allows, the plan cannot be kept: touches are held."""
    if subject.definition.purpose is not Purpose.PROMOTIONAL:
        return
    policies = [subject.library.markets[market] for market in subject.definition.markets if market in subject.library.markets]
    work = Work(MOST_WORK)
    for policy, cap in ((each, cap) for each in policies for cap in each.caps):
        start = _overloaded(Pressure(subject, policy, cap, work)) if cap.purpose != "transactional" else None
        if start is not None:
            told = f"{cap}, in {policy.market}"
            yield Remark(("steps", start), f'from "{start}" on, every way leads through more touches than the cap allows: {told}', "put time between", key=True)
            return


def after_objection(subject: Subject) -> Iterator[Remark]:
    """J602: an objection, and the stop list, are the end of promotion, by visit too (GDPR Art. 21(3))."""
    if subject.definition.purpose is not Purpose.PROMOTIONAL:
        return
    promotion = [step_id for step_id, step in subject.steps.items() if is_promotion(step)]
    for step_id, step in sendings(subject):
        for key, to in _after_objection(subject, step_id) if step.sending.to == "hcp" else ():
            after = reached(subject.graph, [to])
            found = next((name for name in promotion if name in after), None)
            if found is not None:
                loc: Loc = ("steps", step_id, "blocked", key)
                yield Remark(loc, f'who objected, or is on the stop list, comes to "{found}" by this way', 'add "objected: exit"')


def held_out_of_safety(subject: Subject) -> Iterator[Remark]:
    """J603: nobody is kept from safety information for the sake of a comparison."""
    if subject.definition.purpose is Purpose.SAFETY and subject.definition.entry.hold_out:
        yield Remark(("entry", "hold_out"), _HELD_BACK, "remove hold_out")
    for step_id, step in subject.steps.items() if subject.definition.purpose is Purpose.SAFETY else ():
        if isinstance(step, SplitStep) and step.split.arms.get(HOLD_OUT):
            yield Remark(("steps", step_id, "split", "arms", HOLD_OUT), _HELD_BACK, "remove the arm", key=True)


def endless(subject: Subject) -> Iterator[Remark]:
    """J604: who is entered by a condition or a schedule, and may come back as soon as the run has ended, comes back without end."""
    entry = subject.definition.entry
    open_at_all_times = entry.automatic or (entry.schedule is not None and entry.schedule.at is None)
    first = subject.definition.first
    if entry.again != AFTER_EXIT or not open_at_all_times or first not in subject.steps:
        return
    passed = reached({step_id: at_once(subject, step_id) for step_id in subject.steps}, [first])
    ended = next((step_id for step_id, step in subject.steps.items() if isinstance(step, ExitStep) and step_id in passed), None)
    if ended is not None:
        message = f'a run can come to "{ended}" without a pause, and the HCP is entered again at once'
        yield Remark(("entry", "again"), message, 'say after how long, such as "90 days"')


def _overloaded(pressure: Pressure) -> str | None:
    """The first step from which on every way exceeds the cap; None also where that would take too long to tell."""
    starts = (step_id for step_id in pressure.lines if step_id in pressure.touching or isinstance(pressure.steps[step_id], ParallelStep))
    try:
        return next((step_id for step_id in starts if pressure.must_exceed(step_id)), None)
    except TooMuch:
        return None


def _after_objection(subject: Subject, step_id: str) -> Iterator[tuple[str, str]]:
    """What `blocked` says of an objection and of the stop list: under which key, and the step that it leads to."""
    said = blocked_of(subject.steps[step_id])
    for key in dict.fromkeys(_key(said, reason) for reason in OBJECTIONS):
        fate = said.get(key)
        skipped = NO_ANSWER if isinstance(subject.steps[step_id], InviteStep) else SENT
        to = subject.map.led(step_id, skipped) if fate == Fate.SKIP and key != "otherwise" else fate
        if to in subject.steps:
            yield key, str(to)


def _key(said: dict[str, str], reason: Reason) -> str:
    wider = FALLS_UNDER.get(reason, reason)
    return next((str(key) for key in (reason, wider) if key in said), "otherwise")
