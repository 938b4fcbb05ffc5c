"""A report told in plain text, for a terminal."""

from collections.abc import Iterable, Iterator, Mapping

from journeys.rehearsal.report import JourneyReport, Pressure, Report, Workload
from journeys.rehearsal.tracing import Line

_MOST_WEEKS = 13
"""Weeks of the tables that are shown side by side; longer rehearsals are told in groups of weeks."""


def told(report: Report) -> str:
    """The whole report as text. Ends with a line feed."""
    parts = [
        f"{report.hcps} HCPs over {report.weeks} weeks from {report.start:%Y-%m-%d}, seed {report.seed}. Nothing was sent: this was a rehearsal.",
        *(_journey(each) for each in report.journeys),
        _touches(report),
        _pressure(report.pressure),
        _workload(report.workload, report.weeks),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def told_trace(lines: Iterable[Line]) -> str:
    """A trace as text, one line for each event, note, command and check."""
    return "".join(f"{text}\n" for line in lines for text in _trace_line(line))


def _journey(journey: JourneyReport) -> str:
    lines = [
        f"{journey.journey} version {journey.version}, priority {journey.priority}: {journey.entered} entered, {journey.going_on} still going on",
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
    return "\n".join(["touches by channel and week", *_table(report.touches, report.weeks)])


def _pressure(pressure: Pressure) -> str:
    return "\n".join(
        [
            f"pressure per HCP: {pressure.mean} touches on average",
            *_counts("touches: HCPs", {str(touches): hcps for touches, hcps in pressure.per_hcp.items()}),
            *_counts("most in any cap period: HCPs", {str(touches): hcps for touches, hcps in pressure.in_cap_period.items()}),
            f"  caps: {_listed(pressure.caps)}; promotion sent over the cap: {pressure.sent_over_cap}",
        ]
    )


def _workload(workload: Iterable[Workload], weeks: int) -> str:
    rows = {f"{work.territory}, {work.side} (can do {work.capacity}; over in {work.weeks_over} weeks)": work.weeks for work in workload}
    return "\n".join(["tasks done by territory and week", *_table(rows, weeks)]) if rows else ""


def _table(rows: Mapping[str, tuple[int, ...]], weeks: int) -> Iterator[str]:
    """One row for each name; where there are many weeks, each column is the mean of several."""
    group = -(-weeks // _MOST_WEEKS)
    width = max(len(name) for name in rows)
    heads = [f"w{first + 1}" if group == 1 else f"w{first + 1}-{min(first + group, weeks)}" for first in range(0, weeks, group)]
    yield f"  {'':<{width}} " + "".join(f"{head:>8}" for head in heads) + ("   (mean per week)" if group > 1 else "")
    for name, counts in rows.items():
        means = [sum(counts[first : first + group]) / len(counts[first : first + group]) for first in range(0, weeks, group)]
        yield f"  {name:<{width}} " + "".join(f"{mean:>8.0f}" if group == 1 else f"{mean:>8.1f}" for mean in means)


def _counts(what: str, counts: Mapping[str, int]) -> Iterator[str]:
    if counts:
        yield f"  {what}: {_listed(counts)}"


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())


def _trace_line(line: Line) -> Iterator[str]:
    told = " ".join(f"{name}={value}" for name, value in line.told.items())
    yield f"{line.at:%Y-%m-%d %H:%M} {line.journey} {line.kind:<7} {line.what} {told}".rstrip()
    for check in line.checks:
        because = f": {check.reason} ({check.told})" if check.reason is not None else ""
        until = f" until {check.until:%Y-%m-%d %H:%M}" if check.until is not None else ""
        yield f"{'':<16}   check {check.rule:<12} {check.verdict}{because}{until}"
