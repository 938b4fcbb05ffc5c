"""Rules on what a definition refers to outside itself: its persona, its markets, its file and the other strategies of the library; and names each once."""

from collections.abc import Iterator

from journeys.definitions import RequestStep, UpdateStep, VisitStep, WaitStep
from journeys.library import misnamed
from journeys.linting.roads import offers_of
from journeys.linting.subject import Subject
from journeys.loading import Loc, Remark, did_you_mean


def file_name(subject: Subject) -> Iterator[Remark]:
    """J007: a strategy lies in strategies/ under its journey's id."""
    wanted = misnamed(subject.name, subject.definition)
    if wanted is not None:
        yield Remark(("journey",), f"this is the journey {subject.definition.journey}, and its file has another name", f"name it {wanted}")


def unknown_persona(subject: Subject) -> Iterator[Remark]:
    """J201: a strategy is for a persona of the library, and proposes no other."""
    known = subject.library.personas
    for loc, persona in _personas(subject):
        if persona not in known:
            yield Remark(loc, f'there is no persona "{persona}" in the library', did_you_mean(persona, known) or "describe it in personas/ first")


def unknown_market(subject: Subject) -> Iterator[Remark]:
    """J204: a market without a policy gets nothing, so no journey runs there."""
    known = subject.library.markets
    for index, market in enumerate(subject.definition.markets):
        if market not in known:
            yield Remark(("markets", index), f"the market {market} has no policy", f"add it to markets.yaml; known are {', '.join(known)}")


def second_strategy(subject: Subject) -> Iterator[Remark]:
    """J208: for one persona and product there is one strategy, else who goes into which is chance. What is no persona's own may stand beside it."""
    mine = subject.definition
    for other in subject.library.strategies.values() if mine.persona is not None else ():
        if other.journey != mine.journey and (other.persona, other.product) == (mine.persona, mine.product):
            message = f'"{other.journey}" is the strategy for {mine.persona} and {mine.product} already'
            yield Remark(("persona",), message, "make this a new version of it, or name no persona if it is not the persona's own strategy")


def said_twice(subject: Subject) -> Iterator[Remark]:
    """J120: what stands twice in a list was meant to be something else, or is not needed."""
    for loc, written in _lists(subject):
        for index, word in enumerate(written):
            if word in written[:index]:
                yield Remark((*loc, index), f'"{word}" stands here already', "delete it, or write what was meant")


def _lists(subject: Subject) -> Iterator[tuple[Loc, tuple[object, ...]]]:
    yield ("markets",), subject.definition.markets
    for step_id, step in subject.steps.items():
        here = ("steps", step_id)
        yield (*here, "offers"), offers_of(step)
        match step:
            case VisitStep():
                yield (*here, "visit", "outcomes"), step.visit.outcomes
                yield from (((*here, "visit", channel, "materials"), meeting.materials) for channel, meeting in step.visit.channels.items())
            case RequestStep():
                yield (*here, "request", "answers"), step.request.answers
                yield (*here, "request", "facts"), step.request.facts
            case WaitStep():
                yield (*here, "wait", "for"), step.wait.for_
            case _:
                pass


def _personas(subject: Subject) -> Iterator[tuple[Loc, str]]:
    if subject.definition.persona is not None:
        yield ("persona",), subject.definition.persona
    for step_id, step in subject.steps.items():
        if isinstance(step, UpdateStep) and step.update.propose_persona is not None:
            yield ("steps", step_id, "update", "propose_persona"), step.update.propose_persona
