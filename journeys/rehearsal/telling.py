"""A report told in plain text, for a terminal."""

from collections.abc import Iterable, Iterator, Mapping

from journeys.rehearsal.report import JourneyReport, Pressure, Report, Workload

_MOST_WEEKS = 13
"""Weeks of the tables that are shown side by side; longer rehearsals are told in groups of weeks."""


def told(report: Report) -> str:
    """The whole report as text. Ends with a line feed."""
    parts = [
        _head(report),
        *(_journey(each) for each in report.journeys),
        _touches(report),
        _pressure(report.pressure),
        _workload(report.workload, report.weeks),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _head(report: Report) -> str:
    day = f"{report.start:%Y-%m-%d}"
    who = f"{report.hcps} HCPs were offered the strategies over {report.weeks} weeks from {day}; {report.entered} of them came in"
    others = f"; nurses of their care teams who were touched besides: {report.colleagues}" if report.colleagues else ""
    return f"{who}{others}.\nNothing was sent: this was a rehearsal. --start {day} --seed {report.seed} plays it again."


def _journey(journey: JourneyReport) -> str:
    lines = [
        f"{journey.journey} version {journey.version}, priority {journey.priority}: {journey.entered} entered, {journey.going_on} still going on",
        *([f"  begun by {', '.join(journey.begun_by)}: nobody is entered in it for its own sake"] if journey.begun_by else []),
        *_counts("did not enter", journey.not_entered),
        *_counts("held out", {"runs": journey.held_out} if journey.held_out else {}),
        *_counts("made room for another journey", {"times": journey.stood_back} if journey.stood_back else {}),
        *_counts("ended", {end.kind if end.kind == end.reason else f"{end.kind} ({end.reason})": end.runs for end in journey.ends}),
        *_goal(journey),
        *_counts("refused by the gate", journey.refused),
        *_counts("deferred by the gate", journey.deferred),
        *_counts("held or blocked", journey.blocked),
        *(text for step, arms in journey.arms.items() for text in _counts(f"split {step}", arms)),
        *_counts("handed over", journey.hand_overs),
        *_counts("colleagues told", journey.colleagues_told),
        *(text for system, answers in journey.requests.items() for text in _counts(f"requests to {system}", answers)),
        "  steps, with passages and ways out:",
        *(f"    {step.step:<28} {step.kind:<9}{step.passages:>7}  {_listed(step.ways)}".rstrip() for step in journey.steps),
        *([f"  nobody reached: {', '.join(journey.not_reached)}"] if journey.not_reached else []),
    ]
    return "\n".join(lines)


def _goal(journey: JourneyReport) -> Iterator[str]:
    goal = journey.goal
    if goal is not None:
        yield f"  goal reached by {goal.runs} of {journey.entered}: days {goal.days_10} (10 %), {goal.days_50} (50 %), {goal.days_90} (90 %)"


def _touches(report: Report) -> str:
    if not report.touches:
        return ""
    return "\n".join(["touches by channel and week", *_table(report.touches.items(), report.weeks)])


def _pressure(pressure: Pressure) -> str:
    return "\n".join(
        [
            f"pressure: {pressure.touched} people were touched, {pressure.mean} times each on average (those who were not are left out of it)",
            *_counts("touches: people", {str(touches): hcps for touches, hcps in pressure.per_hcp.items()}),
            *_counts("most in any cap period: people", {str(touches): hcps for touches, hcps in pressure.in_cap_period.items()}),
            f"  caps: {_listed(pressure.caps)}; promotion sent over the cap: {pressure.sent_over_cap}",
        ]
    )


def _workload(workload: Iterable[Workload], weeks: int) -> str:
    rows = [row for work in workload for row in _work(work)]
    return "\n".join(["tasks by territory and week", *_table(rows, weeks)]) if rows else ""


def _work(work: Workload) -> Iterator[tuple[str, tuple[int, ...]]]:
    can = f" (can do {work.capacity}; asked for more in {work.weeks_over} weeks)" if work.capacity is not None else ""
    yield f"{work.territory}, {work.side}{can}: opened", work.opened
    yield "  done", work.done
    yield "  overdue", work.overdue


def _table(given: Iterable[tuple[str, tuple[int, ...]]], weeks: int) -> Iterator[str]:
    """One row for each name; where there are many weeks, each column is the mean of several."""
    rows, group = tuple(given), -(-weeks // _MOST_WEEKS)
    width = max(len(name) for name, _ in rows)
    heads = [f"w{first + 1}" if group == 1 else f"w{first + 1}-{min(first + group, weeks)}" for first in range(0, weeks, group)]
    yield f"  {'':<{width}} " + "".join(f"{head:>8}" for head in heads) + ("   (mean per week)" if group > 1 else "")
    for name, counts in rows:
        means = [sum(counts[first : first + group]) / len(counts[first : first + group]) for first in range(0, weeks, group)]
        yield f"  {name:<{width}} " + "".join(f"{mean:>8.0f}" if group == 1 else f"{mean:>8.1f}" for mean in means)


def _counts(what: str, counts: Mapping[str, int]) -> Iterator[str]:
    if counts:
        yield f"  {what}: {_listed(counts)}"


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())
