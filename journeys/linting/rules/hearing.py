"""Rules on what is heard of a touch: it was sent before the wait for it began, and its channel can tell."""

from collections.abc import Iterator

from journeys.definitions import INVITED, Heard, InviteStep, MessageStep, SendStep, WaitStep
from journeys.linting.subject import Subject, waits
from journeys.linting.walks import Graph, reached, reversed_
from journeys.linting.work import TooMuch, Work
from journeys.loading import Remark
from journeys.scopes import side_by_side, within
from journeys.state import MAIN

MOST_WORK = 500_000
"""Steps that are looked at before the waits of one file; those that are left are not judged."""


def nothing_to_hear(subject: Subject) -> Iterator[Remark]:
    """J110: opened, clicked and the like are heard of something that was sent before; accepted and attended of an invitation alone, and opened of
    what comes with a picture."""
    backwards, work = reversed_(subject.graph), Work(MOST_WORK)
    for step_id, step in waits(subject):
        try:
            found = _remark(subject, step_id, step, backwards, work) if step.wait.for_ else None
        except TooMuch:
            return
        if found is not None:
            yield found


def _remark(subject: Subject, step_id: str, step: WaitStep, backwards: Graph, work: Work) -> Remark | None:
    of = step.wait.of
    if of is not None and of not in subject.steps:
        return None
    if of is not None and not isinstance(subject.steps[of], SendStep):
        return Remark(("steps", step_id, "wait", "of"), f'"{of}" sends nothing of which something could be heard', "name a step that sends something")
    before = reached(backwards, [step_id])
    work.spend(len(before))
    line = _line(subject, step_id)
    if of is not None:
        if of not in before and not side_by_side(_line(subject, of), line):
            return Remark(("steps", step_id, "wait", "of"), f'"{of}" is sent only after this wait', "name something that is sent before, or wait later")
        sent = [of]
    else:
        sent = [name for name in before if isinstance(subject.steps[name], SendStep) and within(line, _line(subject, name))]
        if not sent:
            fix = "send something first, name a touch of another line (of), or wait for a length of time"
            return Remark(("steps", step_id, "wait", "for"), "nothing is sent before this wait on its line", fix)
    heard = next((heard for heard in step.wait.for_ if not any(_tells(subject, name, heard) for name in sent)), None)
    if heard in INVITED:
        return Remark(("steps", step_id, "wait", "for"), f'"{heard.value}" is heard of an invitation alone', "wait for opened, clicked or replied, or invite")
    if heard is not None:
        return Remark(("steps", step_id, "wait", "for"), f'"{heard.value}" cannot be heard of a text message', _instead(heard))
    return None


def _tells(subject: Subject, sent: str, heard: Heard) -> bool:
    step = subject.steps[sent]
    if heard in INVITED:
        return isinstance(step, InviteStep)
    if not isinstance(step, MessageStep):
        return True
    content = subject.library.contents.get(step.message.content)
    return heard is not Heard.OPENED and (heard is not Heard.CLICKED or content is None or bool(content.links))


def _instead(heard: Heard) -> str:
    return "wait for replied, clicked or delivered" if heard is Heard.OPENED else "give its text a link, or wait for replied or delivered"


def _line(subject: Subject, step_id: str) -> str:
    return subject.scopes.line_of.get(step_id, MAIN)
