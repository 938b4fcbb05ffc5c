"""Rules on the lines of a parallel: each keeps its steps to itself and can come to its join; and on the arms of a split, into which somebody must
fall, and whose hold-out is left alone."""

from collections.abc import Iterator

from journeys.definitions import HOLD_OUT, JOIN, ExitStep, ParallelStep, SplitStep, path
from journeys.linting.roads import Kind, Road, written
from journeys.linting.subject import Subject
from journeys.linting.walks import reached
from journeys.loading import Remark
from journeys.state import MAIN, line_of


def shared(subject: Subject) -> Iterator[Remark]:
    """J113: a step belongs to one line: a way, or an offer, that leads from one line into another is refused where it crosses over. An exit may be
    everybody's: it ends the run, wherever it is come to."""
    crossings = list(_crossings(subject))
    for step_id, road, home in crossings:
        message = f'"{road.to}" is played on {_told(home)}, and this leads there from {_told(_line(subject, step_id, road))}'
        yield Remark(("steps", step_id, *road.loc), message, "lead to a step of the same line, or to join, or give each line a step of its own")
    within = next((step_id for step_id in subject.scopes.shared if not isinstance(subject.steps[step_id], ExitStep)), None)
    if within is not None and not crossings:
        yield Remark(("steps", within), f'"{within}" would be played within itself', "lead its lines to other steps", key=True)


def loose(subject: Subject) -> Iterator[Remark]:
    """J114: only a line of a parallel can join."""
    for step_id in subject.scopes.loose:
        for road in written(subject.steps[step_id]):
            if road.to == JOIN:
                yield Remark(("steps", step_id, *road.loc), f'"{step_id}" is on the main line, which joins nothing', "name a step")


def never_joins(subject: Subject) -> Iterator[Remark]:
    """J115: every line can come to its join. It may lead to an exit too, which ends the run."""
    for step_id, line in subject.scopes.line_of.items():
        step = subject.steps[step_id]
        for branch, first in step.parallel.branches.items() if isinstance(step, ParallelStep) else ():
            here = line_of(line, step_id, branch)
            ahead = reached(subject.graph, [first]) if here in _lines(subject, first) else set()
            joining = (road for name in ahead if here in _lines(subject, name) for road in written(subject.steps[name]) if road.to == JOIN)
            if ahead and next(joining, None) is None:
                message = f'the line "{branch}" of "{step_id}" never comes to a join'
                yield Remark(("steps", step_id, "parallel", "branches", branch), message, 'lead one of its ways to "join"', key=True)


def no_weight(subject: Subject) -> Iterator[Remark]:
    """J116: nobody falls into an arm of weight 0."""
    for step_id, step in subject.steps.items():
        for arm, weight in step.split.arms.items() if isinstance(step, SplitStep) else ():
            if weight == 0:
                yield Remark(("steps", step_id, "split", "arms", arm), f'nobody falls into the arm "{arm}"', "give it a weight, or delete it")


def held_out(subject: Subject) -> Iterator[Remark]:
    """J121: whoever is held out is left alone: a comparison with people who go on all the same shows nothing."""
    for step_id, step in subject.steps.items():
        to = path(step, HOLD_OUT) if isinstance(step, SplitStep) and HOLD_OUT in step.split.arms else None
        if to in subject.steps and not isinstance(subject.steps[str(to)], ExitStep):
            loc = ("steps", step_id, "next", *([HOLD_OUT] if isinstance(step, SplitStep) and HOLD_OUT in step.next else []))
            yield Remark(loc, f'who falls into the arm "{HOLD_OUT}" of "{step_id}" goes on to "{to}"', _LET_GO)


_LET_GO = "lead it to an exit, or to join, or call the arm otherwise"


def _crossings(subject: Subject) -> Iterator[tuple[str, Road, str]]:
    """The roads that lead from another line to a step, which is at home on the line that came to it first."""
    lines = subject.scopes.shared
    for step_id, roads in subject.roads.items():
        if step_id in lines or step_id not in subject.scopes.line_of:
            continue
        for road in roads:
            if road.kind is Kind.JOIN or isinstance(subject.steps[road.to], ExitStep):
                continue
            if road.to in lines and _line(subject, step_id, road) != lines[road.to][0]:
                yield step_id, road, lines[road.to][0]


def _lines(subject: Subject, step_id: str) -> tuple[str, ...]:
    """The lines on which a step would be played: one, where all is well."""
    return subject.scopes.shared.get(step_id, (subject.scopes.line_of.get(step_id, MAIN),))


def _line(subject: Subject, step_id: str, road: Road) -> str:
    line = subject.scopes.line_of[step_id]
    return line_of(line, step_id, road.way) if road.kind is Kind.LINE else line


def _told(line: str) -> str:
    step, _, branch = line.rpartition("/")[2].partition(".")
    return "the main line" if line == MAIN else f'the line "{branch}" of "{step}"'
