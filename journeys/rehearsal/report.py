"""What a rehearsal tells, as one typed value: what each strategy came to, what people received, and what it asks of those who work in the field."""

from collections import Counter
from collections.abc import Iterable, Mapping
from statistics import quantiles

from journeys.rehearsal.people import Territory
from journeys.rehearsal.stage import Part, Stage
from journeys.rehearsal.tally import JourneyTally, Tally
from journeys.shapes import Instant, Stored


class End(Stored):
    kind: str
    reason: str
    runs: int


class StepReport(Stored):
    """How often a step was entered, and which ways were taken out of it."""

    step: str
    kind: str
    passages: int
    ways: dict[str, int]


class TimeToGoal(Stored):
    """Of the runs that reached the goal: how many, and after how many days at the tenth, fiftieth and ninetieth per cent of them."""

    runs: int
    days_10: float
    days_50: float
    days_90: float


class JourneyReport(Stored):
    """What one strategy came to."""

    journey: str
    version: int
    priority: int
    begun_by: tuple[str, ...]
    """The journeys that start it in one of their steps. Where there are any, nobody is entered in it for its own sake when the people are entered;
    an event or a condition of its own still brings them in."""
    entered: int
    not_entered: dict[str, int]
    """Who did not come in, by the code of what stood in the way."""
    stood_back: int
    """How often a run had to wait for its turn behind another journey, or to make room for one."""
    ends: tuple[End, ...]
    going_on: int
    """Runs that had not ended when the rehearsal did."""
    oldest_days: float
    """For how many days the oldest of those had been going on."""
    standing: dict[str, int]
    """At which steps those stood."""
    goal: TimeToGoal | None
    steps: tuple[StepReport, ...]
    not_reached: tuple[str, ...]
    arms: dict[str, dict[str, int]]
    """How many fell into each arm of each split."""
    held_out: int
    refused: dict[str, int]
    """Answers of the gate, by reason."""
    deferred: dict[str, int]
    blocked: dict[str, int]
    """Touches that were held or blocked, by reason; one may be held several times."""
    hand_overs: dict[str, int]
    colleagues_told: dict[str, int]
    requests: dict[str, dict[str, int]]


class Pressure(Stored):
    """How much people were touched: visits and what was sent, over all strategies. Colleagues who were touched are among them."""

    per_hcp: dict[int, int]
    """How many had that many touches in all; those who were not touched are HCPs to whom the strategies were offered."""
    touched: int
    """How many were touched at all."""
    mean: float
    """Touches for each of those who were touched at all: whoever never came in would only thin it out."""
    in_cap_period: dict[int, int]
    """How many had that many touches at most in any period of their market's cap over all touches. Visits count, and no gate holds them back."""
    caps: dict[str, int]
    """The cap over all touches, by market."""
    sent_over_cap: int
    """Promotional touches that were sent although a cap was reached: the gate lets none through, so this is 0."""


class Workload(Stored):
    """The tasks of one side in one territory, week by week, against what it can do in a week (0: nobody acts for it; None: a lead's is not known)."""

    territory: str
    side: str
    capacity: int | None
    opened: tuple[int, ...]
    """What is asked of it: tasks that were put before it, whether or not anybody came to them."""
    done: tuple[int, ...]
    overdue: tuple[int, ...]
    """Those that fell overdue undone. What is neither was skipped, taken back, or is open still."""
    weeks_over: int
    """In how many weeks more was asked than can be done."""


class Report(Stored):
    start: Instant
    weeks: int
    seed: int
    hcps: int
    """How many were offered the strategies."""
    entered: int
    """How many of them came into at least one."""
    colleagues: int
    """How many others were touched: the nurses of their care teams."""
    journeys: tuple[JourneyReport, ...]
    touches: dict[str, tuple[int, ...]]
    """By channel and week."""
    pressure: Pressure
    workload: tuple[Workload, ...]
    heard: dict[str, int]
    happened: dict[str, int]


def report(stage: Stage, tally: Tally) -> Report:
    """The counts as a report, everything in a fixed order."""
    channels = sorted({channel for channel, _ in tally.touches})
    return Report(
        start=stage.start,
        weeks=stage.weeks,
        seed=stage.seed,
        hcps=tally.hcps,
        entered=tally.entered,
        colleagues=tally.colleagues,
        journeys=tuple(_journey(stage, part, tally.journeys[part.journey]) for part in stage.parts),
        touches={channel: _by_week(tally.touches, channel, stage.weeks) for channel in channels},
        pressure=_pressure(stage, tally),
        workload=tuple(_workload(stage, tally)),
        heard=_sorted(tally.heard),
        happened=_sorted(tally.happened),
    )


def _journey(stage: Stage, part: Part, counts: JourneyTally) -> JourneyReport:
    definition = part.definition
    ends = tuple(End(kind=kind, reason=reason, runs=runs) for (kind, reason), runs in sorted(counts.ends.items()))
    return JourneyReport(
        journey=part.journey,
        version=definition.version,
        priority=definition.priority,
        begun_by=stage.begun_by(part.journey),
        entered=counts.entered,
        not_entered=_sorted(counts.not_entered),
        stood_back=counts.stood_back,
        ends=ends,
        going_on=counts.going_on,
        oldest_days=round(counts.oldest_days, 1),
        standing=_sorted(counts.standing),
        goal=_time_to_goal(counts.goal_days),
        steps=tuple(_step(step, part.kinds[step], counts) for step in definition.steps),
        not_reached=tuple(step for step in definition.steps if not counts.passages[step]),
        arms=_nested(counts.arms),
        held_out=sum(end.runs for end in ends if end.kind == "held_out"),
        refused=_sorted(counts.refused),
        deferred=_sorted(counts.deferred),
        blocked=_sorted(counts.blocked),
        hand_overs=_sorted(counts.hand_overs),
        colleagues_told=_sorted(counts.told),
        requests=_nested(counts.requests),
    )


def _step(step: str, kind: str, counts: JourneyTally) -> StepReport:
    ways = {way: taken for (at, way), taken in sorted(counts.ways.items()) if at == step}
    return StepReport(step=step, kind=kind, passages=counts.passages[step], ways=ways)


def _time_to_goal(days: list[float]) -> TimeToGoal | None:
    if not days:
        return None
    tenths = quantiles(days, n=10, method="inclusive") if len(days) > 1 else days * 9
    return TimeToGoal(runs=len(days), days_10=round(tenths[0], 1), days_50=round(tenths[4], 1), days_90=round(tenths[8], 1))


def _pressure(stage: Stage, tally: Tally) -> Pressure:
    touches = sum(times * people for times, people in tally.per_hcp.items())
    touched = sum(people for times, people in tally.per_hcp.items() if times)
    return Pressure(
        per_hcp=dict(sorted(tally.per_hcp.items())),
        touched=touched,
        mean=round(touches / touched, 2) if touched else 0.0,
        in_cap_period=dict(sorted(tally.in_window.items())),
        caps={market: policy.overall.at_most for market, policy in sorted(stage.markets.items())},
        sent_over_cap=tally.sent_over_cap,
    )


def _workload(stage: Stage, tally: Tally) -> Iterable[Workload]:
    heads = {territory.id: territory for territory in stage.territories}
    capacity = stage.behaviour.capacity
    for side in ("rep", "msl", "lead"):
        for territory in sorted({territory for territory, whose, _, _ in tally.tasks if whose == side}):
            there = heads.get(territory, Territory(territory, "", reps=0, msls=0))
            can = {"rep": there.reps * capacity.rep, "msl": there.msls * capacity.msl}.get(side)
            opened, done, overdue = (tuple(tally.tasks[territory, side, what, week] for week in range(stage.weeks)) for what in ("opened", "done", "overdue"))
            over = sum(tasks > can for tasks in opened) if can is not None else 0
            yield Workload(territory=territory, side=side, capacity=can, opened=opened, done=done, overdue=overdue, weeks_over=over)


def _by_week(counts: Counter[tuple[str, int]], name: str, weeks: int) -> tuple[int, ...]:
    return tuple(counts[name, week] for week in range(weeks))


def _sorted(counts: Mapping[str, int]) -> dict[str, int]:
    return {str(name): counts[name] for name in sorted(counts) if counts[name]}


def _nested(counts: Mapping[tuple[str, str], int]) -> dict[str, dict[str, int]]:
    nested: dict[str, dict[str, int]] = {}
    for (outer, inner), count in sorted(counts.items()):
        nested.setdefault(outer, {})[inner] = count
    return nested
