"""Rules on what a definition refers to outside itself: its persona, its markets, its file and the other strategies of the library."""

from collections.abc import Iterator

from journeys.definitions import UpdateStep
from journeys.library import misnamed
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


def _personas(subject: Subject) -> Iterator[tuple[Loc, str]]:
    if subject.definition.persona is not None:
        yield ("persona",), subject.definition.persona
    for step_id, step in subject.steps.items():
        if isinstance(step, UpdateStep) and step.update.propose_persona is not None:
            yield ("steps", step_id, "update", "propose_persona"), step.update.propose_persona
