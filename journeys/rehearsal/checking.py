"""What a behaviour names must exist: personas, steps, events and facts, each judged at its place in the text."""

from collections.abc import Iterable, Iterator

from journeys.definitions import Definition
from journeys.facts import CATALOGUE
from journeys.library import Library
from journeys.loading import Finding, Loaded, Loc, did_you_mean
from journeys.rehearsal.behaviour import Behaviour


def check(loaded: Loaded[Behaviour], *, library: Library, definitions: Iterable[Definition]) -> tuple[Finding, ...]:
    """Everything that the behaviour names and nobody knows, besides what reading it found already."""
    behaviour = loaded.value
    if behaviour is None:
        return loaded.findings
    steps = {step for definition in definitions for step in definition.steps}
    found = (
        loaded.document.finding(code, f"{what} {word!r} is not known", loc=loc, key=True, fix=did_you_mean(word, known))
        for code, what, word, loc, known in _named(behaviour, library, steps)
        if word not in known
    )
    return (*loaded.findings, *found)


def _named(behaviour: Behaviour, library: Library, steps: Iterable[str]) -> Iterator[tuple[str, str, str, Loc, list[str]]]:
    """Every name with its code, its kind, its place, and the names that there are."""
    personas, facts, events, known_steps = sorted(library.personas), sorted(CATALOGUE), sorted(library.events), sorted(steps)
    yield from (("J201", "the persona", persona, ("personas", persona), personas) for persona in behaviour.personas)
    yield from (("J201", "the persona", persona, ("population", "personas", persona), personas) for persona in behaviour.population.personas)
    yield from (("J101", "the step", step, ("everyone", "steps", step), known_steps) for step in behaviour.everyone.steps)
    for persona, habits in behaviour.personas.items():
        yield from (("J101", "the step", step, ("personas", persona, "steps", step), known_steps) for step in habits.steps)
    for index, happening in enumerate(behaviour.happenings):
        yield "J212", "the event", happening.event, ("happenings", index, "event"), events
        yield from (("J203", "the fact", fact, ("happenings", index, "facts", fact), facts) for fact in happening.facts)
        if happening.then is not None:
            yield "J212", "the event", happening.then.event, ("happenings", index, "then", "event"), events
    for outcome, meant in behaviour.outcomes.items():
        yield from (("J203", "the fact", fact, ("outcomes", outcome, "facts", fact), facts) for fact in meant.facts)
    for part in ("facts", "flags", "numbers", "dates", "known"):
        named = getattr(behaviour.population, part)
        yield from (("J203", "the fact", fact, ("population", part, fact), facts) for fact in named)
